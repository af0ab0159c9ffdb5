"""Steps of services."""
from flask_babel import lazy_gettext as _

from pwa.forms.fields import Day, EntryForm, Many, One, hidden_id, text, tick, unit_code

AGAIN = _("Không rõ ghi vào đâu. Hãy mở lại từ Việc cần làm.")


class ServiceForm(EntryForm):
    one_of = ("referral", "case")
    one_of_message = AGAIN

    replaces = hidden_id(AGAIN)
    referral = hidden_id(AGAIN)
    case = hidden_id(AGAIN)
    over = hidden_id(AGAIN)
    services = Many(_("Dịch vụ"), "services", required=_("Hãy chọn dịch vụ."))
    step = One(_("Đến đâu rồi?"), "step", required=_("Hãy chọn: cần, đã giới thiệu, từ chối hay đã nhận."))
    unit = unit_code(_("Nơi đã giúp"))
    on_date = Day(_("Ngày"))
    result = One(_("Kết quả"), "service_result")
    note = text(_("Ghi thêm"), 300)
    removed = tick(_("Ghi nhầm: bỏ dịch vụ này"))
