"""What the clock of a child is counted from: a few reads for any number of cases."""
from db.models import DecisionRequest, Record, Referral, Risk
from db.prepared import prepared


@prepared
def put(case_ids, what):
    """(case id) of those of these cases of which a question of this kind was put to the decider and not taken back."""
    return DecisionRequest.select(DecisionRequest.case).where(
        DecisionRequest.case.in_(case_ids), DecisionRequest.what == what, DecisionRequest.state != "recalled").tuples()


@prepared
def levels(case_ids):
    """(case id, when, level) of the assessments of a child in these cases, the newest last."""
    asked = Risk.select(Risk.case, Risk.received_at, Risk.level).where(Risk.case.in_(case_ids), Risk.tool == "child")
    return asked.order_by(Risk.received_at).tuples()


def _came(model):
    fields = model.received_at, model.replaces
    of_cases = prepared(lambda case_ids: model.select(model.case_id, *fields).where(model.case_id.in_(case_ids)).tuples())
    of_ids = prepared(lambda ids: model.select(model.id, *fields).where(model.id.in_(ids)).tuples())
    return of_cases, of_ids


# For records and for referrals: reads of those of some cases, as (case id, when it came, id of the one it replaces), and of those
# with some ids, as (id, when it came, id of the one it replaces).
CAME = (_came(Record), _came(Referral))
