"""Clocks: by when something must be seen and answered, and whether it is overdue. Derived each time, never stored.

The times are the ward's own policy, not the law's. They run in working time, with the calendar of holidays; khẩn cấp at any
hour. Moments are milliseconds since 1970.
"""
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, UTC
from functools import cache
from zoneinfo import ZoneInfo

from db.base import write
from db.models import ClockRule
from pwa.domain.lists import SEED, choices

MINUTE = 60_000
# Longer than any clock of ours: a calendar without a working day must not be searched for ever.
HORIZON = 400


@dataclass(frozen=True)
class Rule:
    """Minutes until seen, until answered, and from one step of escalation to the next."""
    seen: int
    answered: int
    gap: int
    any_hour: bool = False


@dataclass(frozen=True)
class Calendar:
    """The working time of a ward: spans of a day in minutes, days of the week (0 is Monday), days off."""
    zone: ZoneInfo
    spans: tuple
    weekdays: frozenset
    holidays: frozenset

    def works(self, day):
        return day.weekday() in self.weekdays and day not in self.holidays

    def local(self, moment):
        return datetime.fromtimestamp(moment / 1000, UTC).astimezone(self.zone)

    def moment(self, day, minute):
        """The moment of a minute of a day, which may be 24:00."""
        start = datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), self.zone)
        return int(start.timestamp() * 1000)

    def working(self, moment):
        """The spans of working time from this moment on, as (from, until)."""
        first = self.local(moment).date()
        for day in (first + timedelta(days=n) for n in range(HORIZON)):
            if self.works(day):
                for start, end in self.spans:
                    until = self.moment(day, end)
                    if until > moment:
                        yield max(moment, self.moment(day, start)), until


class Here:
    """Where the clocks of this server run."""
    zone = "Asia/Ho_Chi_Minh"


def settle_in(zone):
    """Take this time zone as the ward's."""
    Here.zone = zone
    calendar.cache_clear()


@cache
def _seed():
    return json.loads((SEED / "clocks.json").read_text())


@cache
def calendar():
    data = _seed()
    return Calendar(ZoneInfo(Here.zone), tuple((minute_of(start), minute_of(end)) for start, end in data["hours"]),
                    frozenset(data["weekdays"]), frozenset(date.fromisoformat(day) for day, _name in data["holidays"]))


def minute_of(text):
    """07:30 → 450."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def after(moment, minutes, any_hour=False, within=None):
    """The moment when so many minutes have passed since; of working time, unless at any hour."""
    left = minutes * MINUTE
    if any_hour:
        return moment + left
    for start, until in (within or calendar()).working(moment):
        if until - start >= left:
            return start + left
        left -= until - start
    raise ValueError("no working time within a year: see db/seed/clocks.json")


def between(start, end, within=None):
    """Minutes of working time between two moments."""
    passed = 0
    for opens, closes in (within or calendar()).working(start):
        if opens >= end:
            break
        passed += min(closes, end) - opens
    return passed // MINUTE


def defaults():
    """Urgency → Rule, as db/seed/clocks.json has it."""
    return {urgency: Rule(**rule) for urgency, rule in _seed()["rules"].items()}


def rules(ward_id):
    """(urgency, service) → Rule of this ward; the service "" stands for all that have no rule of their own."""
    own = {(row.urgency, row.service): Rule(row.seen, row.answered, row.gap, row.any_hour)
           for row in ClockRule.select().where(ClockRule.ward == ward_id)}
    return {(urgency, ""): rule for urgency, rule in defaults().items()} | own


def keep_rule(ward_id, urgency, service, rule):
    """The ward keeps another time than the default for this urgency, or for one service; raises ValueError for none we know."""
    if urgency not in defaults():
        raise ValueError(f"Urgency {urgency!r} does not exist. Use one of: {', '.join(defaults())}.")
    known = dict(choices("services") + choices("services_for_other"))
    if service and service not in known:
        raise ValueError(f"Service {service!r} does not exist. Use one of: {', '.join(known)}.")
    if not 0 < rule.seen <= rule.answered or rule.gap < 1:
        raise ValueError("Seen must come before answered, and the gap must be at least one minute.")
    with write():
        ClockRule.delete().where(ClockRule.ward == ward_id, ClockRule.urgency == urgency, ClockRule.service == service).execute()
        ClockRule.create(ward=ward_id, urgency=urgency, service=service, **vars(rule))


def rule_for(known, urgency, services=()):
    """The rule of one request: of several services the one that ends first."""
    found = [known[urgency, service] for service in services if (urgency, service) in known]
    return min(found, key=lambda rule: (not rule.any_hour, rule.answered, rule.seen), default=known[urgency, ""])


@dataclass(frozen=True)
class Deadlines:
    """By when it must be seen and answered; None once it was."""
    seen_by: int | None
    answered_by: int | None

    @property
    def next(self):
        return min((each for each in (self.seen_by, self.answered_by) if each is not None), default=None)

    def overdue(self, moment):
        return self.next is not None and self.next < moment


NONE = Deadlines(None, None)


def deadlines(started_at, rule, seen=False, answered=False):
    """The deadlines of something that was asked at this moment."""
    if answered:
        return NONE
    return Deadlines(None if seen else after(started_at, rule.seen, rule.any_hour), after(started_at, rule.answered, rule.any_hour))


def is_holiday(day):
    return day in calendar().holidays


def spanning(starts, ends, minute):
    """Whether a minute of the day lies between two others, past midnight when the end comes first; the same means all day."""
    if starts == ends:
        return True
    if starts < ends:
        return starts <= minute < ends
    return minute >= starts or minute < ends
