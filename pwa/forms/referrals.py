"""A referral as a volunteer makes it: forms.md."""
from flask_babel import lazy_gettext as _

from pwa.forms.fields import EntryForm, Many, One, call_moment, hidden_id, text, unit_code

NOTE = 300


class ReferralForm(EntryForm):
    one_of = ("unit",)
    one_of_message = _("Hãy chọn đơn vị nhận.")

    replaces = hidden_id(_("Mục được thay không đúng. Hãy ghi lại thành mục mới."))
    record = hidden_id(_("Ghi nhận kèm theo không đúng. Hãy mở lại từ Sổ của tôi."))
    unit = unit_code(_("Đơn vị nhận"))
    services = Many(_("Cần giúp gì"), "services")
    for_other = Many(_("Cho người có hành vi đó"), "services_for_other")
    urgency = One(_("Gấp?"), "urgency", required=_("Hãy chọn “Gấp?”: Khẩn cấp, Trong ngày hay Thường."))
    basis = One(_("Người đó"), "basis", required=_("Hãy chọn “Người đó”: Đồng ý, Chưa hỏi, Nguy hiểm hay Trẻ em."))
    note = text(_("Ghi thêm"), NOTE)
    called_at = call_moment()
