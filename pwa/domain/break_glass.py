"""Mở khẩn cấp: a coordinator of a neighbouring ward opens one case for a few hours, with a reason, and everybody learns of it."""
import uuid

from flask_babel import gettext as _

from db.base import write
from db.models import BreakGlass, Case, Person, Ward
from pwa.crypto import columns
from pwa.domain import audit, cases, notices, timeline
from pwa.domain.clock import HOUR, now

LASTS = 4 * HOUR
LEAST = 20


class CannotOpen(Exception):
    """No case to open for this person; the same sentence whether it exists or not."""


def open_case(person, code, reason):
    """Let this person read one case until the time is over; raises CannotOpen."""
    case = Case.select(Case, Ward).join(Ward, on=(Case.ward == Ward.id)).where(Case.code == cases.typed(code)).first()
    if case is None or person.role != "coordinator" or person.ward.code not in (case.ward.neighbours or ()) or case.state != "open":
        audit.refused(person, "break-glass", None)
        raise CannotOpen(_("Không mở được hồ sơ này. Hãy xem lại mã, hoặc gọi điều phối viên của phường, xã đó."))
    moment = now()
    with write():
        # Its page shows also what was merged into it.
        glass_id = [_open_one(person, each, moment, reason) for each in cases.family(case.id)][0]
        timeline.tell_now(person, case.id, "break-glass", "opened", words=reason)
        theirs = Person.select(Person.id).where(Person.ward == case.ward_id, Person.role == "coordinator").tuples()
        notices.tell_now(case.ward_id, [each for (each,) in theirs], "break-glass", "case", case.id, urgent=True)
        audit.changed(person, "case", case.id, ward_id=case.ward_id, action="break-glass", glass=glass_id)
    return case


def _open_one(person, case_id, moment, reason):
    glass_id = str(uuid.uuid4())
    BreakGlass.create(id=glass_id, case=case_id, person=person, created_at=moment, until=moment + LASTS,
                      reason=columns.seal("break_glass.reason", glass_id, reason))
    return glass_id


def until(person, case_id):
    """When a case closes again for this person, or None."""
    found = BreakGlass.select(BreakGlass.until).where(BreakGlass.person == person.id, BreakGlass.case == case_id, BreakGlass.until > now())
    return next((moment for (moment,) in found.order_by(BreakGlass.until.desc()).tuples()), None)


def set_neighbours(ward, codes):
    """Name the wards whose coordinators may open a case of this one in an emergency."""
    with write():
        Ward.update(neighbours=list(codes)).where(Ward.id == ward.id).execute()
        audit.changed(None, "ward", str(ward.id), ward_id=ward.id, neighbours=list(codes))
