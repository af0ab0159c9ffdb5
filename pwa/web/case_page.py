"""What the page of one case shows, read in a fixed number of steps however much the case holds."""
import re

from flask import request

from db.models import Case, Handover, Record, Referral, Triage
from pwa.domain import (access, case_people, cases, consents, incidents, lists, measures, papers, people, seconds, services, tasks,
                        undoing)
from pwa.domain.clock import now
from pwa.forms.handovers import HandoverForm
from pwa.forms.triages import TriageForm
from pwa.web import case_panels, rows as row, timeline

# Kinds of which somebody else's may come first.
MAY_COME_SECOND = ("closing", "classification", "handover", "person", "incident", "consent", "case-referral", "triage", "measure",
                   "service", "task", "risk", "child-risk", "decision-request", "data-request")


def values(person, case):
    """Everything templates/cases/show.html needs."""
    names, ids, moment = row.unit_names(person.ward_id), cases.family(case.id), now()
    events, older = timeline.lines(person, ids, names, _before())
    asked = list(access.referrals(person).where(Referral.case_id.in_(ids)).order_by(Referral.received_at))
    found = list(access.records(person).where(Record.case_id.in_(ids), Record.replaced_by.is_null()).order_by(Record.received_at))
    given, noted = consents.of_case(ids), services.of_case(ids)
    todo = tasks.of_case(ids)
    panels, asked_rows = case_panels.values(person, case, ids), [row.of_referral(each, names) for each in asked]
    open_tasks = [row.of_task(each, words=tasks.note(each)) for each in todo if each.state == "open"]
    late = panels["late"] or any(each.overdue for each in asked_rows) or any(each.state == "late" for each in open_tasks)
    codes = {unit.id: unit.code for unit in access.units(person)}
    return {
        "codes": codes, "ban": papers.standing_for_ban(given, next((each for each in codes if codes[each] == consents.CHAIRMAN), None)),
        "case": case, "known": cases.together(case), "row": row.of_case(case, row.Ends(late=late)),
        "code": cases.shown(case.code), "names": names, "label": lists.label, "events": timeline.lead_to_held(events, person),
        "older": older and events[-1],
        "offer": Handover.get_or_none(Handover.case == case.id, Handover.state == "offered") if case.offered_to_id else None,
        "ours": case.ward_id == person.ward_id, "coordinator": people.name_of(case.coordinator), "mine": case.coordinator_id == person.id,
        "people": [(each, {**case_people.details(each), "ties": case_people.tied_to(each)}) for each in case_people.of_case(ids)],
        "incidents": [(each, incidents.note(each)) for each in incidents.of_case(ids)], "measures": measures.of_case(ids),
        "consents": [(each, consents.words(each)) for each in given if each.replaced_by is None], "services": services.standing(noted),
        "noted": noted,
        "steps": lists.choices("step"),
        **panels, "referrals": asked_rows, "records": row.of_records(found),
        # To do is for the ward that has it.
        "tasks": open_tasks if case.ward_id == person.ward_id else [],
        "into": access.cases(person).where(Case.id == case.merged_into).first() if case.merged_into else None,
        "undoable": [each for each in Triage.select().where(Triage.case == case.id, Triage.ward == person.ward_id)
                     .order_by(Triage.received_at.desc())
                     if each.choice != "ask" and undoing.may_undo(each.__data__, moment)],
        "second": seconds.of(person, MAY_COME_SECOND, "case", *ids),
        "forms": {"handover": HandoverForm(formdata=None), "triage": TriageForm(formdata=None)},
    }


def _before():
    found = re.fullmatch(r"(\d{1,18})_(\d{1,9})", request.args.get("before", ""))
    return found and (int(found.group(1)), int(found.group(2)))
