"""What came of a task."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, ValidationError
from wtforms.validators import AnyOf

from pwa.forms.fields import Day, EntryForm, One, hidden_id, row_id, text
from pwa.forms.services import AGAIN


class CompletionForm(EntryForm):
    replaces = hidden_id(AGAIN)
    over = hidden_id(AGAIN)
    task = row_id(AGAIN)
    choice = HiddenField(validators=[AnyOf(["done", "snooze", "drop"], message=AGAIN)])
    # A question is answered by a note alone; anything else says what comes next.
    what = HiddenField()
    note = text(_("Kết quả, điều cần nhớ"), 500)
    reason = One(_("Vì sao để lại?"), "snooze")
    next = One(_("Bước tiếp theo"), "next_step")
    due = One(_("Khi nào?"), "due")
    on_date = Day(_("Hoặc ngày"), ahead=True)

    def validate_choice(self, field):
        dated = self.due.data or self.on_date.data
        if field.data == "done" and self.what.data != "question":
            if not self.next.data:
                raise ValidationError(_("Hãy chọn bước tiếp theo, hoặc “Không còn việc nào”."))
            if self.next.data != "none" and not dated:
                raise ValidationError(_("Bước tiếp theo vào khi nào?"))
        if field.data == "snooze" and not self.reason.data:
            raise ValidationError(_("Hãy chọn vì sao để lại."))
        if field.data == "snooze" and not dated:
            raise ValidationError(_("Để lại đến khi nào?"))
        if field.data == "drop" and not self.note.data:
            raise ValidationError(_("Vì sao không cần nữa? Hãy viết một câu."))
