"""Hoàn tác: a choice of triage is taken back for a day, as if it had not been made; what was written stays on every timeline."""
from flask_babel import gettext as _

from db.models import CaseEvent, Record, Referral, Task, Triage
from pwa.domain import cases, data_requests, decisions, handovers, notices, queue, states, timeline
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
    case = cases.writable(batch, triage["case"])
    others = [each for each in batch.all(Triage, case=case["id"])
              if not each["undone_at"] and each["id"] != triage["id"] and each["choice"] != "ask"]
    made = [each for each in batch.all(Referral, case_id=case["id"]) if each["from_case"] and each["state"] != "withdrawn"]
    if others or made:
        raise Refused("conflict", _("Hồ sơ %(code)s đã có chuyển gửi hoặc ghi nhận khác. Hãy kết thúc hồ sơ thay vì hoàn tác.",
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
    accepted = _accepted_with(batch, triage)
    if triage["subject_kind"] == "referral":
        [referral] = batch.all(Referral, id=triage["subject_id"])
        # A record that arrived after it went into the case with it, and waits for somebody now.
        for row in batch.all(Record, id=referral["record_id"], case_id=triage["case"]):
            _wait_again(batch, row)
        batch.change(Referral, referral["id"], case_id=None)
        return _take_back_acceptance(batch, triage, accepted)
    row = _as_it_is_now(batch, triage["subject_id"])
    for each in batch.all(Record, duplicate_of=row["id"]):
        batch.change(Record, each["id"], case_id=None)
        _referrals_out(batch, each["id"])
    _referrals_out(batch, row["id"])
    _wait_again(batch, row)
    _take_back_acceptance(batch, triage, accepted)


def _accepted_with(batch, triage):
    """Referral id → how it stood before the case answered what was asked of the coordinators; from the timeline."""
    told = batch.all(CaseEvent, entry_id=triage["id"], kind="referral", choice="joined")
    return {line["subject_id"]: line["data"]["was"] for line in told if "was" in line["data"]}


def _take_back_acceptance(batch, triage, accepted):
    """It waits again, where it waited, unless somebody has said more to it since."""
    for referral_id, was in accepted.items():
        [referral] = batch.all(Referral, id=referral_id)
        state = states.after(states.REFERRAL, referral["state"], "undo")
        if state and referral["answered_at"] == triage["received_at"]:
            batch.change(Referral, referral_id, **was | {"state": state, "seen_at": referral["seen_at"] or triage["received_at"]})


def _as_it_is_now(batch, record_id):
    """The record, or the one that has taken its place since: what became of it went on with that one."""
    [row] = batch.all(Record, id=record_id)
    while row["replaced_by"]:
        [row] = batch.all(Record, id=row["replaced_by"])
    return row


def _wait_again(batch, row):
    asked = any(task["state"] == "open" for task in batch.all(Task, record_id=row["id"], what="question"))
    turn = None if row["withdrawn_at"] else queue.turn(row["received_at"], row["danger"] or row["child"])
    batch.change(Record, row["id"], became="asked" if asked else None, turn=turn, case_id=None, duplicate_of=None)


def _referrals_out(batch, record_id):
    for referral in batch.all(Referral, record_id=record_id):
        if not referral["from_case"]:
            batch.change(Referral, referral["id"], case_id=None)


def _undo_elsewhere(batch, entry, triage):
    row = _as_it_is_now(batch, triage["subject_id"])
    for referral in batch.all(Referral, id=triage["id"]):
        # The unit that was asked hears that it need not; one that has answered keeps what it took.
        if states.after(states.REFERRAL, referral["state"], "withdraw"):
            batch.change(Referral, referral["id"], state="withdrawn", withdrawn_at=batch.received_at, turn=None)
            people = notices.unit_and_coordinators(batch.units[referral["unit"]])
            notices.tell(batch, people, "referral-withdrawn", "referral", referral["id"])
    for task in batch.all(Task, record_id=triage["subject_id"], state="open"):
        if task["what"] != "question":
            _drop(batch, task)
    _wait_again(batch, row)


def _drop(batch, task):
    batch.change(Task, task["id"], state="dropped", turn=None, done_at=batch.received_at, done_by=batch.deposit.person.id)


def _undo_ask(batch, entry, triage):
    for task in batch.all(Task, id=triage["other_id"]):
        if task["state"] == "open":
            _drop(batch, task)
    if batch.all(Record, id=triage["subject_id"]):
        row = _as_it_is_now(batch, triage["subject_id"])
        if row["became"] == "asked":
            batch.change(Record, row["id"], became=None)


def _undo_merge(batch, entry, triage):
    if triage["subject_kind"] == "case":
        case = cases.writable(batch, triage["subject_id"], state="merged")
        cases.move(batch, case, "undo", merged_into=None)
        timeline.tell(batch, case["id"], "triage", entry, choice="undo", subject_id=triage["id"], undone="merge")
        return
    row = _as_it_is_now(batch, triage["subject_id"])
    _referrals_out(batch, row["id"])
    _wait_again(batch, row)


UNDO_OF = {"open": _undo_open, "join": lambda batch, entry, triage: _leave(batch, triage), "not-gbv": _undo_elsewhere, "ask": _undo_ask,
           "merge": _undo_merge}
