"""Who can be reached at all: by a phone that can be rung, or by the second channel where the ward has one."""
from db.models import Contact, Enrolment, Subscription
from db.queries import reach as reads
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
    moment = now()
    return {person for (person,) in reads.rung(people, moment - SILENT, moment - DAY)} if people else set()


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
