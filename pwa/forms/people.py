"""People and their phones: what an admin or a coordinator fills in."""
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, ValidationError
from wtforms.validators import AnyOf, Length, Optional, Regexp

from pwa.domain.permissions import ROLES
from pwa.domain.records import RECEIVERS
from pwa.forms.fields import OFF, UUID

NAME = 80
ROLE_LABELS = {
    "collaborator": _("Cộng tác viên"),
    "counsellor": _("Tư vấn học đường"),
    "responder": _("Cán bộ nơi tiếp nhận"),
    "coordinator": _("Điều phối viên"),
    "decider": _("Người ra quyết định"),
    "leader": _("Lãnh đạo xem số liệu"),
    "admin": _("Quản trị"),
}
# In what capacity somebody notices and reports; all but the first are legal receivers of a tin báo (domain.md §2).
CAPACITY_LABELS = {
    "": _("Không thuộc các loại dưới"),
    "tdp-head": _("Tổ trưởng tổ dân phố"),
    "front-head": _("Trưởng ban công tác Mặt trận"),
    "school-head": _("Người đứng đầu trường"),
    "organisation-head": _("Người đứng đầu tổ chức"),
    "officer": _("Cán bộ, công chức"),
}
assert set(ROLE_LABELS) == set(ROLES) and set(CAPACITY_LABELS) == RECEIVERS | {""}
CHOOSE_AGAIN = _("Hãy chọn lại.")


class InvitationForm(FlaskForm):
    """For somebody who is known, by `person`; or for somebody new."""
    person = HiddenField(validators=[Optional(), Regexp(UUID, message=CHOOSE_AGAIN)], render_kw=OFF)
    name = StringField(_("Họ tên"), [Length(max=NAME, message=_("Tên dài quá. Hãy viết ngắn lại."))],
                       filters=[lambda value: " ".join(value.split()) if value else value], render_kw={**OFF, "maxlength": NAME})
    role = SelectField(_("Vai trò"), validate_choice=False, render_kw=OFF)
    unit = SelectField(_("Đơn vị"), validate_choice=False, render_kw=OFF)
    capacity = SelectField(_("Tư cách khi nhận tin"), choices=list(CAPACITY_LABELS.items()), validate_choice=False, render_kw=OFF)

    def offer(self, roles, units):
        """The roles and (code, name) of units that can be chosen."""
        self.role.choices = [("", _("Chọn vai trò")), *((role, ROLE_LABELS[role]) for role in roles)]
        self.unit.choices = [("", _("Chọn đơn vị")), *units]
        return self

    def validate_name(self, field):
        if not self.person.data and not field.data:
            raise ValidationError(_("Hãy ghi họ tên."))

    def validate_role(self, field):
        self._one_of(field, _("Hãy chọn vai trò."))

    def validate_unit(self, field):
        self._one_of(field, _("Hãy chọn đơn vị."))

    def validate_capacity(self, field):
        if not self.person.data:
            AnyOf(list(CAPACITY_LABELS), message=CHOOSE_AGAIN)(self, field)

    def _one_of(self, field, sentence):
        if not self.person.data and field.data not in {code for code, _label in field.choices} - {""}:
            raise ValidationError(sentence)
