"""Who is on duty: the roster of a unit in its order, without those on leave; a unit without a roster is everyone in it."""
from db.models import Person, Preference
from db.queries import reach as reach_reads, wards as reads
from pwa.domain import access, calendars, reach

HOLIDAY = "H"
# Who is the lãnh đạo trực, where no roster names one.
LEADERS = "leader", "decider"


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
        """Those whom a phone or the second channel reaches: of the rosters, of the coordinators and those who lead or decide, and of
        units in which somebody is on leave."""
        if self._reachable is None:
            short = {unit for person, _role, unit in self.people if person in self.away}
            self._reachable = reach.reachable({row.person_id for row in self.shifts} | {
                person for person, role, unit in self.people if unit in short or role in ("coordinator", *LEADERS)})
        return self._reachable

    def members(self, unit_id):
        """Everyone in a unit who can answer for it, as far as they are there."""
        return self._there([person for person, role, unit in self.people if unit == unit_id and access.may_write(role, "answer")])

    def _there(self, people):
        """These people without those on leave; all of them, when nobody who is left can be reached."""
        left = [person for person in people if person not in self.away]
        return left if len(left) == len(people) or self.reachable.intersection(left) else people

    def _first(self, people):
        """These people up to the first who can be reached; those passed over find it in their inbox. Nobody, when nobody can be."""
        at = next((number for number, person in enumerate(people, 1) if person in self.reachable), 0)
        return people[:at]

    def in_order(self, unit_id, duty="unit"):
        """The people of a roster: those on duty now before the others, each once, nobody on leave."""
        rows = sorted(self._shifts_of(duty, unit_id), key=lambda row: not self._now(row))
        return list(dict.fromkeys(row.person_id for row in rows))

    def on_duty(self, unit_id):
        """Who is rung first: the first of the roster on duty now who can be reached, and those passed over, who find it in their
        inbox. Everyone, when the roster names nobody for this hour, or only people nobody can reach."""
        named = list(dict.fromkeys(row.person_id for row in self._shifts_of("unit", unit_id) if self._now(row)))
        return set(self._first(named) or [*named, *self.members(unit_id)])

    def _shifts_of(self, duty, unit_id=None):
        """The lines of a roster in their order, without those on leave."""
        return [row for row in self.shifts if row.duty == duty and unit_id in (None, row.unit_id) and row.person_id not in self.away]

    def coordinators(self):
        """The coordinators on duty, whatever units they sit in; all of them, when no roster names one for this hour who can be reached."""
        everyone = {person for person, role, _unit in self.people if role == "coordinator"}
        units = {unit for person, _role, unit in self.people if person in everyone}
        found = {person for unit in units for person in self.on_duty(unit)} & everyone
        return found if found == everyone or found & self.reachable else everyone

    def deciders(self):
        """Those who decide, as far as they are there."""
        return set(self._there([person for person, role, _unit in self.people if role == "decider"]))

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
        """The lãnh đạo trực, up to the first of the roster who can be reached; everyone who leads or decides, when nobody there can be,
        or there is no roster."""
        rows = self._shifts_of("leader")
        named = list(dict.fromkeys(row.person_id for row in [row for row in rows if self._now(row)] or rows))
        everyone = [person for person, role, _unit in self.people if role in LEADERS]
        return self._first(named) or list(dict.fromkeys([*named, *self._there(everyone)]))

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
