"""Nobody calls and nobody goes there: an adult has told a recorder that the ward is not to make contact."""
from peewee import fn

from db.models import Consent, Record
from pwa.domain import records


def of_record(record):
    """Whether a note says so; of a child it changes the way, not whether somebody comes."""
    return not record.child and not record.withdrawn_at and records.answers(record).get("contact_consent") == "no"


def since(case_ids, unit_id=None):
    """When it was last said in a case, where nobody has agreed to anything since, or (unit_id) to nothing with that unit; else None."""
    found = Record.select().where(Record.case_id.in_(case_ids), Record.replaced_by.is_null(), ~Record.child)
    said = max((each.received_at for each in found if of_record(each)), default=None)
    agreed = Consent.select(fn.MAX(Consent.received_at)).where(Consent.case.in_(case_ids), Consent.decision == "agreed",
                                                               Consent.replaced_by.is_null())
    agreed = agreed.where(Consent.unit == unit_id) if unit_id else agreed
    return said if said and said > (agreed.scalar() or 0) else None
