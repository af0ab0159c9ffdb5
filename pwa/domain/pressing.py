"""Khẩn cấp, trẻ em: what makes a case press or be a child's, and whether anything still does when something has left it again."""
from db.models import Case, CaseEvent, CasePerson, Incident, Record, Referral, Risk, Triage
from pwa.domain import cases, children

MARKS = ("urgent", "child")


def press(batch, case_id, urgent, child=False):
    """Mark a case, and those it was merged into; answers which marks this has set on it."""
    raised = None
    for case in cases.upward(batch, case_id):
        change = {name: True for name, wanted in zip(MARKS, (urgent, child), strict=True) if wanted and not case[name]}
        raised = list(change) if raised is None else raised
        if change:
            batch.change(Case, case["id"], **change)
    return raised


def settle(batch, case_id, raised, undone=None):
    """After something has left a case: the marks it had set go, unless something else presses. `undone` is the choice taken back.

    Whatever else stays in the case then is what the mark rests on: it is looked at again when that leaves too.
    """
    for case in cases.upward(batch, case_id):
        still = {name: PRESSES[name](batch, case, undone) for name in raised or () if case[name]}
        for name in still:
            if still[name]:
                _rest_on_others(batch, case["id"], name, undone)
            else:
                batch.change(Case, case["id"], **{name: False})
        raised = [name for name, presses in still.items() if not presses]


def _rest_on_others(batch, case_id, name, undone):
    for each in batch.all(Triage, case=case_id):
        if each["id"] != undone and not each["undone_at"] and name not in (each["raised"] or ()):
            batch.change(Triage, each["id"], raised=[*(each["raised"] or ()), name])


def record_presses(record):
    return record["danger"] or record["child"]


def _urgent(batch, case, _undone):
    """What came in, what was asked for, and what was assessed: any of it makes a case urgent."""
    bare = {each["subject_id"] for each in batch.all(Triage, case=case["id"], subject_kind="referral")}
    asked = batch.all(Referral, case_id=case["id"])
    return (any(record_presses(each) for each in batch.all(Record, case_id=case["id"]) if not each["replaced_by"])
            or any(each["urgency"] == "urgent" if each["from_case"] else each["urgent"] and each["id"] in bare for each in asked)
            or any(each["level"] == "high" for each in batch.all(Risk, case=case["id"]))
            or any(each["urgent"] for each in batch.all(Case, merged_into=case["id"])))


def _child(batch, case, undone):
    """Who classified the case last has said whether it is a child's; after that whatever came to it, or was written of who is affected
    and of a vụ."""
    said = max(batch.all(CaseEvent, case=case["id"], kind="classification"), key=lambda each: each["at"], default=None)
    since = said["at"] if said else 0
    came = {each["subject_id"] for each in batch.all(Triage, case=case["id"])
            if not each["undone_at"] and each["id"] != undone and each["received_at"] > since}
    inside = [each for each in batch.all(Record, case_id=case["id"]) if each["id"] in came or each["received_at"] > since]
    people = [each for each in batch.all(CasePerson, case=case["id"]) if each["received_at"] > since and not each["replaced_by"]]
    told = [each for each in batch.all(Incident, case=case["id"]) if each["received_at"] > since and not each["replaced_by"]]
    return ((said is not None and children.classification_tells(said))
            or any(each["child"] for each in inside)
            or any(each["basis"] == "child" for each in batch.all(Referral, case_id=case["id"]) if each["id"] in came)
            or any(children.person_tells(each) for each in people)
            or any(children.incident_tells(each) for each in told)
            or any(each["child"] for each in batch.all(Case, merged_into=case["id"])))


PRESSES = {"urgent": _urgent, "child": _child}
