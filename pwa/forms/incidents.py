"""One vụ, as the yearly tables count it."""
from flask_babel import lazy_gettext as _
from wtforms import ValidationError

from pwa.forms.cases import AGAIN, CaseForm
from pwa.forms.fields import Day, Many, One, Pick, hidden_id, text, tick


class IncidentForm(CaseForm):
    over = hidden_id(AGAIN)
    on_date = Day(_("Ngày xảy ra"))
    forms = Many(_("Hình thức"), "violence_forms")
    main_form = One(_("Hình thức chính"), "violence_forms")
    place = One(_("Nơi xảy ra"), "observation_place")
    person = Pick(_("Người bị bạo lực"), _("Như trong hồ sơ, hoặc không rõ"))
    sex = One(_("Giới tính người bị bạo lực"), "sex")
    age = One(_("Tuổi người bị bạo lực"), "age")
    disabled = One(_("Khuyết tật"), "yes_no_unknown")
    other = Pick(_("Người có hành vi bạo lực"), _("Như trong hồ sơ, hoặc không rõ"))
    other_sex = One(_("Giới tính người có hành vi"), "sex")
    other_age = One(_("Tuổi người có hành vi"), "age")
    relation = One(_("Là gì của người bị bạo lực?"), "relation")
    acts = Many(_("Hành vi theo luật"), "law_acts", hint=_("Luật 13/2022, Điều 3. Điểm l–q chưa đối chiếu với bản gốc."))
    mediated = One(_("Đã có hòa giải?"), "yes_no_unknown", hint=_("Chỉ ghi việc đã xảy ra. Phường không đề nghị hòa giải."))
    mediated_by = One(_("Ai hòa giải?"), "mediators")
    pressured = One(_("Người bị bạo lực có bị ép?"), "yes_no_unknown")
    note = text(_("Ghi thêm"), 500)
    removed = tick(_("Ghi nhầm: bỏ vụ này"))

    more = ("sex", "age", "disabled", "other_sex", "other_age", "relation", "acts", "mediated", "mediated_by", "pressured", "note")

    def validate_main_form(self, field):
        if field.data and self.forms.data and field.data not in self.forms.data:
            raise ValidationError(_("Hình thức chính phải là một trong các hình thức đã chọn."))
