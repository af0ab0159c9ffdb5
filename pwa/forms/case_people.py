"""Somebody in a case; all of it optional but the part they have."""
from flask_babel import lazy_gettext as _

from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import Many, One, Units, hidden_id, text, tick


class PersonForm(CaseForm):
    over = hidden_id(AGAIN)
    part = One(_("Là ai trong việc này?"), "part", required=_("Hãy chọn người này là ai trong việc này."))
    sex = One(_("Giới tính"), "sex")
    age = One(_("Tuổi"), "age")
    disabled = One(_("Khuyết tật"), "yes_no_unknown")
    vulnerabilities = Many(_("Điều làm thay đổi cách bảo vệ"), "vulnerabilities")
    relation = One(_("Là gì của người bị bạo lực?"), "relation")
    safe_contact = text(_("Cách liên hệ an toàn"), 200, _("Ai, giờ nào, bằng cách nào thì người đó an toàn."), multiline=False)
    name = text(_("Họ tên"), 100, multiline=False)
    phone = text(_("Số điện thoại"), 30, multiline=False)
    address = text(_("Địa chỉ"), 200, multiline=False)
    ties = Units(_("Làm việc hoặc có người thân ở"), hint=_("Sẽ nhắc khi chuyển gửi tới nơi này."))
    known_from = text(_("Đã có trong hồ sơ (mã)"), 20, _("Cùng một người trong hai hồ sơ được đếm một lần."), multiline=False)
    note = text(_("Ghi thêm"), 300)
    removed = tick(_("Bỏ người này khỏi hồ sơ"))

    more = ("vulnerabilities", "name", "phone", "address", "ties", "known_from", "note", "removed")
