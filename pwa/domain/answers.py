"""A unit's answer: it accepts, passes on to the right place, declines and hands back, or says what became of it."""
from flask_babel import gettext as _

from db.models import Answer, Case, Person, Referral, Unit
from pwa.crypto import columns
from pwa.domain import access, case_referrals, notices, queue, records, states, tasks, ties
from pwa.domain.clock import said
from pwa.domain.referrals import COORDINATION, OPEN
from pwa.domain.refused import Refused


# States in which nobody is asked any more.
ENDED = ("withdrawn", "closed")


def note(answer):
    return columns.unseal("answer.note", answer.id, answer.note) if answer.note else None


def merge(batch, entry):
    """Answer for the unit whose turn it is; whoever passes on owns the referral until someone accepts."""
    values, person = entry.values, batch.deposit.person
    referral = batch.find(Referral, values["referral"])
    if referral is None:
        raise Refused("forbidden", _("Bạn không trả lời được chuyển gửi này. Hãy hỏi điều phối viên của phường."))
    if values["choice"] not in open_to(person, referral, values.get("behalf")) or _knows_less(batch, referral, values):
        raise _why_not(batch, person, referral)
    unit = batch.unit(referral["unit"]) if values.get("behalf") else batch.units[person.unit_id]
    before = {referral["unit"], referral["owner"]}
    CHOICES[values["choice"]](batch, referral, unit, values)
    for gone in before - {referral["unit"], referral["owner"]}:
        _end_part(batch, entry, referral, gone)
    if values.get("reason") == "unwanted":
        _refused_service(batch, entry, referral, unit)
    if values.get("behalf"):
        notices.tell(batch, notices.unit_and_coordinators(unit, referral), "referral-note", "referral", referral["id"])
    next_unit = batch.units.get(values.get("next_unit"))
    reason = values.get("why_not") or values.get("reason")
    batch.insert(Answer, id=entry.id, referral=referral["id"], author=person.id, unit=unit.id, choice=values["choice"],
                 reason=reason, next_unit=next_unit and next_unit.id,
                 note=columns.seal("answer.note", entry.id, values["note"]) if values.get("note") else None,
                 made_at=entry.at, received_at=batch.received_at)
    case_referrals.tell(batch, referral, "answer", entry, choice=values["choice"], words=values.get("note"), reason=reason,
                        unit=unit.id, next_unit=next_unit and next_unit.id, behalf=bool(values.get("behalf")))


def _end_part(batch, entry, referral, unit_id):
    """A unit that neither is asked nor answers for it any more has nothing left to do in the case, unless it helps there otherwise."""
    if not referral["case_id"] or case_referrals.helps(batch, referral["case_id"], unit_id):
        return
    tasks.end_of_unit(batch, entry, referral["case_id"], unit_id, _("Nơi khác đã nhận việc này."), "referral-passed")


def _knows_less(batch, referral, values):
    """Passing on what somebody has already taken is a handover, a second result a correction: either has to have seen that."""
    first = referral["state"] in OPEN or (referral["state"] == "accepted" and values["choice"] in ("help", "fail"))
    return not first and values.get("over") != last(batch.all(Answer, referral=referral["id"]), referral["id"])


def took_it(batch, person, referral):
    """Whether this person's unit has accepted a referral that was taken back or sent on since: what it saw and gave is not lost. Once the
    case has come to its end nothing is written into it past its coordinator."""
    took = any(each["choice"] == "accept" and each["unit"] == person.unit_id for each in batch.all(Answer, referral=referral["id"]))
    case = batch.find(Case, referral["case_id"]) if referral["case_id"] else None
    ended = referral["state"] == "closed" or referral["erased_at"] or (case and case["state"] == "closed")
    return took and access.may_write(person.role, "answer") and not ended


def by_another(answer):
    """Whether a coordinator wrote an answer down for the unit that gave it."""
    return answer.author.role == "coordinator" and answer.author.unit_id != answer.unit_id


def is_related(unit_id, referral_id):
    """Whether a unit has said of a referral that somebody there is close to a person in it."""
    return Answer.select().where(Answer.referral == referral_id, Answer.unit == unit_id, Answer.reason == "related").exists()


def last(given, referral_id):
    """What a page has seen of a referral: the id of its last decisive answer (dicts of column values), or its own."""
    decisive = [each for each in given if each["choice"] in CHOICES]
    return max(decisive, key=lambda each: each["received_at"])["id"] if decisive else referral_id


def open_to(person, referral, behalf=None):
    """The choices a person has now, for their own unit or on behalf of the one asked: what access allows and the state leaves open."""
    allowed = access.may_answer_for(person, referral) if behalf else access.may_answer(person, referral)
    return [choice for choice in allowed if states.after(states.REFERRAL, referral["state"], choice)]


def too_late(batch, person, referral, otherwise):
    """The Refused for what only the unit that has accepted may write: what was done before, where it was that unit's until somebody took
    it back or sent it on; else that it is `otherwise`."""
    gone = referral["unit"] != person.unit_id or referral["state"] in ENDED
    if gone and (person.unit_id in (referral["unit"], referral["owner"]) or _was_theirs(batch, person, referral)):
        then = _("Việc này không còn chờ đơn vị của bạn.")
        return Refused("conflict", f"{before(batch, referral)} {then}", referral["case_id"])
    return Refused("forbidden", otherwise)


def _why_not(batch, person, referral):
    coordinates = person.role == "coordinator" and referral["ward"] == person.ward_id
    theirs = coordinates or person.unit_id in (referral["unit"], referral["owner"])
    if referral["replaced_by"] and (theirs or _was_theirs(batch, person, referral)):
        # It is not over: a later version waits for the same answer.
        return Refused("conflict", _("Người gửi đã sửa chuyển gửi này. Hãy mở bản mới trong Việc cần làm và trả lời lại."),
                       referral["case_id"])
    if theirs or _was_theirs(batch, person, referral):
        then = _("Hãy mở lại để giữ như vậy, hoặc chọn bước tiếp.") if theirs else _("Việc này không còn chờ đơn vị của bạn.")
        return Refused("conflict", f"{before(batch, referral)} {then}", referral["case_id"])
    return Refused("forbidden", _("Bạn không trả lời được chuyển gửi này. Hãy hỏi điều phối viên của phường."))


def _was_theirs(batch, person, referral):
    """Whether it waited for this person's unit before somebody sent it on: their answer came late, and is no trespass."""
    asked = columns.unseal("referral.answers", referral["id"], referral["answers"]).get("unit")
    onward = {each["next_unit"] for each in batch.all(Answer, referral=referral["id"])}
    here = batch.find(Person, referral["author"])["ward"] == person.ward_id
    return (here and batch.units[person.unit_id].code == asked) or person.unit_id in onward


def before(batch, referral):
    """What the one who was faster did."""
    if referral["withdrawn_at"]:
        return _("Lúc %(time)s chuyển gửi này đã được rút lại.", time=said(referral["withdrawn_at"]))
    if referral["state"] == "closed" and (case := batch.find(Case, referral["case_id"])):
        return _("Lúc %(time)s việc này đã kết thúc.", time=said(case["closed_at"] or case["changed_at"]))
    first = max((each for each in batch.all(Answer, referral=referral["id"]) if each["choice"] in CHOICES),
                key=lambda each: each["received_at"], default=None)
    if first is None:
        return _("Chuyển gửi này chưa có nơi tiếp nhận.")
    return _("Chuyển gửi này đã được trả lời trước đó: %(unit)s, %(did)s, lúc %(time)s.",
             unit=batch.unit(first["unit"]).name, did=DID[first["choice"]](), time=said(first["received_at"]))


def _accept(batch, referral, unit, values):
    _change(batch, referral, state="accepted", owner=unit.id)
    notices.tell(batch, notices.author_and_coordinators(referral), "referral-accepted", "referral", referral["id"])


def _pass_on(batch, referral, unit, values):
    onward = batch.units.get(values["next_unit"])
    if onward is None or not onward.receives or onward.id in (unit.id, referral["unit"]):
        raise Refused("invalid", _("Đơn vị tiếp theo không có trong danh bạ. Hãy chọn lại đơn vị."))
    if onward.through_coordinator and batch.deposit.person.role != "coordinator":
        raise Refused("invalid", _("Nơi này nhận qua điều phối viên. Hãy chọn Phòng Văn hóa – Xã hội."))
    if referral["case_id"]:
        ties.check(batch, referral["case_id"], onward, values)
    _change(batch, referral, state="passed", owner=unit.id, unit=onward.id, seen_at=None, assignee=None, resulted_at=None)
    people = notices.unit_and_coordinators(onward, referral)
    notices.tell(batch, people, "referral-new", "referral", referral["id"], urgent=referral["urgent"])
    notices.tell(batch, notices.author_of(referral), "referral-passed", "referral", referral["id"])


def _decline(batch, referral, unit, values):
    if unit.must_take:
        raise Refused("invalid", _("Nơi này không từ chối tin báo. Hãy bấm “Chuyển đúng nơi” và chọn đơn vị tiếp theo."))
    if values.get("next_unit"):
        return _pass_on(batch, referral, unit, values)
    if unit.code == COORDINATION:
        raise Refused("invalid", _("Điều phối viên không từ chối. Hãy bấm “Chuyển đúng nơi” và chọn đơn vị tiếp theo."))
    # Back to those who coordinate it, in whatever ward its case is now.
    back = Unit.get(Unit.ward == referral["ward"], Unit.code == COORDINATION)
    _change(batch, referral, state="declined", owner=unit.id, unit=back.id, seen_at=None)
    notices.tell(batch, notices.author_and_coordinators(referral), "referral-declined", "referral", referral["id"],
                 urgent=referral["urgent"])


def _help(batch, referral, unit, values):
    _result(batch, referral, "help")
    notices.tell(batch, notices.author_and_coordinators(referral), "referral-helped", "referral", referral["id"])


def _fail(batch, referral, unit, values):
    _result(batch, referral, "fail")
    if referral["record_id"]:
        records.given_back(batch, referral["record_id"])
    notices.tell(batch, notices.author_and_coordinators(referral), "referral-not-helped", "referral", referral["id"],
                 urgent=referral["urgent"])


def _result(batch, referral, step):
    batch.change(Referral, referral["id"], state=states.after(states.REFERRAL, referral["state"], step), turn=None,
                 resulted_at=batch.received_at)


def _refused_service(batch, entry, referral, unit):
    """A service the person does not want is counted as refused."""
    case = batch.find(Case, referral["case_id"]) if referral["case_id"] else None
    asked = columns.unseal("referral.answers", referral["id"], referral["answers"])
    for service in asked.get("services", ()):
        case_referrals.count(batch, entry, case, service, "refused", unit=unit.id, referral=referral["id"])


def _change(batch, referral, **values):
    # Its place in the queue counts from now for the unit that is asked next.
    waits = values["state"] in OPEN
    batch.change(Referral, referral["id"], answered_at=batch.received_at,
                 turn=queue.turn(batch.received_at, referral["urgent"]) if waits else None, **values)


CHOICES = {"accept": _accept, "pass": _pass_on, "decline": _decline, "help": _help, "fail": _fail}
DID = {"accept": lambda: _("đã tiếp nhận"), "pass": lambda: _("đã chuyển nơi khác"), "decline": lambda: _("đã từ chối"),
       "help": lambda: _("đã giúp"), "fail": lambda: _("chưa giúp được")}
