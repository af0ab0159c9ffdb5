"""Entries that opened but were not merged."""
import json
import re
from urllib.parse import parse_qsl

from db.models import Case, Held
from db.queries import audit as reads
from pwa.crypto import columns

LIKE_AN_ID = re.compile(r"[0-9a-f-]{36}")
# Of one person; more would mean that nobody looks.
MOST = 50


def ids_of(entry_ids):
    """Which of these entries are held."""
    return {each for (each,) in Held.select(Held.entry_id).where(Held.entry_id.in_(list(entry_ids))).tuples()}


def body(held):
    """The plaintext the phone sealed."""
    return columns.unseal("held.body", held.entry_id, held.body)


def errors(held):
    """What its author was told: sentences; none once it was erased."""
    return columns.unseal("held.errors", held.entry_id, held.errors) if held.errors else []


def form(text):
    """The (field, value) pairs a phone posted, or none when the body is not what a phone writes."""
    try:
        return parse_qsl(json.loads(text)["form"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def cases_of(held):
    """The cases an entry speaks of, or something of."""
    return [each for each in spoken_of(held) if isinstance(each, Case)]


def spoken_of(held):
    """Cases and records an entry speaks of: whoever reads it reads of them."""
    ids = [value for _name, value in form(body(held)) if LIKE_AN_ID.fullmatch(value)]
    return reads.spoken_of([held.entry_id, *ids])


def replaces(row):
    """Which entry a held one (a dict of column values) would have replaced, or None."""
    return dict(form(columns.unseal("held.body", row["entry_id"], row["body"]))).get("replaces")


def second(person, kinds, name, subject_ids):
    """Entries of this person that came second: [(row, posted fields)] where the field `name` is one of these subjects."""
    found = []
    waiting = Held.select().where(Held.author == person.id, Held.closed_at.is_null(), Held.outcome == "conflict", Held.kind.in_(kinds))
    for row in waiting.limit(MOST):
        posted = form(body(row))
        if {(name, each) for each in subject_ids}.intersection(posted):
            found.append((row, posted))
    return found
