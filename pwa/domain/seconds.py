"""The second of two who acted on one thing without knowing of one another: what it takes to do theirs all the same, on purpose.

Each answer is a dict of fields the entry must carry beside what was posted: it names what stands now, so that a third who acts
in between is not overlooked either. None where it cannot be done any more, or should not be done by one tap.
"""
from db.models import (Case, CasePerson, Consent, DataRequest, DecisionRequest, Handover, Incident, Measure, Record, Referral, Service,
                       Task, Triage, Unit)
from pwa.domain import (access, answers, case_referrals, cases, classifications, closings, consents, data_requests, held, states,
                        undoing, versions)
from pwa.domain.clock import now


def of(person, kinds, name, *subject_ids):
    """Entries of this person that came second: [(row, posted fields, what doing them now takes)]."""
    return [(row, posted, again(person, row.kind, dict(posted))) for row, posted in held.second(person, kinds, name, subject_ids)]


def again(person, kind, values):
    return AGAIN.get(kind, _into_an_open_case)(person, values)


def _case(values):
    return Case.get_or_none(Case.id == values.get("case", ""))


def _at_work(case):
    """The case, or the one it was merged into, where that is open; else None."""
    return Case.get_or_none(Case.id.in_(cases.whole(case.id)), Case.state == "open") if case else None


def _into_an_open_case(person, values):
    """What was in the way was that the case was not open; now it is, or it goes on in another, and there it can be written."""
    case = _at_work(_case(values))
    if case is None or not access.may_keep(person, {"ward": case.ward_id}):
        return None
    return {} if case.id == values["case"] else {"case": case.id}


def _into_the_same(person, values):
    """The same for what is done with a case as such: not by one tap with another one."""
    return {} if _into_an_open_case(person, values) == {} else None


def _over(find):
    """A rule that asks for the row it writes anew: `find` answers its id."""
    def over(person, values):
        where = _into_an_open_case(person, values)
        if where is None:
            return None
        found = find(values | where)
        return where | ({"over": found} if found else {})
    return over


def _newest(model):
    def find(values):
        row = model.get_or_none(model.id == values.get("over", ""))
        while row and row.replaced_by:
            row = model.get_by_id(row.replaced_by)
        return row and row.id
    return find


def _consent(person, values):
    """Not where the person has said no in between: whoever then says they agreed must have asked anew."""
    if values.get("decision") not in consents.ALLOWING:
        return _into_an_open_case(person, values)
    given = (Consent.select().join(Unit).where(Consent.case.in_(cases.whole(values.get("case", ""))), Unit.code == values.get("unit", ""),
                                               Unit.ward == person.ward_id, Consent.replaced_by.is_null())
             .order_by(Consent.received_at.desc()).first())
    return None if given and given.decision not in consents.ALLOWING else _over(lambda _values: given and given.id)(person, values)


def _case_referral(person, values):
    """Beside what somebody else has asked of the same unit."""
    takes = _consent(person, values)
    if takes is None:
        return None
    asked = Referral.select().join(Unit, on=(Referral.unit == Unit.id)).where(
        Referral.case_id.in_(cases.whole(values["case"])), Unit.code == values.get("unit", ""), Unit.ward == person.ward_id)
    return takes | _besides(case_referrals.beside([each.__data__ for each in asked], person.id))


def _data_request(person, values):
    case, about = _case(values), CasePerson.get_or_none(CasePerson.id == values.get("person", ""))
    if case is None or about is None or not access.may_keep(person, {"ward": case.ward_id}):
        return None
    asked = DataRequest.select().where(DataRequest.case.in_(cases.whole(case.id)), DataRequest.key == about.key,
                                       DataRequest.what == values.get("what", ""))
    return _besides(data_requests.beside([each.__data__ for each in asked], person.id))


def _besides(first):
    return {"besides": first["id"]} if first else {}


def _closing(person, values):
    case = _case(values)
    if case is None or values.get("choice") != "close" or case.state != "closed":
        return _into_the_same(person, values) if values.get("choice") == "close" else None
    last = closings.last(None, case.id)
    return {"over": last} if last and access.may_keep(person, {"ward": case.ward_id}) else None


def _handover(person, values):
    if values.get("choice") != "offer" or _into_the_same(person, values) is None:
        return None
    return _over(lambda _values: next((each.id for each in Handover.select().where(
        Handover.case == values["case"], Handover.state == "offered")), None))(person, values)


def _decision_request(person, values):
    def waiting(values):
        same = DecisionRequest.case.in_(cases.whole(values["case"])) & (DecisionRequest.what == values.get("what", ""))
        return DecisionRequest.select(DecisionRequest.id).where(same, DecisionRequest.state == "waiting").scalar()
    return _over(waiting)(person, values)


def _triage(person, values):
    """In place of the choice that came first, while that can be taken back."""
    if values.get("case"):
        return _into_the_same(person, values)
    subject = _subject(values)
    if subject is None or values.get("choice") == "undo":
        return None
    asks = values.get("choice") == "ask"
    chosen = Triage.select().where(Triage.subject_id.in_(_versions(subject)), Triage.undone_at.is_null(),
                                   (Triage.choice == "ask") if asks else (Triage.choice != "ask"))
    first = chosen.order_by(Triage.received_at.desc()).first()
    if first:
        return {"instead": first.id} if undoing.may_undo(first.__data__, now()) else None
    return {} if asks or not subject.case_id else None


def _subject(values):
    model = Record if values.get("record") else Referral
    row = model.get_or_none(model.id == (values.get("record") or values.get("referral", "")))
    if row and model is Referral and row.record_id:
        row = Record.get_or_none(Record.id == row.record_id) or row
    while isinstance(row, Record) and row.replaced_by:
        row = Record.get_by_id(row.replaced_by)
    return row


def _versions(row):
    """Ids under which this was decided about: a record may have been mended since."""
    return versions.ids(row) if isinstance(row, Record) else [row.id]


def _answer(person, values):
    referral = Referral.get_or_none(Referral.id == values.get("referral", ""))
    if referral is None:
        return None
    open_now, choice = answers.open_to(person, referral.__data__, values.get("behalf")), values.get("choice")
    over = {"over": answers.last([each.__data__ for each in referral.answers_given], referral.id)}
    if choice in open_now:
        return over
    # Somebody took it that this one would have sent to its right place: that is a handover now.
    return {"choice": "pass", **over} if choice == "decline" and values.get("next_unit") and "pass" in open_now else None


def _assignment(person, values):
    referral = Referral.get_or_none(Referral.id == values.get("referral", ""))
    if referral is None or not access.may_serve(person, referral.__data__):
        return None
    return {"over": referral.assignee_id} if referral.assignee_id else {}


def _at_a_referral(person, values):
    """What only the unit that has a referral writes of it; of a case, whoever keeps it."""
    if values.get("case"):
        return _into_an_open_case(person, values)
    referral = Referral.get_or_none(Referral.id == values.get("referral", ""))
    return {} if referral and access.may_serve(person, referral.__data__) else None


def _service(person, values):
    where = _at_a_referral(person, values)
    if where is None:
        return None
    found = _newest(Service)(values)
    return where | ({"over": found} if found else {})


def _completion(person, values):
    task = Task.get_or_none(Task.id == values.get("task", ""))
    if task is None or (task.case_id and _at_work(task.case) is None):
        return None
    if states.after(states.TASK, task.state, "redo") is None:
        return {}
    return {"over": task.done_entry} if task.done_entry else None


def _never(person, values):
    return None


AGAIN = {"person": _over(_newest(CasePerson)), "incident": _over(_newest(Incident)),
         "measure": _over(_newest(Measure)), "service": _service, "note": _at_a_referral,
         "classification": _over(lambda values: classifications.last(None, values["case"])), "consent": _consent,
         "case-referral": _case_referral, "data-request": _data_request,
         "closing": _closing, "handover": _handover, "decision-request": _decision_request, "triage": _triage, "answer": _answer,
         "assignment": _assignment, "completion": _completion,
         # What the Chairman has decided is changed by a new question; what somebody has accepted, by calling them.
         "decision": _never, "withdrawal": _never}
