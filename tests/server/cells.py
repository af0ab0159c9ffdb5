"""The expected table of need-to-know (tests/access.toml), which cells it must have, and which of them were met."""
import os
import tomllib

from pwa.domain import permissions
from pwa.forms import kinds
from tests.server.conftest import path_of
from tests.ward import ROOT

TABLE = tomllib.loads((ROOT / "tests" / "access.toml").read_text())
# Sections that are not routes.
SECTIONS = ("write", "roles", "shut", "not-applicable", "things", "lists", "words", "relation")
EXPECTED = {name: found for name, found in TABLE.items() if name not in SECTIONS}
NOT_APPLICABLE = TABLE["not-applicable"]
ROWS = ("author", "colleague", "receiving", "owning", "another", "abroad")
PHONES = ("own", "invited", "another", "abroad")


def note(cell, found, expected):
    """Write down that a cell was tested and what came of it, where the bench asks for it (bench/caseload.py)."""
    if path := os.environ.get("ACCESS_CELLS"):
        with open(path, "a") as book:
            book.write(f"{' | '.join(cell)}\t{'met' if found == expected else 'leak'}\n")


def routes(app):
    """Route → endpoint of everything the application answers to."""
    return {f"{method} {path_of(rule)}": rule.endpoint for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}


def must_be(endpoints):
    """Every cell there must be: routes, roles, kinds of entries and relations, less what is declared not applicable."""
    return {" | ".join(cell) for cells in (_of_routes(endpoints), _of_phones(endpoints), _of_entries(), _of_relations(endpoints))
            for cell in cells}


def _applies(role, relation):
    return role not in NOT_APPLICABLE.get(relation, ())


def _of_routes(endpoints):
    for route in endpoints:
        phones = "<enrolment_id>" in route or "<invitation_id>" in route
        relations = ("another",) if "<" not in route else PHONES if phones else ROWS
        yield "route", route, "stranger", "another"
        yield from (("route", route, role, relation) for role in permissions.ROLES for relation in relations if _applies(role, relation))


def _of_phones(endpoints):
    yield from ((how, f"write {kind}", role) for how in ("revoked", "waiting") for kind in TABLE["write"] for role in permissions.READERS)
    for route, endpoint in endpoints.items():
        if permissions.ROUTES.get(endpoint, ()) is not permissions.ANYONE:
            yield from (("revoked", route, role) for role in permissions.ROLES)
            yield from (("waiting", route, role) for role in permissions.READERS)
            yield from (("locked", route, role) for role in (permissions.READERS if endpoint in permissions.LOCKED_TOO else permissions.ROLES))


def _of_entries():
    for kind in {*kinds.FORMS, *TABLE["write"]}:
        relations = ("another",) if kind in NOT_APPLICABLE["about-nothing"] else ROWS
        yield from (("write", kind, role, relation) for role in permissions.ROLES for relation in relations if _applies(role, relation))


def _of_relations(endpoints):
    things, lists = TABLE["things"], TABLE["lists"]
    unseen = {route for route in endpoints if "<" in route} - set(things.values()) - set(NOT_APPLICABLE["of-no-case"])
    shown = {route for route, endpoint in endpoints.items() if endpoint in {*permissions.LISTS, "pages.index"}}
    unseen |= shown - set(lists.values()) - set(NOT_APPLICABLE["lists-of-no-case"])
    named = [*things, *(f"on {name}" for name in lists), *(f"words {name}" for name in TABLE["words"]), "dead links", "rung",
             *(f"write {kind}" for kind in {*kinds.FORMS, *TABLE["write"]} - set(NOT_APPLICABLE["about-nothing"]))]
    for name in TABLE["relation"]:
        yield from (("relation", name, cell) for cell in [*named, *unseen])
