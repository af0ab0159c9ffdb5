"""Consent for one receiver, field by field."""
from flask_babel import lazy_gettext as _
from wtforms import ValidationError

from pwa.domain.consents import ALLOWING, IDENTIFYING, LAW
from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import Day, Many, One, hidden_id, text, tick, unit_code


class ConsentForm(CaseForm):
    over = hidden_id(AGAIN)
    unit = unit_code(_("Đơn vị nhận"))
    decision = One(_("Người đó trả lời"), "decision",
                   required=_("Hãy chọn “Người đó trả lời”: Đồng ý, Không đồng ý, Rút lại đồng ý, hay Không hỏi."))
    consent_basis = One(_("Dựa vào đâu?"), "consent_basis")
    limits_said = tick(_("Đã nói trước: ai sẽ biết, để làm gì, và khi nào phường buộc phải báo"))
    asked_of = One(_("Đã hỏi ai?"), "asked_of")
    asked_on = Day(_("Hỏi ngày nào?"))
    fields = Many(_("Được chia sẻ"), "shared")
    purpose = text(_("Để làm gì?"), 200, multiline=False)
    consent_note = text(_("Lý do, lời người đó nói"), 300)

    def validate_unit(self, field):
        if not field.data:
            raise ValidationError(_("Hãy chọn đơn vị nhận."))

    def validate_consent_basis(self, field):
        if self.decision.data not in ALLOWING:
            return
        basis = field.data or "agreed"
        if self.decision.data == "law" and basis not in LAW:
            raise ValidationError(_("Luật nào cho phép? Ở “Dựa vào đâu?”, hãy chọn Bảo vệ khẩn cấp hay Bảo vệ trẻ em."))
        if self.decision.data == "law" and self.asked_of.data not in (None, "nobody"):
            raise ValidationError(_("Đã hỏi thì ghi người đó trả lời thế nào: Đồng ý hay Không đồng ý."))
        if basis in LAW and not self.consent_note.data:
            raise ValidationError(_("Không cần đồng ý khi luật cho phép, nhưng phải ghi lý do."))
        if basis == "agreed" and set(self.fields.data or ()) & IDENTIFYING and not self.limits_said.data:
            raise ValidationError(_("Trước khi hỏi đồng ý, hãy nói rõ ai sẽ biết, để làm gì, và khi nào phường buộc phải báo."))
        if basis == "agreed" and self.asked_of.data in (None, "nobody"):
            raise ValidationError(_("Đồng ý của ai? Hãy chọn “Đã hỏi ai?”."))
