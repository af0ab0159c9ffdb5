"""Cases as lists show them: each list to be walked along the index it names, however many cases there are."""
from peewee import fn

from db.models import BreakGlass, Case, DecisionRequest, Handover, Record, Referral, Task
from db.prepared import prepared


def in_state(ward_id, state):
    """Cases of a ward that are open, or closed: by when they changed."""
    return Case.select().where(Case.ward == ward_id, Case.state == state)


def of_coordinator(ward_id, state, person_id):
    """Those of them that one person answers for: by when they changed."""
    return in_state(ward_id, state).where(Case.coordinator == person_id)


def with_code(ward_id, code):
    """The case of a ward that has this code."""
    return Case.select().where(Case.ward == ward_id, Case.code == code)


def offered(ward_id):
    """Cases another ward asks this one to take."""
    # By way of the few that are offered: nearly all cases are not, and an index of nothing is no help.
    waiting = Handover.select(Handover.case).where(Handover.to_ward == ward_id, Handover.state == "offered")
    return Case.select().where(Case.id.in_(waiting), Case.offered_to == ward_id)


def readable(ward_id, person_id, moment):
    """Cases of a ward, those it is asked to take, and those one of its coordinators has opened in an emergency that still lasts."""
    broken_into = BreakGlass.select(BreakGlass.case).where(BreakGlass.person == person_id, BreakGlass.until > moment)
    return Case.select().where((Case.ward == ward_id) | (Case.offered_to == ward_id) | Case.id.in_(broken_into))


@prepared
def readable_codes(ward_id, person_id, moment, case_ids):
    """(id, code) of those of these cases that may be read."""
    return readable(ward_id, person_id, moment).where(Case.id.in_(case_ids)).select(Case.id, Case.code).tuples()


@prepared
def first_offered(ward_id, most):
    return offered(ward_id).limit(most)


@prepared
def next_due(case_ids):
    """(case id, when its next task is due) of those of these cases that have one."""
    return Task.select(Task.case, fn.MIN(Task.due_at)).where(Task.case.in_(case_ids), Task.state == "open").group_by(Task.case).tuples()


@prepared
def undecided(case_ids):
    """(case id, when it should be decided) of what of these cases awaits the decider."""
    return DecisionRequest.select(DecisionRequest.case, DecisionRequest.due_at).where(
        DecisionRequest.case.in_(case_ids), DecisionRequest.state == "waiting").tuples()


@prepared
def waiting_referrals(case_ids):
    """Referrals of these cases that wait for an answer."""
    return Referral.select().where(Referral.case_id.in_(case_ids), Referral.turn.is_null(False))


@prepared
def with_ids(case_ids):
    """These cases."""
    return Case.select().where(Case.id.in_(case_ids))


@prepared
def merged_with(into_ids, case_ids):
    """The cases with the first of these ids, and those that were merged into one of the others."""
    return Case.select().where(Case.id.in_(into_ids) | Case.merged_into.in_(case_ids))


def around(ids):
    """Id → row of these cases and of all they were merged with; a few reads however many ids."""
    found = fresh = {row.id: row for row in with_ids(ids)} if ids else {}
    while fresh:
        near = merged_with([row.merged_into for row in fresh.values()], fresh.keys())
        fresh = {row.id: row for row in near if row.id not in found}
        found = found | fresh
    return found


@prepared
def care_tasks(case_ids):
    """(case id, state, until when it helps) of what is to be done for care after sexual violence, but what ended only because what had
    told of it left the case again."""
    return Task.select(Task.case, Task.state, Task.until).where(
        Task.case.in_(case_ids), Task.what == "care", (Task.state != "dropped") | Task.done_entry.is_null(False)).tuples()


@prepared
def care_told(case_ids, moment):
    """(case id, until when care is to be reached) as the records of these cases that stand tell, where it is still in time."""
    told = Record.select(Record.case_id, Record.health_until).where(
        Record.case_id.in_(case_ids), Record.health_until > moment, Record.withdrawn_at.is_null(), Record.replaced_by.is_null())
    return told.order_by(Record.health_until).tuples()


@prepared
def states(case_ids):
    """These cases, with what says how they stand: state, outcome, and the case each was merged into."""
    return Case.select(Case.id, Case.state, Case.outcome, Case.merged_into).where(Case.id.in_(case_ids))
