"""A unit's answer to a referral."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Optional, Regexp

from pwa.forms.fields import UUID, EntryForm, One, hidden_id, text, tick, unit_code
from pwa.forms.referrals import NOTE


class AnswerForm(EntryForm):
    over = hidden_id(_("Không rõ trả lời chuyển gửi nào. Hãy mở lại từ Việc cần làm."))
    replaces = hidden_id(_("Không rõ trả lời chuyển gửi nào. Hãy mở lại từ Việc cần làm."))
    referral = HiddenField(validators=[InputRequired(_("Không rõ trả lời chuyển gửi nào. Hãy mở lại từ Việc cần làm.")),
                                       Regexp(UUID, message=_("Không rõ trả lời chuyển gửi nào. Hãy mở lại từ Việc cần làm."))])
    choice = HiddenField(validators=[AnyOf(["accept", "decline", "pass", "help", "fail"],
                                           message=_("Hãy chọn Tiếp nhận, Từ chối hoặc Chuyển đúng nơi."))])
    reason = One(_("Lý do"), "refusal")
    why_not = One(_("Vì sao chưa giúp được?"), "not_helped")
    next_unit = unit_code(_("Nơi phù hợp"))
    # A coordinator writes down what another unit has told her.
    behalf = HiddenField(validators=[Optional(), AnyOf(["yes"], message=_("Không rõ trả lời chuyển gửi nào. Hãy mở lại từ Việc cần làm."))])
    despite = tick(_("Vẫn gửi"))
    note = text(_("Ghi thêm"), NOTE)

    def validate_choice(self, field):
        if field.data == "pass" and not self.next_unit.data:
            raise ValidationError(_("Hãy chọn đơn vị tiếp theo."))
        if field.data == "decline" and not self.reason.data:
            raise ValidationError(_("Hãy chọn lý do từ chối."))
        if field.data == "decline" and self.reason.data == "wrong-place" and not self.next_unit.data:
            raise ValidationError(_("Hãy chọn nơi phù hợp."))
        if field.data == "fail" and not self.why_not.data:
            raise ValidationError(_("Hãy chọn vì sao chưa giúp được."))
        if self.reason.data == "other" and not self.note.data:
            raise ValidationError(_("Lý do khác: hãy ghi rõ ở “Ghi thêm”."))
