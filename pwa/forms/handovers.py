"""A case to another coordinator or another ward."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, ValidationError
from wtforms.validators import AnyOf

from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import Pick, hidden_id, text, unit_code


class HandoverForm(CaseForm):
    over = hidden_id(AGAIN)
    choice = HiddenField(validators=[AnyOf(["offer", "accept", "decline", "recall"], message=AGAIN)])
    person = Pick(_("Điều phối viên"), _("Chọn người"))
    ward = unit_code(_("Phường, xã khác"))
    note = text(_("Ghi thêm"), 300)

    def validate_choice(self, field):
        if field.data == "offer" and bool(self.person.data) == bool(self.ward.data):
            raise ValidationError(_("Hãy chọn một điều phối viên, hoặc một phường, xã khác."))
