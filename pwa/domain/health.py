"""Can this ward be reached: per unit who, when a phone last said so, and what fails. Counts, the names of those who lack
a bell for the admin, no cases."""
import uuid
from collections import Counter
from dataclasses import dataclass, field

from peewee import fn

from db.base import insert_rows, write
from db.models import Delivery, Device, Enrolment, Message, Notice, Person, PushHost, Subscription, Unit, Ward
from db.queries import reach as reads
from pwa.domain import hosts as breakers, notices, people, reach, rosters
from pwa.domain.clock import DAY, HOUR, now
from pwa.domain.duty import Book
from pwa.domain.subscriptions import RENEW_BEFORE

# Failures of the last day count.
RECENT = DAY
ALARM_AGAIN = HOUR


@dataclass
class UnitHealth:
    unit: Unit
    people: int = 0
    rung: int = 0
    written: int = 0
    last_shown: int | None = None
    failures: Counter = field(default_factory=Counter)
    expiring: int = 0
    silent: int = 0
    lacks_deputy: bool = False
    # Ids of those who have no phone that can be rung.
    without_bell: list = field(default_factory=list)

    @property
    def unreachable(self):
        return self.people > 0 and self.rung + self.written == 0


def of_ward(ward_id, moment=None):
    """UnitHealth of each unit that has people, in the order of the directory."""
    moment = moment or now()
    units = {unit.id: UnitHealth(unit) for unit in Unit.select().where(Unit.ward == ward_id).order_by(Unit.position)}
    everyone = dict(Person.select(Person.id, Person.unit).where(Person.ward == ward_id).tuples())
    rung = reach.rung(everyone)
    written = reach.written(set(everyone) - rung)
    for person, unit in everyone.items():
        row = units[unit]
        row.people += 1
        row.rung += person in rung
        if person not in rung:
            row.without_bell.append(person)
        row.written += person in written
    for unit, subscription in _subscriptions(ward_id):
        _count(units[unit], subscription, moment)
    for unit, cause, count in [*_failed_rings(ward_id, moment), *_failed_messages(ward_id, moment)]:
        units[unit].failures[cause] += count
    found, book = [row for row in units.values() if row.people], Book(ward_id, moment)
    for row in found:
        row.lacks_deputy = row.unit.receives and rosters.lacks_deputy(row.unit, book)
    return found


def names_without_bell(units):
    """Unit id → the names of those in it who have no phone that can be rung, for whoever keeps people; one read for all."""
    lacking = {person for row in units for person in row.without_bell}
    names = {person.id: people.name_of(person) for person in (reads.named(lacking) if lacking else ())}
    return {row.unit.id: sorted(names[person] for person in row.without_bell) for row in units}


def _subscriptions(ward_id):
    query = (Subscription.select(Subscription, Person.unit.alias("of_unit")).join(Device).join(Enrolment).join(Person)
             .where(Person.ward == ward_id, Enrolment.revoked_at.is_null()).distinct().objects())
    return [(row.of_unit, row) for row in query]


def _count(row, subscription, moment):
    if subscription.shown_at:
        row.last_shown = max(row.last_shown or 0, subscription.shown_at)
    row.expiring += subscription.expires_at is not None and subscription.expires_at < moment + RENEW_BEFORE
    row.silent += (subscription.shown_at or subscription.created_at) < moment - reach.SILENT


def _failed_rings(ward_id, moment):
    """(unit, cause, how many) of rings whose last try failed."""
    # By the person it was for: a phone of several people is still rung once for each.
    return (Delivery.select(Person.unit, Delivery.cause, fn.COUNT(Delivery.id))
            .join(Notice, on=(Delivery.notice == Notice.id)).join(Person, on=(Notice.person == Person.id))
            .where(Person.ward == ward_id, Delivery.created_at > moment - RECENT, Delivery.cause.is_null(False))
            .group_by(Person.unit, Delivery.cause).order_by(Delivery.cause).tuples())


def _failed_messages(ward_id, moment):
    """The same of the SMS gateway and the mail server, the cause after the channel's name."""
    found = (Message.select(Person.unit, Message.channel, Message.cause, fn.COUNT(Message.id))
             .join(Person, on=(Message.person == Person.id))
             .where(Person.ward == ward_id, Message.created_at > moment - RECENT, Message.cause.is_null(False))
             .group_by(Person.unit, Message.channel, Message.cause).order_by(Message.channel, Message.cause).tuples())
    return [(unit, f"{channel} {cause}", count) for unit, channel, cause, count in found]


def hosts():
    """Push services in trouble, as (host, whether it is left alone now)."""
    closed, trying = breakers.in_trouble(now())
    return sorted([(host, True) for host in closed] + [(host, False) for host in trying])


def alarm(host):
    """Tell every admin at once that a push service refuses our signature; False when they were told within the hour."""
    moment = now()
    with write():
        row = PushHost.get_or_none(PushHost.host == host)
        if row and row.alarmed_at and row.alarmed_at > moment - ALARM_AGAIN:
            return False
        if row is None:
            insert_rows(PushHost, [dict(host=host, failures=0, closed_until=None, alarmed_at=moment)])
        else:
            PushHost.update(alarmed_at=moment).where(PushHost.host == host).execute()
        for ward in Ward.select():
            admins = [person for (person,) in Person.select(Person.id).where(Person.ward == ward, Person.role == "admin").tuples()]
            notices.tell_now(ward.id, admins, "push-refused", "push", str(uuid.uuid5(uuid.NAMESPACE_DNS, host)), urgent=True)
    return True
