"""Closing a case, and opening it again."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, ValidationError
from wtforms.validators import AnyOf

from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import One, hidden_id, text


class ClosingForm(CaseForm):
    over = hidden_id(AGAIN)
    choice = HiddenField(validators=[AnyOf(["close", "reopen"], message=AGAIN)])
    outcome = One(_("Kết quả"), "outcome")
    said = One(_("Người đó nói gì về việc được giúp?"), "said")
    # Not "words": a page already has an element of that id.
    remark = text(_("Ghi thêm"), 500)

    def validate_choice(self, field):
        if field.data == "close" and not self.outcome.data:
            raise ValidationError(_("Hãy chọn kết quả."))
        if field.data == "close" and not self.said.data:
            raise ValidationError(_("Hãy chọn điều người đó nói, hoặc “Không nói, không hỏi”."))
        if field.data == "reopen" and not self.remark.data:
            raise ValidationError(_("Vì sao mở lại? Hãy viết một câu."))
