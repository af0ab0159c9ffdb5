"""Who has to be called, and who can be reached: a few reads for a whole ward."""
from peewee import JOIN, fn

from db.models import Contact, Delivery, Enrolment, Leave, Message, Person, Preference, Referral, Shift, Subscription, Unit
from db.prepared import prepared


@prepared
def units_asked(ward_id):
    """Units of a ward that have something to answer, in the order of its directory."""
    # For each unit one look at the head of its queue, however long that is.
    asked = Referral.select(Referral.id).where(Referral.unit == Unit.id, Referral.turn.is_null(False))
    return Unit.select().where(Unit.ward == ward_id, fn.EXISTS(asked)).order_by(Unit.position)


@prepared
def urgent_unseen(unit_ids):
    """(unit id, since when) of those of these units that something urgent waits for and nobody there has seen."""
    since = fn.MIN(fn.COALESCE(Referral.answered_at, Referral.received_at))
    # What is urgent stands below zero in a queue (pwa/domain/queue.py).
    return Referral.select(Referral.unit, since).where(
        Referral.unit.in_(unit_ids), Referral.turn < 0, Referral.seen_at.is_null()).group_by(Referral.unit).tuples()


@prepared
def shifts(ward_id):
    """The rosters of a ward, each in its order."""
    return Shift.select().join(Person).where(Person.ward == ward_id).order_by(Shift.position, Shift.id)


@prepared
def receiving(ward_id):
    """Units of a ward that receive referrals, in the order of its directory."""
    return Unit.select().where(Unit.ward == ward_id, Unit.receives).order_by(Unit.position)


@prepared
def away(ward_id, day):
    """(person id) of those on leave on a day."""
    return Leave.select(Leave.person).join(Person).where(Person.ward == ward_id, Leave.first <= day, Leave.last >= day).tuples()


@prepared
def rung(people, readers, silent_since, unanswered_since, failing_since):
    """(person id) of those of these people who have a phone that can be rung; `readers` are roles whose phones must be approved
    first. One that has been silent since the first moment, though there was something to say before the second, may have been put
    away; one that was not rung had nothing to confirm. One whose push service refused its last ring, or has not taken one that was
    made before the third moment, cannot be rung as far as we know."""
    last = fn.COALESCE(Subscription.shown_at, Subscription.created_at)
    mine = Delivery.select(Delivery.id).where(Delivery.device == Subscription.device)
    unanswered = mine.where(Delivery.outcome == "sent", Delivery.shown_at.is_null(), Delivery.created_at > last,
                            Delivery.created_at < unanswered_since)
    put_away = (last < silent_since) & fn.EXISTS(unanswered)
    not_since = Subscription.shown_at.is_null() | Subscription.failed_at.is_null() | (Subscription.shown_at < Subscription.failed_at)
    waiting = mine.where(Delivery.done_at.is_null(), Delivery.created_at < failing_since)
    fails = Subscription.cause.is_null(False) & not_since & (~_passing(Subscription.cause) | fn.EXISTS(waiting))
    return Enrolment.select(Enrolment.person).join(Subscription, on=(Subscription.device == Enrolment.device)).join(
        Person, on=(Person.id == Enrolment.person)).where(
        Enrolment.person.in_(people), Enrolment.revoked_at.is_null(), approved(readers), ~put_away, ~fails).distinct().tuples()


def approved(readers):
    """Whether an enrolment has been let in, in SQL beside its person; one from before there was a PIN was let in by nobody, and waits
    in roles that read and of a school's named handler."""
    return Enrolment.approved_at.is_null(False) | (
        Enrolment.verifier.is_null() & Person.role.not_in(readers) & Person.handler_since.is_null())


def _passing(cause):
    """Whether a push service failed for now only, as pwa/push/sender.py names it."""
    return cause.in_(["timeout", "unreachable", "429"]) | (fn.SUBSTR(cause, 1, 1) == "5")


@prepared
def said_of_messages(people, since):
    """(person id, channel, outcome, when) of messages to these people that have been tried, oldest first; none of those made before
    the person last wrote down their addresses."""
    return (Message.select(Message.person, Message.channel, Message.outcome, Message.created_at)
            .join(Preference, JOIN.LEFT_OUTER, on=(Preference.person == Message.person))
            .where(Message.person.in_(people), Message.created_at > since, Message.outcome.is_null(False),
                   Preference.changed_at.is_null() | (Message.created_at > Preference.changed_at))
            .order_by(Message.created_at).tuples())


@prepared
def numbers(people):
    """Contacts of those of these people who let the coordinators of the ward call them."""
    return Contact.select().where(Contact.person.in_(people), Contact.shared, Contact.phone.is_null(False))


@prepared
def named(people):
    """These people."""
    return Person.select().where(Person.id.in_(people)).order_by(Person.id)
