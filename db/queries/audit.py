"""Reading the audit trail: each with the index it uses."""
from db.models import Audit, CasePerson, Record, Referral


def subjects_of_cases(case_ids):
    """Ids of cases and of everything in them that can be looked at for itself."""
    found = list(case_ids)
    for model, column in ((Record, Record.case_id), (Referral, Referral.case_id), (CasePerson, CasePerson.case)):
        found += [row_id for (row_id,) in model.select(model.id).where(column.in_(case_ids)).tuples()]
    return found


def subjects_of_record(record_id):
    """Ids of a record and of the referrals that show what is in it."""
    return [record_id] + [row_id for (row_id,) in Referral.select(Referral.id).where(Referral.record_id == record_id).tuples()]


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
