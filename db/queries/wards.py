"""What is the same for every row of a ward's lists: names of its units, its clocks and its calendar."""
from db.models import CalendarDay, ClockRule, Person, Unit, WorkingWeek
from db.prepared import prepared


@prepared
def unit_names(ward_id):
    """(id, code, name) of the units of a ward."""
    return Unit.select(Unit.id, Unit.code, Unit.name).where(Unit.ward == ward_id).tuples()


@prepared
def wards_of_units(unit_id):
    """(id, ward id) of a unit and of all others of its ward."""
    here = Unit.select(Unit.ward).where(Unit.id == unit_id)
    return Unit.select(Unit.id, Unit.ward).where(Unit.ward.in_(here)).tuples()


@prepared
def people(ward_id):
    """(id, role, unit id) of everyone in a ward."""
    return Person.select(Person.id, Person.role, Person.unit).where(Person.ward == ward_id).tuples()


@prepared
def clock_rules(ward_id):
    return ClockRule.select().where(ClockRule.ward == ward_id)


@prepared
def working_weeks(ward_id):
    """The week of a ward that keeps one of its own."""
    return WorkingWeek.select().where(WorkingWeek.ward == ward_id)


@prepared
def calendar_days(ward_id):
    """(day, whether one works) of the days on which it is otherwise than in the week."""
    return CalendarDay.select(CalendarDay.day, CalendarDay.works).where(CalendarDay.ward == ward_id).tuples()
