"""Bàn giao: a case goes to another coordinator at once, or to another ward once that ward has taken it."""
from flask_babel import gettext as _

from db.models import (Case, CasePerson, Consent, DataRequest, Handover, Incident, Measure, Person, Record, Referral, Risk, Service, Task,
                       Unit, Ward)
from db.queries.records import of_cases
from pwa.crypto import columns
from pwa.domain import access, cases, decisions, numbers, risks, states, timeline
from pwa.domain.clock import said
from pwa.domain.notices import owner as keeper, tell as ring
from pwa.domain.referrals import COORDINATION
from pwa.domain.refused import Refused


def merge(batch, entry):
    CHOICES[entry.values["choice"]](batch, entry)


def _offer(batch, entry):
    values = entry.values
    case = cases.writable(batch, values["case"])
    if values.get("person"):
        return _to_colleague(batch, entry, case)
    ward = Ward.get_or_none(Ward.code == values.get("ward", ""))
    if ward is None or ward.id == case["ward"]:
        raise Refused("invalid", _("Hãy chọn phường khác, hoặc một điều phối viên của phường."))
    if case["offered_to"]:
        _instead(batch, entry, case)
    _note(batch, entry, case, ward.id, "offered")
    batch.change(Case, case["id"], offered_to=ward.id)
    timeline.tell(batch, case["id"], "handover", entry, choice="offer", words=values.get("note"), ward=ward.id)
    people = {person for (person,) in Person.select(Person.id).where(Person.ward == ward.id, Person.role == "coordinator").tuples()}
    ring(batch, lambda _batch: people, "case-offered", "case", case["id"], urgent=case["urgent"] or risks.presses(batch, case["id"]))


def _instead(batch, entry, case):
    """Take back the offer that came first, when this one knows of it; raises Refused."""
    offer = next(iter(batch.all(Handover, case=case["id"], state="offered")), None)
    if offer is None or offer["id"] != entry.values.get("over"):
        at, ward = (offer["received_at"], offer["to_ward"]) if offer else (case["changed_at"], case["offered_to"])
        did = _("Lúc %(time)s hồ sơ này đã được đề nghị bàn giao cho %(ward)s.", time=said(at), ward=Ward.get_by_id(ward).name)
        raise Refused("conflict", f"{did} {cases.to_choose()}", case["id"])
    _recall(batch, entry, offer)


def end(batch, entry, case):
    """A case that is closed, merged or undone is offered to nobody any more."""
    for offer in batch.all(Handover, case=case["id"], state="offered"):
        _recall(batch, entry, offer)
    batch.change(Case, case["id"], offered_to=None)


def _recall(batch, entry, offer):
    batch.change(Handover, offer["id"], state=states.after(states.HANDOVER, offer["state"], "recall"), answered_at=batch.received_at,
                 answered_by=batch.deposit.person.id)
    timeline.tell(batch, offer["case"], "handover", entry, choice="recall", ward=offer["to_ward"])


def _to_colleague(batch, entry, case):
    chosen = next((person for person, role, _unit in batch.people if person == entry.values["person"] and role == "coordinator"), None)
    if chosen is None or chosen == case["coordinator"]:
        raise Refused("invalid", _("Hãy chọn một điều phối viên khác của phường."))
    _note(batch, entry, case, case["ward"], "accepted", chosen)
    _move_tasks(batch, case, case["ward"], chosen, only_of=case["coordinator"])
    timeline.tell(batch, case["id"], "handover", entry, choice="colleague", words=entry.values.get("note"), person=chosen)
    batch.change(Case, case["id"], coordinator=chosen)
    ring(batch, keeper(chosen), "case-given", "case", case["id"], urgent=case["urgent"] or risks.presses(batch, case["id"]))


def _note(batch, entry, case, to_ward, state, to_person=None):
    note = entry.values.get("note")
    batch.insert(Handover, id=entry.id, case=case["id"], from_ward=case["ward"], to_ward=to_ward, author=batch.deposit.person.id,
                 to_person=to_person, state=state, note=columns.seal("handover.note", entry.id, note) if note else None,
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at, answered_at=None, answered_by=None)


def _answer(step):
    def answer(batch, entry):
        person = batch.deposit.person
        case = batch.find(Case, entry.values["case"])
        theirs = case and (case["offered_to"] == person.ward_id if step != "recall" else access.may_keep(person, case))
        if person.role != "coordinator" or not theirs:
            raise _why_not(batch, person, case, step)
        offers = batch.all(Handover, case=case["id"], state="offered", to_ward=case["offered_to"])
        offer = max(offers, key=lambda each: each["received_at"], default=None)
        if offer is None:
            raise _why_not(batch, person, case, step)
        if step == "accept" and case["state"] != "open":
            raise Refused("conflict", cases.not_open(batch, case), case["id"])
        batch.change(Handover, offer["id"], state=states.after(states.HANDOVER, offer["state"], step), answered_at=batch.received_at,
                     answered_by=person.id)
        timeline.tell(batch, case["id"], "handover", entry, choice=step, words=entry.values.get("note"), ward=offer["to_ward"])
        # Also whatever an earlier end of the case left behind.
        end(batch, entry, case)
        if step == "accept":
            _take(batch, entry, case, offer["to_ward"], person)
        ring(batch, lambda _batch: {offer["author"]}, "handover-answered", "cases", case["id"])
    return answer


def _why_not(batch, person, case, step):
    """What became of the offer this person answers or takes back, for those it was made to or by; nothing for anybody else."""
    side = "from_ward" if step == "recall" else "to_ward"
    known = [each for each in batch.all(Handover, case=case["id"]) if each[side] == person.ward_id and each["from_ward"] != each["to_ward"]
             and each["answered_at"]] if case and person.role == "coordinator" else ()
    first = max(known, key=lambda each: each["answered_at"], default=None)
    if first is None:
        # Neither whether it exists nor where it went is for those who may not see it.
        outcome = "conflict" if case and access.may_keep(person, case) else "forbidden"
        return Refused(outcome, _("Không còn đề nghị bàn giao nào chờ bạn ở hồ sơ này. Hãy mở lại danh sách hồ sơ."))
    did = {"accepted": _("Lúc %(time)s phường, xã được đề nghị đã nhận bàn giao hồ sơ này."),
           "declined": _("Lúc %(time)s phường, xã được đề nghị đã không nhận bàn giao hồ sơ này."),
           "recalled": _("Lúc %(time)s đề nghị bàn giao hồ sơ này đã được rút.")}[first["state"]] % {"time": said(first["answered_at"])}
    then = _("Bản của bạn được giữ. Nếu cần khác đi, hãy gọi phường, xã kia để đề nghị lại.")
    return Refused("conflict", f"{did} {then}", case["id"])


def _take(batch, entry, case, ward_id, person):
    """The whole case with all its history (decision 42). Units that were asked stay asked; who coordinates them is the ward that has it."""
    _move_tasks(batch, case, ward_id, person.id)
    undecided = []
    for case_id in cases.family(case["id"]):
        ward_from = batch.find(Case, case_id)["ward"]
        undecided += decisions.end(batch, entry, batch.find(Case, case_id))
        batch.change(Case, case_id, ward=ward_id, coordinator=person.id, area=None)
        for model in OF_A_WARD:
            for each in batch.all(model, case=case_id):
                batch.change(model, each["id"], ward=ward_id)
        _take_tasks(batch, case_id, ward_id)
        _move_referrals(batch, case_id, ward_from, ward_id)
        _move_numbers(batch, case_id, ward_from, ward_id)
    for request in undecided:
        decisions.ask_again(batch, entry, batch.find(Case, case["id"]), request)


def _move_referrals(batch, case_id, ward_from, ward_to):
    """What was asked of the coordinators is asked of those who have the case now; everybody else who was asked goes on."""
    ours, theirs = (Unit.get(Unit.ward == ward, Unit.code == COORDINATION).id for ward in (ward_from, ward_to))
    for each in batch.all(Referral, case_id=case_id):
        anew = {name: theirs for name in ("unit", "owner") if each[name] == ours}
        # Nobody of the ward before is at it any more.
        anew |= {"assignee": None} if "unit" in anew else {}
        batch.change(Referral, each["id"], ward=ward_to, **anew)


def _move_numbers(batch, case_id, ward_from, ward_to):
    for each in batch.all(CasePerson, case=case_id):
        known = columns.unseal("case_person.details", each["id"], each["details"]) if each["details"] else {}
        numbers.move(batch, each["id"], numbers.of_person(known), ward_from, ward_to)
    for each in batch.all(Record, case_id=case_id):
        known = columns.unseal("record.answers", each["id"], each["answers"])
        numbers.move(batch, each["id"], numbers.of_record(known), ward_from, ward_to)


def _move_tasks(batch, case, ward_id, owner, only_of=None):
    """What a coordinator was to do goes to the new owner. A unit that helps goes on with what it was given, and a question stays with
    whoever recorded, as nobody else can answer it."""
    found = [task for case_id in cases.family(case["id"]) for task in batch.all(Task, case=case_id)]
    owners = Person.select(Person.id).where(Person.id.in_({task["owner"] for task in found}), Person.role == "coordinator")
    theirs = {person for (person,) in owners.tuples() if only_of in (None, person)}
    for task in found:
        given = task["state"] == "open" and task["what"] != "question" and task["owner"] in theirs
        batch.change(Task, task["id"], ward=ward_id, **({"owner": owner} if given else {}))


# Rows that say of which ward they are beside the case they belong to.
OF_A_WARD = (Incident, Measure, DataRequest, Service, Risk, Consent)


def _take_tasks(batch, case_id, ward_id):
    """Also what is done, and what was asked of whoever recorded, is read where the case is; who is to answer stays the same."""
    asked = [task for version in of_cases([case_id]) for task in batch.all(Task, record_id=version)]
    for task in batch.all(Task, case=case_id) + asked:
        batch.change(Task, task["id"], ward=ward_id)


CHOICES = {"offer": _offer, "accept": _answer("accept"), "decline": _answer("decline"), "recall": _answer("recall")}
