"""The author takes an entry back."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField
from wtforms.validators import InputRequired, Regexp

from pwa.forms.fields import UUID, EntryForm


class WithdrawalForm(EntryForm):
    target = HiddenField(validators=[InputRequired(_("Không rõ rút lại mục nào.")), Regexp(UUID, message=_("Không rõ rút lại mục nào."))])
