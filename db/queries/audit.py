"""Reading the audit trail: each with the index it uses."""
from db.base import locked
from db.models import Audit, AuditHead, CaseEvent, CasePerson, DataRequest, DecisionRequest, Record, Referral, Task, Telling
from db.prepared import prepared
from db.queries.records import of_cases

IN_CASES = ((Record, Record.case_id), (Referral, Referral.case_id), (CasePerson, CasePerson.case), (DataRequest, DataRequest.case),
            (DecisionRequest, DecisionRequest.case), (Task, Task.case))
# What shows something of a record.
OF_RECORDS = ((Referral, Referral.record_id), (Task, Task.record_id), (Telling, Telling.record_id))


@prepared
def head(ward_id):
    """The end of a ward's chain, locked until the next rows are written."""
    return locked(AuditHead.select().where(AuditHead.ward == ward_id))


def subjects_of_cases(case_ids):
    """Ids of cases, of everything in them that can be looked at for itself, and of the entries that wrote it."""
    records = of_cases(case_ids)
    written = CaseEvent.select(CaseEvent.entry_id).where(CaseEvent.case.in_(case_ids), CaseEvent.entry_id.is_null(False)).tuples()
    return list({*case_ids, *records, *(entry for (entry,) in written), *_ids(IN_CASES, case_ids), *_ids(OF_RECORDS, records)})


def subjects_of_record(record_id):
    """Ids of a record and of the referrals, tasks and tellings that show what is in it."""
    return [record_id, *_ids(OF_RECORDS, [record_id])]


def _ids(columns, wanted):
    return [row_id for model, column in columns for (row_id,) in model.select(model.id).where(column.in_(wanted)).tuples()]


def of_subjects(ids, most, before=None):
    """The newest rows about any of these ids, of whatever ward it was that looked."""
    rows = Audit.select().where(Audit.subject_id.in_(ids))
    return (rows.where(Audit.at < before) if before else rows).order_by(Audit.at.desc(), Audit.seq.desc()).limit(most)


def of_ward(ward_id, most, before=None, action=None):
    """The newest rows of a ward, of one kind of action when asked."""
    rows = Audit.select().where(Audit.ward == ward_id)
    if before:
        rows = rows.where(Audit.seq < before)
    if action:
        rows = rows.where(Audit.action == action)
    return rows.order_by(Audit.seq.desc()).limit(most)
