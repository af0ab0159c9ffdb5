"""What people ask about the data held on them, each with the law's clock (domain.md §6) and its tasks."""
import uuid
from datetime import timedelta

from flask_babel import gettext as _

from db.base import write
from db.models import Case, CasePerson, Consent, DataRequest, Referral, Task, Unit
from pwa.crypto import columns
from pwa.domain import audit, calendars, cases, consents, lists, personal_data, referrals, tasks, timeline
from pwa.domain.clock import DAY, now, said
from pwa.domain.refused import Refused

# Days of the law: alone, when others hold the data too, and one extension. For what domain.md gives as 10–20, ten.
DAYS = {"withdraw": (15, 20, 15), "restrict": (15, 20, 15), "delete": (20, 30, 20), "copy": (10, 10, 0), "correct": (10, 10, 0)}
# Whoever asks hears within so many working days that they were heard.
REPLY = 2


def working_days_later(moment, days):
    """The evening of the working day `days` after."""
    # Not by the ward's own days off: they must not put off what the law asks for.
    calendar = calendars.default()
    day = calendars.local(moment).date()
    while days:
        day += timedelta(days=1)
        days -= calendar.works(day)
    return calendars.moment_of(day, tasks.EVENING * 60)


def merge(batch, entry):
    """Note what was asked; the reply and the deed are tasks of whoever noted it."""
    values = entry.values
    case = cases.writable(batch, values["case"], state=None)
    person = batch.find(CasePerson, values["person"])
    if person is None or person["case"] not in cases.whole_in(batch, case["id"]):
        raise Refused("invalid", _("Không thấy người này trong hồ sơ. Hãy mở lại hồ sơ rồi ghi."))
    what, made_at = values["what"], min(entry.at, batch.received_at)
    _not_twice(batch, case, person, values)
    alone, shared, _extension = DAYS[what]
    due_at = made_at + (shared if values.get("shared") else alone) * DAY
    batch.insert(DataRequest, id=entry.id, ward=case["ward"], case=case["id"], author=batch.deposit.person.id, what=what, key=person["key"],
                 asked_by=values["asked_by"], shared=bool(values.get("shared")), state="open", due_at=due_at, extended=False,
                 words=columns.seal("data_request.words", entry.id, values["remark"]) if values.get("remark") else None, made_at=made_at,
                 received_at=batch.received_at, done_at=None, done_by=None, answer=None)
    timeline.tell(batch, case["id"], "data-request", entry, choice=what, subject_id=entry.id, words=values.get("remark"), due_at=due_at)
    _task(batch, entry, case, "reply", working_days_later(made_at, REPLY),
          _("Trả lời người đề nghị về dữ liệu: đã nhận, sẽ làm gì, khi nào."))
    _task(batch, entry, case, "deed", due_at, _("Làm xong đề nghị về dữ liệu trong hồ sơ này (hạn theo luật)."))


def _not_twice(batch, case, person, values):
    """Raises Refused where another coordinator has noted the same of this person and nobody has answered it, unless this one says so."""
    known = [each for member in cases.whole_in(batch, case["id"])
             for each in batch.all(DataRequest, case=member, key=person["key"], what=values["what"])]
    first = beside(known, batch.deposit.person.id)
    if first and first["id"] != values.get("besides"):
        did = _("Lúc %(time)s đề nghị này đã được ghi: %(what)s, hạn %(due)s.", time=said(first["received_at"]),
                what=_(lists.label("data_request", values["what"])), due=said(first["due_at"]))
        raise Refused("conflict", f"{did} {cases.to_choose()}", case["id"])


def beside(asked, person_id):
    """Of the same requests (dicts of column values), the newest of somebody else that is still open, or None."""
    others = [each for each in asked if each["author"] != person_id and each["state"] == "open"]
    return max(others, key=lambda each: (each["received_at"], each["id"]), default=None)


def _task(batch, entry, case, name, due_at, note):
    tasks.add(batch, entry, _task_id(entry.id, name), case, batch.deposit.person.id, "paper", due_at, note)


def keeps(batch, case_id):
    """Ids of the tasks the law asks for whatever becomes of the case: of requests that nobody has answered."""
    asked = batch.all(DataRequest, case=case_id, state="open")
    return {_task_id(each["id"], name) for each in asked for name in ("reply", "deed")}


def guard_task(batch, task, choice):
    """Refuse to end or put off what the law asks for by its task alone: the reply may be said to be given, nothing else."""
    for asked in batch.all(DataRequest, case=task["case"], state="open") if task["case"] else ():
        if task["id"] == _task_id(asked["id"], "deed") or (task["id"] == _task_id(asked["id"], "reply") and choice != "done"):
            raise Refused("invalid", _("Việc này có hạn theo luật. Hãy mở đề nghị về dữ liệu trong hồ sơ rồi trả lời ở đó; việc này sẽ "
                                       "xong cùng với đề nghị."), task["case"])


def of_task(task):
    """The request that a task is there for, while nobody has answered it; or None."""
    asked = DataRequest.select().where(DataRequest.case == task.case_id, DataRequest.state == "open") if task.case_id else ()
    return next((each for each in asked if task.id in (_task_id(each.id, "reply"), _task_id(each.id, "deed"))), None)


def _task_id(request_id, name):
    return str(uuid.uuid5(uuid.UUID(request_id), name))


def _settle_tasks(person, request, change):
    """Its tasks go with the request: a later day for the deed, or the end of both."""
    mine = Task.select(Task.id).where(Task.id.in_([_task_id(request.id, name) for name in ("reply", "deed")]), Task.state == "open")
    if change.get("extended"):
        later = Task.update(due_at=change["due_at"], turn=change["due_at"])
        later.where(Task.id == _task_id(request.id, "deed"), Task.id.in_(mine)).execute()
    else:
        done = {"state": "done", "turn": None, "done_at": change["done_at"], "done_by": person.id}
        Task.update(done).where(Task.id.in_(mine)).execute()


class CannotAnswer(Exception):
    """The answer does not fit the request; the message says what to do."""


def answer(person, request, choice, words):
    """Say what became of a request: done, refused with the reason, or given more time once."""
    if request.state != "open":
        raise CannotAnswer(_("Đề nghị này đã được trả lời."))
    if choice != "done" and not words:
        raise CannotAnswer(_("Hãy ghi lý do."))
    if choice == "done" and (undone := UNDONE.get(request.what, lambda _request: None)(request)):
        raise CannotAnswer(undone)
    change = {"state": "done" if choice == "done" else "refused", "done_at": now(), "done_by": person.id}
    if choice == "extend":
        extension = DAYS[request.what][2]
        if request.extended or not extension:
            raise CannotAnswer(_("Đề nghị này không gia hạn được nữa."))
        change = {"extended": True, "due_at": request.due_at + extension * DAY}
    with write():
        sealed = columns.seal("data_request.answer", request.id, words) if words else None
        DataRequest.update(answer=sealed, **change).where(DataRequest.id == request.id, DataRequest.state == "open").execute()
        _settle_tasks(person, request, change)
        timeline.tell_now(person, request.case_id, "data-request", choice, words=words, subject_id=request.id)
        audit.changed(person, "data-request", request.id, choice=choice)


def _not_deleted(request):
    """What is to be done before somebody may be told that their data are gone; None where they are."""
    if not personal_data.is_left(request.key, request.case_id):
        return None
    about, named = personal_data.of_person(request.key, request.case_id)
    still = personal_data.open_codes([*about, *named])
    return still_open(still) if still else _("Vẫn còn lời kể, tên hoặc liên hệ của người này. Hãy xóa ở trang này trước, hoặc trả lời là "
                                             "không làm được và lý do.")


def _not_withdrawn(request):
    """The same before they may be told that nothing is shared with their consent any more. What the law lets be shared unasked is none."""
    about, _named = personal_data.of_person(request.key, request.case_id)
    given = _agreed(about)
    return _("Vẫn còn đồng ý chia sẻ với: %(units)s. Hãy ghi rút lại cho từng nơi trước, hoặc trả lời là không làm được và lý do.",
             units=", ".join(f"{unit} ({cases.shown(code)})" for unit, code in given)) if given else None


def _agreed(case_ids):
    """[(name of a unit, code of a case)] of what is shared because somebody agreed: in the case, or by a volunteer's chip where nobody
    has been asked since."""
    given = (Consent.select(Unit.name, Case.code).join(Unit).switch(Consent).join(Case, on=(Consent.case == Case.id))
             .where(Consent.case.in_(case_ids), Consent.replaced_by.is_null(), Consent.decision == "agreed").tuples())
    asked = {member for each in consents.of_case(case_ids) for member in cases.whole(each.case_id)}
    chips = (Referral.select(Unit.name, Case.code).join(Unit, on=(Referral.unit == Unit.id)).switch(Referral)
             .join(Case, on=(Referral.case_id == Case.id))
             .where(Referral.case_id.in_([each for each in case_ids if each not in asked]), ~Referral.from_case, Referral.basis == "agreed",
                    Referral.state != "withdrawn", Unit.code != referrals.COORDINATION).tuples())
    return sorted({*given, *chips})


# What was asked → why it is not done yet.
UNDONE = {"delete": _not_deleted, "withdraw": _not_withdrawn}


def still_open(codes):
    return _("Hồ sơ đang mở nên chưa xóa được: %(codes)s. Hãy kết thúc hồ sơ trước, hoặc trả lời là không làm được và lý do.",
             codes=", ".join(map(cases.shown, codes)))


def words(request, name="words"):
    sealed = getattr(request, name)
    return columns.unseal(f"data_request.{name}", request.id, sealed) if sealed else None


def of_case(case_ids):
    return list(DataRequest.select().where(DataRequest.case.in_(case_ids)).order_by(DataRequest.received_at.desc()))
