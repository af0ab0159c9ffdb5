"""What a coordinator decides about what came in."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField, ValidationError
from wtforms.validators import AnyOf, Length, Optional

from pwa.domain.triages import CHOICES
from pwa.forms.fields import OFF, EntryForm, One, hidden_id, text, unit_code

AGAIN = _("Không rõ chọn cho mục nào. Hãy mở lại từ Việc cần làm.")


class TriageForm(EntryForm):
    one_of = ("record", "referral", "case", "triage")
    one_of_message = AGAIN

    replaces = hidden_id(AGAIN)
    record = hidden_id(AGAIN)
    referral = hidden_id(AGAIN)
    case = hidden_id(AGAIN)
    other = hidden_id(AGAIN)
    triage = hidden_id(AGAIN)
    # The choice this one takes the place of: what somebody else did first.
    instead = hidden_id(AGAIN)
    choice = HiddenField(validators=[AnyOf(list(CHOICES), message=_("Hãy chọn một việc để làm với mục này."))])
    into = StringField(_("Mã hồ sơ"), [Optional(), Length(max=40)], render_kw={**OFF, "maxlength": 40})
    reason = One(_("Vì sao?"), "not_gbv")
    unit = unit_code(_("Nơi sẽ nhận việc này"))
    basis = One(_("Người đó"), "basis")
    note = text(_("Ghi thêm"), 300)
    question = text(_("Câu hỏi"), 300, _("Chỉ hỏi điều người ghi có thể đã biết. Không nhờ họ hỏi hay gặp ai."))

    def validate_choice(self, field):
        if field.data == "join" and not self.into.data:
            raise ValidationError(_("Hãy ghi mã hồ sơ."))
        if field.data == "merge" and not (self.other.data or self.into.data):
            raise ValidationError(_("Hãy chọn mục để gộp."))
        if field.data == "not-gbv" and not self.reason.data:
            raise ValidationError(_("Hãy chọn “Vì sao?”."))
        if field.data == "ask" and not self.question.data:
            raise ValidationError(_("Hãy viết câu hỏi."))
        if field.data == "undo" and not self.triage.data:
            raise ValidationError(AGAIN)
