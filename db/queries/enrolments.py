"""Whose phone asks, and whether it may read: asked with every request."""
from db.models import Enrolment, Person, Reading
from db.prepared import prepared


@prepared
def with_people(ids):
    """These enrolments, each with its person."""
    return Enrolment.select(Enrolment, Person).join(Person).where(Enrolment.id.in_(ids))


@prepared
def open_readings(reading_id):
    """The reading session with this id, unless it has ended."""
    return Reading.select().where(Reading.id == reading_id, Reading.ended_at.is_null())
