"""Who was trained to assess: an ordinary form at the desk."""
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import ValidationError

from pwa.forms.fields import Day, One, Pick, text


class TrainingForm(FlaskForm):
    person = Pick(_("Ai đã được tập huấn?"), _("Chọn người"), required=_("Hãy chọn người."))
    tool = One(_("Đánh giá bằng"), "risk_tool", required=_("Hãy chọn loại đánh giá."))
    # Today when left blank.
    on_date = Day(_("Ngày tập huấn"))
    until = Day(_("Có giá trị đến, nếu có hạn"), ahead=True)
    course = text(_("Khóa, nơi tập huấn"), 200, multiline=False)

    def validate_until(self, field):
        if field.data and self.on_date.data and str(field.data) < str(self.on_date.data):
            raise ValidationError(_("Ngày hết hạn phải sau ngày tập huấn."))
