"""A referral from a case: the unit, what for, how urgent, and the consent for this receiver in the same entry."""
from flask_babel import lazy_gettext as _
from wtforms import ValidationError

from pwa.forms.consents import ConsentForm
from pwa.forms.cases import AGAIN
from pwa.forms.fields import Many, One, hidden_id, text, tick
from pwa.forms.referrals import NOTE


class CaseReferralForm(ConsentForm):
    services = Many(_("Cần giúp gì"), "services")
    for_other = Many(_("Cho người có hành vi đó"), "services_for_other")
    urgency = One(_("Gấp?"), "urgency", required=_("Hãy chọn “Gấp?”: Khẩn cấp, Trong ngày hay Thường."))
    note = text(_("Ghi thêm"), NOTE, _("Đơn vị nhận đọc được. Không ghi tên, số, địa chỉ ở đây."))
    despite = tick(_("Vẫn gửi"))
    # What somebody else has asked of the same unit, and who sends this knows of.
    besides = hidden_id(AGAIN)
    # May be left out: an earlier consent for this unit goes on, or nothing that identifies anybody is shown.
    decision = One(_("Người đó trả lời"), "answered")

    def validate_unit(self, field):
        super().validate_unit(field)
        # Nothing of a consent may get lost because the answer itself was left out.
        asked = self.asked_of.data not in (None, "nobody")
        told = self.fields.data or self.consent_basis.data or self.purpose.data or self.consent_note.data
        if not self.decision.data and (asked or told):
            raise ValidationError(_("Hãy chọn “Người đó trả lời”: Đồng ý, Không đồng ý, hay Không hỏi vì luật cho phép. Chưa chọn thì nơi "
                                    "nhận không biết gì về người đó."))
