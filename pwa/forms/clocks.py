"""Thời hạn và ngày nghỉ: settings, posted online with a token, unlike entries."""
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from pwa.domain import clock_settings, lists
from pwa.domain.clocks import Rule
from pwa.forms.fields import OFF
from pwa.forms.rosters import DAYS, minute

UNITS = [("minutes", _("phút")), ("hours", _("giờ")), ("days", _("ngày"))]
NUMBER = _("Thời hạn: hãy ghi một số từ 1 đến 9999.")


def _length(label):
    return StringField(label, render_kw={**OFF, "inputmode": "numeric", "maxlength": 4},
                       validators=[InputRequired(NUMBER), Regexp(r"[0-9]{1,4}\Z", message=NUMBER)])


def _unit():
    # Three of one form are told apart by what they stand beside.
    return SelectField(_("Tính bằng"), choices=UNITS, render_kw={**OFF, "aria-label": _("Tính bằng")})


class RuleForm(FlaskForm):
    urgency = SelectField(_("Gấp?"), choices=lambda: lists.choices("urgency"), validate_choice=False, render_kw=OFF)
    service = SelectField(_("Dịch vụ"), choices=lambda: list(clock_settings.services().items()), validate_choice=False, default="",
                          render_kw=OFF)
    seen, seen_unit = _length(_("Phải xem trong")), _unit()
    answered, answered_unit = _length(_("Phải trả lời trong")), _unit()
    gap, gap_unit = _length(_("Chưa trả lời thì gọi người tiếp theo sau mỗi")), _unit()
    any_hour = BooleanField(_("Tính cả đêm, cuối tuần và ngày nghỉ"), render_kw=OFF)

    @classmethod
    def showing(cls, urgency, service, rule):
        """The form filled with a rule, each length in the largest unit that says it whole."""
        found = {"urgency": urgency, "service": service, "any_hour": rule.any_hour}
        for name in ("seen", "answered", "gap"):
            found[name], found[name + "_unit"] = split(getattr(rule, name), rule.any_hour)
        return cls(formdata=None, **found)

    def rule(self):
        return Rule(*(self._minutes(name) for name in ("seen", "answered", "gap")), any_hour=self.any_hour.data)

    def _minutes(self, name):
        return int(self[name].data) * sizes(self.any_hour.data)[self[name + "_unit"].data]


def sizes(any_hour):
    """Unit → its minutes; a day of working time is as long as one works."""
    return {"minutes": 1, "hours": 60, "days": clock_settings.WHOLE_DAY if any_hour else clock_settings.WORKING_DAY}


def split(minutes, any_hour):
    """120 → (2, "hours")."""
    name, size = next((name, size) for name, size in reversed(sizes(any_hour).items()) if minutes % size == 0)
    return minutes // size, name


class WeekForm(FlaskForm):
    weekdays = SelectMultipleField(_("Ngày làm việc"), choices=DAYS[:-1], render_kw=OFF)
    starts = TimeField(_("Sáng từ"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn giờ bắt đầu và giờ kết thúc."))])
    ends = TimeField(_("đến"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn giờ bắt đầu và giờ kết thúc."))])
    # Left blank where one works through, or in the morning alone.
    then_starts = TimeField(_("Chiều từ"), render_kw=OFF, validators=[Optional()])
    then_ends = TimeField(_("đến"), render_kw=OFF, validators=[Optional()])

    def spans(self):
        """Minutes from and until of each half of the day; None where one of the two is missing."""
        pairs = ((self.starts.data, self.ends.data), (self.then_starts.data, self.then_ends.data))
        return [(minute(start), minute(end)) for start, end in pairs if start or end]


class DayForm(FlaskForm):
    day = DateField(_("Ngày"), render_kw=OFF, validators=[InputRequired(_("Hãy chọn ngày."))])
    name = StringField(_("Tên ngày nghỉ, hoặc lý do làm việc"), render_kw={**OFF, "maxlength": 100},
                       filters=[lambda text: (text or "").strip()],
                       validators=[Length(max=100, message=_("Tên dài quá 100 chữ. Hãy viết ngắn lại."))])
    works = HiddenField()
