"""GBVIMS by the first yes, the law's acts, contexts and vulnerabilities."""
from flask_babel import lazy_gettext as _
from wtforms import ValidationError

from pwa.domain.classifications import QUESTIONS, OutOfOrder, field_of, first_yes
from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import Many, One, hidden_id, tick


class ClassificationForm(CaseForm):
    over = hidden_id(AGAIN)
    gbv_unknown = tick(_("Chưa rõ, không hỏi thêm"))
    q_rape = One(_("1. Có xâm nhập (hiếp dâm)?"), "yes_no_unknown")
    # Said without "unwanted": for a child that is never the question.
    q_sexual_assault = One(_("2. Có đụng chạm, hành vi tình dục?"), "yes_no_unknown",
                           hint=_("Người lớn: khi người đó không muốn. Trẻ em: không bao giờ hỏi trẻ có muốn hay không."))
    q_physical_assault = One(_("3. Có đánh, làm đau thân thể?"), "yes_no_unknown")
    q_forced_marriage = One(_("4. Có ép cưới, tảo hôn?"), "yes_no_unknown")
    q_denial = One(_("5. Có giữ tiền, ngăn học, ngăn làm, ngăn chữa bệnh, đuổi khỏi nhà?"), "yes_no_unknown")
    q_psychological = One(_("6. Có chửi, dọa, làm nhục, kiểm soát, cô lập?"), "yes_no_unknown")
    contexts = Many(_("Bối cảnh"), "contexts")
    vulnerabilities = Many(_("Điều làm thay đổi cách bảo vệ"), "vulnerabilities")
    acts = Many(_("Hành vi theo luật"), "law_acts", hint=_("Luật 13/2022, Điều 3. Điểm l–q chưa đối chiếu với bản gốc."))

    more = ("acts",)

    def validate_q_psychological(self, field):
        if self.gbv_unknown.data:
            return
        try:
            first_yes({name: self[field_of(name)].data for name in QUESTIONS})
        except OutOfOrder:
            raise ValidationError(_("Câu “Có” đầu tiên là loại của hồ sơ: hãy trả lời các câu đứng trước (Không rõ cũng được), "
                                    "hoặc chọn “Chưa rõ, không hỏi thêm”.")) from None
