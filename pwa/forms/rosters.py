"""Lịch trực and Thông báo của tôi: settings, posted online with a token, unlike entries."""
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from pwa.forms.fields import OFF

DAYS = [("0", _("Thứ hai")), ("1", _("Thứ ba")), ("2", _("Thứ tư")), ("3", _("Thứ năm")), ("4", _("Thứ sáu")), ("5", _("Thứ bảy")),
        ("6", _("Chủ nhật")), ("H", _("Ngày lễ"))]


class ShiftForm(FlaskForm):
    person = SelectField(_("Người trực"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn người trong danh sách."))])
    days = SelectMultipleField(_("Ngày trực"), choices=DAYS, render_kw=OFF)
    starts = TimeField(_("Từ"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn giờ bắt đầu và giờ kết thúc."))])
    ends = TimeField(_("Đến"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn giờ bắt đầu và giờ kết thúc."))])


class LeaveForm(FlaskForm):
    first = DateField(_("Từ ngày"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn ngày."))])
    last = DateField(_("Đến hết ngày"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn ngày."))])


class PreferenceForm(FlaskForm):
    quiet_from = TimeField(_("Từ"), render_kw=OFF, validators=[Optional()])
    quiet_until = TimeField(_("Đến"), render_kw=OFF, validators=[Optional()])
    rung = SelectMultipleField(_("Máy rung khi có"), render_kw=OFF)
    phone = StringField(_("Số điện thoại"), render_kw={**OFF, "inputmode": "tel"}, validators=[Optional(), Length(max=30)])
    mail = StringField(_("Thư điện tử"), render_kw={**OFF, "inputmode": "email"}, validators=[Optional(), Length(max=200)])
    unshared = BooleanField(_("Đừng cho điều phối viên thấy số này"), render_kw=OFF)


def sentences(form):
    """What is wrong, one sentence per field, each once."""
    return list(dict.fromkeys(str(message) for messages in form.errors.values() for message in messages))


def minute(time):
    return None if time is None else time.hour * 60 + time.minute
