"""Lịch trực: who of a unit is on duty, when, in which order; and days on which somebody is away."""
import uuid

from flask_babel import gettext as _

from db.base import write
from db.models import Leave, Person, Shift, Unit
from db.queries import reach as reads
from pwa.domain import access, audit, calendars, people
from pwa.domain.clock import now
from pwa.domain.duty import Book, HOLIDAY
from pwa.domain.refused import Refused

DAYS = "0123456"
MOST = 20


def may_edit(person, unit):
    """Those who answer for a unit keep its roster; a coordinator those of the ward."""
    if unit.ward_id != person.ward_id:
        return False
    return person.role == "coordinator" or (access.may_write(person.role, "answer") and unit.id == person.unit_id)


def units(person):
    """The units whose roster this person keeps."""
    receiving = Unit.select().where(Unit.ward == person.ward_id, Unit.receives).order_by(Unit.position)
    return [unit for unit in receiving if may_edit(person, unit)]


def unit(person, name):
    """The unit an address names, for somebody who keeps its roster; raises access.NotFound."""
    found = access.unit_at(list(access.units(person)), name)
    if found is None or not may_edit(person, found):
        audit.refused(person, "roster", None)
        raise access.NotFound
    return found


def candidates(unit, duty="unit"):
    """Who can be put on a roster, as (id, name)."""
    roles = ("leader", "decider") if duty == "leader" else ("responder", "coordinator")
    found = Person.select().where(Person.ward == unit.ward_id, Person.role.in_(roles))
    if duty == "unit":
        found = found.where(Person.unit == unit)
    return sorted(((person.id, people.name_of(person)) for person in found), key=lambda each: each[1])


def shifts(unit, duty="unit"):
    return list(Shift.select().where(Shift.unit == unit, Shift.duty == duty).order_by(Shift.position, Shift.id))


def add_shift(by, unit, duty, person_id, days, starts, ends):
    """Put somebody on the roster, behind those who are there; `days` are digits, 0 is Monday, and H for holidays."""
    if person_id not in dict(candidates(unit, duty)):
        raise Refused("invalid", _("Hãy chọn người trong danh sách."))
    chosen = "".join(day for day in DAYS + HOLIDAY if day in days)
    if not chosen:
        raise Refused("invalid", _("Hãy chọn ít nhất một ngày."))
    with write():
        rows = shifts(unit, duty)
        if len(rows) >= MOST:
            raise Refused("invalid", _("Lịch trực đã đủ dài. Hãy xóa bớt dòng cũ."))
        position = max((row.position for row in rows), default=-1) + 1
        Shift.create(id=str(uuid.uuid4()), unit=unit, person=person_id, duty=duty, position=position, days=chosen, starts=starts, ends=ends)
        _note(by, unit, "add", person_id)


def _note(by, unit, choice, person_id):
    audit.changed(by, "roster", str(unit.id), ward_id=unit.ward_id, choice=choice, of=person_id)


def remove_shift(by, unit, shift_id):
    with write():
        row = Shift.get_or_none(Shift.id == shift_id, Shift.unit == unit)
        if row:
            row.delete_instance()
            _note(by, unit, "remove", row.person_id)


def move_up(by, unit, shift_id):
    """Ring this one before the one who stood above."""
    with write():
        row = Shift.get_or_none(Shift.id == shift_id, Shift.unit == unit)
        rows = shifts(unit, row.duty) if row else []
        at = next((number for number, each in enumerate(rows) if row and each.id == row.id), 0)
        if at:
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
        for position, each in enumerate(rows):
            Shift.update(position=position).where(Shift.id == each.id).execute()
        if at:
            _note(by, unit, "up", row.person_id)


def standing(unit, book=None):
    """How many stand for a unit: those its roster names, or everyone in it who can answer; `book` is that of its ward."""
    book = book or Book(unit.ward_id, now())
    named = {row.person_id for row in book.shifts if row.unit_id == unit.id and row.duty == "unit"}
    return len(named) or sum(where == unit.id and access.may_write(role, "answer") for _person, role, where in book.people)


def lacks_deputy(unit, book=None):
    """Whether only one person stands for a unit: when they do not answer, nobody is next."""
    return standing(unit, book) == 1


def without_deputy(ward_id, book=None):
    """(unit, how many stand for it) of the units that receive referrals and have one person alone, or nobody."""
    book = book or Book(ward_id, now())
    return [(unit, found) for unit, found in ((unit, standing(unit, book)) for unit in reads.receiving(ward_id)) if found < 2]


def deputies(unit):
    """Ids of who is rung next when the first do not answer, in order; nobody, where the first are everyone."""
    book = Book(unit.ward_id, now())
    first = book.on_duty(unit.id)
    return [each for each in _in_order(book, unit.id) if each not in first]


def stands_in(person):
    """Id of who is rung while this person is on leave; None, where they are alone in their unit."""
    return next((each for each in _in_order(Book(person.ward_id, now()), person.unit_id) if each != person.id), None)


def _in_order(book, unit_id):
    return list(dict.fromkeys([*book.in_order(unit_id), *book.members(unit_id)]))


def on_duty(unit):
    """Ids of whoever would be rung first now."""
    return Book(unit.ward_id, now()).on_duty(unit.id)


def leave_of(person):
    today = calendars.local(now()).date().isoformat()
    return list(Leave.select().where(Leave.person == person.id, Leave.last >= today).order_by(Leave.first))


def take_leave(person, first, last):
    if last < first:
        raise Refused("invalid", _("Ngày cuối phải sau ngày đầu."))
    with write():
        leave = Leave.create(id=str(uuid.uuid4()), person=person.id, first=first.isoformat(), last=last.isoformat())
        audit.changed(person, "leave", leave.id, choice="take", first=leave.first, last=leave.last)


def end_leave(person, leave_id):
    with write():
        if Leave.delete().where(Leave.id == leave_id, Leave.person == person.id).execute():
            audit.changed(person, "leave", leave_id, choice="end")
