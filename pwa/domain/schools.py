"""What was recorded at a school, and how much of it goes past the school (forms.md): past its named handler too (decision 51)."""
from db.models import CasePerson, Incident, Record
from db.queries import cases as reads
from pwa.crypto import columns
from pwa.domain import alleged

FORM = "school"


def open_to_handler(unit_id, records):
    """Ids of those of these records (a query) that the handler of the school may read: what is told of its staff is told of the whole
    matter, in whatever version, duplicate or merged case it stands. A handful of reads however many there are."""
    rows = {row.id: row for row in records.where(Record.unit == unit_id, Record.form == FORM)}
    cases = reads.around({row.case_id for row in rows.values() if row.case_id})
    links = [(row.id, other) for row in rows.values() for other in (row.replaces, row.duplicate_of, row.case_id) if other]
    links += [(row.id, row.merged_into) for row in cases.values() if row.merged_into]
    past = {row.id for row in rows.values() if tells_of_staff(row)} | _cases_with_staff(unit_id, cases)
    while more := {each for link in links if past.intersection(link) for each in link} - past:
        past |= more
    return [row.id for row in rows.values() if row.id not in past and not row.withdrawn_at]


def tells_of_staff(record):
    """Whether whoever recorded said that somebody of the school is in it."""
    answers = columns.unseal("record.answers", record.id, record.answers)
    return answers.get("actor") == "staff" or "staff" in (answers.get("cautions") or ())


def _cases_with_staff(unit_id, case_ids):
    """Of these cases, those that know the other side to be of the school, or of the staff of some school."""
    people, ids = {}, list(case_ids)
    for each in CasePerson.select().where(CasePerson.case.in_(ids), CasePerson.part == "other"):
        people.setdefault(each.case_id, []).append(each.__data__)
    told = Incident.select(Incident.case).where(Incident.case.in_(ids), Incident.relation == alleged.STAFF, ~Incident.removed,
                                                Incident.replaced_by.is_null())
    return {case_id for case_id, each in people.items() if alleged.is_at(each, unit_id)} | {case_id for (case_id,) in told.tuples()}
