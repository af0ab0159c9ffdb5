"""Assessments of risk: DA-5 for violence between partners, and the four items of a child."""
from flask_babel import lazy_gettext as _

from pwa.domain.risks import CHILD, DA5
from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import One, hidden_id, text


class AssessmentForm(CaseForm):
    """About a case, or about the case of a referral, which a unit knows by the referral alone."""
    case = hidden_id(AGAIN)
    referral = hidden_id(AGAIN)


class RiskForm(AssessmentForm):
    """DA-5, for those trained in it: ask nothing anew of the person, fill in what is known. The wording is ours, not a validated one."""
    one_of = DA5
    one_of_message = _("Hãy trả lời ít nhất một câu, hoặc chọn Không rõ.")

    frequent = One(_("Trong một năm qua, bạo lực có nhiều lên hoặc nặng hơn?"), "yes_no_unknown")
    weapon = One(_("Đã dùng hoặc dọa dùng vũ khí, vật nguy hiểm?"), "yes_no_unknown")
    kill = One(_("Người bị bạo lực tin rằng người kia có thể giết mình?"), "yes_no_unknown")
    choked = One(_("Từng bị bóp cổ, làm nghẹt thở?"), "yes_no_unknown")
    jealous = One(_("Người kia luôn ghen dữ dội?"), "yes_no_unknown")
    sexual = One(_("Có xâm hại tình dục? Lần gần nhất khi nào?"), "sexual_when")
    due = One(_("Xem lại khi nào?"), "due")
    note = text(_("Ghi thêm"), 300)


class ChildRiskForm(AssessmentForm):
    one_of = CHILD
    one_of_message = _("Hãy chọn mức cho ít nhất một mục.")

    harm = One(_("Mức độ tổn hại của trẻ"), "level")
    access = One(_("Khả năng người có hành vi tiếp cận trẻ"), "level")
    care = One(_("Trở ngại ở nơi trẻ đang được chăm sóc"), "level")
    protect = One(_("Trẻ khó tự bảo vệ mình"), "level")
    choked = One(_("Từng bị bóp cổ, làm nghẹt thở?"), "yes_no_unknown")
    sexual = One(_("Có xâm hại tình dục? Lần gần nhất khi nào?"), "sexual_when")
    due = One(_("Xem lại khi nào?"), "due")
    note = text(_("Ghi thêm"), 300)
