"""Something to do by a day."""
from flask_babel import lazy_gettext as _

from pwa.forms.cases import CaseForm
from pwa.forms.fields import Day, One, Pick, text


class TaskForm(CaseForm):
    one_of = ("due", "on_date")
    one_of_message = _("Hãy chọn khi nào.")

    what = One(_("Làm gì?"), "task", required=_("Hãy chọn làm gì."))
    due = One(_("Khi nào?"), "due")
    on_date = Day(_("Hoặc ngày"), ahead=True)
    owner = Pick(_("Ai làm?"), _("Tôi"))
    note = text(_("Ghi thêm"), 300)
