"""A measure about the one with violent behaviour."""
from flask_babel import lazy_gettext as _

from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import Day, One, Pick, hidden_id, text, tick


class MeasureForm(CaseForm):
    over = hidden_id(AGAIN)
    measure = One(_("Biện pháp"), "measures", required=_("Hãy chọn biện pháp."))
    on_date = Day(_("Ngày"))
    body = One(_("Ai thực hiện?"), "measure_body")
    incident = Pick(_("Cho vụ"), _("Không nói rõ vụ nào"))
    note = text(_("Ghi thêm"), 300)
    removed = tick(_("Ghi nhầm: bỏ biện pháp này"))
