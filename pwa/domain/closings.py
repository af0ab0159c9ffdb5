"""Kết thúc hồ sơ, mở lại: with what came of it and what the person said. Nothing asked may still be unanswered."""
from flask_babel import gettext as _

from db.models import Case, Referral
from pwa.domain import cases, decisions, handovers, notices, referrals, reopenings, states, timeline, undoing
from pwa.domain.refused import Refused


def merge(batch, entry):
    """Close a case whose referrals are all answered, or open a closed one again."""
    case = cases.writable(batch, entry.values["case"], state=None)
    {"close": _close, "reopen": _reopen}[entry.values["choice"]](batch, entry, case)


def last(batch, case_id):
    """Id of the entry that closed a case, or opened it again, last."""
    return timeline.last_entry(batch, case_id, "closing")


def _close(batch, entry, case):
    if case["state"] == "closed" and entry.values.get("over") == last(batch, case["id"]):
        return _correct(batch, entry, case)
    values = entry.values
    asked = [each for case_id in cases.family(case["id"]) for each in batch.all(Referral, case_id=case_id)]
    # What was asked of the coordinators, also of those of a ward that had the case before, is answered by the closing itself.
    mine = [each for each in asked if each["state"] == "accepted" and batch.unit(each["unit"]).code == referrals.COORDINATION]
    waiting = [each for each in asked if each["state"] in (*referrals.OPEN, "accepted") and each not in mine]
    if case["state"] == "open" and waiting:
        raise Refused("invalid", _("Còn %(n)s chuyển gửi chưa có kết quả. Hãy chờ đơn vị trả lời, hoặc rút lại chuyển gửi, rồi kết "
                                   "thúc hồ sơ.", n=len(waiting)))
    cases.move(batch, case, "close", closed_at=batch.received_at, outcome=values["outcome"], said=values["said"])
    handovers.end(batch, entry, case)
    for referral in mine:
        _settle(batch, referral, "help" if values["outcome"] in cases.HELPED else "fail")
    for referral in asked:
        if state := states.after(states.REFERRAL, referral["state"], "close"):
            batch.change(Referral, referral["id"], state=state, turn=None)
    for case_id in cases.family(case["id"]):
        decisions.end(batch, entry, batch.find(Case, case_id))
        undoing.drop_tasks(batch, case_id)
    timeline.tell(batch, case["id"], "closing", entry, choice="close", words=values.get("remark"), outcome=values["outcome"],
                  said=values["said"])


def _correct(batch, entry, case):
    """Another outcome in place of the one somebody gave before."""
    values = entry.values
    batch.change(Case, case["id"], outcome=values["outcome"], said=values["said"])
    timeline.tell(batch, case["id"], "closing", entry, choice="close", words=values.get("remark"), outcome=values["outcome"],
                  said=values["said"])


def _settle(batch, referral, step):
    batch.change(Referral, referral["id"], state=states.after(states.REFERRAL, referral["state"], step), turn=None,
                 resulted_at=batch.received_at)
    event = "referral-helped" if step == "help" else "referral-not-helped"
    notices.tell(batch, notices.author_of(referral), event, "referral", referral["id"])


def _reopen(batch, entry, case):
    closed_at = case["closed_at"]
    cases.move(batch, case, "reopen", closed_at=None, outcome=None, said=None, coordinator=batch.deposit.person.id)
    timeline.tell(batch, case["id"], "closing", entry, choice="reopen", words=entry.values.get("remark"))
    notices.tell(batch, notices.coordinators, "case-reopened", "case", case["id"])
    reopenings.take_up(batch, entry, case["id"], closed_at)

