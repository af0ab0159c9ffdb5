"""What every entry about a case has: which case."""
from flask_babel import lazy_gettext as _

from pwa.forms.fields import EntryForm, hidden_id, row_id

AGAIN = _("Không rõ ghi vào hồ sơ nào. Hãy mở lại hồ sơ.")


class CaseForm(EntryForm):
    # Names of fields that stand under "Thêm nếu biết".
    more = ()

    replaces = hidden_id(AGAIN)
    case = row_id(AGAIN)
