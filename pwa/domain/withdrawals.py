"""Taking an entry back: the author's own record or referral; what was written stays for the coordinator."""
from flask_babel import gettext as _

from db.models import Record, Referral, Withdrawal
from pwa.domain import notices
from pwa.domain.refused import Refused


def merge(batch, entry):
    target, author = entry.values["target"], batch.deposit.person
    row, model = batch.find(Record, target), Record
    if row is None:
        row, model = batch.find(Referral, target), Referral
    if row is not None and row["author"] != author.id:
        raise Refused("forbidden", _("Chỉ người ghi mới xóa được mục này."))
    if model is Referral and row and row["state"] not in ("sent", "seen", "withdrawn"):
        raise Refused("conflict", _("Chuyển gửi này đã có nơi trả lời nên không xóa được. Hãy gọi điều phối viên."))
    batch.insert(Withdrawal, id=entry.id, target_id=target, author=author.id, made_at=entry.at, received_at=batch.received_at)
    if row is None:
        # It was refused, or comes later and will find that it has been taken back.
        return
    change = {"withdrawn_at": batch.received_at, "turn": None}
    if model is Referral:
        change["state"] = "withdrawn"
        notices.tell(batch, notices.unit_and_coordinators(batch.units[row["unit"]]), "referral-withdrawn", "referral", target)
    batch.change(model, target, **change)
