"""Proofs: that an entry was written where the book was open. A device's cookie delivers, and says no more than whose device it was."""
import base64
import hashlib
import hmac

from db.models import Enrolment
from pwa.crypto import envelope, keyring
from pwa.domain.clock import DAY, now

BEFORE, AFTER = b',"proof":"', b'"}'
# After the first proof a page of an earlier version may still stand open beside it, and proves nothing.
PATIENCE = DAY
# What an earlier enrolment left on a phone comes with the one after it: at once, or when there is a network.
SUCCESSION = 7 * DAY


def key(enrolment_id):
    """What a phone proves with, 64 characters; it has them only while it reads. Derived, as its cookie is (decision 3)."""
    return hmac.new(keyring.current().cookie, f"write|{enrolment_id}".encode(), hashlib.sha256).hexdigest()


def prove(secret, plaintext, entry_id, enrolment_id):
    """The plaintext of an entry, JSON, with its proof as the last thing it says: HMAC of all that stands before, and where it belongs."""
    return plaintext[:-1] + BEFORE + _proof(secret, plaintext, entry_id, enrolment_id) + AFTER


def is_proved(plaintext, entry_id, enrolment_id):
    """Whether an opened entry ends with a good proof of the enrolment it was sealed on."""
    said, before, proof = plaintext.rpartition(BEFORE)
    return bool(before) and hmac.compare_digest(proof, _proof(key(enrolment_id), said + b"}", entry_id, enrolment_id) + AFTER)


def _proof(secret, plaintext, entry_id, enrolment_id):
    mac = hmac.digest(secret.encode(), envelope.info(entry_id, None, enrolment_id) + plaintext, "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=")


def is_due(sealed_on, carrier):
    """Whether an entry without a good proof is doubted: the enrolment it was sealed on gives proofs.

    Of one the ward does not know (None), what carries it is asked; of one that never gave a proof too, once it has had time to hand
    over what it held.
    """
    asked = [sealed_on or carrier] + [carrier] * (now() - carrier.created_at >= SUCCESSION)
    return any(each.proof_due_at is not None and each.proof_due_at <= now() for each in asked)


def note(enrolments, entries):
    """Who has proved an entry for the first time is asked for proofs from then on; `enrolments` by id, as they were read."""
    first = {entry.enrolment_id for entry in entries if entry.proved} & {each.id for each in enrolments if each.proof_due_at is None}
    if first:
        Enrolment.update(proof_due_at=now() + PATIENCE).where(Enrolment.id.in_(first), Enrolment.proof_due_at.is_null()).execute()
