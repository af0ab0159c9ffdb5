"""Reminders of the calendar: to whoever has a task that is due, and once a year to the coordinators, before the ward's report is."""
import uuid
from datetime import date

from peewee import fn

from db.base import write
from db.models import Lease, Notice, Person, Task, Ward
from pwa.domain import apart, calendars, clocks, notices
from pwa.domain.clock import now
from pwa.domain.duty import Book

# Sent to the People's Committee and Sở Nội vụ by 10 November (the ward's plan); two weeks to write it.
DUE, BEFORE = (11, 10), 14
AT_ONCE = 100


def tell_tasks(moment=None):
    """Tell people of their tasks that have come due, once for each day they were put off to; answers how many."""
    moment = moment or now()
    told = Notice.select().where(Notice.person == Task.owner, Notice.created_at >= Task.due_at, Notice.event == "task-due",
                                 Notice.subject_id == Task.id)
    found = [task for ward in Ward.select(Ward.id) for task in
             Task.select().where(Task.ward == ward.id, Task.turn <= moment, ~fn.EXISTS(told)).limit(AT_ONCE)]
    return sum(_remind(task, moment) for task in found)


def _remind(task, moment):
    """Tell of one task; answers whether that was done."""
    def tell():
        ours = Book(task.ward_id, moment)
        # Somebody of a unit of the ward that had the case before goes by their own ward's leave, and their own quiet hours.
        ward_of_owner = Person.select(Person.ward).where(Person.id == task.owner_id).scalar()
        theirs = ours if ward_of_owner in (task.ward_id, None) else Book(ward_of_owner, moment)
        with write():
            notices.tell_now(task.ward_id, {task.owner_id}, "task-due", "task", task.id, book=theirs)
            if task.owner_id in theirs.away:
                notices.tell_now(task.ward_id, ours.coordinators() - {task.owner_id}, "task-due", "task", task.id, book=ours)
        return True
    return apart.tried(tell, "the reminder of task", task.id, otherwise=False)


def tell_due(moment=None):
    """Tell the coordinators of each ward, in working time, when the report of the year is due soon; answers how many wards."""
    moment = moment or now()
    today = calendars.local(moment).date()
    due = date(today.year, *DUE)
    if not 0 <= (due - today).days <= BEFORE:
        return 0
    return sum(_tell(ward, today.year, moment) for ward in Ward.select() if clocks.after(moment, 0, within=calendars.of(ward.id)) == moment)


def _tell(ward, year, moment):
    name = f"report {ward.code} {year}"
    with write():
        # The row is what makes it once.
        if Lease.select().where(Lease.name == name).exists():
            return False
        Lease.create(name=name, holder="", until=moment, beat_at=moment)
        book = Book(ward.id, moment)
        notices.tell_now(ward.id, book.coordinators(), "report-due", "report", str(uuid.uuid5(uuid.NAMESPACE_URL, name)), book=book)
    return True
