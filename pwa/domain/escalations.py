"""Escalation: what waits in vain rings the next person, then the whole unit, the coordinators, the lãnh đạo trực.

A watch is found, not told: whatever is open and asked of a unit gets one, so that no rule can forget it. Each step is a row,
once; whether it is still needed is asked of the thing itself when the step is due.
"""
import uuid

from cryptography.exceptions import InvalidTag
from peewee import fn

from db.base import insert_rows, locked, write
from db.models import Notice, Person, Record, Referral, Step, Unit, Ward, Watch
from pwa.domain import apart, clocks, messages, notices, people, preferences, reach
from pwa.domain.clock import now
from pwa.domain.duty import Book
from pwa.domain.records import SETTLED
from pwa.domain.referrals import COORDINATION, OPEN, answers

STEPS = ("next", "unit", "coordinators", "leader")
# The clock of danger and of a child, whatever the chip says.
ALARM = "urgent"
AT_ONCE = 100
# What could not be looked at is looked at again after this long; so many of them do not stand before all others.
AGAIN = 60_000


# ── What is watched ──────────────────────────────────────────────────────────────────────────────────────────────────

def asked_at(referral):
    """When the unit whose turn it is was asked."""
    return referral.answered_at or referral.received_at


def of_referral(referral, rules, started_at=None):
    """The deadlines of a referral, by its urgency and the services asked for."""
    if referral.state not in OPEN:
        return clocks.NONE
    return clocks.deadlines(started_at or asked_at(referral), _rule_of(referral, rules), seen=referral.seen_at is not None)


def _rule_of(referral, rules):
    # Services lie sealed: opened only where the ward keeps a clock of its own for one.
    services = _services(referral) if any(service for _urgency, service in rules) else ()
    return clocks.rule_for(rules, ALARM if referral.urgent else referral.urgency, services)


def _services(referral):
    try:
        return answers(referral).get("services", ())
    except (InvalidTag, ValueError) as reason:
        # Damaged, or its key is missing: whoever waits behind it is rung for all the same, by the clock of its urgency.
        apart.say("opening referral", referral.id, reason)
        return ()


def is_waiting(record):
    """Whether a record that tells of danger or of a child still waits for the coordinators: referred by nobody, and no case."""
    return ((record.danger or record.child) and record.became not in SETTLED
            and not (record.referred_at or record.withdrawn_at or record.replaced_by))


def of_record(record, rules, started_at=None):
    """The deadlines of a record: a coordinator sees it, and refers it."""
    if not is_waiting(record):
        return clocks.NONE
    return clocks.deadlines(started_at or record.received_at, rules[ALARM, ""], seen=record.seen_at is not None)


def watch():
    """Give everything that is open and has no watch yet one; answers how many."""
    found = [each for (ward,) in Ward.select(Ward.id).tuples() for each in _unwatched(ward)]
    if found:
        with write():
            rules = {ward: clocks.rules(ward) for ward in {row.ward_id for _kind, row in found}}
            insert_rows(Watch, [_new(kind, row, rules[row.ward_id]) for kind, row in found])
    return len(found)


def _due(kind, row, rules):
    """When a new watch is first due: now, where the thing itself cannot be read, so that whoever rings is told of it every minute."""
    of = of_referral if kind == "referral" else of_record
    return apart.tried(lambda: of(row, rules).next, f"watching {kind}", row.id, otherwise=now())


def _unwatched(ward):
    """(kind, row) of what waits in a ward without a watch; each query is a walk along one index."""
    asked = fn.COALESCE(Referral.answered_at, Referral.received_at)
    watched = Watch.select().where(Watch.subject_id == Referral.id, Watch.asked_at == asked)
    yield from (("referral", row) for row in Referral.select().where(
        Referral.ward == ward, Referral.turn.is_null(False), ~fn.EXISTS(watched)).limit(AT_ONCE))
    known = Watch.select().where(Watch.subject_id == Record.id)
    yield from (("record", row) for row in Record.select().where(
        Record.ward == ward, Record.referred_at.is_null(), Record.danger | Record.child, Record.withdrawn_at.is_null(),
        Record.replaced_by.is_null(), Record.became.is_null() | Record.became.not_in(SETTLED), ~fn.EXISTS(known)).limit(AT_ONCE))


def _new(kind, row, rules):
    since = asked_at(row) if kind == "referral" else row.received_at
    unit = row.unit_id if kind == "referral" else _coordination(row.ward_id)
    return dict(id=str(uuid.uuid4()), ward=row.ward_id, unit=unit, subject_kind=kind, subject_id=row.id, asked_at=since, started_at=since,
                step=0, due_at=_due(kind, row, rules), done_at=None)


def _coordination(ward_id):
    return Unit.get(Unit.ward == ward_id, Unit.code == COORDINATION).id


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────

def fire_due(moment=None):
    """Take the steps that are due, each in a transaction of its own; answers how many."""
    moment = moment or now()
    due = [row for (row,) in Watch.select(Watch.id).where(Watch.due_at <= moment).order_by(Watch.due_at).limit(AT_ONCE).tuples()]
    return sum(_try(watch_id, moment) for watch_id in due)


def _try(watch_id, moment):
    """Fire one, or put it off."""
    fired = apart.tried(lambda: _fire(watch_id, moment), "the watch", watch_id)
    if fired is None:
        Watch.update(due_at=moment + AGAIN).where(Watch.id == watch_id).execute()
    return bool(fired)


def _fire(watch_id, moment):
    with write():
        row = locked(Watch.select().where(Watch.id == watch_id)).first()
        if row is None or row.due_at is None or row.due_at > moment:
            # Another worker was faster.
            return False
        subject = _subject(row)
        rules = clocks.rules(row.ward_id)
        left = _left(row, subject, rules)
        if left.next is None:
            _change(row, due_at=None, done_at=moment)
            return False
        due = max(left.next, _earliest(row, subject, rules))
        if due > moment:
            # It was seen meanwhile: the next clock is that of the answer.
            _change(row, due_at=due)
            return False
        return _take(row, subject, Book(row.ward_id, moment), rules, moment)


def _subject(row):
    model = Referral if row.subject_kind == "referral" else Record
    return model.get_or_none(model.id == row.subject_id)


def _left(row, subject, rules):
    """The deadlines that still run for this watch."""
    if subject is None:
        return clocks.NONE
    if row.subject_kind == "record":
        return of_record(subject, rules, row.started_at)
    if asked_at(subject) != row.asked_at:
        # Somebody else has been asked since.
        return clocks.NONE
    return of_referral(subject, rules, row.started_at)


def _earliest(row, subject, rules):
    """When the next step may be taken at the soonest: the ward's gap after the one before."""
    last = Step.select(fn.MAX(Step.fired_at)).where(Step.watch == row.id, Step.reachable > 0).scalar()
    rule = _rule(row, subject, rules)
    return rule.after(last, rule.gap) if last else 0


def _rule(row, subject, rules):
    return rules[ALARM, ""] if row.subject_kind == "record" else _rule_of(subject, rules)


def _take(row, subject, book, rules, moment):
    """Take the next step that has somebody to ring; steps that reach nobody do not hold up the one after."""
    told, first = _told(row), row.step == 0
    for number in range(row.step, len(STEPS)):
        people = _people(STEPS[number], row, book, told)
        if not people:
            continue
        reachable = reach.reachable(people)
        insert_rows(Step, [dict(id=str(uuid.uuid4()), watch=row.id, name=STEPS[number], due_at=row.due_at, fired_at=moment,
                                told=len(people), reachable=len(reachable))])
        notices.tell_now(row.ward_id, people, f"{row.subject_kind}-waiting", row.subject_kind, row.subject_id, urgent=True, book=book)
        if first:
            _tell_overdue(row, subject, book, people)
        first, told = False, told | people
        if reachable:
            rule, last = _rule(row, subject, rules), number + 1 == len(STEPS)
            _change(row, step=number + 1, due_at=None if last else rule.after(moment, rule.gap))
            return True
    _change(row, step=len(STEPS), due_at=None)
    return True


def _tell_overdue(row, subject, book, people):
    """The one who referred and the coordinators learn once that it is overdue; those who are rung know already."""
    if row.subject_kind == "referral":
        others = ({subject.author_id} | book.coordinators()) - people
        notices.tell_now(row.ward_id, others, "referral-overdue", "referral", row.subject_id, urgent=subject.urgent, book=book)


def _told(row):
    """Everyone who has been told of it since the unit was asked."""
    return {person for (person,) in Notice.select(Notice.person).where(
        Notice.subject_id == row.subject_id, Notice.created_at >= row.asked_at).distinct().tuples()}


def _people(step, row, book, told):
    """Whom a step rings; nobody when it would only ring the same people again before anybody new."""
    if step == "next":
        return {next((person for person in book.in_order(row.unit_id) if person not in told), None)} - {None}
    if step == "unit":
        return set(book.members(row.unit_id))
    if step == "coordinators":
        return {person for person, role, _unit in book.people if role == "coordinator"}
    return set(book.leaders())


def look_again(ward_id):
    """The ward has changed a clock or its calendar: whatever waits is looked at anew, and waits on when its time has not come."""
    moment = now()
    Watch.update(due_at=moment).where(Watch.ward == ward_id, Watch.due_at > moment).execute()


def _change(row, **values):
    Watch.update(values).where(Watch.id == row.id).execute()


# ── What became of it ────────────────────────────────────────────────────────────────────────────────────────────────

def steps_of(subject_id):
    """The steps taken for a thing, in order."""
    return list(Step.select(Step, Watch).join(Watch).where(Watch.subject_id == subject_id).order_by(Step.fired_at))


def code_of(subject_id):
    """What those who see no case are told: enough to speak of it on the phone."""
    return subject_id[:8].upper()


def out_of_reach(ward_id):
    """Units that must be called, as (unit, [(name, number)], silent): they have something to answer, and we can reach nobody
    there; or what is urgent rang, and no phone of theirs has said so in time (`silent`)."""
    # For each unit one look at the head of its queue, however long that is.
    asked = Referral.select(Referral.id).where(Referral.unit == Unit.id, Referral.turn.is_null(False))
    units = Unit.select().where(Unit.ward == ward_id, fn.EXISTS(asked))
    moment, found = now(), []
    book = Book(ward_id, moment)
    for unit in units.order_by(Unit.position):
        members = book.members(unit.id)
        silent = bool(reach.reachable(members))
        if not silent or _is_silent(unit, members, moment):
            known = [(people.name_of(person), preferences.number_to_call(person.id))
                     for person in Person.select().where(Person.id.in_(members))]
            found.append((unit, [(name, phone) for name, phone in known if phone], silent))
    return found


def _is_silent(unit, members, moment):
    asked = Referral.select(fn.MIN(fn.COALESCE(Referral.answered_at, Referral.received_at))).where(
        # What is urgent stands below zero in a queue (queue.py).
        Referral.unit == unit, Referral.turn < 0, Referral.seen_at.is_null()).scalar()
    return asked is not None and asked < moment - messages.UNCONFIRMED[True] and not reach.heard(members, asked)
