"""Reading the audit trail: each with the index it uses."""
from db.base import locked
from db.models import Audit, AuditHead, Case, CaseEvent, CasePerson, DataRequest, DecisionRequest, Record, Referral, Task, Telling, Triage
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


def spoken_of(ids):
    """Cases that these ids of whatever kind are, or are in, and the records among them: what a reader of the ids reads of."""
    written = CaseEvent.select(CaseEvent.case).where(CaseEvent.entry_id.in_(ids)).tuples()
    inside = [case_id for model, column in IN_CASES
              for (case_id,) in model.select(column).where(model.id.in_(ids), column.is_null(False)).tuples()]
    cases = {*ids, *inside, *(case_id for (case_id,) in written)}
    return [*Case.select().where(Case.id.in_(cases)), *Record.select().where(Record.id.in_(ids))]


def one_with(case_ids):
    """[(id of another case, since, until or None)]: while they were merged, also through others, its pages showed these cases too."""
    found, fresh, seen = [], [(case_id, 0, None) for case_id in case_ids], set(case_ids)
    while fresh:
        ids = [case_id for case_id, _since, _until in fresh]
        merges = list(Triage.select().where(Triage.choice == "merge", Triage.subject_kind == "case",
                                            Triage.subject_id.in_(ids) | Triage.case.in_(ids)))
        pairs = [(each, *pair) for each in merges for pair in ((each.subject_id, each.case_id), (each.case_id, each.subject_id))]
        fresh = [(other, *when) for case_id, *span in fresh for merge, here, other in pairs
                 if here == case_id and other not in seen and (when := _while(merge, *span))]
        seen |= {other for other, _since, _until in fresh}
        found += fresh
    return found


def _while(merge, since, until):
    """The part of this time in which two cases were merged, or None."""
    since, until = max(since, merge.received_at), min(filter(None, (until, merge.undone_at)), default=None)
    return (since, until) if until is None or since < until else None


def _ids(columns, wanted):
    return [row_id for model, column in columns for (row_id,) in model.select(model.id).where(column.in_(wanted)).tuples()]


def of_subjects(ids, most, before=None, also=()):
    """The newest rows about any of these ids, of whatever ward it was that looked; `also` are (ids, since, until or None)."""
    about = Audit.subject_id.in_(ids)
    for others, since, until in also:
        then = Audit.subject_id.in_(others) & (Audit.at >= since)
        about = about | (then & (Audit.at <= until) if until else then)
    rows = Audit.select().where(about)
    return (rows.where(Audit.at < before) if before else rows).order_by(Audit.at.desc(), Audit.seq.desc()).limit(most)


def of_ward(ward_id, most, before=None, action=None):
    """The newest rows of a ward, of one kind of action when asked."""
    rows = Audit.select().where(Audit.ward == ward_id)
    if before:
        rows = rows.where(Audit.seq < before)
    if action:
        rows = rows.where(Audit.action == action)
    return rows.order_by(Audit.seq.desc()).limit(most)
