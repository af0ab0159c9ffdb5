"""What waits for whom: named reads, each to be walked along the index it names, however long the list is."""
from db.models import DecisionRequest, Held, Record, Referral, Task, Telling


def records_waiting(ward_id):
    """Records no coordinator has dealt with: by turn."""
    return Record.select().where(Record.ward == ward_id, Record.turn.is_null(False))


def referrals_to_answer(unit_id):
    """Referrals whose answer is this unit's turn: by turn."""
    return Referral.select().where(Referral.unit == unit_id, Referral.turn.is_null(False))


def referrals_owned(unit_id):
    """Referrals the unit passed on or handed back and still answers for: by turn."""
    return Referral.select().where(Referral.owner == unit_id, Referral.unit != Referral.owner, Referral.turn.is_null(False))


def referrals_elsewhere(ward_id, unit_id):
    """Referrals of the ward that another unit has yet to answer: by turn."""
    return Referral.select().where(Referral.ward == ward_id, Referral.unit != unit_id, Referral.turn.is_null(False))


def referrals_accepted(unit_id):
    """Referrals the unit took on and has not said the result of: by when it did."""
    return Referral.select().where(Referral.unit == unit_id, Referral.state == "accepted")


def referrals_accepted_in(ward_id):
    """Referrals of the ward that some unit took on: by when it did."""
    return Referral.select().where(Referral.ward == ward_id, Referral.state == "accepted")


def referrals_of_cases(case_ids):
    """Referrals of a few cases, of whatever ward they were made in."""
    return Referral.select().where(Referral.case_id.in_(case_ids))


def tasks(person_id):
    """What a person has to do: by when it is due."""
    return Task.select().where(Task.owner == person_id, Task.turn.is_null(False))


def held(**who):
    """Entries that were refused and are not settled: of a ward, or of an author."""
    return Held.select().where(Held.closed_at.is_null(), *[getattr(Held, name) == value for name, value in who.items()])


def decisions(ward_id):
    """What awaits a decider, the first to run out first: by turn."""
    return DecisionRequest.select().where(DecisionRequest.ward == ward_id, DecisionRequest.turn.is_null(False))


def tellings(ward_id):
    """Tin báo no decider has been told of, pressing and oldest first: by turn."""
    return Telling.select().where(Telling.ward == ward_id, Telling.turn.is_null(False))
