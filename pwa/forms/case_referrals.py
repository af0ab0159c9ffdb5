"""A referral from a case: the unit, what for, how urgent, and the consent for this receiver in the same entry."""
from flask_babel import lazy_gettext as _

from pwa.forms.consents import ConsentForm
from pwa.forms.fields import Many, One, text, tick
from pwa.forms.referrals import NOTE


class CaseReferralForm(ConsentForm):
    services = Many(_("Cần giúp gì"), "services")
    for_other = Many(_("Cho người có hành vi đó"), "services_for_other")
    urgency = One(_("Gấp?"), "urgency", required=_("Hãy chọn “Gấp?”: Khẩn cấp, Trong ngày hay Thường."))
    note = text(_("Ghi thêm"), NOTE, _("Đơn vị nhận đọc được. Không ghi tên, số, địa chỉ ở đây."))
    despite = tick(_("Vẫn gửi"))
    # May be left out: an earlier consent for this unit goes on, or nothing that identifies anybody is shown.
    decision = One(_("Người đó trả lời"), "answered")
