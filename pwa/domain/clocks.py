"""Clocks: by when something must be seen and answered, and whether it is overdue. Derived each time, never stored.

The times are the ward's own policy, not the law's. They run in working time, by the ward's calendar; khẩn cấp at any hour.
Moments are milliseconds since 1970.
"""
from dataclasses import dataclass, field
from functools import cache, lru_cache

from db.queries import wards as reads
from pwa.domain import calendars

MINUTE = 60_000
# Urgencies by whose clocks also goes what is no referral: danger and a child, whatever the chip says; what is asked of one person and
# presses less; what waits in a list and presses nobody.
ALARM, DAY, CALM = "urgent", "day", "normal"


@dataclass(frozen=True)
class Rule:
    """Minutes until seen, until answered, and from one step of escalation to the next; of working time unless at any hour."""
    seen: int
    answered: int
    gap: int
    any_hour: bool = False
    # The calendar it runs by; that of db/seed/clocks.json when None.
    within: calendars.Calendar | None = field(default=None, compare=False, repr=False)

    def after(self, moment, minutes):
        """The moment when so many minutes of this clock have passed since another."""
        return after(moment, minutes, self.any_hour, self.within)


def after(moment, minutes, any_hour=False, within=None):
    """The moment when so many minutes have passed since; of working time, unless at any hour."""
    if any_hour:
        return moment + minutes * MINUTE
    return _worked(within or calendars.default(), calendars.Here.zone, moment, minutes)


# A list asks the same of the same rows each time it is shown, and walking the days is a good part of its time.
@lru_cache(4096)
def _worked(within, _zone, moment, minutes):
    left = minutes * MINUTE
    for start, until in within.working(moment):
        if until - start >= left:
            return start + left
        left -= until - start
    raise ValueError("no working time within a year: see the calendar of the ward, and db/seed/clocks.json")


def between(start, end, within=None):
    """Minutes of working time between two moments."""
    passed = 0
    for opens, closes in (within or calendars.default()).working(start):
        if opens >= end:
            break
        passed += min(closes, end) - opens
    return passed // MINUTE


@cache
def defaults():
    """Urgency → Rule, as db/seed/clocks.json has it."""
    return {urgency: Rule(**rule) for urgency, rule in calendars.seed()["rules"].items()}


def rules(ward_id):
    """(urgency, service) → Rule of this ward; the service "" stands for all that have no rule of their own."""
    within = calendars.of(ward_id)
    known = {(urgency, ""): rule for urgency, rule in defaults().items()}
    known |= {(row.urgency, row.service): row for row in reads.clock_rules(ward_id)}
    return {name: Rule(each.seen, each.answered, each.gap, each.any_hour, within) for name, each in known.items()}


def answer_by(ward_id, urgency, moment):
    """When the ward's own clock for what is asked at this moment runs out."""
    rule = rules(ward_id)[urgency, ""]
    return rule.after(moment, rule.answered)


def rules_for(known, urgency, services=()):
    """The rules of one request: each service's own, or that of the urgency, so that the length of one says nothing of another."""
    return {known.get((urgency, service), known[urgency, ""]) for service in services or ("",)}


def first_to_end(several, moment):
    """Of some rules the one whose answer is due first, when all began at this moment."""
    return min(several, key=lambda rule: rule.after(moment, rule.answered))


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


def deadlines(started_at, *rules, seen=False, answered=False, to_see_from=None):
    """The deadlines of something that was asked at this moment; of several rules the earliest, of seeing and of answering. A later
    version of it is there to be seen only from `to_see_from`."""
    if answered:
        return NONE
    return Deadlines(None if seen else min(rule.after(to_see_from or started_at, rule.seen) for rule in rules),
                     min(rule.after(started_at, rule.answered) for rule in rules))
