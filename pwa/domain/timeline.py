"""The timeline of a case: append-only. Every rule writes to it through `tell`, and nothing else does."""
import uuid

from db.models import Case, CaseEvent
from pwa.crypto import columns
from pwa.domain.clock import now


def tell(batch, case_id, kind, entry=None, choice=None, subject_id=None, words=None, **data):
    """One line on a case's timeline: codes and ids in `data`, what people wrote in `words`, which is sealed."""
    event_id = str(uuid.uuid4())
    number = sum(1 for _row in batch.new[CaseEvent])
    batch.insert(CaseEvent, id=event_id, case=case_id, at=batch.received_at, number=number,
                 made_at=min(entry.at, batch.received_at) if entry else batch.received_at, author=batch.deposit.person.id,
                 kind=kind, choice=choice, entry_id=entry and entry.id, subject_id=subject_id, data=data or None,
                 words=columns.seal("case_event.words", event_id, words) if words else None)
    batch.change(Case, case_id, changed_at=batch.received_at)


def tell_now(person, case_id, kind, choice, words=None, subject_id=None):
    """The same for what is done at a desk, outside any batch; in the caller's transaction."""
    event_id, moment = str(uuid.uuid4()), now()
    CaseEvent.create(id=event_id, case=case_id, at=moment, number=0, made_at=moment, author=person, kind=kind, choice=choice,
                     subject_id=subject_id, words=columns.seal("case_event.words", event_id, words) if words else None)
    Case.update(changed_at=moment).where(Case.id == case_id).execute()


def last_entry(batch, case_id, kind):
    """Id of the entry that told the last line of a kind on a case's timeline, stored or planned in this batch; or None."""
    planned = [row for row in batch.new[CaseEvent] if row["case"] == case_id and row["kind"] == kind] if batch else []
    if planned:
        return planned[-1]["entry_id"]
    found = (CaseEvent.select(CaseEvent.entry_id).where(CaseEvent.case == case_id, CaseEvent.kind == kind)
             .order_by(CaseEvent.at.desc(), CaseEvent.number.desc()).first())
    return found and found.entry_id


def words(event):
    return columns.unseal("case_event.words", event.id, event.words) if event.words else None
