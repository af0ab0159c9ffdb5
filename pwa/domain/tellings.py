"""What the Chairman must be told at once: a tin báo that a school, a tổ trưởng or the head of an organisation received (domain.md §2)."""
import uuid

from db.base import write
from db.models import Record, Telling
from pwa.domain import audit, decisions, notices, queue, versions
from pwa.domain.clock import now


def tell(batch, record):
    """Put a tin báo (a planned record's values) into the deciders' list, and ring them."""
    telling_id = str(uuid.uuid4())
    urgent = record["danger"] or record["child"]
    batch.insert(Telling, id=telling_id, ward=record["ward"], record_id=record["id"], unit=record["unit"], danger=record["danger"],
                 child=record["child"], received_at=batch.received_at, turn=queue.turn(batch.received_at, urgent), told_at=None,
                 told_to=None)
    notices.tell(batch, decisions.deciders, "report-told", "telling", telling_id, urgent=urgent)


def tell_more(batch, record):
    """A tin báo that has been mended tells of danger or of a child: what waits for the deciders says so, and what they have opened already
    is told them again."""
    told = [each for row_id in _versions(batch, record) for each in batch.all(Telling, record_id=row_id)]
    waiting = next((each for each in told if not each["told_at"]), None)
    if waiting is None:
        return tell(batch, record)
    batch.change(Telling, waiting["id"], record_id=record["id"], danger=record["danger"], child=record["child"],
                 turn=queue.turn(waiting["received_at"], True))
    versions.look_again(batch, waiting["id"])
    notices.tell(batch, decisions.deciders, "report-told", "telling", waiting["id"], urgent=True)


def _versions(batch, record):
    """Ids of a planned record and of its earlier versions."""
    found = []
    while record and record["id"] not in found:
        found.append(record["id"])
        record = next(iter(batch.all(Record, id=record["replaces"])), None) if record["replaces"] else None
    return found


def mark_told(person, telling):
    """The decider has it before them: from now on it counts as told."""
    if telling.told_at:
        return
    telling.told_at = now()
    with write():
        taken = Telling.update(told_at=telling.told_at, told_to=person, turn=None).where(
            Telling.id == telling.id, Telling.told_at.is_null()).execute()
        if taken:
            audit.changed(person, "telling", telling.id, told=telling.record_id)


def of_record(record_id):
    return Telling.get_or_none(Telling.record_id == record_id)
