"""Notices: who should look at what. Rows only, in the transaction of what caused them; the worker rings."""
import uuid

from db.models import Notice
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


def tell(batch, people, event, subject_kind, subject_id, urgent=False):
    """Write one notice per person, but none to whoever caused it."""
    for person in sorted(people(batch) - {batch.deposit.person.id}):
        batch.insert(Notice, id=str(uuid.uuid4()), person=person, event=event, subject_kind=subject_kind,
                     subject_id=subject_id, urgent=urgent, created_at=batch.received_at, ring_at=batch.received_at, spread_at=None)
