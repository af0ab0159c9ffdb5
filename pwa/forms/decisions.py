"""A question to the decider, and the decision."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, ValidationError
from wtforms.validators import AnyOf

from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import EntryForm, hidden_id, Many, One, row_id, text, tick, unit_code

WORDS = 500


class DecisionRequestForm(CaseForm):
    over = hidden_id(AGAIN)
    what = One(_("Trình việc gì?"), "decision_what", required=_("Hãy chọn việc cần quyết định."))
    asked_by = One(_("Cấm tiếp xúc: ai đề nghị?"), "ban_asked_by")
    agreed = tick(_("Người bị bạo lực đã đồng ý (cần có khi cơ quan, tổ chức đề nghị)"))
    remark = text(_("Điều người quyết định cần biết"), WORDS,
                 _("Chỉ điều cần để quyết định. Không ghi tên; người quyết định chỉ thấy đoạn này và mã hồ sơ."))

    def validate_asked_by(self, field):
        if self.what.data == "contact-ban" and not field.data:
            raise ValidationError(_("Hãy chọn ai đề nghị cấm tiếp xúc."))
        if self.what.data == "contact-ban" and field.data == "agency" and not self.agreed.data:
            raise ValidationError(_("Cơ quan, tổ chức đề nghị cấm tiếp xúc thì phải có đồng ý của người bị bạo lực."))

    def validate_remark(self, field):
        if not field.data:
            raise ValidationError(_("Hãy ghi điều người quyết định cần biết."))


class DecisionForm(EntryForm):
    request = row_id(_("Không rõ quyết định việc nào. Hãy mở lại từ Việc cần làm."))
    choice = HiddenField(validators=[AnyOf(["approve", "refuse", "recall"], message=_("Hãy chọn Đồng ý hoặc Không đồng ý."))])
    unit = unit_code(_("Phân công cho"))
    days = One(_("Cấm tiếp xúc trong"), "ban_days")
    measures = Many(_("Biện pháp bảo vệ trẻ em"), "child_measures")
    number = text(_("Số quyết định, nếu có"), 50, multiline=False)
    remark = text(_("Ghi thêm, lý do"), WORDS)
