"""What a ward sets of its clocks and its calendar: each change is noted in the audit trail, and what waits is looked at anew."""
import uuid
from contextlib import contextmanager
from datetime import timedelta

from flask_babel import gettext as _

from db.base import write
from db.models import CalendarDay, ClockRule, WorkingWeek
from pwa.domain import audit, calendars, clocks, decisions, escalations, triages
from pwa.domain.clock import now
from pwa.domain.lists import choices
from pwa.domain.refused import Refused

# Minutes of a working day, as db/seed/clocks.json counts them; and of one that counts every hour.
WORKING_DAY, WHOLE_DAY = 480, 1440
MOST_DAYS = 30
# How far ahead a day off can be named, in days.
AHEAD = 5 * 366


@contextmanager
def _change(ward_id, by, what, **detail):
    """One change of a ward's clocks by a person, or by the command line when None; undone when no clock could ever end."""
    with write():
        yield
        try:
            for rule in clocks.rules(ward_id).values():
                # Twice, so that it can still be reckoned from a worse day than this one.
                rule.after(now(), 2 * rule.answered)
        except ValueError:
            raise Refused("invalid", _("Như vậy có thời hạn kéo dài quá nửa năm. Hãy để nhiều giờ làm việc hơn.")) from None
        decisions.reckon(ward_id)
        triages.reckon(ward_id)
        escalations.look_again(ward_id)
        audit.changed(by, "clocks", None, ward_id=ward_id, what=what, **detail)


def services():
    """Code → label of everything that can be asked for."""
    return dict(choices("services") + choices("services_for_other"))


def keep_rule(ward_id, urgency, service, rule, by=None):
    """The ward keeps another time than the default for this urgency, or for one service; raises Refused."""
    _known(urgency, service)
    if not 0 < rule.seen <= rule.answered:
        raise Refused("invalid", _("Hạn xem phải ít nhất một phút và không dài hơn hạn trả lời."))
    if not 0 < rule.gap <= rule.answered:
        raise Refused("invalid", _("Khoảng gọi người tiếp theo phải ít nhất một phút và không dài hơn hạn trả lời."))
    if rule.answered > MOST_DAYS * (WHOLE_DAY if rule.any_hour else WORKING_DAY):
        raise Refused("invalid", _("Thời hạn dài nhất là %(n)s ngày.", n=MOST_DAYS))
    before, values = clocks.rules(ward_id).get((urgency, service)), _values(rule)
    with _change(ward_id, by, "rule", urgency=urgency, service=service, now=values, was=before and _values(before)):
        _drop(ward_id, urgency, service)
        ClockRule.create(ward=ward_id, urgency=urgency, service=service, **values)


def _known(urgency, service):
    if urgency not in clocks.defaults():
        raise Refused("invalid", _("Hãy chọn mức gấp trong danh sách."))
    if service and service not in services():
        raise Refused("invalid", _("Hãy chọn dịch vụ trong danh sách."))


def drop_rule(ward_id, urgency, service, by=None):
    """The ward goes back to the default, or to the clock of all services; raises Refused."""
    _known(urgency, service)
    with _change(ward_id, by, "rule", urgency=urgency, service=service, now=None):
        _drop(ward_id, urgency, service)


def _drop(ward_id, urgency, service):
    ClockRule.delete().where(ClockRule.ward == ward_id, ClockRule.urgency == urgency, ClockRule.service == service).execute()


def _values(rule):
    return {name: getattr(rule, name) for name in ("seen", "answered", "gap", "any_hour")}


def keep_week(ward_id, weekdays, spans, by=None):
    """The ward works on these days of the week (digits, 0 is Monday) in these spans of minutes; raises Refused."""
    weekdays = "".join(day for day in "0123456" if day in weekdays)
    if not weekdays:
        raise Refused("invalid", _("Hãy chọn ít nhất một ngày."))
    if any(None in span for span in spans):
        raise Refused("invalid", _("Hãy chọn giờ bắt đầu và giờ kết thúc."))
    if not spans or any(start >= end for start, end in spans):
        raise Refused("invalid", _("Giờ kết thúc phải sau giờ bắt đầu."))
    if any(end > start for (_start, end), (start, _end) in zip(spans, spans[1:], strict=False)):
        raise Refused("invalid", _("Buổi chiều phải bắt đầu sau buổi sáng."))
    with _change(ward_id, by, "week", weekdays=weekdays, spans=[list(span) for span in spans]):
        WorkingWeek.delete().where(WorkingWeek.ward == ward_id).execute()
        WorkingWeek.create(ward=ward_id, weekdays=weekdays, spans=[list(span) for span in spans])


def keep_day(ward_id, day, name, works=False, by=None):
    """The ward is off on this day, or works though it usually would not; raises Refused."""
    today = calendars.local(now()).date()
    if not today <= day <= today + timedelta(days=AHEAD):
        raise Refused("invalid", _("Hãy chọn một ngày từ hôm nay đến năm năm tới."))
    if not name:
        raise Refused("invalid", _("Hãy ghi tên ngày nghỉ, hoặc lý do làm việc."))
    with _change(ward_id, by, "day", day=day.isoformat(), works=works):
        _forget(ward_id, day)
        CalendarDay.create(id=str(uuid.uuid4()), ward=ward_id, day=day.isoformat(), name=name, works=works)


def drop_day(ward_id, day, by=None):
    """Take a day off the list: what the ward set of it, else a holiday of every ward, on which this one then works; raises Refused."""
    with _change(ward_id, by, "day", day=day.isoformat(), works=None):
        if _forget(ward_id, day) or day not in calendars.names():
            return
        if day.weekday() not in calendars.of(ward_id).weekdays:
            raise Refused("invalid", _("Ngày này vốn là ngày nghỉ trong tuần."))
        CalendarDay.create(id=str(uuid.uuid4()), ward=ward_id, day=day.isoformat(), name=calendars.names()[day], works=True)


def _forget(ward_id, day):
    return CalendarDay.delete().where(CalendarDay.ward == ward_id, CalendarDay.day == day.isoformat()).execute()
