"""People and their phones: what an admin or a coordinator fills in."""
from flask_babel import lazy_gettext as _

from pwa.domain.access import ROLES

ROLE_LABELS = {
    "collaborator": _("Cộng tác viên"),
    "counsellor": _("Tư vấn học đường"),
    "responder": _("Cán bộ nơi tiếp nhận"),
    "coordinator": _("Điều phối viên"),
    "decider": _("Người ra quyết định"),
    "leader": _("Lãnh đạo xem số liệu"),
    "admin": _("Quản trị"),
}
assert set(ROLE_LABELS) == set(ROLES)
