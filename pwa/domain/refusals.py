"""A no goes along: with whatever comes out of the case in which it was said, and into the one it goes into next."""
import uuid

from db.models import Case, Consent, Record, Referral, Triage
from pwa.domain import cases, timeline

# Answers on which something may be shared: the person's own yes, or the law where nobody was asked.
ALLOWING = ("agreed", "law")
# The unit that decides on a ban, and so receives what a request for one tells.
CHAIRMAN = "ubnd"


def refuses(consent):
    return consent["decision"] not in ALLOWING


def newest(batch, case_id, unit_id):
    """The consent that counts for one receiver, or None; cases that were merged have one person, who has one will."""
    return max(standing(batch, case_id, unit_id), key=_weight, default=None)


def standing(batch, case_id, unit_id):
    """Those nobody has replaced: more than one only where two parts had each their own before they came together."""
    return [each for each in _rows(batch, cases.whole_in(batch, case_id)) if each["unit"] == unit_id and not each["replaced_by"]]


def _rows(batch, case_ids):
    return [each for member in case_ids for each in batch.all(Consent, case=member)]


def _weight(consent):
    # Of two at the same moment, the one that stands, and of two that do, the no.
    return consent["received_at"], not consent["replaced_by"], refuses(consent)


def come_in(batch, entry, subject_id, case_id):
    """What was refused about a record or a referral is refused in the case it goes into."""
    for each in batch.all(Consent, subject_id=subject_id):
        if each["case"] is None:
            batch.change(Consent, each["id"], case=case_id)
            if not each["replaced_by"]:
                _tell(batch, entry, each)


def go_out(batch, case_id, subject_id, since):
    """A record or a referral leaves a case: with the no it came with, and with every one that was said since."""
    rows = _rows(batch, cases.whole_in(batch, case_id))
    own = [each for each in rows if each["subject_id"] == subject_id]
    for consent in _take_along(batch, own, [each for each in rows if each not in own], since):
        _copy(batch, consent, case=None, subject_id=subject_id)
    for each in own:
        batch.change(Consent, each["id"], case=None)


def come_apart(batch, entry, case_id, since):
    """A case leaves those it was merged with: what was refused meanwhile in any of them is refused in both parts."""
    family, fresh = [case_id], [case_id]
    while fresh:
        fresh = [each["id"] for parent in fresh for each in batch.all(Case, merged_into=parent) if each["id"] not in family]
        family += fresh
    rest = [member for member in cases.whole_in(batch, case_id) if member not in family]
    ours, theirs = _rows(batch, family), _rows(batch, rest)
    for own, others, into in ((ours, theirs, case_id), (theirs, ours, batch.find(Case, case_id)["merged_into"])):
        for consent in _take_along(batch, own, others, since):
            _tell(batch, entry, _copy(batch, consent, case=into, subject_id=None))


def _take_along(batch, own, others, since):
    """The last words of the others since, one a unit, where they are a no; for another unit the own word stands again that was said
    before them, unless a no came in between."""
    along = []
    for unit in sorted({each["unit"] for each in others}):
        said = [each for each in others if each["unit"] == unit and each["received_at"] >= since]
        mine = max((each for each in own if each["unit"] == unit), key=_weight, default=None)
        last = max(said, key=_weight, default=None)
        if last and refuses(last) and not last["replaced_by"]:
            along.append(last)
        elif mine and mine["replaced_by"] in [each["id"] for each in said] and (refuses(mine) or not any(map(refuses, said))):
            batch.change(Consent, mine["id"], replaced_by=None)
    return along


def _copy(batch, consent, **where):
    # Its words stay where they were written.
    copied = consent | {"id": str(uuid.uuid4()), "note": None, "purpose": None, "replaced_by": None} | where
    batch.insert(Consent, **copied)
    return copied


def _tell(batch, entry, consent):
    timeline.tell(batch, consent["case"], "consent", entry, choice="along", subject_id=consent["id"], unit=consent["unit"])


def follow(batch, entry, case):
    """A no that was made before a choice about its case was undone, and comes after, is for what came out of it too: those referrals."""
    consent, family, asked = batch.find(Consent, entry.id), cases.whole_in(batch, case["id"]), []
    for kind, subject_id in _came_out(batch, consent, case):
        row = _newest(batch, kind, subject_id)
        where = row and (row["id"] if kind == "case" else row["case_id"])
        if row is None or where in family:
            continue
        copied = _copy(batch, consent, case=where, subject_id=None if kind == "case" else row["id"])
        if where:
            _tell(batch, entry, copied)
        named = {"record": "record_id", "referral": "id", "case": "case_id"}[kind]
        asked += batch.all(Referral, **{named: row["id"]})
    return asked


def _came_out(batch, consent, case):
    """(kind, id) of what lay in a case, or was one with it, when a no was made."""
    undone = [each for each in batch.all(Triage, case=case["id"]) + batch.all(Triage, subject_id=case["id"]) if each["undone_at"]]
    late = [each for each in undone if case["state"] == "undone" or consent["made_at"] < each["undone_at"]]
    return [(each["subject_kind"], each["subject_id"] if each["case"] == case["id"] else each["case"]) for each in late
            if each["choice"] in ("open", "join", "merge")]


def _newest(batch, kind, row_id):
    model = {"record": Record, "referral": Referral, "case": Case}[kind]
    row = next(iter(batch.all(model, id=row_id)), None)
    while row and row.get("replaced_by"):
        [row] = batch.all(model, id=row["replaced_by"])
    return row
