"""What awaits a decision, and what the Chairman is told: each alone, with its clock, and nothing of the case beside it."""
from flask import Blueprint, render_template

from db.models import Case
from pwa.domain import access, cases, decisions, escalations, lists, notices, people, seconds, tellings
from pwa.domain.clock import now
from pwa.forms.decisions import DecisionForm
from pwa.web import identity, rows as row
from pwa.web.words import STEPS

blueprint = Blueprint("decisions", __name__)


@blueprint.get("/decisions/<decision_id>")
def show(decision_id):
    person = identity.person()
    request = access.decision_request(person, decision_id)
    if identity.looks():
        notices.mark_read(person, request.id)
    case, second = Case.get_by_id(request.case_id), seconds.of(person, ("decision",), "request", request.id)
    if not access.sees_request(person, request, case):
        return render_template("decisions/over.html", asked=request, coordinator=person.role == "coordinator", second=second)
    waiting = request.state == "waiting"
    # A decider who has decided sees that they did, and no longer what they were told.
    whole = waiting or person.role == "coordinator"
    made = request.decisions.order_by("received_at").first()
    return render_template(
        "decisions/show.html", asked=request, late=waiting and request.due_at < now(), label=lists.label, case=case,
        code=cases.shown(case.code), second=second, steps=STEPS,
        way=escalations.steps_of(request.id) if person.role == "coordinator" else (),
        words=decisions.words(request, "decision_request.words") if whole else None, author=people.name_of(request.author),
        made=made, number=made and decisions.number(made), reason=made and whole and decisions.words(made, "decision.words"),
        names=row.unit_names(person.ward_id),
        coordinator=person.role == "coordinator", may_decide=waiting and access.may_decide(person, request.__data__, "approve"),
        may_recall=waiting and access.may_decide(person, request.__data__, "recall"), units=access.units(person),
        form=DecisionForm(formdata=None))


@blueprint.get("/tellings/<telling_id>")
def telling(telling_id):
    person = identity.person()
    found, names = access.telling(person, telling_id), row.unit_names(person.ward_id)
    # Asked before opening it ends the clock.
    late = row.of_telling(found, names).overdue
    if identity.looks():
        notices.mark_read(person, found.id)
        # A phone that keeps a copy has told nobody.
        if person.role == "decider":
            tellings.mark_told(person, found)
    return render_template("decisions/telling.html", telling=found, names=names, late=late,
                           told_to=found.told_to and people.name_of(found.told_to),
                           may_open=bool(access.readable(person, "record", [found.record_id])))
