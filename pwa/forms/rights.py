"""What people ask about their data: noted on any phone, answered at a desk. And opening a neighbour's case in an emergency."""
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import ValidationError

from pwa.domain.break_glass import LEAST
from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import One, Pick, hidden_id, text, tick


class DataRequestForm(CaseForm):
    person = Pick(_("Về ai?"), _("Chọn người"), required=_("Hãy chọn người trong hồ sơ."))
    what = One(_("Người đó muốn gì?"), "data_request", required=_("Hãy chọn điều người đó muốn."))
    asked_by = One(_("Ai đề nghị?"), "data_asked_by", required=_("Hãy chọn ai đề nghị."),
                   hint=_("Nếu người đại diện có thể là người gây bạo lực: không làm theo, hỏi Phòng Văn hóa – Xã hội."))
    shared = tick(_("Nơi khác cũng đã nhận dữ liệu này"))
    remark = text(_("Ghi thêm"), 300)
    # The same, as somebody else has noted it, and who sends this knows of.
    besides = hidden_id(AGAIN)


class DataAnswerForm(FlaskForm):
    choice = One(_("Kết quả"), "data_answer", required=_("Hãy chọn kết quả."))
    remark = text(_("Đã trả lời thế nào, lý do"), 500)


class BreakGlassForm(FlaskForm):
    code = text(_("Mã hồ sơ"), 12, multiline=False)
    reason = text(_("Vì sao phải mở ngay?"), 500, _("Người của phường, xã đó sẽ đọc lý do này."))

    def validate(self, extra_validators=None):
        good = super().validate(extra_validators)
        if len(self.reason.data or "") < LEAST:
            self.form_errors.append(_("Hãy ghi lý do, ít nhất một câu."))
            return False
        return good


class ConfirmForm(FlaskForm):
    """A button and its token."""
    sure = tick(_("Tôi hiểu là không lấy lại được"))

    def validate_sure(self, field):
        if not field.data:
            raise ValidationError(_("Hãy đánh dấu là bạn hiểu."))
