"""Escalation: what waits in vain rings the next person, then the whole unit, the coordinators, the lãnh đạo trực.

A watch is found, not told: whatever is open and asked of a unit gets one, so that no rule can forget it. Each step is a row,
once; whether it is still needed is asked of the thing itself when the step is due.
"""
import uuid

from peewee import fn

from db.base import insert_rows, locked, write
from db.models import Notice, Step, Unit, Ward, Watch
from db.queries import reach as reads
from pwa.domain import apart, clocks, messages, notices, people, preferences, reach, versions, watches
from pwa.domain.clock import now
from pwa.domain.duty import Book

AT_ONCE = 100
# What could not be looked at is looked at again after this long; so many of them do not stand before all others.
AGAIN = 60_000


# ── What is watched ──────────────────────────────────────────────────────────────────────────────────────────────────

def watch():
    """Give everything that is open and has no watch yet one, and let one go on that had ended; answers how many."""
    wards = [ward for (ward,) in Ward.select(Ward.id).tuples()]
    found = [each for ward in wards for each in _unwatched(ward)]
    if found:
        with write():
            by = [watches.ward_of_clock(*each) for each in found]
            rules = {ward: clocks.rules(ward) for ward in set(by)}
            insert_rows(Watch, [_new(*each, rules[ward]) for each, ward in zip(found, by, strict=True)])
    return len(found) + sum(_wake(ward) for ward in wards)


def _unwatched(ward):
    """(kind, row) of what waits in a ward without a watch."""
    moment = now()
    for name, kind in watches.KINDS.items():
        yield from ((name, row) for row in kind.waiting(ward, moment).where(~fn.EXISTS(_watches_of(kind))).limit(AT_ONCE))


def _watches_of(kind):
    """The watches of what is asked for in the query around this one, as it is asked now."""
    known = Watch.select().where(Watch.subject_id == kind.model.id)
    return known if kind.anew is None else known.where(Watch.asked_at == kind.anew)


def _wake(ward):
    """Let watches go on that had ended, as what they watch waits again: a choice was taken back, a task is to be done after all, or a
    child's clock runs once more. Answers how many."""
    moment, woken = now(), 0
    for name, kind in watches.KINDS.items():
        known = _watches_of(kind)
        ended = fn.EXISTS(known.where(Watch.done_at.is_null(False))) & ~fn.EXISTS(known.where(Watch.done_at.is_null()))
        again = list(kind.waiting(ward, moment).where(ended))
        rules = {each: clocks.rules(each) for each in {watches.ward_of_clock(name, row) for row in again}}
        for row in again:
            mine = rules[watches.ward_of_clock(name, row)]
            if apart.tried(lambda row=row, mine=mine: kind.deadlines(row, mine).next, f"watching {name}", row.id):  # noqa: B023
                woken += _go_on(name, row, mine)
    return woken


def _go_on(name, row, rules):
    """The steps that are left are taken; where none is, they are taken anew, by the clock that has been running all the time."""
    kind = watches.KINDS[name]
    ended = Watch.select().where(Watch.subject_id == row.id, Watch.done_at.is_null(False)).order_by(Watch.asked_at.desc())
    last = (ended if kind.anew is None else ended.where(Watch.asked_at == kind.asked_at(row))).first()
    if last.step < len(kind.steps) or kind.anew is not None:
        return Watch.update(due_at=_due(name, row, rules), done_at=None).where(Watch.id == last.id).execute()
    insert_rows(Watch, [_new(name, row, rules) | {"asked_at": now(), "started_at": last.started_at}])
    return 1


def _due(name, row, rules):
    """When a new watch is first due: now, where the thing itself cannot be read, so that whoever rings is told of it every minute."""
    return apart.tried(lambda: watches.KINDS[name].deadlines(row, rules).next, f"watching {name}", row.id, otherwise=now())


def _new(name, row, rules):
    since = watches.KINDS[name].asked_at(row)
    return dict(id=str(uuid.uuid4()), ward=row.ward_id, unit=watches.unit_of(name, row), subject_kind=name, subject_id=row.id,
                asked_at=since, started_at=since, step=0, due_at=_due(name, row, rules), done_at=None)


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
        kind = watches.KINDS[row.subject_kind]
        subject = kind.model.get_or_none(kind.model.id == row.subject_id)
        # A case, and its tasks, may have gone to another ward since.
        ward_id = subject.ward_id if subject else row.ward_id
        rules = clocks.rules(watches.ward_of_clock(row.subject_kind, subject) if subject else ward_id)
        left = _left(row, kind, subject, rules)
        if left.next is None:
            _change(row, due_at=None, done_at=moment)
            return False
        due = max(left.next, _earliest(row, kind.rule(subject, rules)))
        if due > moment:
            # It was seen meanwhile: the next clock is that of the answer.
            _change(row, due_at=due)
            return False
        if row.subject_kind == "referral":
            # The coordinators' own goes with its case to those of another ward.
            row.unit = subject.unit_id
        return _take(row, kind, subject, Book(ward_id, moment), kind.rule(subject, rules), moment)


def _left(row, kind, subject, rules):
    """The deadlines that still run for this watch."""
    if subject is None or (kind.anew is not None and kind.asked_at(subject) != row.asked_at):
        # It is gone, or somebody else has been asked since.
        return clocks.NONE
    return kind.deadlines(subject, rules, row.started_at)


def _earliest(row, rule):
    """When the next step may be taken at the soonest: the ward's gap after the one before."""
    last = Step.select(fn.MAX(Step.fired_at)).where(Step.watch == row.id, Step.reachable > 0).scalar()
    return rule.after(last, rule.gap) if last else 0


def _take(row, kind, subject, ours, rule, moment):
    """Take the next step that has somebody to ring; steps that reach nobody do not hold up the one after."""
    told, first, presses = _told(row, subject), row.step == 0, kind.presses(subject)
    ward_of_unit = Unit.get_by_id(row.unit_id).ward_id
    # Of a case that has moved the unit may be of the ward before, whose roster is its own.
    theirs = ours if ward_of_unit == subject.ward_id else Book(ward_of_unit, moment)
    for number in range(row.step, len(kind.steps)):
        book = theirs if kind.steps[number] in watches.IN_A_UNIT else ours
        people = watches.RINGS[kind.steps[number]](row, subject, book, told)
        if not people:
            continue
        reachable = reach.reachable(people)
        insert_rows(Step, [dict(id=str(uuid.uuid4()), watch=row.id, name=kind.steps[number], due_at=row.due_at, fired_at=moment,
                                told=len(people), reachable=len(reachable))])
        notices.tell_now(subject.ward_id, people, f"{row.subject_kind}-waiting", row.subject_kind, row.subject_id,
                         urgent=kind.always or presses, book=book)
        if first:
            notices.tell_now(subject.ward_id, kind.late(subject, ours) - people, f"{row.subject_kind}-overdue", row.subject_kind,
                             row.subject_id, urgent=presses, book=ours)
        first, told = False, told | people
        if reachable:
            last = number + 1 == len(kind.steps)
            _change(row, step=number + 1, due_at=None if last else rule.after(moment, rule.gap))
            return True
    _change(row, step=len(kind.steps), due_at=None)
    return True


def _told(row, subject):
    """Everyone who has been told of it, or of an earlier version, since the unit was asked."""
    return {person for (person,) in Notice.select(Notice.person).where(
        Notice.subject_id.in_(versions.ids(subject)), Notice.created_at >= row.asked_at).distinct().tuples()}


def look_again(ward_id):
    """The ward has changed a clock or its calendar: whatever waits is looked at anew, and waits on when its time has not come."""
    moment = now()
    # Also what its units were asked in a case that another ward has now.
    theirs = Unit.select(Unit.id).where(Unit.ward == ward_id)
    Watch.update(due_at=moment).where((Watch.ward == ward_id) | Watch.unit.in_(theirs), Watch.due_at > moment).execute()


def _change(row, **values):
    Watch.update(values).where(Watch.id == row.id).execute()


# ── What became of it ────────────────────────────────────────────────────────────────────────────────────────────────

def steps_of(subject_id):
    """The steps taken for a thing, in order."""
    return list(Step.select(Step, Watch).join(Watch).where(Watch.subject_id == subject_id).order_by(Step.fired_at))


def code_of(subject_id):
    """What those who see no case are told: enough to speak of it on the phone."""
    return subject_id[:8].upper()


def out_of_reach(ward_id, book=None):
    """Units that must be called, as (unit, [(name, number)], silent): they have something to answer, and we can reach nobody
    there; or what is urgent rang, and no phone of theirs has said so in time (`silent`). A few reads, however many units wait."""
    units, moment = reads.units_asked(ward_id), now()
    book = book or Book(ward_id, moment)
    members = {unit.id: book.members(unit.id) for unit in units}
    reachable = reach.reachable({person for each in members.values() for person in each})
    within_reach = {unit_id for unit_id, each in members.items() if reachable.intersection(each)}
    silent = _silent({unit_id: members[unit_id] for unit_id in within_reach}, moment)
    called = [unit for unit in units if unit.id not in within_reach or unit.id in silent]
    numbers = _numbers([person for unit in called for person in members[unit.id]])
    return [(unit, [each for person, *each in numbers if person in members[unit.id]], unit.id in silent) for unit in called]


def _silent(members, moment):
    """Those of these units (id → people) whose phones have not said in time that something urgent rang."""
    waiting = reads.urgent_unseen(members.keys()) if members else ()
    return {unit_id for unit_id, asked in waiting if asked < moment - messages.UNCONFIRMED[True]
            and not reach.heard(members[unit_id], asked)}


def _numbers(people_ids):
    """(person id, name, number) of those of these people who may be called."""
    numbers = preferences.numbers_to_call(people_ids)
    named = reads.named(numbers.keys()) if numbers else ()
    return [(person.id, people.name_of(person), numbers[person.id]) for person in named]
