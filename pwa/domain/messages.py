"""The second channel: an SMS or e-mail with the neutral words, when no phone can be rung or none said that it rang."""
import uuid
from collections import defaultdict

from peewee import fn

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
# After so many tries, or when the next one is further off than this, the e-mail goes beside the SMS.
TRIES, LONG = 3, 5 * MINUTE


def write_due(moment=None):
    """Turn notices that no phone confirmed into messages; answers how many people are written to."""
    if not reach.Channels.names:
        return 0
    moment = moment or now()
    with write():
        groups = defaultdict(list)
        for row in _candidates(moment):
            groups[row.person_id, row.spread_at].append(row)
        due, rings = defaultdict(list), _rings(groups) if groups else {}
        for (person, spread), rows in sorted(groups.items(), key=lambda each: each[0][1]):
            if _is_due(rows, *rings.get((person, spread), (0, None)), moment):
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
    """Notices that have rung or could not, unread and not yet written about."""
    return list(Notice.select(Notice.id, Notice.person, Notice.urgent, Notice.spread_at)
                .where(Notice.spread_at > moment - TOO_OLD, Notice.ring_at.is_null(False), Notice.read_at.is_null(),
                       Notice.second_at.is_null(), Notice.event != "test"))


def _rings(groups):
    """Of these (person, when handed out): how many rings they had together, and when one was shown. The rings are those of the notice
    that led, which may have been read meanwhile."""
    people, moments = {person for person, _spread in groups}, {spread for _person, spread in groups}
    found = (Notice.select(Notice.person, Notice.spread_at, fn.COUNT(Delivery.id), fn.MAX(Delivery.shown_at))
             .join(Delivery, on=(Delivery.notice == Notice.id))
             .where(Notice.person.in_(list(people)), Notice.spread_at.between(min(moments), max(moments)), Notice.event != "test")
             .group_by(Notice.person, Notice.spread_at).tuples())
    return {(person, spread): (count, seen) for person, spread, count, seen in found}


def _is_due(rows, rings, seen, moment):
    """Whether the notices handed out to one person together were confirmed by nobody in time; many of them are one ring."""
    urgent = any(row.urgent for row in rows)
    return not seen and (not rings or rows[0].spread_at <= moment - UNCONFIRMED[urgent])


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
    """Note what came of a message: "sent", "refused" or "retry". An SMS that is refused is followed by the e-mail; one that still fails
    at the third try, or is to wait for long, is tried on beside it, until the e-mail was taken."""
    moment = now()
    wait = max(pause(row.attempts), (retry_after or 0) * 1000)
    again = outcome == "retry" and moment + wait < row.created_at + TOO_OLD
    with write():
        if again:
            Message.update(next_at=moment + wait, outcome="retry", cause=cause).where(Message.id == row.id).execute()
        else:
            Message.update(next_at=None, outcome=outcome, cause=cause, done_at=moment).where(Message.id == row.id).execute()
        if row.channel == "sms" and (outcome == "refused" or (outcome == "retry" and (row.attempts + 1 >= TRIES or wait > LONG))):
            _follow(row, moment)
        if row.channel == "mail" and outcome == "sent":
            Message.update(next_at=None, done_at=moment).where(_beside(row), Message.channel == "sms", Message.outcome == "retry").execute()


def _follow(row, moment):
    """Write the e-mail that goes after, or beside, an SMS, once."""
    if "mail" in _addresses(row.person_id) and not Message.select().where(_beside(row), Message.channel == "mail").exists():
        insert_rows(Message, [_message(row.person_id, row.notice_id, "mail", moment)])


def _beside(row):
    return (Message.person == row.person_id) & (Message.notice == row.notice_id)
