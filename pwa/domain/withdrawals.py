"""Taking an entry back: the author's own record or referral; what was written stays for the coordinator."""
from flask_babel import gettext as _

from db.models import Case, Record, Referral, Withdrawal
from pwa.domain import access, answers, case_referrals, cases, notices, records, states, tasks, timeline
from pwa.domain.refused import Refused


def merge(batch, entry):
    target, author = entry.values["target"], batch.deposit.person
    row, model = batch.find(Record, target), Record
    if row is None:
        row, model = batch.find(Referral, target), Referral
    case = batch.find(Case, row["case_id"]) if model is Referral and row and row["case_id"] else None
    if case and access.may_take_back(author, row, case):
        return _take_back(batch, entry, row)
    if row is not None and (row["author"] != author.id or (case and row["from_case"])):
        raise Refused("forbidden", _("Chỉ người ghi mới xóa được mục này."))
    if row is not None and row["replaced_by"]:
        raise Refused("conflict", _("Mục này đã được sửa từ nơi khác. Bản mới vẫn còn; muốn xóa, hãy mở bản mới."), row["case_id"])
    if model is Referral and row and row["state"] not in ("sent", "seen", "withdrawn"):
        then = _("Vì vậy không xóa được. Hãy gọi điều phối viên.")
        raise Refused("conflict", f"{answers.before(batch, row)} {then}", row["case_id"])
    batch.insert(Withdrawal, id=entry.id, target_id=target, author=author.id, made_at=entry.at, received_at=batch.received_at)
    if row is None or row["withdrawn_at"]:
        # It was refused, or comes later and will find that it has been taken back; or it has been taken back already.
        return
    change = {"withdrawn_at": batch.received_at, "turn": None}
    if model is Referral:
        change["state"] = "withdrawn"
        notices.tell(batch, notices.receivers(row, batch.unit(row["unit"])), "referral-withdrawn", "referral", target)
    batch.change(model, target, **change)
    if model is Referral and row["record_id"]:
        records.given_back(batch, row["record_id"])
    if model is Record and row["became"] not in records.SETTLED:
        records.let_go(batch, row)
    if row["case_id"]:
        _tell_case(batch, entry, model, row)


def _tell_case(batch, entry, model, row):
    """A case rests on what was told: that it is taken back stands on its timeline, and whoever answers for the case is told."""
    if model is Referral:
        return case_referrals.tell(batch, row, "referral", entry, choice="withdrawn", unit=row["unit"])
    timeline.tell(batch, row["case_id"], "record", entry, choice="withdrawn", subject_id=row["id"], about="record")
    case = cases.upward(batch, row["case_id"])[-1]
    notices.tell(batch, lambda _batch: {case["coordinator"]}, "record-withdrawn", "record", row["id"])


def _take_back(batch, entry, referral):
    """A referral of a case, by any coordinator who answers for it, until the unit has said what became of it."""
    state = may_become(referral)
    if state is None:
        then = _("Không cần làm gì thêm.") if referral["withdrawn_at"] else _("Vì vậy không rút được. Hãy gọi cho nơi đó.")
        raise Refused("conflict", f"{answers.before(batch, referral)} {then}", referral["case_id"])
    batch.insert(Withdrawal, id=entry.id, target_id=referral["id"], author=batch.deposit.person.id, made_at=entry.at,
                 received_at=batch.received_at)
    batch.change(Referral, referral["id"], state=state, withdrawn_at=batch.received_at, turn=None)
    case_referrals.tell(batch, referral, "referral", entry, choice="withdrawn", unit=referral["unit"])
    if not case_referrals.helps(batch, referral["case_id"], referral["unit"]):
        tasks.end_of_unit(batch, entry, referral["case_id"], referral["unit"], _("Chuyển gửi đã được rút lại."), "referral-withdrawn")
    # Who waited for it, and the unit that was asked or already helps, of whatever ward.
    people = notices.receivers(referral, batch.unit(referral["unit"]))(batch) | {referral["author"]}
    notices.tell(batch, lambda _batch: people, "referral-withdrawn", "referral", referral["id"])


def may_become(referral):
    """The state of a referral (a dict of column values) that a coordinator takes back, or None."""
    return next((state for step in ("withdraw", "take-back") if (state := states.after(states.REFERRAL, referral["state"], step))), None)
