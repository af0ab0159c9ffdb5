"""Who of the unit has it."""
from flask_babel import lazy_gettext as _

from pwa.forms.fields import EntryForm, Pick, hidden_id, row_id
from pwa.forms.services import AGAIN


class AssignmentForm(EntryForm):
    replaces = hidden_id(AGAIN)
    referral = row_id(AGAIN)
    over = hidden_id(AGAIN)
    person = Pick(_("Người lo việc này"), _("Chọn người"), required=_("Hãy chọn người."))
