"""Hoàn tác: a choice of triage is taken back for a day, as if it had not been made; what was written stays on every timeline."""
from flask_babel import gettext as _

from db.models import CaseEvent, DecisionRequest, Record, Referral, Task, Triage
from pwa.domain import (access, cases, data_requests, decisions, handovers, notices, pressing, records, refusals, risks, service_steps,
                        states, timeline)
from pwa.domain.clock import DAY, said
from pwa.domain.refused import Refused

UNDO = DAY
# What of a referral is as before, when the case that answered it is undone.
RESTORED = ("owner", "answered_at", "turn")


def may_undo(row, moment):
    """Whether a choice (a dict of column values) can still be taken back."""
    return row["undone_at"] is None and moment - row["received_at"] <= UNDO


def take_back(batch, entry, triage):
    """Undo one choice; raises Refused."""
    if triage is None or triage["ward"] != batch.deposit.ward_id:
        raise Refused("forbidden", _("Không thấy lựa chọn này trong sổ của phường. Hãy mở lại ghi nhận."))
    if triage["undone_at"]:
        raise Refused("conflict", _("Lựa chọn này đã được hoàn tác lúc %(time)s.", time=said(triage["undone_at"])), triage["case"])
    if not may_undo(triage, batch.received_at):
        raise Refused("conflict", _("Đã quá 24 giờ nên không hoàn tác được. Hãy ghi tiếp vào hồ sơ, hoặc kết thúc hồ sơ."), triage["case"])
    UNDO_OF[triage["choice"]](batch, entry, triage)
    batch.change(Triage, triage["id"], undone_at=batch.received_at, undone_by=batch.deposit.person.id)
    if triage["case"]:
        timeline.tell(batch, triage["case"], "triage", entry, choice="undo", subject_id=triage["id"], undone=triage["choice"])


def _undo_open(batch, entry, triage):
    _still_ours(batch, triage["case"])
    case = cases.writable(batch, triage["case"])
    others = [each for each in batch.all(Triage, case=case["id"])
              if not each["undone_at"] and each["id"] != triage["id"] and each["choice"] != "ask"]
    made = [each for each in batch.all(Referral, case_id=case["id"]) if each["from_case"] and each["state"] != "withdrawn"]
    if others or made:
        raise Refused("conflict", _("Hồ sơ %(code)s đã có chuyển gửi hoặc ghi nhận khác. Hãy kết thúc hồ sơ thay vì hoàn tác.",
                                    code=cases.shown(case["code"])), case["id"])
    if batch.all(DecisionRequest, case=case["id"], state="approved"):
        raise Refused("conflict", _("Chủ tịch đã quyết định một việc trong hồ sơ %(code)s. Hãy kết thúc hồ sơ thay vì hoàn tác.",
                                    code=cases.shown(case["code"])), case["id"])
    drop_tasks(batch, case["id"], but=("question",))
    cases.move(batch, case, "undo")
    handovers.end(batch, entry, case)
    decisions.end(batch, entry, case)
    _leave(batch, triage)


def drop_tasks(batch, case_id, but=()):
    """What was to be done in a case is done no more, but what the law asks for about somebody's data."""
    legal = data_requests.keeps(batch, case_id)
    for task in batch.all(Task, case=case_id, state="open"):
        if task["id"] not in legal and task["what"] not in but:
            _drop(batch, task)


def _leave(batch, triage):
    """Out of the case, and waiting again."""
    if triage["subject_kind"] == "record":
        return _records_out(batch, records.newest(batch, triage["subject_id"]), triage["received_at"])
    [referral] = batch.all(Referral, id=triage["subject_id"])
    while referral["replaced_by"]:
        [referral] = batch.all(Referral, id=referral["replaced_by"])
    # A record that arrived after it went into the case with it, and waits for somebody now.
    for row in batch.all(Record, id=referral["record_id"], case_id=referral["case_id"]):
        _records_out(batch, records.newest(batch, row["id"]), triage["received_at"])
    # Where its record is here, what was refused goes along with that.
    if not batch.all(Record, id=referral["record_id"]):
        refusals.go_out(batch, referral["case_id"], referral["id"], triage["received_at"])
    _referral_out(batch, referral)


def _leave_open(batch, entry, triage):
    """Out of a case that goes on, which presses no more than without it."""
    _still_ours(batch, triage["case"])
    _leave(batch, triage)
    risks.settle_care(batch, entry, triage["case"])
    # Mended since, it may have told of more than when it came.
    mended = batch.all(Record, replaces=triage["subject_id"])
    pressing.settle(batch, triage["case"], pressing.MARKS if mended else triage["raised"], undone=triage["id"])


def _still_ours(batch, case_id):
    """Raises Refused where the case, or the one it was merged into, has gone to another ward or has come to its end."""
    case = cases.upward(batch, case_id)[-1]
    if not access.may_keep(batch.deposit.person, case):
        raise Refused("conflict", _("Hồ sơ %(code)s đã bàn giao cho phường, xã khác nên không hoàn tác được.",
                                    code=cases.shown(case["code"])))
    if case["state"] == "closed":
        raise Refused("conflict", _("Hồ sơ %(code)s đã kết thúc. Hãy mở lại hồ sơ rồi hoàn tác.", code=cases.shown(case["code"])),
                      case["id"])


def _records_out(batch, row, since):
    """A record leaves its case with its duplicates, with what was asked about them and what was refused since, and waits."""
    for each in batch.all(Record, duplicate_of=row["id"]):
        _refused(batch, each, since)
        records.into_case(batch, each, None)
        _referrals_out(batch, each["id"])
    _refused(batch, row, since)
    _referrals_out(batch, row["id"])
    records.wait_again(batch, row)


def _refused(batch, row, since):
    if row["case_id"]:
        refusals.go_out(batch, row["case_id"], row["id"], since)


def _referrals_out(batch, record_id):
    for referral in batch.all(Referral, record_id=record_id):
        if not referral["from_case"]:
            _referral_out(batch, referral)


def _referral_out(batch, referral):
    """It waits again, where it waited before its case answered for the coordinators, unless somebody has said more to it since."""
    told = batch.all(CaseEvent, case=referral["case_id"], kind="referral", choice="joined", subject_id=referral["id"])
    batch.change(Referral, referral["id"], case_id=None)
    service_steps.out_of_case(batch, referral)
    state = states.after(states.REFERRAL, referral["state"], "undo")
    for line in told:
        if state and "was" in line["data"] and line["at"] == referral["answered_at"]:
            batch.change(Referral, referral["id"], **line["data"]["was"] | {"state": state, "seen_at": referral["seen_at"] or line["at"]})


def _undo_elsewhere(batch, entry, triage):
    row = records.newest(batch, triage["subject_id"])
    for referral in batch.all(Referral, id=triage["id"]):
        # The unit that was asked hears that it need not; one that has answered keeps what it took.
        if states.after(states.REFERRAL, referral["state"], "withdraw"):
            batch.change(Referral, referral["id"], state="withdrawn", withdrawn_at=batch.received_at, turn=None)
            people = notices.unit_and_coordinators(batch.unit(referral["unit"]), referral)
            notices.tell(batch, people, "referral-withdrawn", "referral", referral["id"])
    for task in batch.all(Task, record_id=row["id"], state="open"):
        if task["what"] != "question":
            _drop(batch, task)
    records.wait_again(batch, row)


def _drop(batch, task):
    batch.change(Task, task["id"], state="dropped", turn=None, done_at=batch.received_at, done_by=batch.deposit.person.id)


def _undo_ask(batch, entry, triage):
    for task in batch.all(Task, id=triage["other_id"]):
        if task["state"] == "open":
            if task["case"]:
                _still_ours(batch, task["case"])
            _drop(batch, task)
    row = records.newest(batch, triage["subject_id"])
    if row and row["became"] == "asked":
        batch.change(Record, row["id"], became=None)


def _undo_merge(batch, entry, triage):
    if triage["subject_kind"] == "case":
        return _apart(batch, entry, triage)
    row = records.newest(batch, triage["subject_id"])
    other, case_id = row["duplicate_of"], row["case_id"]
    if other is None:
        raise Refused("conflict", _("Ghi nhận này không còn gộp với ghi nhận nào. Hãy mở lại ghi nhận để chọn."), case_id)
    if case_id:
        _still_ours(batch, case_id)
    # What had been found to tell of the same before is its own again, unless that has been taken back too.
    brought = [records.newest(batch, each) for each in triage["moved"] or ()]
    for each in brought:
        if each["duplicate_of"] == other:
            batch.change(Record, each["id"], duplicate_of=row["id"])
    _records_out(batch, row, triage["received_at"])
    _without(batch, entry, triage, records.newest(batch, other), case_id)


def _without(batch, entry, triage, other, case_id):
    """What the record had been merged with goes on alone: in the queue in its own place, in a case that presses only if it does."""
    if other["turn"] is not None:
        batch.change(Record, other["id"], turn=records.place(batch, other))
    if case_id:
        # Into a case only later, with the other: then all there is has to be looked at.
        risks.settle_care(batch, entry, case_id)
        pressing.settle(batch, case_id, triage["raised"] if case_id == triage["case"] else pressing.MARKS, undone=triage["id"])
    if case_id and case_id != triage["case"]:
        timeline.tell(batch, case_id, "triage", entry, choice="undo", subject_id=triage["id"], undone="merge")


def _apart(batch, entry, triage):
    """Two cases that had become one come apart, each with its own rows."""
    case = cases.writable(batch, triage["subject_id"], state="merged")
    _still_ours(batch, triage["case"])
    refusals.come_apart(batch, entry, case["id"], triage["received_at"])
    cases.move(batch, case, "undo", merged_into=None)
    pressing.settle(batch, triage["case"], triage["raised"], undone=triage["id"])
    timeline.tell(batch, case["id"], "triage", entry, choice="undo", subject_id=triage["id"], undone="merge")


UNDO_OF = {"open": _undo_open, "join": _leave_open, "not-gbv": _undo_elsewhere, "ask": _undo_ask, "merge": _undo_merge}
