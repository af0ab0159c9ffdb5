"""What waits for whom: named reads, each to be walked along the index it names, however long the list is."""
from peewee import fn

from db.models import Case, DecisionRequest, Enrolment, Held, Person, Record, Referral, Risk, Task, Telling


def phones_waiting(ward_id):
    """Enrolments of the ward that have yet to get a coordinator's approval, but those of before there was a PIN: by when they were made."""
    return Enrolment.select(Enrolment, Person).join(Person).where(
        Person.ward == ward_id, Enrolment.approved_at.is_null(), Enrolment.revoked_at.is_null(), Enrolment.verifier.is_null(False))


def records_waiting(ward_id):
    """Records no coordinator has dealt with: by turn."""
    return Record.select().where(Record.ward == ward_id, Record.turn.is_null(False))


def nobody_at_it(in_hand):
    """Of a record: that nobody was asked about it or a duplicate of it, or all who were are past these states."""
    asked = Referral.select(Referral.id).where(Referral.state.in_(in_hand))
    same = Record.alias()
    of_same = asked.join(same, on=(same.id == Referral.record_id)).where(same.duplicate_of == Record.id, same.referred_at.is_null(False))
    return (Record.referred_at.is_null() | ~fn.EXISTS(asked.where(Referral.record_id == Record.id))) & ~fn.EXISTS(of_same)


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


def held_in(ward_id):
    """Entries of a ward that were refused and are not settled: by when they came."""
    return Held.select().where(Held.closed_at.is_null(), Held.ward == ward_id)


def held_of(author_id):
    """Entries of one author that were refused and are not settled: by when they came."""
    return Held.select().where(Held.closed_at.is_null(), Held.author == author_id)


def decisions(ward_id):
    """What awaits a decider, the first to run out first: by turn."""
    return DecisionRequest.select().where(DecisionRequest.ward == ward_id, DecisionRequest.turn.is_null(False))


def decisions_late(person_id, ward_id, moment):
    """Questions nobody has decided in time, of the one who asked or who answers for the case now: by turn."""
    own = fn.EXISTS(Case.select(Case.id).where(Case.id == DecisionRequest.case, Case.coordinator == person_id))
    return decisions(ward_id).where(DecisionRequest.turn <= moment, (DecisionRequest.author == person_id) | own)


def children(ward_id):
    """Open cases of a child, as far as the case itself tells, of which nothing has been asked of the decider, and no assessment
    says that it is not serious: by when they were opened."""
    put = DecisionRequest.select(DecisionRequest.id).where(DecisionRequest.case == Case.id, DecisionRequest.what == "child-measure",
                                                           DecisionRequest.state != "recalled")
    newest = Risk.select(Risk.level).where(Risk.case == Case.id, Risk.tool == "child").order_by(Risk.received_at.desc()).limit(1)
    # Said as the index says it, which holds these few alone; in its order it is taken rather than that of the open ones, which are more.
    return Case.select().where(Case.ward == ward_id, Case.child, Case.closed_at.is_null(), Case.state.not_in(("merged", "undone")),
                               ~fn.EXISTS(put), fn.COALESCE(newest, "").not_in(("medium", "low")))


def tellings(ward_id):
    """Tin báo no decider has been told of, pressing and oldest first: by turn."""
    return Telling.select().where(Telling.ward == ward_id, Telling.turn.is_null(False))
