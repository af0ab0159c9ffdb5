"""A measure about the one with violent behaviour."""
from flask_babel import lazy_gettext as _

from pwa.forms.cases import CaseForm
from pwa.forms.fields import Day, One, Pick, text


class MeasureForm(CaseForm):
    measure = One(_("Biện pháp"), "measures", required=_("Hãy chọn biện pháp."))
    on_date = Day(_("Ngày"))
    body = One(_("Ai thực hiện?"), "measure_body")
    incident = Pick(_("Cho vụ"), _("Không nói rõ vụ nào"))
    note = text(_("Ghi thêm"), 300)
