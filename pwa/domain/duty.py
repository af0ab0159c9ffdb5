"""Who is on duty: the roster of a unit in its order, without those on leave; a unit without a roster is everyone in it."""
from db.models import Person, Preference
from db.queries import reach as reach_reads, wards as reads
from pwa.domain import access, calendars, reach

HOLIDAY = "H"


class Book:
    """The rosters, leave and preferences of one ward at one moment, each table read once."""

    def __init__(self, ward_id, moment, people=None):
        self.moment = moment
        local = calendars.local(moment)
        self.day, self.minute = local.date(), local.hour * 60 + local.minute
        # (id, role, unit id) of everyone in the ward.
        self.people = people if people is not None else reads.people(ward_id)
        self._ward_id = ward_id
        self._shifts = self._away = self._preferences = self._calendar = self._reachable = None

    @property
    def shifts(self):
        if self._shifts is None:
            self._shifts = reach_reads.shifts(self._ward_id)
        return self._shifts

    @property
    def calendar(self):
        """The days off of the ward."""
        if self._calendar is None:
            self._calendar = calendars.of(self._ward_id)
        return self._calendar

    @property
    def away(self):
        """People on leave today."""
        if self._away is None:
            today = self.day.isoformat()
            self._away = {person for (person,) in reach_reads.away(self._ward_id, today)}
        return self._away

    @property
    def preferences(self):
        if self._preferences is None:
            self._preferences = {row.person_id: row for row in Preference.select().join(Person).where(Person.ward == self._ward_id)}
        return self._preferences

    @property
    def reachable(self):
        """Those of the rosters, and of the coordinators, whom a phone or the second channel reaches."""
        if self._reachable is None:
            self._reachable = reach.reachable({row.person_id for row in self.shifts}
                                              | {person for person, role, _unit in self.people if role == "coordinator"})
        return self._reachable

    def members(self, unit_id):
        """Everyone in a unit who can answer for it; without those on leave, unless all are."""
        all_of_it = [person for person, role, unit in self.people if unit == unit_id and access.may_write(role, "answer")]
        return [person for person in all_of_it if person not in self.away] or all_of_it

    def in_order(self, unit_id, duty="unit"):
        """The people of a roster: those on duty now before the others, each once, nobody on leave."""
        rows = [row for row in self.shifts if row.unit_id == unit_id and row.duty == duty and row.person_id not in self.away]
        rows.sort(key=lambda row: not self._now(row))
        return list(dict.fromkeys(row.person_id for row in rows))

    def on_duty(self, unit_id):
        """Who is rung first: the first of the roster on duty now who can be reached, and those passed over, who find it in their
        inbox. Everyone, when the roster names nobody for this hour, or only people nobody can reach."""
        told = []
        for row in self.shifts:
            if row.unit_id == unit_id and row.duty == "unit" and row.person_id not in self.away and self._now(row):
                told.append(row.person_id)
                if row.person_id in self.reachable:
                    return set(told)
        return set(told) | set(self.members(unit_id))

    def coordinators(self):
        """The coordinators on duty, whatever units they sit in; all of them, when no roster names one for this hour who can be reached."""
        everyone = {person for person, role, _unit in self.people if role == "coordinator"}
        units = {unit for person, _role, unit in self.people if person in everyone}
        found = {person for unit in units for person in self.on_duty(unit)} & everyone
        return found if not self.shifts or found & self.reachable else everyone

    def deciders(self):
        """Those who decide, without those on leave, unless all are."""
        everyone = {person for person, role, _unit in self.people if role == "decider"}
        return everyone - self.away or everyone

    def standing_in(self, people):
        """Who is rung for those of these people who are on leave: for each the next of their unit, one who can be reached before
        one who cannot."""
        found = set()
        for person, _role, unit in self.people:
            if person in people and person in self.away:
                others = [each for each in dict.fromkeys([*self.in_order(unit), *self.members(unit)]) if each != person]
                reached = reach.reachable(others)
                found.update([each for each in others if each in reached][:1] or others[:1])
        return found

    def leaders(self):
        """The lãnh đạo trực, in the order of their roster; without one, everyone who leads or decides."""
        rows = [row for row in self.shifts if row.duty == "leader" and row.person_id not in self.away]
        now = [row.person_id for row in rows if self._now(row)] or [row.person_id for row in rows]
        return now[:1] or [person for person, role, _unit in self.people if role in ("leader", "decider")]

    def _now(self, row):
        """Whether a shift runs at this moment; one that runs past midnight belongs to the day it began."""
        if row.starts < row.ends or row.starts == row.ends or self.minute >= row.starts:
            day = self.day
        else:
            day = self.day.fromordinal(self.day.toordinal() - 1)
        on_the_day = HOLIDAY in row.days if self.calendar.is_holiday(day) else str(day.weekday()) in row.days
        return on_the_day and calendars.spanning(row.starts, row.ends, self.minute)

    def ring_at(self, person_id, event, urgent):
        """When a notice may ring: now, after the person's quiet hours, or None for a kind they do not want rung."""
        wishes = self.preferences.get(person_id)
        if urgent or wishes is None:
            return self.moment
        if event in wishes.muted.split():
            return None
        start, end = wishes.quiet_from, wishes.quiet_until
        if start is None or end is None or start == end or not calendars.spanning(start, end, self.minute):
            return self.moment
        tomorrow = end <= self.minute
        return calendars.moment_of(self.day.fromordinal(self.day.toordinal() + tomorrow), end)
