"""The audit trail: who read, changed or took out what. Rows are only ever added; each ward's are one chain that cannot fork.

`read`, `listed` and `refused` wait in the trail of the request and are written together at its end, in one short
transaction, before the answer leaves. `changed` is written in the transaction of the change itself. Both lock the ward's
head as their last lock, so writers queue there for as long as a few inserts take, and never in a circle.
"""
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from db.base import change_row, insert_rows, write
from db.models import Audit, AuditHead
from db.queries import audit as reads
from pwa.crypto import chain
from pwa.domain.clock import now

ACTIONS = ("read", "list", "refuse", "write", "change", "export", "break-glass")
# What a link covers, in this order.
COVERED = ("ward", "seq", "at", "person_id", "role", "enrolment_id", "action", "subject_kind", "subject_id", "detail")

_trail = ContextVar("trail", default=None)


def begin():
    """Open the trail of a request; what an earlier one on this thread left was never answered."""
    _trail.set([])


def end(enrolment_id=None):
    """Write what the request read, each thing once, and close its trail; the answer may leave only after this."""
    noted = dict.fromkeys(_trail.get() or ())
    _trail.set(None)
    for ward_id in sorted({note.ward_id for note in noted}):
        append(ward_id, [note.row(enrolment_id) for note in noted if note.ward_id == ward_id])


@contextmanager
def trail():
    """The same for what is not a request."""
    begin()
    try:
        yield
    finally:
        end()


def read(person, kind, row):
    """Somebody reads one record, referral, case or person, a model's row."""
    _note(person, row.ward_id, "read", kind, str(row.id))


def listed(person, what):
    """Somebody reads a list, which shows a line of each of many."""
    _note(person, person.ward_id, "list", what, None)


def exported(person, kind, row):
    """Somebody takes a document out."""
    _note(person, row.ward_id, "export", kind, str(row.id))


def refused(person, kind, subject_id):
    """Somebody asked for what is not for them; noted whether it exists or not, so that neither can be told from the other."""
    _note(person, person.ward_id, "refuse", kind, subject_id)


def changed(person, kind, subject_id, ward_id=None, action="change", **detail):
    """Something was changed by a person, or by the server itself when None; the last thing a transaction does."""
    note = Note.of(person, ward_id or person.ward_id, action, kind, subject_id)
    append(note.ward_id, [note.row(detail=detail)])


def written(deposit, entry, outcome):
    """The row of an entry a phone delivered, merged or held; a batch appends it with its others."""
    note = Note.of(deposit.person, deposit.ward_id, "write", entry.kind, entry.id)
    return note.row(deposit.enrolment_id, {"outcome": outcome, "of": entry.mentions()})


class Note(NamedTuple):
    ward_id: int
    person_id: str | None
    role: str | None
    action: str
    kind: str
    subject_id: str | None

    @classmethod
    def of(cls, person, ward_id, action, kind, subject_id):
        return cls(ward_id, person and person.id, person and person.role, action, kind, subject_id)

    def row(self, enrolment_id=None, detail=None):
        return {"ward": self.ward_id, "person_id": self.person_id, "role": self.role, "enrolment_id": enrolment_id, "action": self.action,
                "subject_kind": self.kind, "subject_id": self.subject_id, "detail": detail or None}


def _note(*what):
    note, noted = Note.of(*what), _trail.get()
    if noted is None:
        append(note.ward_id, [note.row()])
    else:
        noted.append(note)


def append(ward_id, rows):
    """Add rows to the end of a ward's chain, in this order."""
    if not rows:
        return
    with write():
        if not (heads := reads.head(ward_id)):
            # Two first writers: one inserts, the other waits for it and locks what it made.
            AuditHead.insert(ward=ward_id, seq=0, link=chain.START).on_conflict_ignore().execute()
            heads = reads.head(ward_id)
        [head] = heads
        seq, link, at = head.seq, head.link, now()
        made = []
        for row in rows:
            seq += 1
            row = {**row, "seq": seq, "at": at}
            link = chain.link(link, values(row))
            made.append({**row, "link": link})
        insert_rows(Audit, made)
        change_row(AuditHead, ward_id, seq=seq, link=link)


def values(row):
    """What the link of a row covers, as plain values."""
    return [row[name] for name in COVERED]
