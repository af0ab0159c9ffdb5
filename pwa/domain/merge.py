"""Entry → outcome. The set of outcomes is closed; each has a test named after it."""
import logging
from dataclasses import dataclass, field

from flask_babel import gettext as _
from peewee import OperationalError

from db.base import database, write
from db.models import Entry, Held
from pwa.crypto import columns
from pwa.domain import (access, answers, assignments, audit, case_people, case_referrals, classifications, closings, completions,
                        consents, data_requests, decisions, handovers, incidents, measures, notes, records, referrals, risks, services,
                        tasks, timeline, triages, withdrawals)
from pwa.domain.batch import Batch
from pwa.domain.refused import Refused

OUTCOMES = ("stored", "duplicate", "invalid", "conflict", "forbidden")
RULES = {"record": records.merge, "referral": referrals.merge, "answer": answers.merge, "withdrawal": withdrawals.merge,
         "triage": triages.merge, "case-referral": case_referrals.merge, "consent": consents.merge, "person": case_people.merge,
         "incident": incidents.merge, "measure": measures.merge, "classification": classifications.merge, "service": services.merge,
         "assignment": assignments.merge, "note": notes.merge, "task": tasks.merge, "completion": completions.merge,
         "closing": closings.merge, "handover": handovers.merge, "risk": risks.merge, "child-risk": risks.merge,
         "decision-request": decisions.ask, "decision": decisions.merge, "data-request": data_requests.merge}

log = logging.getLogger(__name__)


@dataclass
class Deposit:
    """Who delivers: one person on one enrolment of one ward; `marked` when the phone reads nothing (access.py)."""
    person: object
    enrolment_id: str
    ward_id: int
    marked: bool = False


@dataclass
class Opened:
    """An entry that opened; `errors` are the form's sentences, empty when `values` hold its answers."""
    id: str
    kind: str
    enrolment_id: str
    seq: int
    at: int
    digest: str
    body: str
    values: dict | None
    errors: list = field(default_factory=list)
    # Sealed on an enrolment of somebody else.
    foreign: bool = False
    # With a good proof; without one where one is due (proofs.py).
    proved: bool = False
    doubted: bool = False

    def mentions(self):
        """Ids of other entries this one speaks of."""
        values = self.values or {}
        return [values[name] for name in ("replaces", "record", "referral", "target", "other") if values.get(name)]


@dataclass
class Receipt:
    id: str
    outcome: str
    errors: list = field(default_factory=list)


def merge(deposit, entries):
    """Write the entries that can be written, hold the rest; answers one receipt per entry, after the commit.

    All together in one savepoint; when that fails, each in its own, so that one cannot block the others. A database that
    is locked, full or gone raises OperationalError: no receipts, and the phone keeps everything.
    """
    with write():
        try:
            with database.atomic():
                return _merge_together(deposit, entries)
        except OperationalError:
            raise
        except Exception:
            log.warning("a batch of %d entries is merged one by one", len(entries))
            return [_merge_alone(deposit, entry) for entry in entries]


def _merge_together(deposit, entries):
    batch = Batch(deposit, entries)
    receipts = [_merge_one(batch, entry) for entry in entries]
    batch.write()
    return receipts


def _merge_alone(deposit, entry):
    try:
        with database.atomic():
            return _merge_together(deposit, [entry])[0]
    except OperationalError:
        raise
    except Exception as reason:
        # The type alone: a message may carry what somebody wrote.
        log.error("entry %s could not be written and is held: %s", entry.id, type(reason).__name__)
        with database.atomic():
            batch = Batch(deposit, [entry])
            receipt = _hold(batch, entry, Refused("invalid", _("Máy chủ không ghi được mục này. Điều phối viên đã được báo.")))
            batch.write()
            return receipt


def _merge_one(batch, entry):
    known = batch.digests.get(entry.id)
    if known == entry.digest:
        return Receipt(entry.id, "duplicate")
    batch.begin()
    try:
        if known is not None:
            raise Refused("conflict", _("Máy chủ đã có một bản khác của mục này. Cả hai đều được giữ; hãy chọn bản đúng."))
        if entry.kind not in RULES and not entry.foreign:
            # Of a newer phone: it is not the person who may not send it.
            raise Refused("invalid", entry.errors)
        if entry.foreign or not access.may_write(batch.deposit.person.role, entry.kind):
            raise Refused("forbidden", _("Bạn không được gửi loại mục này. Hãy hỏi điều phối viên của phường."))
        if entry.errors:
            raise Refused("invalid", entry.errors)
        if batch.deposit.marked and _undoes(entry):
            raise Refused("forbidden", _("Máy này chưa được duyệt hoặc đã bị thu hồi. Mục được giữ lại cho điều phối viên xem."))
        if entry.doubted and _undoes(entry):
            raise Refused("forbidden", _("Chưa xác minh người ghi. Mục được giữ lại cho điều phối viên xem."))
        RULES[entry.kind](batch, entry)
    except Refused as refusal:
        batch.give_up()
        return _hold(batch, entry, refusal)
    _log(batch, entry)
    _settle_held(batch, entry)
    return Receipt(entry.id, "stored")


def _undoes(entry):
    """Whether an entry changes what others already rely on: not from a phone that may be in other hands, or in nobody's we know."""
    return entry.kind not in ("record", "referral") or "replaces" in entry.values


def _log(batch, entry):
    deposit = batch.deposit
    batch.digests[entry.id] = entry.digest
    batch.insert(Entry, id=entry.id, ward=deposit.ward_id, author=deposit.person.id, enrolment_id=entry.enrolment_id,
                 kind=entry.kind, seq=entry.seq, made_at=entry.at, received_at=batch.received_at, digest=entry.digest,
                 marked=deposit.marked or entry.doubted)
    batch.audit.append(audit.written(deposit, entry, "stored"))


def _hold(batch, entry, refusal):
    errors = refusal.sentence if isinstance(refusal.sentence, list) else [refusal.sentence]
    key = entry.id, entry.digest
    if key not in batch.held:
        row = dict(entry_id=entry.id, ward=batch.deposit.ward_id, author=batch.deposit.person.id,
                   enrolment=batch.deposit.enrolment_id, kind=entry.kind, outcome=refusal.outcome,
                   errors=columns.seal("held.errors", entry.id, errors), digest=entry.digest,
                   body=columns.seal("held.body", entry.id, entry.body),
                   received_at=batch.received_at, closed_by=None, closed_at=None)
        batch.held[key] = row
        batch.new[Held].append(row)
        batch.audit.append(audit.written(batch.deposit, entry, refusal.outcome))
        if refusal.case_id:
            # Both stay on the timeline: what was done, and that this came second.
            timeline.tell(batch, refusal.case_id, "conflict", entry, choice=entry.kind)
    return Receipt(entry.id, refusal.outcome, errors)


def _settle_held(batch, entry):
    """An entry settles what was held of itself, of what it replaces and of what it withdraws."""
    settled = {entry.id, entry.values.get("replaces"), entry.values.get("target")}
    for (entry_id, _digest), row in batch.held.items():
        if entry_id in settled and row["author"] == batch.deposit.person.id and not row.get("closed_at"):
            row.update(closed_by=entry.id, closed_at=batch.received_at)
            if "id" in row:
                Held.update(closed_by=entry.id, closed_at=batch.received_at).where(Held.id == row["id"]).execute()
