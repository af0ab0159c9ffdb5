"""Reading sessions: opened by the PIN, kept open by a person's gestures alone, ended by lock, exit or idleness."""
import hashlib
import hmac
import secrets
import uuid

from db.base import write
from db.models import Enrolment, Reading
from db.queries import enrolments as reads
from pwa.crypto import keyring, verifiers
from pwa.domain import audit, enrolments
from pwa.domain.clock import DAY, now

MOST_FAILURES = 10
KEPT = 30 * DAY


class NoPin(Exception):
    """The enrolment was made before there were PINs: it must be made anew."""


class WrongPin(Exception):
    """Not the PIN; `left` more tries until the enrolment is revoked."""

    def __init__(self, left):
        super().__init__(left)
        self.left = left


class Wiped(Exception):
    """The enrolment is revoked: the phone keeps nothing of it but what it still delivers."""


class TooMany(Exception):
    """The last try is being looked at right now."""


def check(enrolment, *shown):
    """Let through whoever knows the PIN, and answer the verifier that was it; raises NoPin, WrongPin, Wiped or TooMany.

    A try is counted, and the count committed, before it is looked at: many requests at once are no more tries than ten.
    """
    if enrolment.revoked_at:
        raise Wiped
    used = _count(enrolment) if enrolment.verifier else 0
    for verifier in shown:
        if verifiers.matches(enrolment.verifier, verifier):
            _note_success(enrolment, verifier)
            return verifier
    if not enrolment.verifier:
        raise NoPin
    if used < MOST_FAILURES:
        raise WrongPin(MOST_FAILURES - used)
    enrolments.revoke(enrolment.id)
    raise Wiped


def _count(enrolment):
    with write():
        taken = Enrolment.update(failures=Enrolment.failures + 1).where(
            Enrolment.id == enrolment.id, Enrolment.revoked_at.is_null(), Enrolment.failures < MOST_FAILURES).execute()
        row = Enrolment.get_by_id(enrolment.id)
    if not taken:
        raise Wiped if row.revoked_at else TooMany
    return row.failures


def _note_success(enrolment, verifier):
    change = {"failures": 0}
    if verifiers.outdated(enrolment.verifier):
        change["verifier"] = verifiers.keep(verifier)
    Enrolment.update(**change).where(Enrolment.id == enrolment.id).execute()


def change_pin(enrolment, old, new):
    """A new PIN for whoever knows the old one; asked again because the answer was lost, it is done. Raises what `check` raises."""
    if check(enrolment, old, new) == new:
        return
    kept = verifiers.keep(new)
    with write():
        Enrolment.update(verifier=kept).where(Enrolment.id == enrolment.id).execute()
        audit.changed(enrolment.person, "enrolment", enrolment.id, choice="pin")


def open(enrolment):
    """A fresh session of an enrolment, the only one of its device; answers its two halves, for two cookies."""
    token, half, moment = secrets.token_urlsafe(32), secrets.token_urlsafe(32), now()
    with write():
        others = Enrolment.select(Enrolment.id).where(Enrolment.device == enrolment.device_id)
        Reading.update(ended_at=moment).where(Reading.enrolment.in_(others), Reading.ended_at.is_null()).execute()
        Reading.delete().where(Reading.enrolment == enrolment.id, Reading.gesture_at < moment - KEPT).execute()
        row = Reading.create(id=str(uuid.uuid4()), enrolment=enrolment.id, token_digest=_digest(token), half_digest=_digest(half),
                             opened_at=moment, gesture_at=moment)
    return f"{row.id}.{token}", half


def find(shown, half, held, idle_seconds):
    """The open session these two halves belong to, of one of the enrolments the phone holds; or None."""
    row = _row(shown)
    enrolment = row and next((each for each in held if each.id == row.enrolment_id), None)
    if enrolment is None or not half or not hmac.compare_digest(row.half_digest, _digest(half)):
        return None
    if now() - row.gesture_at >= idle_seconds * 1000:
        return None
    row.enrolment = enrolment
    return row


def _row(shown):
    """The session that is not ended, by the half no script reads."""
    reading_id, _dot, token = (shown or "").partition(".")
    row = next(iter(reads.open_readings(reading_id) if token else ()), None)
    return row if row and hmac.compare_digest(row.token_digest, _digest(token)) else None


def note_gesture(reading):
    Reading.update(gesture_at=now()).where(Reading.id == reading.id, Reading.ended_at.is_null()).execute()


def end(shown):
    """End a session by the half no script reads alone: the phone may have dropped the other without a network."""
    if row := _row(shown):
        Reading.update(ended_at=now()).where(Reading.id == row.id).execute()


def _digest(half):
    return hmac.new(keyring.current().digest, b"reading|" + half.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
