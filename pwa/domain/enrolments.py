"""Enrolments: one person on one device, proved by a cookie whose value is renewed without ever locking a phone out."""
import hashlib
import hmac

from db.base import write
from db.models import Enrolment, Person, Reading, Subscription
from db.queries import enrolments as reads
from pwa.crypto import keyring
from pwa.domain import audit, notices
from pwa.domain.clock import DAY, now

RENEW_AFTER = DAY


def cookie_value(enrolment, generation=None):
    """`<generation>.<mac>`: derived, so the next value can be handed out again and again until the phone presents it."""
    generation = enrolment.generation if generation is None else generation
    return f"{generation}.{_mac(enrolment.id, generation)}"


def _mac(enrolment_id, generation):
    return hmac.new(keyring.current().cookie, f"enrolment|{enrolment_id}|{generation}".encode(), hashlib.sha256).hexdigest()


def prove(values):
    """The enrolments whose cookies are right: `values` maps enrolment id to cookie value; one read for all of them."""
    claimed = {}
    for enrolment_id, value in values.items():
        generation, _dot, mac = value.partition(".")
        if not (value.isascii() and generation.isdigit() and len(generation) < 10):
            continue
        if hmac.compare_digest(mac, _mac(enrolment_id, int(generation))):
            claimed[enrolment_id] = int(generation)
    if not claimed:
        return []
    return [row for row in reads.with_people(claimed.keys()) if _present(row, claimed[row.id])]


def _present(enrolment, generation):
    """Take note of the value presented; good are the newest presented and, until the next is, the one before it.

    Any later one too: only we can have made it, and a database restored from a backup has not heard of it. The one before
    because a browser writes cookies to the disk some time after it shows them, and a battery may die between.
    """
    if generation > enrolment.generation:
        enrolment.generation, enrolment.renewed_at = generation, now()
        Enrolment.update(generation=generation, renewed_at=enrolment.renewed_at).where(
            Enrolment.id == enrolment.id, Enrolment.generation < generation).execute()
    enrolment.is_behind = generation < enrolment.generation
    return generation >= enrolment.generation - 1


def due_cookie(enrolment):
    """The value to set on this answer, or None while the one presented is the newest, and young."""
    if now() - enrolment.renewed_at >= RENEW_AFTER:
        return cookie_value(enrolment, enrolment.generation + 1)
    return cookie_value(enrolment) if enrolment.is_behind else None


def touch(enrolment):
    """Note the contact, at most once a minute: reading must not cost a write each time. The first is always noted."""
    seen = now()
    if seen - enrolment.last_contact_at > 60_000 or enrolment.last_contact_at == enrolment.created_at:
        Enrolment.update(last_contact_at=seen).where(Enrolment.id == enrolment.id).execute()


def revoke(enrolment_id, by=None):
    """Somebody, or the server itself, takes reading away from one enrolment; it may still deliver. False when there is none.

    A device whose last enrolment this was is not rung any more.
    """
    with write():
        moment = now()
        taken = Enrolment.update(revoked_at=moment).where(Enrolment.id == enrolment_id, Enrolment.revoked_at.is_null()).execute()
        if taken:
            Reading.update(ended_at=moment).where(Reading.enrolment == enrolment_id, Reading.ended_at.is_null()).execute()
            ended = Enrolment.get_by_id(enrolment_id)
            person, beside = ended.person, {each.person_id for each in _live_on([ended.device_id])}
            if not beside:
                Subscription.delete().where(Subscription.device == ended.device_id).execute()
            # Whoever has begun anew on the same phone knows.
            if person.id not in beside:
                notices.tell_now(person.ward_id, [person.id], "device-revoked", "device", enrolment_id)
            audit.changed(by, "enrolment", enrolment_id, ward_id=person.ward_id, choice="revoke")
    return bool(taken)


def revoke_chosen(phones, enrolment_id, in_use, whole_device=False):
    """Revoke one of these phones, or everyone of the ward on its device, but never the one in use. False when there is none."""
    chosen = phones.where(Enrolment.id == enrolment_id).first()
    if chosen is None or chosen.id == in_use.id or (whole_device and chosen.device_id == in_use.device_id):
        return False
    if not whole_device:
        return revoke(chosen.id, in_use.person)
    beside = _live_on([chosen.device_id]).where(Person.ward == chosen.person.ward_id)
    return any([revoke(each.id, in_use.person) for each in list(beside)])


def counts_of_devices(phones, ward_id):
    """Device id → how many people of the ward use it, of the devices of these enrolments; one read for all."""
    found = {}
    for each in _live_on({each.device_id for each in phones}).where(Person.ward == ward_id):
        found.setdefault(each.device_id, set()).add(each.person_id)
    return {device_id: len(people) for device_id, people in found.items()}


def _live_on(device_ids):
    return Enrolment.select(Enrolment, Person).join(Person).where(Enrolment.device.in_(list(device_ids)), Enrolment.revoked_at.is_null())


def may_deposit(enrolment, days):
    return enrolment.revoked_at is None or now() - enrolment.revoked_at <= days * DAY
