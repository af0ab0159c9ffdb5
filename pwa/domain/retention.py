"""How long words are kept: the ward's own policy (db/seed/retention.json), seen before it is done, and done by a person's hand.

Notices hold no words: the worker takes the old ones out every hour (pruning.py).
"""
from db.base import write
from db.models import Case, Held, Record
from pwa.domain import audit, personal_data, pruning
from pwa.domain.clock import DAY, now


def _before(name):
    return now() - pruning.policy()[name] * DAY


def due_cases(ward_id):
    """Closed cases whose words are kept long enough, oldest first; merged ones go with the case they were merged into."""
    return Case.select().where(Case.ward == ward_id, Case.state == "closed", Case.erased_at.is_null(),
                               Case.closed_at < _before("closed_case_days")).order_by(Case.closed_at)


def due_records(ward_id):
    """Records that became no case."""
    return Record.select().where(Record.ward == ward_id, Record.case_id.is_null(), Record.erased_at.is_null(), Record.turn.is_null(),
                                 Record.received_at < _before("record_without_case_days"))


def due_held(ward_id):
    """Refused entries that were settled."""
    return Held.select().where(Held.ward == ward_id, Held.closed_at.is_null(False), Held.closed_at < _before("held_days"))


def preview(ward_id):
    """What applying the policy now would touch: codes of cases, numbers of the rest."""
    return {"cases": [case.code for case in due_cases(ward_id)], "records": due_records(ward_id).count(), "held": due_held(ward_id).count(),
            "notices": pruning.due(ward_id).count()}


def apply(ward_id, person=None):
    """Do what the preview says; answers the same shape of what was done."""
    done = {"cases": [], "records": 0, "held": 0, "notices": 0}
    for case in list(due_cases(ward_id)):
        personal_data.erase_case(person, case)
        done["cases"].append(case.code)
    with write():
        for record in list(due_records(ward_id)):
            personal_data.erase_record(record)
            done["records"] += 1
        # Row and all: a settled refusal is no part of any count.
        done["held"] = Held.delete().where(Held.id.in_([each.id for each in due_held(ward_id)])).execute()
        done["notices"] = pruning.drop([notice.id for notice in pruning.due(ward_id)])
        audit.changed(person, "retention", None, ward_id=ward_id, cases=len(done["cases"]), records=done["records"], held=done["held"],
                      notices=done["notices"])
    return done
