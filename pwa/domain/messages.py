"""The second channel: an SMS or e-mail with the neutral words, when no phone can be rung or none said that it rang."""
import uuid
from collections import defaultdict

from peewee import JOIN, fn

from db.base import insert_rows, locked, write
from db.models import Contact, Delivery, Message, Notice
from pwa.crypto import columns
from pwa.domain import reach
from pwa.domain.clock import DAY, HOUR, now
from pwa.domain.deliveries import pause

MINUTE = 60_000
# How long a phone may take to say that it rang, urgent or not.
UNCONFIRMED = {True: 5 * MINUTE, False: 4 * HOUR}
# No more than one message to a person in this time, urgent or not: each says only "open the book".
APART = {True: 5 * MINUTE, False: HOUR}
# What is older is no longer written about.
TOO_OLD = 2 * DAY
LEASE = 60_000
AT_ONCE = 20


def write_due(moment=None):
    """Turn notices that no phone confirmed into messages; answers how many people are written to."""
    if not reach.Channels.names:
        return 0
    moment = moment or now()
    with write():
        groups = defaultdict(list)
        for row in _candidates(moment):
            groups[row.person_id, row.spread_at].append(row)
        due = {person: rows for (person, _spread), rows in sorted(groups.items(), key=lambda each: each[0][1]) if _is_due(rows, moment)}
        reached = {person: rows for person, rows in due.items() if _address(person) and not _written(person, rows, moment)}
        if reached:
            insert_rows(Message, [_message(person, rows, moment) for person, rows in reached.items()])
        for rows in due.values():
            Notice.update(second_at=moment).where(Notice.id.in_([row.id for row in rows])).execute()
    return len(reached)


def _candidates(moment):
    """Notices that have rung or could not, unread and not yet written about, with how many rings they had and when one was shown."""
    return list(Notice.select(Notice.id, Notice.person, Notice.urgent, Notice.spread_at, fn.COUNT(Delivery.id).alias("rings"),
                              fn.MAX(Delivery.shown_at).alias("seen"))
                .join(Delivery, JOIN.LEFT_OUTER, on=(Delivery.notice == Notice.id))
                .where(Notice.spread_at > moment - TOO_OLD, Notice.ring_at.is_null(False), Notice.read_at.is_null(),
                       Notice.second_at.is_null(), Notice.event != "test")
                .group_by(Notice.id, Notice.person, Notice.urgent, Notice.spread_at))


def _is_due(rows, moment):
    """Whether the notices handed out to one person together were confirmed by nobody in time; many of them are one ring."""
    if any(row.seen for row in rows):
        return False
    urgent = any(row.urgent for row in rows)
    return not any(row.rings for row in rows) or rows[0].spread_at <= moment - UNCONFIRMED[urgent]


def _address(person_id):
    """("sms" or "mail", address) of a person by the channels the ward has, or None."""
    row = Contact.get_or_none(Contact.person == person_id)
    for channel, name in (("sms", "phone"), ("mail", "mail")):
        if row and channel in reach.Channels.names and getattr(row, name):
            return channel, columns.unseal(f"contact.{name}", person_id, getattr(row, name))
    return None


def _written(person_id, rows, moment):
    apart = APART[any(row.urgent for row in rows)]
    return Message.select().where(Message.person == person_id, Message.created_at > moment - apart).exists()


def _message(person_id, rows, moment):
    return dict(id=str(uuid.uuid4()), notice=rows[-1].id, person=person_id, channel=_address(person_id)[0], created_at=moment, attempts=0,
                next_at=moment, outcome=None, cause=None, done_at=None)


def claim():
    """Messages that are due, each taken by nobody else for a minute, as (row, address)."""
    with write():
        moment = now()
        due = list(locked(Message.select().where(Message.next_at <= moment).order_by(Message.next_at).limit(AT_ONCE), skip_locked=True))
        Message.update(next_at=moment + LEASE, attempts=Message.attempts + 1).where(Message.id.in_([row.id for row in due])).execute()
    return [(row, _address(row.person_id)) for row in due]


def settle(row, outcome, retry_after=None, cause=None):
    """Note what came of a message: "sent", "refused" or "retry"."""
    moment = now()
    wait = max(pause(row.attempts), (retry_after or 0) * 1000)
    if outcome == "retry" and moment + wait < row.created_at + TOO_OLD:
        Message.update(next_at=moment + wait, outcome="retry", cause=cause).where(Message.id == row.id).execute()
    else:
        Message.update(next_at=None, outcome=outcome, cause=cause, done_at=moment).where(Message.id == row.id).execute()
