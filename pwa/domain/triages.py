"""Triage: what a coordinator does with what comes in. Every choice can be taken back for a day, and all of it stays written."""
from flask_babel import gettext as _

from db.models import Case, Person, Record, Referral, Task, Triage
from pwa.crypto import columns
from pwa.domain import (access, cases, clocks, handovers, notices, pressing, records, referrals, refusals, risks, service_steps, states,
                        tasks, timeline, undoing)
from pwa.domain.clock import said
from pwa.domain.refused import Refused

MODELS = {"record": Record, "referral": Referral, "case": Case}


def merge(batch, entry):
    """One choice about a record, a referral without a record, or a case that is a duplicate."""
    CHOICES[entry.values["choice"]](batch, entry)


def _subject(batch, entry):
    """(kind, row) of what the choice is about, newest version; raises Refused when it is not this person's to decide."""
    values, person = entry.values, batch.deposit.person
    kind = next((kind for kind in ("record", "referral", "case") if values.get(kind)), "record")
    row = batch.find(MODELS[kind], values.get(kind))
    if kind == "referral" and row and row["record_id"]:
        # With its record here, they go together: what is decided is decided about the record.
        record = next(iter(batch.all(Record, id=row["record_id"])), None)
        kind, row = ("record", record) if record else (kind, row)
    row = records.newest(batch, row["id"]) if row and kind == "record" else row
    if row is None or row["ward"] != person.ward_id or row.get("from_case") or _gone(batch, row):
        raise Refused("forbidden", _("Không thấy mục này trong sổ của phường. Hãy mở lại từ Việc cần làm."))
    if values.get("instead"):
        undoing.take_back(batch, entry, batch.find(Triage, values["instead"]))
    return kind, row


def _gone(batch, row):
    """Whether it went to another ward with its case."""
    case = batch.find(Case, row["case_id"]) if row.get("case_id") else None
    return case is not None and case["ward"] != batch.deposit.ward_id


def _still_waits(batch, kind, row):
    """Raises Refused with what the first did, when somebody was faster."""
    if kind == "referral":
        if not row["case_id"]:
            return
        case, first = batch.find(Case, row["case_id"]), _first(batch, row)
        raise Refused("conflict", _("Lúc %(time)s chuyển gửi này đã vào hồ sơ %(code)s. Bản của bạn được giữ: mở lại chuyển gửi để giữ "
                                    "như vậy, hoặc làm theo bản của bạn.", time=said(first["received_at"]) if first else "",
                                    code=cases.shown(case["code"])), case["id"])
    if row["became"] not in records.SETTLED:
        return
    raise Refused("conflict", _why(batch, _first(batch, row), row), row["case_id"])


def _first(batch, row):
    """The choice that stands, or None."""
    return max((each for each in batch.all(Triage, subject_id=row["id"]) if not each["undone_at"] and each["choice"] != "ask"),
               key=lambda each: each["received_at"], default=None)


def _why(batch, first, row):
    at = said(first["received_at"]) if first else ""
    case = batch.find(Case, row["case_id"])
    if case:
        return _("Lúc %(time)s ghi nhận này đã vào hồ sơ %(code)s. Bản của bạn được giữ: mở lại ghi nhận để giữ như vậy, "
                 "hoặc làm theo bản của bạn.", time=at, code=cases.shown(case["code"]))
    if row["became"] == "duplicate":
        return _("Lúc %(time)s ghi nhận này đã được gộp vào một ghi nhận khác. Bản của bạn được giữ: mở lại ghi nhận để chọn.", time=at)
    if row["became"] != "elsewhere":
        return _("Lúc %(time)s điều phối viên đã ghi là không phải bạo lực giới, không chuyển đi đâu. Bản của bạn được giữ: mở lại ghi "
                 "nhận để chọn.", time=at)
    return _("Lúc %(time)s ghi nhận này đã được chuyển nơi khác vì không phải bạo lực giới. Bản của bạn được giữ: mở lại ghi nhận "
             "để chọn.", time=at)


def _note(batch, entry, kind, subject_id, case=None, other=None, reason=None, unit=None, raised=None, moved=None):
    batch.insert(Triage, id=entry.id, ward=batch.deposit.ward_id, author=batch.deposit.person.id, choice=entry.values["choice"],
                 subject_id=subject_id, subject_kind=kind, case=case, other_id=other, reason=reason, unit=unit, raised=raised, moved=moved,
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at, undone_at=None, undone_by=None)


# ── Into a case ──────────────────────────────────────────────────────────────────────────────────────────────────────

def _open(batch, entry):
    kind, row = _subject(batch, entry)
    _still_waits(batch, kind, row)
    answers = columns.unseal("record.answers", row["id"], row["answers"]) if kind == "record" else {}
    area = cases.area_of(batch.deposit.ward_id, answers.get("tdp"))
    case = cases.open_new(batch, entry, urgent=_presses(batch, kind, row), child=_of_child(batch, kind, row), area=area)
    _note(batch, entry, kind, row["id"], case=case["id"])
    timeline.tell(batch, case["id"], "triage", entry, choice="open", subject_id=row["id"], about=kind)
    _enter(batch, entry, kind, row, case)


def _join(batch, entry):
    kind, row = _subject(batch, entry)
    _still_waits(batch, kind, row)
    case = _named_case(batch, entry.values.get("into"))
    if case["state"] == "closed":
        raise Refused("conflict", cases.not_open(batch, case), case["id"])
    raised = pressing.press(batch, case["id"], urgent=_presses(batch, kind, row), child=_of_child(batch, kind, row))
    _note(batch, entry, kind, row["id"], case=case["id"], raised=raised)
    timeline.tell(batch, case["id"], "triage", entry, choice="join", subject_id=row["id"], about=kind)
    _enter(batch, entry, kind, row, case)


def _presses(batch, kind, row):
    """Whether what comes in presses: a referral, or a record with whatever was found to tell of the same."""
    together = [row, *batch.all(Record, duplicate_of=row["id"])] if kind == "record" else ()
    return any(map(pressing.record_presses, together)) if together else row["urgent"]


def _of_child(batch, kind, row):
    together = [row, *batch.all(Record, duplicate_of=row["id"])] if kind == "record" else ()
    return any(each["child"] for each in together) if together else row["basis"] == "child"


def _named_case(batch, text):
    """The open case of the ward with this id or code, the one it was merged into in its place; raises Refused."""
    case = batch.find(Case, text) if text and len(text) == 36 else next(iter(batch.all(Case, code=cases.typed(text))), None)
    seen = set()
    while case and case["merged_into"] and case["id"] not in seen:
        seen.add(case["id"])
        case = batch.find(Case, case["merged_into"])
    if case is None or not access.may_keep(batch.deposit.person, case) or case["state"] == "undone":
        raise Refused("invalid", _("Không có hồ sơ mang mã này. Hãy xem lại mã hồ sơ."))
    return case


def _enter(batch, entry, kind, row, case):
    """Put a record, its duplicates and its referrals, or a bare referral, into a case."""
    if kind == "referral":
        return _bring(batch, entry, [row], case)
    together = [row, *batch.all(Record, duplicate_of=row["id"])]
    batch.change(Record, row["id"], became="case", turn=None)
    _bring_records(batch, entry, together, case)


def _bring_records(batch, entry, together, case):
    for each in together:
        records.into_case(batch, each, case["id"])
        refusals.come_in(batch, entry, each["id"], case["id"])
        risks.bring_to_care(batch, entry, case, each["health_until"])
        _bring(batch, entry, batch.all(Referral, record_id=each["id"]), case)


def _bring(batch, entry, asked, case):
    """What was asked goes into the case; what was asked of the coordinators is answered by it."""
    for referral in asked:
        batch.change(Referral, referral["id"], case_id=case["id"])
        refusals.come_in(batch, entry, referral["id"], case["id"])
        was = {name: referral[name] for name in undoing.RESTORED}
        ours = _accept_ours(batch, referral)
        service_steps.into_case(batch, entry, referral, case)
        timeline.tell(batch, case["id"], "referral", entry, choice="joined", subject_id=referral["id"], unit=referral["unit"],
                      **({"was": was} if ours else {}))


def _accept_ours(batch, referral):
    """A case is the coordinators' answer to what was asked of them; whether it was."""
    ours = batch.units[referrals.COORDINATION].id
    state = states.after(states.REFERRAL, referral["state"], "accept")
    if referral["unit"] == ours and state and referral["state"] != "declined":
        batch.change(Referral, referral["id"], state=state, owner=ours, answered_at=batch.received_at, turn=None)
        notices.tell(batch, notices.author_of(referral), "referral-accepted", "referral", referral["id"])
        return True
    return False


# ── Elsewhere, asked, merged ─────────────────────────────────────────────────────────────────────────────────────────

def _not_gbv(batch, entry):
    kind, row = _subject(batch, entry)
    _still_waits(batch, kind, row)
    if kind != "record":
        raise Refused("invalid", _("Hãy bấm “Chuyển đúng nơi” trên chuyển gửi này và chọn đơn vị tiếp theo."))
    unit = batch.units.get(entry.values.get("unit"))
    if unit is None or not unit.receives:
        if entry.values["reason"] != "mistake":
            raise Refused("invalid", _("Hãy chọn nơi sẽ nhận việc này: không phải bạo lực giới vẫn cần có người lo."))
        unit = None
    elif unit.code == referrals.COORDINATION:
        _see_to_it(batch, entry, row)
    else:
        referrals.ask(batch, entry, unit, record_id=row["id"], urgency="day" if row["danger"] or row["child"] else "normal",
                      basis=entry.values.get("basis") or "not-asked", asked={"note": entry.values.get("note"), "unit": unit.code})
    became = "ended" if unit is None else "kept" if unit.code == referrals.COORDINATION else "elsewhere"
    batch.change(Record, row["id"], became=became, turn=None)
    _note(batch, entry, kind, row["id"], reason=entry.values["reason"], unit=unit and unit.id)


def _see_to_it(batch, entry, record):
    """What the coordinators keep for themselves is a task of the one who chose so: a choice alone has no owner."""
    due = tasks.due_moment("today" if record["danger"] or record["child"] else "3-days", None, batch.received_at)
    tasks.add(batch, entry, entry.id, None, batch.deposit.person.id, "other", due,
              entry.values.get("note") or _("Không phải bạo lực giới: đọc ghi nhận và lo tiếp."), record_id=record["id"])


def _ask(batch, entry):
    kind, row = _subject(batch, entry)
    if kind != "record" or row["author"] == batch.deposit.person.id:
        raise Refused("invalid", _("Chỉ hỏi lại được người đã ghi nhận. Hãy mở lại ghi nhận rồi chọn."))
    if any(task["state"] == "open" for task in batch.all(Task, record_id=row["id"], what="question")):
        raise Refused("conflict", _("Đã có một câu hỏi gửi người ghi và chưa có trả lời. Hãy chờ, hoặc gọi cho họ."), row["case_id"])
    if row["case_id"] and not access.may_keep(batch.deposit.person, batch.find(Case, row["case_id"])):
        raise Refused("forbidden", _("Không thấy mục này trong sổ của phường. Hãy mở lại từ Việc cần làm."))
    question = entry.values["question"]
    due_at = question_due(row, batch.received_at)
    batch.insert(Task, id=entry.id, ward=batch.deposit.ward_id, case=row["case_id"], record_id=row["id"], referral_id=None,
                 author=batch.deposit.person.id, owner=row["author"], what="question", state="open", due_at=due_at, turn=due_at, snoozed=0,
                 until=None, note=columns.seal("task.note", entry.id, question), answer=None, made_at=min(entry.at, batch.received_at),
                 received_at=batch.received_at, done_at=None, done_by=None, done_entry=None, after=None)
    if row["became"] is None:
        # It goes on waiting for a coordinator: a question is no answer.
        batch.change(Record, row["id"], became="asked")
    _note(batch, entry, kind, row["id"], case=row["case_id"], other=entry.id)
    if row["case_id"]:
        timeline.tell(batch, row["case_id"], "triage", entry, choice="ask", subject_id=row["id"], words=question)
    notices.tell(batch, lambda _batch: {row["author"]}, "question", "task", entry.id, urgent=row["danger"])


def question_due(record, asked_at):
    """When whoever recorded should have answered a question about it (a dict of column values): by the ward's own clocks."""
    return clocks.answer_by(record["ward"], clocks.ALARM if pressing.record_presses(record) else clocks.DAY, asked_at)


def reckon(ward_id):
    """The ward has changed its clocks: what it asked those who recorded is due by them."""
    open_ones = Task.select().where(Task.ward == ward_id, Task.turn.is_null(False), Task.what == "question")
    asked = Record.select().where(Record.id.in_([task.record_id for task in open_ones]), Record.ward == ward_id)
    of = {each.id: each.__data__ for each in asked}
    for task in open_ones:
        if task.record_id in of:
            due_at = question_due(of[task.record_id], task.received_at)
            Task.update(due_at=due_at, turn=due_at).where(Task.id == task.id, Task.turn.is_null(False)).execute()


def _merge(batch, entry):
    kind, row = _subject(batch, entry)
    if kind == "case":
        return _merge_cases(batch, entry, row)
    _still_waits(batch, kind, row)
    other, case = _the_other(batch, entry, kind, row)
    # What was a duplicate of this one now is one of the other, so that all of them go where it goes.
    along = batch.all(Record, duplicate_of=row["id"])
    raised = pressing.press(batch, case["id"], urgent=_presses(batch, kind, row), child=_of_child(batch, kind, row)) if case else None
    for each in (row, *along):
        batch.change(Record, each["id"], became="duplicate", duplicate_of=other["id"], turn=None)
    _note(batch, entry, kind, row["id"], case=case and case["id"], other=other["id"], raised=raised, moved=[each["id"] for each in along])
    if case:
        timeline.tell(batch, case["id"], "triage", entry, choice="merge", subject_id=row["id"], about="record")
        _bring_records(batch, entry, [row, *along], case)
    elif other["turn"] is not None:
        records.wait_together(batch, other)


def _the_other(batch, entry, kind, row):
    """(the record this one is a duplicate of, the open case that has it, or None); raises Refused."""
    other = records.newest(batch, entry.values.get("other"))
    case = batch.find(Case, other["case_id"]) if other and other["case_id"] else None
    stands = cases.upward(batch, case["id"])[-1] if case else None
    if (kind != "record" or other is None or other["ward"] != row["ward"] or other["id"] == row["id"] or other["duplicate_of"]
            or other["withdrawn_at"] or (stands and not access.may_keep(batch.deposit.person, stands))):
        raise Refused("invalid", _("Không gộp được hai ghi nhận này. Hãy mở lại ghi nhận rồi chọn."))
    if stands and stands["state"] != "open":
        raise Refused("conflict", cases.not_open(batch, stands), stands["id"])
    return other, case


def _merge_cases(batch, entry, case):
    case = cases.writable(batch, case["id"])
    into = _named_case(batch, entry.values.get("into"))
    if into["id"] == case["id"] or into["state"] != "open":
        raise Refused("invalid", _("Không gộp được vào hồ sơ này. Hãy chọn một hồ sơ khác đang mở."))
    cases.move(batch, case, "merge", merged_into=into["id"])
    handovers.end(batch, entry, case)
    raised = pressing.press(batch, into["id"], urgent=case["urgent"], child=case["child"])
    _note(batch, entry, "case", case["id"], case=into["id"], raised=raised)
    for each, other in ((case, into), (into, case)):
        timeline.tell(batch, each["id"], "triage", entry, choice="merge", subject_id=other["id"], about="case", code=other["code"])


def _undo(batch, entry):
    undoing.take_back(batch, entry, batch.find(Triage, entry.values.get("triage")))


CHOICES = {"open": _open, "join": _join, "not-gbv": _not_gbv, "ask": _ask, "merge": _merge, "undo": _undo}


# ── For pages ────────────────────────────────────────────────────────────────────────────────────────────────────────

def of_subject(subject_id):
    """The choices made about one thing, newest first."""
    return list(Triage.select(Triage, Person).join(Person, on=(Triage.author == Person.id)).where(Triage.subject_id == subject_id)
                .order_by(Triage.received_at.desc()))


def waiting(person):
    """Records nobody has dealt with, as a query: urgent and oldest first is queue.after's doing."""
    return access.records(person).where(Record.ward == person.ward_id, Record.turn.is_null(False))
