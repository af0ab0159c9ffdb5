"""Calendars: when a ward works. Its own week and days stand above those of db/seed/clocks.json.

Moments are milliseconds since 1970, minutes those of the day.
"""
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, UTC
from functools import cache
from zoneinfo import ZoneInfo

from db.models import CalendarDay
from db.queries import wards as reads
from pwa.domain.lists import SEED

# Longer than any clock of ours: a calendar without a working day must not be searched for ever.
HORIZON = 400


class Here:
    """Where the clocks of this server run."""
    zone = ZoneInfo("Asia/Ho_Chi_Minh")


def settle_in(zone):
    """Take this time zone as the ward's."""
    Here.zone = ZoneInfo(zone)


def local(moment):
    """A moment as the ward's clock on the wall shows it."""
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(Here.zone)


def moment_of(day, minute):
    """The moment of a minute of a day, which may be 24:00."""
    start = datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), Here.zone)
    return int(start.timestamp() * 1000)


@dataclass(frozen=True)
class Calendar:
    """Spans of a working day, days of the week (0 is Monday), and days that are otherwise: whether one works on them."""
    spans: tuple
    weekdays: frozenset
    days: dict = field(hash=False)

    def works(self, day):
        return self.days.get(day, day.weekday() in self.weekdays)

    def is_holiday(self, day):
        return self.days.get(day) is False

    def working(self, moment):
        """The spans of working time from this moment on, as (from, until)."""
        first = local(moment).date()
        for day in (first + timedelta(days=n) for n in range(HORIZON)):
            if self.works(day):
                for start, end in self.spans:
                    until = moment_of(day, end)
                    if until > moment:
                        yield max(moment, moment_of(day, start)), until


@cache
def seed():
    """What db/seed/clocks.json says."""
    return json.loads((SEED / "clocks.json").read_text())


@cache
def names():
    """Day → name of the holidays every ward has."""
    return {date.fromisoformat(day): name for day, name in seed()["holidays"]}


@cache
def default():
    """The calendar of a ward that keeps none of its own."""
    spans = tuple((minute_of(start), minute_of(end)) for start, end in seed()["hours"])
    return Calendar(spans, frozenset(seed()["weekdays"]), dict.fromkeys(names(), False))


def of(ward_id):
    """The calendar of a ward."""
    week = next(iter(reads.working_weeks(ward_id)), None)
    own = {date.fromisoformat(day): works for day, works in reads.calendar_days(ward_id)}
    usual = default()
    return Calendar(tuple(map(tuple, week.spans)) if week else usual.spans,
                    frozenset(map(int, week.weekdays)) if week else usual.weekdays, usual.days | own)


def listed(ward_id, first):
    """(day, name, works) of the days from this one on that are otherwise than the week, in order."""
    found = {day: (name, False) for day, name in names().items()}
    for row in CalendarDay.select().where(CalendarDay.ward == ward_id):
        found[date.fromisoformat(row.day)] = row.name, row.works
    return [(day, name, works) for day, (name, works) in sorted(found.items()) if day >= first]


def minute_of(text):
    """07:30 → 450."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def spanning(starts, ends, minute):
    """Whether a minute of the day lies between two others, past midnight when the end comes first; the same means all day."""
    if starts == ends:
        return True
    if starts < ends:
        return starts <= minute < ends
    return minute >= starts or minute < ends
