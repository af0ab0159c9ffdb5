"""Trainings: who may assess risk with which tool. Kept for good, so that an assessment can be asked about years later."""
import uuid
from datetime import UTC, datetime

from flask_babel import to_user_timezone

from db.base import write
from db.models import Person, Training
from pwa.domain import access, audit
from pwa.domain.clock import now


def today(moment=None):
    """The day in the ward's time, YYYY-MM-DD."""
    return to_user_timezone(datetime.fromtimestamp((moment or now()) / 1000, UTC)).date().isoformat()


def of_assessor(person_id, tool, moment):
    """The newest training that counts on the day of `moment`, or None."""
    day = today(moment)
    return (Training.select().where(Training.person == person_id, Training.tool == tool, Training.on_date <= day,
                                    Training.until.is_null() | (Training.until >= day)).order_by(Training.on_date.desc()).first())


def of_ward(ward_id):
    """Every training of the ward, newest first, with its person."""
    return list(Training.select(Training, Person).join(Person, on=(Training.person == Person.id)).where(Training.ward == ward_id)
                .order_by(Training.on_date.desc(), Training.created_at.desc()))


def learners(ward_id):
    """Who of the ward may be noted as trained: those who may write an assessment."""
    return list(Person.select().where(Person.ward == ward_id, Person.role.in_(access.who_may_write("risk"))))


def note(by, person, tool, on_date, until=None, course=None):
    """Note that somebody of the same ward was trained, today when no day is given."""
    with write():
        made = Training.create(id=str(uuid.uuid4()), ward=by.ward_id, person=person, tool=tool, on_date=on_date or today(), until=until,
                               course=course, noted_by=by, created_at=now())
        audit.changed(by, "training", made.id, tool=tool, of=person.id)
    return made
