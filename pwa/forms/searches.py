"""What a coordinator knows of a case when looking for it."""
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pwa.forms.fields import Day, One, text, unit_code

ASKED = ("code", "phone", "unit", "state", "since", "until")


class SearchForm(FlaskForm):
    code = text(_("Mã hồ sơ, hoặc mã lãnh đạo trực đọc"), 12, multiline=False)
    phone = text(_("Số điện thoại"), 30, multiline=False)
    unit = unit_code(_("Đơn vị được nhờ, nơi ghi nhận hoặc địa bàn"))
    state = One(_("Trạng thái"), "case_state")
    since = Day(_("Mở từ ngày"))
    until = Day(_("Mở đến ngày"))
    # Where the next page begins.
    after = HiddenField()

    def validate(self, extra_validators=None):
        good = super().validate(extra_validators)
        if good and not self.asked():
            self.form_errors.append(_("Hãy điền ít nhất một điều bạn biết."))
            return False
        return good

    def asked(self):
        """What was filled in, field name to value."""
        return {name: self[name].data for name in ASKED if self[name].data}

    def sentences(self):
        return [str(message) for messages in self.errors.values() for message in messages]
