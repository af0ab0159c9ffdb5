"""Referrals: a promise with an owner and a visible state. It can be passed on, never dropped."""
from flask_babel import gettext as _

from db.models import Case, CasePerson, Consent, Record, Referral, Unit
from pwa.crypto import columns
from pwa.domain import access, cases, notices, queue, service_steps, states, ties, timeline, versions
from pwa.domain.clock import now
from pwa.domain.records import call_time
from pwa.domain.refused import Refused

COORDINATION = "vhxh"
# The most urgent first.
URGENCIES = ("urgent", "day", "normal")
# What a referral asks for, kept sealed; `unit` is the one the volunteer chose.
ASKED = ("services", "for_other", "note", "unit")
# States that wait for somebody's answer.
OPEN = states.allowing(states.REFERRAL, "accept")
# States in which a unit has what was asked in hand, or has helped.
IN_HAND = (*OPEN, "accepted", "helped")


def answers(referral):
    """What was asked: {"services": [...], "for_other": [...], "note": "...", "unit": code}, blank left out."""
    return columns.unseal("referral.answers", referral.id, referral.answers)


def merge(batch, entry):
    """Ask a unit; from a phone that reads nothing, or unproved, ask the coordinator to look first."""
    values, author = entry.values, batch.deposit.person
    record_id, urgency, basis = values.get("record"), values["urgency"], values["basis"]
    record = batch.find(Record, record_id) if record_id else None
    stands = _newest(batch, record)
    case = batch.find(Case, stands["case_id"]) if stands and stands["case_id"] else None
    if record and not _may_refer(batch, record, stands):
        raise Refused("forbidden", _("Bạn chỉ chuyển gửi được ghi nhận của mình. Hãy gửi không kèm ghi nhận."))
    # Whoever names a version that has been mended meanwhile speaks of the one that stands.
    record, record_id = stands, stands["id"] if stands else record_id
    unit = _receiving_unit(batch, values["unit"], pressing=urgency == "urgent" or basis == "danger")
    if case and author.role == "coordinator":
        raise Refused("invalid", _("Ghi nhận này đã ở trong hồ sơ. Hãy mở hồ sơ và chuyển gửi từ đó: ở đó có đồng ý của "
                                   "người đó và lời nhắc."))
    replaces = values.get("replaces")
    replaced = _replaced(batch, replaces)
    case_id = case["id"] if case else replaced and replaced["case_id"]
    if batch.deposit.marked or entry.doubted or _is_tied(batch, case_id, unit):
        unit = batch.units[COORDINATION]
    if case and case["ward"] != unit.ward_id and unit.code == COORDINATION:
        # What the record tells of is coordinated in another ward by now.
        unit = Unit.get(Unit.ward == case["ward"], Unit.code == COORDINATION)
    withdrawn_at = batch.withdrawn_at(entry.id)
    more = replaced is not None and _asks_more(replaced, unit, urgency, basis)
    ask(batch, entry, unit, record_id=record_id, case_id=case_id, urgency=urgency, basis=basis,
        asked={name: values[name] for name in ASKED if name in values}, called_at=call_time(values.get("called_at"), batch.received_at),
        replaces=replaces, withdrawn_at=withdrawn_at, clock=versions.clock_of(batch, replaced, more))
    if replaced:
        service_steps.out_of_case(batch, replaced)
        batch.change(Referral, replaced["id"], replaced_by=entry.id, state="withdrawn", withdrawn_at=batch.received_at,
                     turn=None)
        for each in batch.all(Consent, subject_id=replaced["id"]):
            batch.change(Consent, each["id"], subject_id=entry.id)
        if not more:
            versions.take_watch(batch, replaced, entry.id)
    if case_id and not withdrawn_at:
        service_steps.into_case(batch, entry, batch.find(Referral, entry.id), case or batch.find(Case, case_id))
    if record and not record["referred_at"]:
        batch.change(Record, record_id, referred_at=batch.received_at)


def _may_refer(batch, record, stands):
    """Whether this person may refer a record; from a phone that reads nothing, their own alone."""
    author = batch.deposit.person
    theirs = record["author"] == author.id
    return theirs or (not batch.deposit.marked and access.may_refer(author, record["author"], _ward_of(batch, stands)))


def _is_tied(batch, case_id, unit):
    """Whether the other side of a case has people at the unit: who recorded is not told of it, nor held up by it (decision 54)."""
    people = [each for member in cases.whole_in(batch, case_id) for each in batch.all(CasePerson, case=member)]
    return unit.id in ties.of(people)


def _newest(batch, record):
    """The version of a record that stands now, or None."""
    while record and record["replaced_by"]:
        [record] = batch.all(Record, id=record["replaced_by"])
    return record


def _ward_of(batch, record):
    """The ward a record is with: that of its case, where it has one."""
    case = batch.find(Case, record["case_id"]) if record["case_id"] else None
    return case["ward"] if case else record["ward"]


def ask(batch, entry, unit, *, urgency, basis, asked, record_id=None, case_id=None, from_case=False, called_at=None, replaces=None,
        withdrawn_at=None, clock=versions.FRESH):
    """Ask one unit, under the entry's id: it has to answer, and owns the referral until somebody has accepted it."""
    urgent = presses(urgency, basis)
    case = batch.find(Case, case_id) if case_id else None
    batch.insert(
        Referral, id=entry.id, ward=case["ward"] if case else batch.deposit.ward_id, author=batch.deposit.person.id, record_id=record_id,
        unit=unit.id, owner=unit.id, urgency=urgency, urgent=urgent, basis=basis,
        answers=columns.seal("referral.answers", entry.id, {name: value for name, value in asked.items() if value}),
        state="withdrawn" if withdrawn_at else "sent", made_at=entry.at, received_at=batch.received_at, seen_at=None,
        answered_at=None, called_at=called_at, marked=batch.deposit.marked, unverified=entry.doubted, replaces=replaces,
        replaced_by=None, withdrawn_at=withdrawn_at, case_id=case_id, from_case=from_case, assignee=None, resulted_at=None, erased_at=None,
        turn=None if withdrawn_at else queue.turn(clock["since"] or batch.received_at, urgent), **clock)
    if case_id:
        timeline.tell(batch, case_id, "referral", entry, choice="sent", subject_id=entry.id, unit=unit.id, urgency=urgency)
    people = notices.unit_and_coordinators(unit, batch.find(Referral, entry.id))
    notices.tell(batch, people, "referral-new", "referral", entry.id, urgent=urgent)


def presses(urgency, basis):
    return urgency == "urgent" or basis in ("danger", "child")


def _asks_more(replaced, unit, urgency, basis):
    """Whether a mended referral asks somebody else, or asks them sooner: that unit has the time it is given, from now."""
    now_asked, before = (0 if urgent else URGENCIES.index(each) for urgent, each in (
        (presses(urgency, basis), urgency), (replaced["urgent"], replaced["urgency"])))
    return now_asked < before or replaced["unit"] != unit.id


def _receiving_unit(batch, code, pressing):
    unit = batch.units.get(code)
    if unit is None or not unit.receives:
        raise Refused("invalid", _("Đơn vị nhận không có trong danh bạ. Hãy chọn lại đơn vị."))
    if not may_choose(batch.deposit.person.role, unit, pressing):
        raise Refused("invalid", _("Nơi này nhận qua điều phối viên. Hãy chọn Phòng Văn hóa – Xã hội."))
    return unit


def may_choose(role, unit, pressing):
    """A volunteer sends to the coordinators, and straight to those who protect and treat only in danger (forms.md)."""
    if role == "coordinator":
        return True
    return unit.code == COORDINATION or (pressing and unit.direct_in_danger)


def _replaced(batch, referral_id):
    row = batch.find_replaced(Referral, referral_id)
    if row is None:
        return None
    if row["author"] != batch.deposit.person.id:
        raise Refused("forbidden", _("Chỉ người gửi mới sửa được chuyển gửi này."))
    if row["replaced_by"] or row["state"] not in ("sent", "seen"):
        raise Refused("conflict", _("Chuyển gửi này đã có nơi trả lời. Bản sửa được giữ lại cho điều phối viên."))
    return row


def mark_seen(person, referral):
    """The first look by the unit asked; the one who referred sees it. Who sent it has not been asked, until it comes back."""
    state, just_sent = states.after(states.REFERRAL, referral.state, "see"), referral.state == "sent" and referral.author_id == person.id
    if state and not referral.seen_at and referral.unit_id == person.unit_id and not just_sent:
        seen_at = now()
        Referral.update(state=state, seen_at=seen_at).where(Referral.id == referral.id, Referral.state == referral.state).execute()
        referral.state, referral.seen_at = state, seen_at
