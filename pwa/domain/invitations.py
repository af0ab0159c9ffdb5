"""Invitations: one use, stored as a keyed digest; the same twelve letters are the link's secret and the code to type."""
import hashlib
import hmac
import secrets
import uuid

from flask_babel import gettext as _

from db.base import write
from db.models import Device, Enrolment, Invitation, KeptPage
from pwa.crypto import keyring
from pwa.domain import access, audit, notices
from pwa.domain.clock import HOUR, now

# No I, O, 0 or 1: 32 letters, twelve of them: 60 bits.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 12
# Compared aloud between the new phone and whoever approves it.
SHORT = 6
# Milliseconds in which a phone may ask again even when it has been heard of since: its answer may have come half.
AGAIN = 10 * 60_000


class CannotSpend(Exception):
    """The invitation is unknown, spent or too old; the message says what to do."""


def _digest(code):
    return hmac.new(keyring.current().digest, b"invitation|" + code.encode(), hashlib.sha256).hexdigest()


def normal(text):
    """The bare letters of a code that was typed or pasted, also a whole link."""
    return "".join(letter for letter in text.rsplit("#", 1)[-1].upper() if letter in LETTERS)


def invite(person, hours, inviter=None, approved=False):
    """A fresh code like K7PM-3XQ9-TR4B for this person; its enrolment waits for a coordinator unless it is `approved`."""
    code = _letters(LENGTH)
    made = now()
    with write():
        Invitation.create(id=str(uuid.uuid4()), person=person, code_digest=_digest(code), created_at=made,
                          expires_at=made + hours * HOUR, inviter=inviter, approved=approved)
        audit.changed(inviter, "invitation", person.id, ward_id=person.ward_id, choice="invite")
    return "-".join(code[start:start + 4] for start in range(0, LENGTH, 4))


def named(code):
    """The invitation with this code."""
    return Invitation.get(Invitation.code_digest == _digest(normal(code)))


def void(by, invitation):
    """Somebody takes an invitation back."""
    with write():
        Invitation.update(expires_at=now()).where(Invitation.id == invitation.id, Invitation.spent_at.is_null()).execute()
        audit.changed(by, "invitation", invitation.person_id, choice="void")


def void_unspent(person):
    """Make earlier invitations of a person useless; by the command line alone."""
    moment = now()
    with write():
        taken = Invitation.update(expires_at=moment).where(
            Invitation.person == person, Invitation.spent_at.is_null(), Invitation.expires_at > moment).execute()
        if taken:
            audit.changed(None, "invitation", person.id, ward_id=person.ward_id, choice="void")


def will_wait(person, inviter, given=None):
    """Whether a phone of a person that this one invites (None on the command line) waits for a coordinator: the next, or one `given`."""
    return access.must_wait(person, has_begun(person, given), inviter)


def has_begun(person, given=None):
    """Whether a person has, or had, a phone; besides one `given`."""
    # Also after all were revoked: what the person wrote is still there, and what a revoked phone holds is still on its way.
    return Enrolment.select().where(Enrolment.person == person.id, *([Enrolment.id != given.id] if given else [])).exists()


def inviter_of(enrolment):
    """The id of who invited this phone; None for the command line."""
    invitation = Invitation.get_or_none(Invitation.enrolment_id == enrolment.id)
    return invitation and invitation.inviter_id


def given(text, held):
    """The enrolment that this invitation gave to a phone which holds it still, of those it `held`; or None."""
    invitation = Invitation.get_or_none(Invitation.code_digest == _digest(normal(text)))
    return invitation and next((each for each in held if each.id == invitation.enrolment_id and each.revoked_at is None), None)


def look(text, phone):
    """(invitation, the enrolment it already gave to this very phone or None) of a code, unspent; raises CannotSpend."""
    invitation = Invitation.get_or_none(Invitation.code_digest == _digest(normal(text)))
    if invitation is None:
        raise CannotSpend(_("Lời mời không đúng. Hãy xem lại mã, hoặc xin lời mời mới."))
    if invitation.spent_at:
        enrolment = Enrolment.get_or_none(Enrolment.id == invitation.enrolment_id, Enrolment.revoked_at.is_null())
        lost = enrolment and invitation.expires_at > now() and _answer_was_lost(enrolment)
        if lost and hmac.compare_digest(invitation.spent_by or "", _digest(phone)):
            return invitation, enrolment
        raise CannotSpend(_("Lời mời này đã được dùng. Hãy xin lời mời mới."))
    if invitation.expires_at <= now():
        raise CannotSpend(_("Lời mời đã hết hạn. Hãy xin lời mời mới."))
    return invitation, None


def _answer_was_lost(enrolment):
    """Whoever holds the phone later, with the invitation still in a chat on it, must not set a new PIN (decision 68).

    A phone that was given pages has its vault, however soon that was.
    """
    soon = enrolment.last_contact_at == enrolment.created_at or now() - enrolment.created_at < AGAIN
    return soon and not KeptPage.select().where(KeptPage.enrolment == enrolment.id).exists()


def spend(text, known, phone, verifier, proves=False):
    """Enrol this phone for the invited person, with the hash of its PIN's verifier.

    `known` are the enrolments the phone already proved to hold. A phone that lost the answer may ask again and gets the
    enrolment it was given, with its new PIN: it shows `phone`, the same secret as the first time. `proves`: its app proves what it
    writes from the first entry on. Raises CannotSpend.
    """
    invitation, given = look(text, phone)
    if given:
        _begin_again(invitation, given, verifier, proves)
        return given
    made = now()
    device = next((each.device_id for each in known), None) or Device.create(id=str(uuid.uuid4()), created_at=made).id
    enrolment_id = str(uuid.uuid4())
    taken = Invitation.update(spent_at=made, spent_by=_digest(phone), enrolment_id=enrolment_id).where(
        Invitation.id == invitation.id, Invitation.spent_at.is_null()).execute()
    if not taken:
        raise CannotSpend(_("Lời mời này đã được dùng. Hãy xin lời mời mới."))
    waits = _waits(invitation)
    is_further = Enrolment.select().where(Enrolment.person == invitation.person_id, Enrolment.revoked_at.is_null()).exists()
    enrolment = Enrolment.create(
        id=enrolment_id, person=invitation.person_id, device=device, generation=0, renewed_at=made, created_at=made,
        last_contact_at=made, verifier=verifier, approved_at=None if waits else made, short_code=_letters(SHORT),
        proof_due_at=made if proves else None)
    notices.tell_of_enrolment(enrolment, invitation.inviter_id, is_further)
    audit.changed(invitation.person, "enrolment", enrolment_id, choice="begin")
    return enrolment


def _begin_again(invitation, enrolment, verifier, proves):
    """The same enrolment with another PIN, perhaps in other hands: whatever code was compared, this one is compared anew."""
    was_approved = enrolment.approved_at is not None
    enrolment.verifier, enrolment.failures, enrolment.proof_due_at = verifier, 0, now() if proves else None
    if _waits(invitation, enrolment):
        enrolment.approved_at, enrolment.short_code = None, _letters(SHORT)
        if was_approved:
            notices.tell_of_enrolment(enrolment, invitation.inviter_id, is_further=False)
    enrolment.save(only=[Enrolment.verifier, Enrolment.failures, Enrolment.proof_due_at, Enrolment.approved_at, Enrolment.short_code])
    audit.changed(invitation.person, "enrolment", enrolment.id, choice="pin")


def _waits(invitation, given=None):
    """Whether a phone that begins with it is to be approved by somebody; the command line has approved already whom it invites."""
    return not invitation.approved and will_wait(invitation.person, invitation.inviter, given)


def _letters(length):
    return "".join(secrets.choice(LETTERS) for _place in range(length))
