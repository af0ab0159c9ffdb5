"""Who can be reached at all: by a phone that can be rung, or by the second channel where the ward has one."""
from db.models import Contact, Enrolment, Person, Subscription
from db.queries import reach as reads
from pwa.domain import permissions
from pwa.domain.clock import DAY, now

# A phone that confirmed nothing for so long may have been put away.
SILENT = 30 * DAY
# A push service, a gateway or a mail server that took nothing for so long is not only slow.
FAILING = 5 * 60_000


class Channels:
    """Which second channels this ward has; set at the start, from its settings."""
    names = ()


def settle_in(names):
    Channels.names = tuple(names)


def rung(people):
    """Those of these people who have a phone that can be rung, as far as it, and its push service, have said so of late."""
    moment = now()
    found = reads.rung(people, permissions.READERS, moment - SILENT, moment - DAY, moment - FAILING) if people else ()
    return {person for (person,) in found}


def written(people):
    """Those of these people who have an address of the second channel that takes what is written to it, as far as we know."""
    if not (people and Channels.names):
        return set()
    rows = Contact.select(Contact.person, Contact.phone, Contact.mail).where(Contact.person.in_(list(people))).tuples()
    found = {(person, channel) for person, phone, mail in rows for channel, address in (("sms", phone), ("mail", mail))
             if address and channel in Channels.names}
    return {person for person, _channel in found - _failing({person for person, _channel in found})}


def _failing(people):
    """(person, channel) of these people whose last message was refused, or has been tried in vain for a while."""
    moment = now()
    last = {(person, channel): (outcome, made) for person, channel, outcome, made in
            (reads.said_of_messages(people, moment - SILENT) if people else ())}
    return {address for address, (outcome, made) in last.items()
            if outcome == "refused" or (outcome == "retry" and made < moment - FAILING)}


def reachable(people):
    """Those of these people whom we can reach."""
    found = rung(people)
    return found | written(set(people) - found)


def heard(people, moment):
    """Whether a phone of one of these people has said since then that it shows a ring."""
    phones = Subscription.select().join(Enrolment, on=(Enrolment.device == Subscription.device)).join(Person)
    return phones.where(Enrolment.person.in_(list(people)), Enrolment.revoked_at.is_null(), reads.approved(permissions.READERS),
                        Subscription.shown_at >= moment).exists()
