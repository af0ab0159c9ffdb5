"""What the clock of a child is counted from: a few reads for any number of cases."""
from db.models import CaseEvent, CasePerson, DecisionRequest, Incident, Record, Referral, Risk
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


# Of what may tell of a child, which rows alone can.
ONLY = {CaseEvent: {"kind": "classification"}}
FIELDS = {Record: (Record.id, Record.case_id, Record.received_at, Record.replaces, Record.child),
          Referral: (Referral.id, Referral.case_id, Referral.received_at, Referral.replaces, Referral.basis),
          CasePerson: (CasePerson.id, CasePerson.case, CasePerson.part, CasePerson.age, CasePerson.vulnerabilities, CasePerson.received_at,
                       CasePerson.replaced_by, CasePerson.removed),
          Incident: (Incident.id, Incident.case, Incident.person, Incident.age, Incident.received_at, Incident.replaced_by,
                     Incident.removed),
          CaseEvent: (CaseEvent.id, CaseEvent.case, CaseEvent.kind, CaseEvent.data, CaseEvent.at)}


def rows(model, column, values):
    """Those of these rows, as dicts, in whose column one of these values stands."""
    return READS[model, column](values)


def _read(model, column):
    only = [getattr(model, name) == value for name, value in ONLY.get(model, {}).items()]
    return prepared(lambda values: model.select(*FIELDS[model]).where(getattr(model, column).in_(values), *only).dicts())


READS = {(model, column): _read(model, column) for model, column in (
    (Record, "case_id"), (Record, "id"), (Referral, "case_id"), (Referral, "id"), (CasePerson, "case"), (Incident, "case"),
    (CaseEvent, "case"))}
