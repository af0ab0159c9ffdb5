"""Named reads of records."""
from db.models import Record, Referral
from db.prepared import prepared


def of_cases(case_ids):
    """Ids of the records of these cases, and of what they were before they were mended: mending takes the old one out of the case."""
    level = _rows(Record.case_id.in_(case_ids))
    found = dict(level)
    while before := [old for old in level.values() if old]:
        level = _rows(Record.id.in_(before), Record.replaced_by.in_(list(found)))
        found |= level
    return list(found)


@prepared
def referred_duplicates(record_ids):
    """(id, id of the record of these it is a duplicate of) of duplicates about which somebody was asked."""
    return Record.select(Record.id, Record.duplicate_of).where(
        Record.duplicate_of.in_(record_ids), Record.duplicate_of.is_null(False), Record.referred_at.is_null(False)).tuples()


@prepared
def asked_about(record_ids):
    """(record id, state, when a unit that had it said what became of it) of what was asked about these records."""
    return Referral.select(Referral.record_id, Referral.state, Referral.resulted_at).where(Referral.record_id.in_(record_ids)).tuples()


def _rows(*where):
    """Id → id of the one it replaces, or None."""
    return dict(Record.select(Record.id, Record.replaces).where(*where).tuples())
