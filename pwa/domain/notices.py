"""Notices: who should look at what. Rows only, in the transaction of what caused them; the worker rings."""
import uuid

from db.base import insert_rows
from db.models import Notice, Person
from pwa.domain import access


def coordinators(batch):
    return {person for person, role, _unit in batch.people if role == "coordinator"}


def unit_and_coordinators(unit):
    def people(batch):
        return coordinators(batch) | {person for person, role, its_unit in batch.people
                                      if its_unit == unit.id and access.may_write(role, "answer")}
    return people


def author_of(referral):
    return lambda batch: {referral["author"]}


def author_and_coordinators(referral):
    return lambda batch: coordinators(batch) | {referral["author"]}


def tell_of_enrolment(enrolment, inviter_id, is_further):
    """A new phone: coordinators who may approve it when it waits, and the person's other phones, if there are any."""
    person = enrolment.person
    told = [("enrolment-new", person.id)] if is_further else []
    if access.waits(enrolment):
        others = Person.select(Person.id).where(Person.ward == person.ward_id, Person.role == "coordinator").tuples()
        told += [("enrolment-waiting", each) for (each,) in others if each not in (person.id, inviter_id)]
    if told:
        insert_rows(Notice, [_row(each, event, "enrolment", enrolment.id, False, enrolment.created_at) for event, each in told])


def tell(batch, people, event, subject_kind, subject_id, urgent=False):
    """Write one notice per person, but none to whoever caused it."""
    for person in sorted(people(batch) - {batch.deposit.person.id}):
        batch.insert(Notice, **_row(person, event, subject_kind, subject_id, urgent, batch.received_at))


def _row(person, event, subject_kind, subject_id, urgent, created_at):
    return dict(id=str(uuid.uuid4()), person=person, event=event, subject_kind=subject_kind, subject_id=subject_id, urgent=urgent,
                created_at=created_at, spread_at=None)
