"""Who can be reached at all: by a phone that can be rung, or by the second channel where the ward has one."""
from peewee import fn

from db.models import Contact, Delivery, Enrolment, Subscription
from pwa.domain.clock import DAY, now

# A phone that confirmed nothing for so long may have been put away.
SILENT = 30 * DAY


class Channels:
    """Which second channels this ward has; set at the start, from its settings."""
    names = ()


def settle_in(names):
    Channels.names = tuple(names)


def rung(people):
    """Those of these people who have a phone that can be rung, as far as it has said so of late."""
    return {person for (person,) in Enrolment.select(Enrolment.person).join(Subscription, on=(Subscription.device == Enrolment.device))
            .where(Enrolment.person.in_(list(people)), Enrolment.revoked_at.is_null(), ~_put_away(now()))
            .distinct().tuples()} if people else set()


def _put_away(moment):
    """Whether a phone has been silent for long, though there was something to say: one that was not rung had nothing to confirm."""
    last = fn.COALESCE(Subscription.shown_at, Subscription.created_at)
    unanswered = Delivery.select(Delivery.id).where(
        Delivery.device == Subscription.device, Delivery.outcome == "sent", Delivery.shown_at.is_null(),
        Delivery.created_at > last, Delivery.created_at < moment - DAY)
    return (last < moment - SILENT) & fn.EXISTS(unanswered)


def written(people):
    """Those of these people who have an address of the second channel."""
    if not (people and Channels.names):
        return set()
    rows = Contact.select(Contact.person, Contact.phone, Contact.mail).where(Contact.person.in_(list(people))).tuples()
    return {person for person, phone, mail in rows if (phone and "sms" in Channels.names) or (mail and "mail" in Channels.names)}


def reachable(people):
    """Those of these people whom we can reach."""
    found = rung(people)
    return found | written(set(people) - found)


def heard(people, moment):
    """Whether a phone of one of these people has said since then that it shows a ring."""
    return Subscription.select().join(Enrolment, on=(Enrolment.device == Subscription.device)).where(
        Enrolment.person.in_(list(people)), Enrolment.revoked_at.is_null(), Subscription.shown_at >= moment).exists()
