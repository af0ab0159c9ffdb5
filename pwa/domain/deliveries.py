"""Rings: which device is to be rung for which notice, and what came of it. Leases in rows, so that a killed worker loses nothing."""
import random
import uuid
from collections import namedtuple

from peewee import fn

from db.base import insert_rows, locked, write
from db.models import Delivery, Enrolment, Notice, Person, Subscription
from db.queries import reach as reads
from pwa.domain import hosts, permissions
from pwa.domain.clock import DAY, now

# A lease outlives the slowest sending.
LEASE = 30_000
FIRST_RETRY, LAST_RETRY = 15_000, 3_600_000
# As long as push services keep a message: a phone closed for weeks still rings.
TTL = 28 * DAY
# People whose notices are handed out in one transaction.
AT_ONCE = 500

Ring = namedtuple("Ring", "id notice_id event device_id urgent created_at attempts endpoint p256dh auth host vapid_key cause")
Result = namedtuple("Result", "ring outcome retry_after cause", defaults=(None, None))
Waiting = namedtuple("Waiting", "id person urgent read_at")
WAITING = Notice.id, Notice.person, Notice.urgent, Notice.read_at
FIELDS = (Delivery.id, Delivery.notice, Notice.event, Delivery.device, Delivery.urgent, Delivery.created_at, Delivery.attempts,
          Subscription.endpoint, Subscription.p256dh, Subscription.auth, Subscription.host, Subscription.vapid_key, Subscription.cause)


def spread():
    """Turn notices into one ring per device and person, the most urgent and newest of them leading."""
    while _spread_some():
        pass


def _spread_some():
    with write():
        made = now()
        ready = Notice.spread_at.is_null() & (Notice.ring_at <= made)
        people = [person for (person,) in Notice.select(Notice.person).where(ready).distinct().limit(AT_ONCE).tuples()]
        if not people:
            return False
        waiting = [Waiting(*row) for row in locked(Notice.select(*WAITING).where(ready, Notice.person.in_(people)).order_by(
            Notice.urgent, Notice.created_at).tuples())]
        # What was read before it rang needs no ring.
        leads = {notice.person: notice for notice in waiting if not notice.read_at}
        # A phone that waits for approval opens nothing: ringing it would tell nobody.
        devices = (Enrolment.select(Enrolment.person, Enrolment.device).join(Subscription, on=(Subscription.device == Enrolment.device))
                   .join(Person, on=(Person.id == Enrolment.person))
                   .where(Enrolment.person.in_(list(leads)), Enrolment.revoked_at.is_null(), reads.approved(permissions.READERS))
                   .distinct().tuples())
        if rings := [new(leads[person], device, made) for person, device in devices]:
            insert_rows(Delivery, rings)
        _many(Notice, "spread_at = {0} WHERE id = {0}", [(made, notice.id) for notice in waiting])
    return True


def new(notice, device_id, moment):
    """A ring of one device for one notice, due now, as a row to insert."""
    return dict(id=str(uuid.uuid4()), notice=notice.id, device=device_id, urgent=notice.urgent, created_at=moment, attempts=0,
                next_at=moment, outcome=None, done_at=None)


def test(person, device_id):
    """A ring for one device alone, which its inbox holds as read; its id, or None where the device cannot be rung."""
    if not Subscription.select().where(Subscription.device == device_id).exists():
        return None
    made = now()
    with write():
        notice = Notice.create(id=str(uuid.uuid4()), person=person.id, event="test", subject_kind="device", subject_id=device_id,
                               urgent=False, created_at=made, ring_at=made, spread_at=made, read_at=made)
        ring = new(notice, device_id, made)
        insert_rows(Delivery, [ring])
    return ring["id"]


def turn(results, room, in_flight=None):
    """Note what came of rings and take the next ones that are due, at most `room`, each by nobody else while its lease lasts.

    `in_flight` counts rings on their way by host. One transaction for both: a durable write costs more than a ring.
    """
    with write():
        retries = _settle(results)
        taken = _claim(room, in_flight or {}) if room > 0 else []
    return retries, taken


def _claim(room, in_flight):
    moment = now()
    closed, trying = hosts.in_trouble(moment)
    full = closed | trying | {host for host, count in in_flight.items() if count >= hosts.AT_ONCE}
    taken = _due(moment, room, Subscription.host.not_in(full) if full else True)
    for host in trying:
        # One ring tells whether a push service is back.
        if not in_flight.get(host):
            taken += _due(moment, 1, Subscription.host == host)
    if taken:
        _many(Delivery, "next_at = {0}, attempts = attempts + 1 WHERE id = {0}", [(moment + LEASE, ring.id) for ring in taken])
    elif not full:
        # Rung for a device that is no longer to be rung: settled, or it would be looked at for ever.
        waiting = Delivery.urgent.in_([True, False]) & (Delivery.next_at <= moment)
        Delivery.update(next_at=None, outcome="gone", done_at=moment).where(
            waiting, Delivery.device.not_in(Subscription.select(Subscription.device))).execute()
        _many(Delivery, "next_at = NULL, outcome = 'read', done_at = {0} WHERE id = {0}", [(moment, ring) for (ring,) in Delivery.select(
            Delivery.id).join(Notice, on=(Notice.id == Delivery.notice)).where(waiting, ~_still_to_ring()).limit(AT_ONCE).tuples()])
    return taken


def _still_to_ring():
    """What was read while its ring waited to be tried again needs none, unless another notice of the same ring is unread."""
    other = Notice.alias()
    beside = other.select(other.id).where(other.person == Notice.person, other.spread_at == Notice.spread_at, other.read_at.is_null())
    # A test is read from the beginning.
    return (Notice.event == "test") | Notice.read_at.is_null() | fn.EXISTS(beside)


def _due(moment, room, where):
    found = []
    for urgent in (True, False):
        if room > len(found):
            query = (Delivery.select(*FIELDS).join(Subscription, on=(Subscription.device == Delivery.device))
                     .join(Notice, on=(Notice.id == Delivery.notice))
                     .where(Delivery.urgent == urgent, Delivery.next_at <= moment, where, _still_to_ring())
                     .order_by(Delivery.next_at).limit(room - len(found)))
            found += [Ring(*row) for row in locked(query.tuples(), of=Delivery, skip_locked=True)]
    return found


def _settle(results):
    """Answers in how many seconds each is due again, None for those that are done."""
    moment, waits = now(), []
    done, again = [], []
    for ring, outcome, retry_after, cause in results:
        wait = max(pause(ring.attempts), (retry_after or 0) * 1000)
        waits.append(wait / 1000 if outcome == "retry" and moment + wait < ring.created_at + TTL else None)
        if waits[-1] is None:
            done.append((outcome, cause, moment, ring.id))
        else:
            again.append((moment + wait, cause, ring.id))
    # A ring the phone itself confirmed meanwhile is over, whatever the push service said.
    _many(Delivery, "next_at = {0}, outcome = 'retry', cause = {0} WHERE id = {0} AND shown_at IS NULL", again)
    _many(Delivery, "next_at = NULL, outcome = {0}, cause = {0}, done_at = {0} WHERE id = {0} AND done_at IS NULL", done)
    _note_subscriptions(results, moment)
    hosts.note(results, moment)
    return waits


def _note_subscriptions(results, moment):
    failed = [(moment, cause, ring.device_id) for ring, outcome, _wait, cause in results if outcome != "sent"]
    well = [(ring.device_id,) for ring, outcome, _wait, _cause in results if outcome == "sent" and ring.cause]
    _many(Subscription, "failed_at = {0}, cause = {0} WHERE device_id = {0}", failed)
    _many(Subscription, "cause = NULL WHERE device_id = {0}", well)
    gone = [ring.endpoint for ring, outcome, _wait, _cause in results if outcome == "gone"]
    if gone:
        Subscription.delete().where(Subscription.endpoint.in_(gone)).execute()


def _many(model, change, rows):
    """One prepared statement for many rows; a tenth of the cost of building one for each."""
    if rows:
        database = model._meta.database
        database.cursor().executemany(f'UPDATE "{model._meta.table_name}" SET ' + change.format(database.param), rows)


def pause(attempts):
    """Milliseconds before the next try, doubling, with jitter so that phones do not return in step."""
    return int(min(FIRST_RETRY * 2 ** attempts, LAST_RETRY) * random.uniform(0.5, 1))


def is_due():
    """Whether anything waits to be handed out or rung now."""
    moment = now()
    waits = Notice.select().where(Notice.spread_at.is_null(), Notice.ring_at <= moment)
    return waits.exists() or Delivery.select().where(Delivery.urgent.in_([True, False]), Delivery.next_at <= moment).exists()
