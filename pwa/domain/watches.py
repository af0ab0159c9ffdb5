"""What is watched, kind by kind: which rows wait, from when their clock runs, by when they are due, and whom silence rings.

A watch is found, not told: whatever is open gets one, so that no rule can forget it; whether it still waits is asked of the thing.
"""
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from peewee import fn

from db.models import Case, DecisionRequest, Record, Referral, Task, Telling, Unit
from db.queries import records as record_reads, todo as reads
from pwa.domain import apart, child_clocks, clocks, queue
from pwa.domain.clocks import ALARM, CALM, DAY
from pwa.domain.referrals import COORDINATION, IN_HAND, OPEN, answers


# ── Referrals ────────────────────────────────────────────────────────────────────────────────────────────────────────

def asked_at(referral):
    """When the unit whose turn it is was asked."""
    return referral.answered_at or since(referral)


def since(row):
    """From when a record or a referral waits: from when its first version came."""
    return row.since or row.received_at


def of_referral(referral, rules, started_at=None):
    """The deadlines of a referral, by its urgency and the services asked for; `rules` are those of the ward of the unit asked."""
    if referral.state not in OPEN:
        return clocks.NONE
    asked = asked_at(referral)
    moved = _moved(started_at, asked)
    to_see_from = (not referral.answered_at and referral.unseen_since or asked) + moved
    return clocks.deadlines(asked + moved, *_rules_of(referral, rules), seen=referral.seen_at is not None, to_see_from=to_see_from)


def _rules_of(referral, rules):
    # Services lie sealed: opened only where the ward keeps a clock of its own for one.
    services = _services(referral) if any(service for _urgency, service in rules) else ()
    return clocks.rules_for(rules, ALARM if referral.urgent else referral.urgency, services)


def _rule_of(referral, rules):
    return clocks.first_to_end(_rules_of(referral, rules), asked_at(referral))


def _services(referral):
    try:
        asked = answers(referral)
    except (InvalidTag, ValueError) as reason:
        # Damaged, or its key is missing: whoever waits behind it is rung for all the same, by the clock of its urgency.
        apart.say("opening referral", referral.id, reason)
        return ()
    return [*asked.get("services", ()), *asked.get("for_other", ())]


def _late_referral(referral, book):
    """The one who referred and the coordinators learn once that it is overdue."""
    return {referral.author_id} | book.coordinators()


# ── Records, and what the Chairman is told ───────────────────────────────────────────────────────────────────────────

@dataclass(frozen=True)
class Known:
    """What the rows beside a record tell of it: since when the coordinators have it to see to, and whether a unit has it in hand."""
    since: int
    in_hand: bool = False


def known_of(found):
    """Record id → Known, of those of these records that wait; a few reads for any number."""
    waiting = [record for record in found if waits(record)]
    told, in_hand, referred = {record.id: since(record) for record in waiting}, set(), _referred(waiting)
    for asked, state, ended_at in record_reads.asked_about(referred) if referred else ():
        record_id = referred[asked]
        # Who could not help gives it back at that moment; what was taken back is as if nobody had been asked.
        told[record_id] = max(told[record_id], ended_at or 0)
        in_hand |= {record_id} if state in IN_HAND else set()
    return {record.id: Known(told[record.id], record.id in in_hand) for record in waiting}


def _referred(found):
    """Id of a record that was referred → id of the one that waits: itself, or one of the same matter that waits in its place."""
    in_a_hurry = [record.id for record in found if _hurries(record)]
    together = dict(record_reads.referred_duplicates(in_a_hurry)) if in_a_hurry else {}
    return {record.id: record.id for record in found if record.referred_at} | together


def waits(record):
    """Whether a record waits in the list of the coordinators."""
    return record.turn is not None


def _hurries(record):
    """Whether it tells of danger, of a child or of violence after which care is to be reached, or is of one matter with what does: as
    the list has it first."""
    return waits(record) and queue.is_urgent(record.turn)


def of_record(record, rules, started_at=None, known=None):
    """The deadlines of a record that presses, or is a tin báo, and that nobody else has in hand: a coordinator sees it, and refers it. A
    tin báo that does not press has only to be opened. `known` is its entry of known_of, where that has been read."""
    if not _hurries(record) and (not waits(record) or record.standing != "report" or record.seen_at):
        return clocks.NONE
    known = known or known_of([record])[record.id]
    if known.in_hand:
        return clocks.NONE
    moved = _moved(started_at, since(record))
    found = clocks.deadlines(known.since + moved, _rule_of_record(record, rules), seen=record.seen_at is not None,
                             to_see_from=_to_see_from(record, known) + moved)
    return found if _hurries(record) else clocks.Deadlines(found.seen_by, None)


def _to_see_from(record, known):
    """From when the version that stands is there to be seen."""
    return max(known.since, record.unseen_since or 0)


def _rule_of_record(record, rules):
    return rules[ALARM if _hurries(record) else DAY, ""]


def of_listed(record, rules, known):
    """By when a coordinator is to open, and to place, whatever is in the list: as what does not press. Late there, it rings nobody."""
    if not waits(record):
        return clocks.NONE
    opened = bool(record.seen_at) or known.in_hand
    return clocks.deadlines(since(record), rules[CALM, ""], seen=opened, to_see_from=_to_see_from(record, known))


def of_telling(telling, rules, started_at=None):
    """By when a decider opens what they must be told of. The law says at once and names no length (domain.md §2): the ward's own."""
    if telling.told_at:
        return clocks.NONE
    return clocks.Deadlines(clocks.deadlines(started_at or telling.received_at, _rule_by_pressure(telling, rules)).seen_by, None)


def _presses(row):
    return row.danger or row.child


def _rule_by_pressure(row, rules):
    return rules[ALARM if _presses(row) else DAY, ""]


# ── Questions to the decider, and a child of whom none has been put ──────────────────────────────────────────────────

def of_decision(request, _rules, started_at=None):
    """Until when a question is to be decided; the law or the ward has set it."""
    if request.state != "waiting":
        return clocks.NONE
    return clocks.Deadlines(None, request.due_at + _moved(started_at, request.since))


def _moved(started_at, since):
    """By how much the system's clock was set since the watch began."""
    return started_at - since if started_at else 0


def _late_decision(request, book):
    """Whoever asked, and whoever answers for the case now, can call the one who decides."""
    return {request.author_id, request.case.coordinator_id}


def of_child(case, _rules, started_at=None):
    due = child_clocks.due([case]).get(case.id)
    return clocks.Deadlines(None, due + _moved(started_at, case.opened_at)) if due else clocks.NONE


# ── Tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────────

def of_task(task, rules, started_at=None):
    """Until when whoever has a task may be late with it before somebody else is told: they themselves are reminded at once."""
    if task.state != "open":
        return clocks.NONE
    rule = rules[DAY, ""]
    return clocks.Deadlines(None, rule.after(started_at or task.due_at, rule.answered))


def _for_owner(_watch, task, book, _told):
    """The coordinator who answers for the case, or those on duty where that is the late one, or away."""
    keeper = task.case.coordinator_id if task.case_id else None
    there = keeper and keeper != task.owner_id and keeper not in book.away and any(person == keeper for person, _role, _unit in book.people)
    return {keeper} if there else book.coordinators() - {task.owner_id}


# ── Whom a step rings ────────────────────────────────────────────────────────────────────────────────────────────────

def _next(watch, _row, book, told):
    """Nobody when it would only ring the same people again before anybody new."""
    return {next((person for person in book.in_order(watch.unit_id) if person not in told), None)} - {None}


def _coordinators(_watch, _row, book, _told):
    return {person for person, role, _unit in book.people if role == "coordinator"}


RINGS = {
    "next": _next,
    "unit": lambda watch, _row, book, _told: set(book.members(watch.unit_id)),
    "deciders": lambda _watch, _row, book, _told: book.deciders(),
    "coordinator": _for_owner,
    "coordinators": _coordinators,
    "leader": lambda _watch, _row, book, _told: set(book.leaders()),
}
# Steps that ring the people of the unit that was asked.
IN_A_UNIT = ("next", "unit")
TO_A_UNIT = ("next", "unit", "coordinators", "leader")
TO_A_DECIDER = ("deciders", "coordinators", "leader")


# ── The kinds ────────────────────────────────────────────────────────────────────────────────────────────────────────

@dataclass(frozen=True)
class Kind:
    """One kind of thing that is watched; its functions take a row, most of them and the ward's rules."""
    model: type
    # (ward id, moment) → rows that wait, read along one index.
    waiting: Callable
    deadlines: Callable
    # The Rule whose gap lies between two steps.
    rule: Callable
    steps: tuple
    asked_at: Callable
    # Whether it presses: then it rings through quiet hours. What was asked of a unit does so always, once it is late.
    presses: Callable = lambda row: True
    always: bool = False
    # asked_at in SQL, of what can be asked anew: each time gets a watch of its own.
    anew: object = None
    # (row, Book) → whoever learns once that it is overdue.
    late: Callable = lambda row, book: set()


def _records(ward, _moment):
    # As of_record: what is found here has a deadline.
    to_open = (Record.standing == "report") & Record.seen_at.is_null()
    return reads.records_waiting(ward).where((Record.turn < 0) | to_open, reads.nobody_at_it(IN_HAND))


KINDS = {
    "referral": Kind(Referral, lambda ward, _moment: Referral.select().where(Referral.ward == ward, Referral.turn.is_null(False)),
                     of_referral, _rule_of, TO_A_UNIT, asked_at, presses=lambda row: row.urgent, always=True,
                     anew=fn.COALESCE(Referral.answered_at, Referral.since, Referral.received_at), late=_late_referral),
    "record": Kind(Record, _records, of_record, _rule_of_record, TO_A_UNIT, since, presses=_hurries),
    "telling": Kind(Telling, lambda ward, _moment: reads.tellings(ward), of_telling, _rule_by_pressure, TO_A_DECIDER,
                    lambda row: row.received_at, presses=_presses),
    "decision": Kind(DecisionRequest, lambda ward, _moment: reads.decisions(ward), of_decision,
                     lambda row, rules: rules[ALARM if row.by_law else DAY, ""], TO_A_DECIDER, lambda row: row.since,
                     presses=lambda row: row.by_law, late=_late_decision),
    "case": Kind(Case, lambda ward, _moment: reads.children(ward).order_by(Case.opened_at), of_child, lambda row, rules: rules[ALARM, ""],
                 ("coordinators", "leader"), lambda row: row.opened_at),
    # Only what is late already: whoever has it was reminded at that moment (reminders.py).
    "task": Kind(Task, lambda ward, moment: Task.select().where(Task.ward == ward, Task.turn <= moment), of_task,
                 lambda row, rules: rules[DAY, ""], ("coordinator",), lambda row: row.due_at, presses=lambda row: False, anew=Task.due_at),
}


def unit_of(kind, row):
    """Id of the unit a watch is of: the one that is asked, or the coordinators."""
    return row.unit_id if kind == "referral" else Unit.get(Unit.ward == row.ward_id, Unit.code == COORDINATION).id


def ward_of_clock(kind, row):
    """Id of the ward by whose rules a clock runs: that of the unit that was asked, wherever its case has gone since."""
    return row.unit.ward_id if kind == "referral" else row.ward_id
