"""Rings: which device is to be rung for which notice, and what came of it. Leases in rows, so that a killed worker loses nothing."""
import random
import uuid

from db.base import insert_rows, locked, write
from db.models import Delivery, Enrolment, Notice, Subscription
from pwa.domain.clock import DAY, now

# A lease outlives the slowest sending of all that are taken at once.
LEASE = 60_000
AT_ONCE = 5
FIRST_RETRY, LAST_RETRY = 15_000, 3_600_000
# As long as push services keep a message: a phone closed for weeks still rings.
TTL = 28 * DAY


def spread():
    """Turn notices into one ring per device and person, the most urgent and newest of them leading."""
    with write():
        waiting = list(locked(Notice.select().where(Notice.spread_at.is_null()).order_by(Notice.urgent, Notice.created_at)))
        if not waiting:
            return
        leads = {notice.person_id: notice for notice in waiting}
        devices = (Enrolment.select(Enrolment.person, Enrolment.device).join(Subscription, on=(Subscription.device == Enrolment.device))
                   .where(Enrolment.person.in_(list(leads)), Enrolment.revoked_at.is_null()).distinct().tuples())
        made = now()
        rings = [dict(id=str(uuid.uuid4()), notice=leads[person].id, device=device, urgent=leads[person].urgent,
                      created_at=made, attempts=0, next_at=made, outcome=None, done_at=None) for person, device in devices]
        if rings:
            insert_rows(Delivery, rings)
        Notice.update(spread_at=made).where(Notice.id.in_([notice.id for notice in waiting])).execute()


def claim():
    """The rings that are due, each taken by nobody else for a minute, as (delivery, subscription)."""
    with write():
        moment = now()
        first = (Delivery.select(Delivery, Subscription)
                 .join(Subscription, on=(Subscription.device == Delivery.device), attr="subscription")
                 .where(Delivery.next_at <= moment).order_by(Delivery.urgent.desc(), Delivery.next_at).limit(AT_ONCE))
        due = list(locked(first, "FOR UPDATE SKIP LOCKED"))
        Delivery.update(next_at=moment + LEASE, attempts=Delivery.attempts + 1).where(Delivery.id.in_([ring.id for ring in due])).execute()
        # Rung for a device that is no longer to be rung: settled, or it would be looked at for ever.
        Delivery.update(next_at=None, outcome="gone", done_at=moment).where(
            Delivery.next_at <= moment, Delivery.device.not_in(Subscription.select(Subscription.device))).execute()
    return [(ring, ring.subscription) for ring in due]


def settle(ring, outcome, retry_after=None):
    """Note what came of a ring: "sent", "gone", "refused", or "retry"; answers in how many seconds it is due again."""
    moment = now()
    wait = max(pause(ring.attempts), (retry_after or 0) * 1000)
    if outcome == "retry" and moment + wait < ring.created_at + TTL:
        Delivery.update(next_at=moment + wait, outcome="retry").where(Delivery.id == ring.id).execute()
        return wait / 1000
    Delivery.update(next_at=None, outcome=outcome, done_at=moment).where(Delivery.id == ring.id).execute()
    return None


def pause(attempts):
    """Milliseconds before the next try, doubling, with jitter so that phones do not return in step."""
    return int(min(FIRST_RETRY * 2 ** attempts, LAST_RETRY) * random.uniform(0.5, 1))

