"""Follow-up: one thing, one person, one moment. What is done asks for what comes next."""
import uuid
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _, to_user_timezone, to_utc

from db.models import Person, Referral, Task
from pwa.crypto import columns
from pwa.domain import access, cases, notices, states, timeline
from pwa.domain.clock import DAY
from pwa.domain.refused import Refused

# Days from today of the chips of "due"; by the end of the working day, as a follow-up is not urgent help.
DUE = {"today": 0, "tomorrow": 1, "3-days": 3, "week": 7, "2-weeks": 14, "month": 30}
EVENING = 17


def due_moment(code, on_date, received_at):
    """Milliseconds: the evening of the chosen day in the ward's time; of today, when the evening is past, its last minute."""
    if on_date:
        day = datetime.strptime(on_date, "%Y-%m-%d")
    else:
        day = to_user_timezone(datetime.fromtimestamp(received_at / 1000, UTC)) + timedelta(days=DUE[code])
    evening, night = _at(day, EVENING), _at(day, 0) + DAY - 1
    # What is asked for today is not late at birth; a day that is past is.
    return night if evening <= received_at <= night else evening


def _at(day, hour):
    return int(to_utc(datetime(day.year, day.month, day.day, hour)).replace(tzinfo=UTC).timestamp() * 1000)


def merge(batch, entry):
    """Give somebody of the case something to do."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    owner = _owner(batch, case, values.get("owner"))
    add(batch, entry, entry.id, case, owner, values["what"], due_moment(values.get("due"), values.get("on_date"), batch.received_at),
        values.get("note"))


def add(batch, entry, task_id, case, owner, what, due_at, note=None, after=None, record_id=None,
        until=None):
    """A task of a case, or (case None) one about a record that became none; one that helps only `until` a moment rings at any hour."""
    batch.insert(Task, id=task_id, ward=case["ward"] if case else batch.deposit.ward_id, case=case and case["id"], record_id=record_id,
                 referral_id=None, author=batch.deposit.person.id,
                 owner=owner, what=what, state="open", due_at=due_at, turn=due_at, snoozed=0, until=until,
                 note=columns.seal("task.note", task_id, note) if note else None, answer=None, made_at=min(entry.at, batch.received_at),
                 received_at=batch.received_at, done_at=None, done_by=None, done_entry=None, after=after)
    if case:
        timeline.tell(batch, case["id"], "task", entry, choice=what, subject_id=task_id, words=note, due_at=due_at, owner=owner)
    notices.tell(batch, notices.owner(owner), "task-new", "task", task_id, urgent=until is not None)


def take_up(batch, entry, task, keeper):
    """What was dropped is to be done after all: by the coordinator who had it, else by the one who answers for the case; a question by
    whoever recorded. What was due meanwhile is due today."""
    there = any(person == task["owner"] and role == "coordinator" for person, role, _unit in batch.people)
    owner = task["owner"] if there or task["what"] == "question" else keeper
    due_at = task["due_at"] if task["due_at"] > batch.received_at else due_moment("today", None, batch.received_at)
    batch.change(Task, task["id"], state=states.after(states.TASK, task["state"], "redo"), owner=owner, due_at=due_at, turn=due_at,
                 done_at=None, done_by=None)
    if task["what"] != "question":
        timeline.tell(batch, task["case"], "task", entry, choice=task["what"], subject_id=task["id"], due_at=due_at, owner=owner)
    notices.tell(batch, notices.owner(owner), "task-new", "task", task["id"])


def end_of_unit(batch, entry, case_id, unit_id, why, event):
    """What people of a unit were still to do in a case is done no more, and they are told; coordinators go on."""
    theirs = {person for (person,) in Person.select(Person.id).where(Person.unit == unit_id, Person.role != "coordinator").tuples()}
    for task in [each for member in cases.whole_in(batch, case_id) for each in batch.all(Task, case=member, state="open")]:
        # A question is for whoever recorded, whatever became of the unit.
        if task["owner"] in theirs and task["what"] != "question":
            _end(batch, entry, task, why, event)


def _end(batch, entry, task, why, event):
    batch.change(Task, task["id"], state=states.after(states.TASK, task["state"], "drop"), turn=None, done_at=batch.received_at,
                 done_by=batch.deposit.person.id, answer=columns.seal("task.answer", task["id"], why))
    timeline.tell(batch, task["case"], "completion", entry, choice="drop", subject_id=task["id"], words=why, what=task["what"])
    notices.tell(batch, lambda _batch: {task["owner"]}, event, "task", task["id"])


def _owner(batch, case, person_id):
    """Who may be given a task of a case: a coordinator, or one of a unit that accepted a referral of it."""
    if not person_id:
        return batch.deposit.person.id
    asked = [each for member in cases.whole_in(batch, case["id"]) for each in batch.all(Referral, case_id=member)]
    helping = {each["unit"] for each in asked if each["state"] == "accepted"}
    for person, role, unit in batch.people:
        if person == person_id and (role == "coordinator" or (unit in helping and access.may_write(role, "answer"))):
            return person
    raise Refused("invalid", _("Người này chưa giúp trong hồ sơ. Hãy chọn điều phối viên hoặc người của đơn vị đã tiếp nhận."))


def is_of_server(task):
    """Whether the ward's own server put it, in its own words: what people put has the id that a phone made, at random."""
    return uuid.UUID(task.id).version == 5


def note(task):
    return columns.unseal("task.note", task.id, task.note) if task.note else None


def answer(task):
    return columns.unseal("task.answer", task.id, task.answer) if task.answer else None


def of_case(case_ids):
    return list(Task.select().where(Task.case.in_(case_ids)).order_by(Task.due_at))
