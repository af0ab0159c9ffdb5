"""Telephone numbers of records and of people in cases: each has a keyed digest beside the sealed words, and is found by it."""
import uuid

from db.base import insert_rows, write
from db.models import Case, CasePerson, ContactKey, Record
from pwa.crypto import columns, search
from pwa.domain import apart

# A row that stands for no text: those of its table were kept when only the first number of each was found (migration 0056).
UNREAD = "unread"
AT_ONCE = 500


def of_person(details):
    """Where numbers stand among somebody's details."""
    return "\n".join(filter(None, (details.get("phone"), details.get("safe_contact"))))


def of_record(answers):
    return answers.get("safe_contact")


def _rows(ward_id, subject_id, text):
    return [{"id": str(uuid.uuid4()), "key": key, "subject_id": subject_id} for key in search.phone_hashes(ward_id, text)]


def keep(batch, ward_id, subject_id, text):
    """Let a record, or a person of a case, be found by every number that stands there."""
    for row in _rows(ward_id, subject_id, text):
        batch.insert(ContactKey, **row)


def move(batch, subject_id, text, ward_from, ward_to):
    """The same numbers are found in the ward that has the case now, and no more in the one that had it."""
    anew = dict(zip(search.phone_hashes(ward_from, text), search.phone_hashes(ward_to, text), strict=True))
    for row in batch.all(ContactKey, subject_id=subject_id):
        if row["key"] in anew:
            batch.change(ContactKey, row["id"], key=anew[row["key"]])


def look_through():
    """Find every number of what was written before every number was kept; once, and answers how many texts were opened."""
    looked = 0
    for table, read in READ.items():
        marker = f"{UNREAD}-{table}"
        if ContactKey.select().where(ContactKey.id == marker).exists():
            looked += sum(_anew(read(rows)) for rows in _walk(MODELS[table]))
            ContactKey.delete().where(ContactKey.id == marker).execute()
    return looked


def _walk(model):
    last = ""
    while rows := list(model.select().where(model.id > last).order_by(model.id).limit(AT_ONCE)):
        yield rows
        last = rows[-1].id


def _anew(texts):
    """[(ward, id, text)], as many as are read at once: what was kept of them gives way to every number in them."""
    with write():
        ContactKey.delete().where(ContactKey.subject_id.in_([subject for _ward, subject, _text in texts])).execute()
        if rows := [row for ward, subject, text in texts for row in _rows(ward, subject, text)]:
            insert_rows(ContactKey, rows)
    return len(texts)


def _wards(case_ids):
    return dict(Case.select(Case.id, Case.ward).where(Case.id.in_(case_ids)).tuples())


def _of_records(rows):
    wards = _wards([row.case_id for row in rows if row.case_id])
    return [(wards.get(row.case_id, row.ward_id), row.id, of_record(_open("record.answers", row.id, row.answers))) for row in rows]


def _of_people(rows):
    wards = _wards([row.case_id for row in rows])
    return [(wards[row.case_id], row.id, of_person(_open("case_person.details", row.id, row.details))) for row in rows]


def _open(place, row_id, sealed):
    """What is damaged has no numbers, and is no reason to find those of the others not."""
    return apart.tried(lambda: columns.unseal(place, row_id, sealed), "opening", row_id, otherwise={}) if sealed else {}


MODELS = {"record": Record, "case_person": CasePerson}
READ = {"record": _of_records, "case_person": _of_people}
