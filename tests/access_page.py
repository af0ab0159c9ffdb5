"""docs/access.md: the expected table of need-to-know for people to read, made from tests/access.toml by `python -m tests.access_page`."""
import tomllib

from tests.ward import ROOT

ROLES = ("collaborator", "counsellor", "responder", "coordinator", "decider", "leader", "admin")
SECTIONS = ("write", "roles", "shut", "not-applicable", "things", "lists", "words", "relation")
HEAD = """# Who may see and do what

Made from `tests/access.toml` by `.venv/bin/python -m tests.access_page`; a test holds the two together. The table there is written
by hand. `tests/server/test_access.py` and `test_relations.py` send a real request for every cell; `make bench FIGURE=access-cells`
counts them.

A phone that is locked or revoked opens nothing (401), and so does a phone that waits for approval (403), but a locked or
waiting one may still be rung ({rung}). Whoever may not see a thing gets the answer of a thing that never was (404).

All of them deliver what was written on them, and are told outcomes alone. Of a locked phone it is taken as ever; of one that is revoked or
waits, {stores} of its person's own are stored, and whatever else was written is held for a coordinator (decision 68).
"""
OPENS = "✓ opens, — does not. 400, 409 and 422 of the table are an open door to which the request of the test brings nothing to work with."
RELATED = """One cell per role: in which relation to the thing it opens. *ward*: everybody of that role in the ward, whatever the relation;
*any*: also of another ward.

- **author**: the one who wrote it · **colleague**: somebody else in the author's unit
- **receiving**: in the unit that is asked now · **owning**: in the unit that passed it on and answers for it until somebody accepts
- **another**: in a unit of the ward that has nothing to do with it · **abroad**: in another ward
- of phones and invitations: **own** · **invited**: of somebody one has invited · **another** of the ward · **abroad**"""


def page(table):
    """The whole page as Markdown."""
    routes = {name: found for name, found in table.items() if name not in SECTIONS}
    plain = {name: found for name, found in routes.items() if "<" not in name}
    rung = ", ".join(f"`{route}`" for route in table["shut"]["routes"])
    stores = " and ".join(f"`{kind}`" for kind in table["shut"]["stores"])
    parts = [HEAD.format(rung=rung, stores=stores),
             "## Pages of everybody, or of a role", OPENS, _routes(plain, ("stranger", *ROLES)),
             "## Pages about one thing", RELATED, _routes({name: routes[name] for name in routes if name not in plain}, ROLES),
             "## What may be written", "Entries of a phone, online or not. *late*: kept, and told what came first.",
             _table(("entry", *ROLES), [(f"`{name}`", *(_cell(found[role]) for role in ROLES)) for name, found in table["write"].items()]),
             "## Relations that come and go", _relations(table)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _routes(routes, roles):
    return _table(("page", *roles), [(f"`{name}`", *(_cell(found[role]) for role in roles)) for name, found in routes.items()])


def _open(status):
    return status not in (401, 404, "forbidden")


def _cell(found):
    if not isinstance(found, dict):
        return "✓" if _open(found) else "—"
    opens = [name for name, status in found.items() if _open(status) and status != "conflict"]
    late = [name for name, status in found.items() if status == "conflict"]
    words = _which(opens, found) if opens or not late else ""
    return "; ".join(filter(None, (words, late and "late: " + ", ".join(late))))


def _which(opens, found):
    if not opens:
        return "—"
    if set(opens) == set(found):
        return "any"
    return "ward" if set(opens) == set(found) - {"abroad"} else ", ".join(opens)


def _relations(table):
    """One case with one of everything in it, and everybody who is or was near it."""
    things = "\n".join(f"- **{name}**: `{route}`" for name, route in table["things"].items())
    words = "\n".join(f"- **{name}**: {said}" for name, said in table["words"].items())
    sees = [(f"**{name}**: {found['is']}", _all(found.get("opens", ()), table["things"]), _lists(found.get("lists", {})),
             _all(found.get("words", ()), table["words"])) for name, found in table["relation"].items()]
    does = [(f"**{name}**", *(", ".join(found.get("writes", {}).get(outcome, ())) or "—" for outcome in ("stored", "conflict", "invalid")),
             ", ".join(found.get("rung", ())) or "—") for name, found in table["relation"].items() if found.get("writes") or found.get("rung")]
    return "\n\n".join((
        "One case with one of everything in it. What is not named does not open, stands on no list, cannot be read anywhere, may not be "
        "written, and rings nobody.",
        "Pages of the case:\n\n" + things, "Words that are looked for on all of them:\n\n" + words,
        _table(("relation", "opens", "on lists", "reads"), sees),
        "What they may write into it, and what they are rung for when it goes on; whoever is not named here writes nothing, and is not rung.",
        _table(("relation", "stored", "late: kept, and told what came first", "to be completed", "is rung for"), does)))


def _all(found, known):
    missing = [name for name in known if name not in found]
    if not missing:
        return "everything"
    return f"all but {', '.join(missing)}" if len(missing) <= 3 else ", ".join(found) or "—"


def _lists(found):
    return "; ".join(f"{name}: {', '.join(things)}" for name, things in found.items()) or "—"


if __name__ == "__main__":
    (ROOT / "docs" / "access.md").write_text(page(tomllib.loads((ROOT / "tests" / "access.toml").read_text())))
