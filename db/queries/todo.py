"""What waits for whom: named reads, each one step along an index, however long the list is."""
from db.models import DecisionRequest, Held, Record, Referral, Task, Telling

# One more than this is read, to say that there are more.
MOST = 50


def _first(query, *order):
    return query.order_by(*order).limit(MOST + 1)


def records_waiting(ward_id):
    """Records no coordinator has dealt with, urgent and oldest first."""
    return _first(Record.select().where(Record.ward == ward_id, Record.turn.is_null(False)), Record.turn, Record.id)


def referrals_to_answer(unit_id):
    """Referrals whose answer is this unit's turn, urgent and longest waiting first."""
    return _first(Referral.select().where(Referral.unit == unit_id, Referral.turn.is_null(False)), Referral.turn, Referral.id)


def referrals_owned(unit_id):
    """Referrals the unit passed on or handed back and still answers for."""
    return _first(Referral.select().where(Referral.owner == unit_id, Referral.unit != unit_id, Referral.turn.is_null(False)),
                  Referral.turn, Referral.id)


def referrals_elsewhere(ward_id, unit_id):
    """Referrals of the ward that another unit has yet to answer."""
    return _first(Referral.select().where(Referral.ward == ward_id, Referral.unit != unit_id, Referral.turn.is_null(False)),
                  Referral.turn, Referral.id)


def referrals_accepted(unit_id):
    """Referrals the unit took on and has not said the result of, the newest first."""
    return _first(Referral.select().where(Referral.unit == unit_id, Referral.state == "accepted"),
                  Referral.answered_at.desc(), Referral.id.desc())


def tasks(person_id):
    """What a person has to do, by when it is due."""
    return _first(Task.select().where(Task.owner == person_id, Task.turn.is_null(False)), Task.turn, Task.id)


def held(**who):
    """Entries that were refused and are not settled: of a ward, or of an author."""
    return _first(Held.select().where(Held.closed_at.is_null(), *[getattr(Held, name) == value for name, value in who.items()]),
                  Held.received_at.desc())


def decisions(ward_id):
    """What awaits a decider, the first to run out first."""
    waiting = DecisionRequest.select().where(DecisionRequest.ward == ward_id, DecisionRequest.turn.is_null(False))
    return _first(waiting, DecisionRequest.turn, DecisionRequest.id)


def tellings(ward_id):
    """Tin báo no decider has been told of, pressing and oldest first."""
    return _first(Telling.select().where(Telling.ward == ward_id, Telling.turn.is_null(False)), Telling.turn, Telling.id)
