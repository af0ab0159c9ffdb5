"""A follow-up note."""
from flask_babel import lazy_gettext as _

from pwa.forms.fields import EntryForm, hidden_id, text
from pwa.forms.services import AGAIN


class NoteForm(EntryForm):
    one_of = ("text",)
    one_of_message = _("Hãy viết một câu.")

    replaces = hidden_id(AGAIN)
    case = hidden_id(AGAIN)
    referral = hidden_id(AGAIN)
    text = text(_("Ghi theo dõi"), 500)
