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
# Longer than a slow mail server takes for all its answers (second.py); a killed worker's message waits that long.
LEASE = 3 * MINUTE


def write_due(moment=None):
    """Turn notices that no phone confirmed into messages; answers how many people are written to."""
    if not reach.Channels.names:
        return 0
    moment = moment or now()
    with write():
        groups = defaultdict(list)
        for row in _candidates(moment):
            groups[row.person_id, row.spread_at].append(row)
        due = defaultdict(list)
        for (person, _spread), rows in sorted(groups.items(), key=lambda each: each[0][1]):
            if _is_due(rows, moment):
                due[person] += rows
        # Too soon after the one before is put off, not dropped: it is looked at again every second.
        ripe = {person: rows for person, rows in due.items() if not _written(person, rows, moment)}
        reached = {person: rows for person, rows in ripe.items() if _addresses(person)}
        if reached:
            insert_rows(Message, [_message(person, rows[-1].id, next(iter(_addresses(person))), moment)
                                  for person, rows in reached.items()])
        for rows in ripe.values():
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


def _addresses(person_id):
    """Channel → address of a person, by the channels the ward has; the one to try first stands first."""
    row = Contact.get_or_none(Contact.person == person_id)
    found = [(channel, name, getattr(row, name)) for channel, name in (("sms", "phone"), ("mail", "mail"))
             if row and channel in reach.Channels.names]
    return {channel: columns.unseal(f"contact.{name}", person_id, sealed) for channel, name, sealed in found if sealed}


def _written(person_id, rows, moment):
    """Whether the person was written to, or is just being, too short a time ago; what was refused reached nobody."""
    apart = APART[any(row.urgent for row in rows)]
    return Message.select().where(Message.person == person_id, Message.created_at > moment - apart,
                                  Message.outcome.is_null() | (Message.outcome != "refused")).exists()


def _message(person_id, notice_id, channel, moment):
    return dict(id=str(uuid.uuid4()), notice=notice_id, person=person_id, channel=channel, created_at=moment, attempts=0,
                next_at=moment, outcome=None, cause=None, done_at=None)


def claim():
    """The message that has been due longest, taken by nobody else while its lease lasts, as (row, address); None when none is due."""
    with write():
        moment = now()
        row = locked(Message.select().where(Message.next_at <= moment).order_by(Message.next_at).limit(1), skip_locked=True).first()
        if row is None:
            return None
        Message.update(next_at=moment + LEASE, attempts=Message.attempts + 1).where(Message.id == row.id).execute()
    return row, _addresses(row.person_id).get(row.channel)


def settle(row, outcome, retry_after=None, cause=None):
    """Note what came of a message: "sent", "refused" or "retry"; an SMS that is refused is followed by the e-mail."""
    moment = now()
    wait = max(pause(row.attempts), (retry_after or 0) * 1000)
    if outcome == "retry" and moment + wait < row.created_at + TOO_OLD:
        Message.update(next_at=moment + wait, outcome="retry", cause=cause).where(Message.id == row.id).execute()
        return
    with write():
        Message.update(next_at=None, outcome=outcome, cause=cause, done_at=moment).where(Message.id == row.id).execute()
        if outcome == "refused" and row.channel == "sms" and "mail" in _addresses(row.person_id):
            insert_rows(Message, [_message(row.person_id, row.notice_id, "mail", moment)])
