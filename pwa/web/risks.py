"""Risk of one case: what the newest assessment asks of whom, the forms for those trained, the history."""
from flask import Blueprint, render_template

from pwa.domain import access, cases, lists, people, risks, trainings
from pwa.domain.clock import now
from pwa.forms.risks import ChildRiskForm, RiskForm
from pwa.web import identity
from pwa.web.words import ASKS

blueprint = Blueprint("risks", __name__)
# Tool, kind of its entry, form.
FORMS = (("da5", "risk", RiskForm), ("child", "child-risk", ChildRiskForm))


@blueprint.get("/cases/<case_id>/risk")
def show(case_id):
    person = identity.person()
    case = access.case(person, case_id)
    found = risks.of_case(cases.family(case.id))
    may = case.ward_id == person.ward_id and case.state == "open"
    trained = {tool: trainings.of_assessor(person.id, tool, now()) for tool in ("da5", "child")}
    return render_template("cases/risk.html", case=case, code=cases.shown(case.code), history=[_shown(each) for each in found],
                           panel=panel(found), trained=trained, may=may, form=RiskForm(formdata=None),
                           child_form=ChildRiskForm(formdata=None), label=lists.label)


def of_referral(person, referral):
    """What the one whom a unit gave a referral may assess, and what they found themselves; nothing of what others assessed."""
    if not access.may_assess(person, referral.__data__):
        return None
    trained = [tool for tool in ("da5", "child") if trainings.of_assessor(person.id, tool, now())]
    return {"forms": [(tool, kind, form(formdata=None)) for tool, kind, form in FORMS if tool in trained],
            "panel": panel(risks.own_of_case(person, cases.whole(referral.case_id)))}


def panel(found):
    """What a page says at once of a case's risk: of each tool the newest level, and what that asks of whom."""
    return [{"risk": each, "asks": [(name, ASKS[name]) for name in risks.asks(each)],
             "late": each.health_until and each.health_until < now()} for each in risks.newest(found)]


def _shown(risk):
    given = risks.answers(risk)
    form = (RiskForm if risk.tool == "da5" else ChildRiskForm)(formdata=None)
    lines = [(str(field.label.text), lists.label(field.list_name, given[field.name])) for field in form
             if field.name in given and hasattr(field, "list_name")]
    return {"risk": risk, "who": people.name_of(risk.author), "lines": lines, "note": given.get("note"),
            "totals": risks.totals(given) if risk.tool == "child" else None}
