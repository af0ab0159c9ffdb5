"""How long words are kept: the ward's own policy (db/seed/retention.json), seen before it is done, and done by a person's hand.

Notices hold no words: the worker takes the old ones out every hour (pruning.py).
"""
from peewee import fn

from db.base import write
from db.models import Case, Held, Record, Referral, Task
from pwa.domain import audit, cases, held, personal_data, pruning
from pwa.domain.clock import DAY, now

# States of a referral in which nobody has it any more.
ENDED = ("helped", "not-helped", "closed", "withdrawn")


def _before(name):
    return now() - pruning.policy()[name] * DAY


def due_cases(ward_id):
    """Closed cases whose words are kept long enough, oldest first; merged ones go with the case they were merged into."""
    return Case.select().where(Case.ward == ward_id, Case.state == "closed", personal_data.holds_words(),
                               Case.closed_at < _before("closed_case_days")).order_by(Case.closed_at)


def due_undone(ward_id):
    """Cases whose opening was taken back: what was written into them meanwhile is of no case any more."""
    return Case.select().where(Case.ward == ward_id, Case.state == "undone", personal_data.holds_words(),
                               Case.changed_at < _before("record_without_case_days")).order_by(Case.changed_at)


def due_records(ward_id):
    """Records that became no case, and about which nobody has anything to do: nor about the one they tell the same as."""
    first = Record.alias()
    of_it = (Record.id, Record.duplicate_of)
    to_do = Task.select().where(Task.record_id.in_(of_it), Task.state == "open")
    asked = Referral.select().where(Referral.record_id.in_(of_it), Referral.state.not_in(ENDED))
    waits = first.select().where(first.id == Record.duplicate_of, first.turn.is_null(False))
    return Record.select().where(Record.ward == ward_id, Record.case_id.is_null(), Record.erased_at.is_null(), Record.turn.is_null(),
                                 Record.received_at < _before("record_without_case_days"),
                                 ~fn.EXISTS(to_do), ~fn.EXISTS(asked), ~fn.EXISTS(waits))


def due_referrals(ward_id):
    """Referrals that became no case and have come to their end."""
    return Referral.select().where(Referral.ward == ward_id, Referral.case_id.is_null(), Referral.erased_at.is_null(),
                                   Referral.state.in_(ENDED), Referral.received_at < _before("record_without_case_days"))


def due_held(ward_id):
    """Refused entries that were settled; and those nobody has settled for as long as a record is kept that became no case, unless they
    speak of a case at work."""
    mine = Held.ward == ward_id
    settled = list(Held.select().where(mine, Held.closed_at.is_null(False), Held.closed_at < _before("held_days")))
    left = Held.select().where(mine, Held.closed_at.is_null(), Held.received_at < _before("record_without_case_days"))
    return settled + [each for each in left if not any(cases.is_at_work(case.id) for case in held.cases_of(each))]


def preview(ward_id):
    """What applying the policy now would touch: codes of cases, numbers of the rest."""
    return {"cases": [case.code for case in _due_cases(ward_id)], "records": due_records(ward_id).count() + due_referrals(ward_id).count(),
            "held": len(due_held(ward_id)), "notices": pruning.due(ward_id).count()}


def _due_cases(ward_id):
    return [*due_cases(ward_id), *due_undone(ward_id)]


def apply(ward_id, person=None):
    """Do what the preview says; answers the same shape of what was done."""
    done = {"cases": [], "records": 0, "held": 0, "notices": 0}
    for case in _due_cases(ward_id):
        personal_data.erase_case(person, case)
        done["cases"].append(case.code)
    with write():
        for record in list(due_records(ward_id)):
            personal_data.erase_record(record)
            done["records"] += 1
        for referral in list(due_referrals(ward_id)):
            personal_data.erase_referral(referral)
            done["records"] += 1
        # Row and all: a settled refusal is no part of any count.
        done["held"] = Held.delete().where(Held.id.in_([each.id for each in due_held(ward_id)])).execute()
        done["notices"] = pruning.drop([notice.id for notice in pruning.due(ward_id)])
        audit.changed(person, "retention", None, ward_id=ward_id, cases=len(done["cases"]), records=done["records"], held=done["held"],
                      notices=done["notices"])
    return done
