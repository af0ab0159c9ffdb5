"""Cases: the list, one case with its timeline, and the forms that write into it."""
from flask import Blueprint, render_template, request

from pwa.domain import access, cases, notices, queue
from pwa.domain.access import NotFound
from pwa.forms import kinds
from pwa.web import case_forms, case_page, identity, paging, rows as row

blueprint = Blueprint("cases", __name__)
# Address → entry kind.
FORMS = {"classify": "classification", "person": "person", "incident": "incident", "measure": "measure", "consent": "consent",
         "refer": "case-referral", "service": "service", "step": "service", "task": "task", "note": "note", "close": "closing",
         "handover": "handover",
         "merge": "triage", "decide": "decision-request", "rights": "data-request"}
STATES = ("open", "closed")


@blueprint.get("/cases")
def index():
    person = identity.person()
    state = request.args.get("state") if request.args.get("state") in STATES else "open"
    code, mine = cases.typed(request.args.get("code")), request.args.get("mine") == "1"
    read, values = access.cases_listed(person, state, mine, code)
    found = queue.page(read, values, "changed_at", paging.place(request.args.get("after")), descending=True)
    offered = access.cases_offered(person, queue.PAGE)
    return render_template("cases/index.html", rows=row.of_cases(found[:queue.PAGE]), state=state, mine=mine, code=code,
                           offered=row.of_offered(offered), more=paging.more(found, "changed_at"))


@blueprint.get("/cases/<case_id>")
def show(case_id):
    person = identity.person()
    case = access.case(person, case_id)
    if identity.looks():
        notices.mark_read(person, case.id)
    return render_template("cases/show.html", **case_page.values(person, case))


@blueprint.get("/cases/*/<form_name>")
def blank(form_name):
    """A form that phones keep once for all cases; static/js/blank.js puts in which one it is for."""
    kind = FORMS.get(form_name)
    if form_name not in access.KEPT_FORMS or kind is None:
        raise NotFound
    return render_template(f"cases/forms/{form_name}.html", case={"id": "*"}, code="", kind=kind, blank=True,
                           form=kinds.FORMS[kind](formdata=None), **case_forms.blank(identity.person()))


@blueprint.get("/cases/<case_id>/<form_name>")
def write(case_id, form_name):
    """A form that writes into a case; `over` names the row it writes anew."""
    person = identity.person()
    case = access.case_kept(person, case_id)
    kind = FORMS.get(form_name)
    if kind is None:
        raise NotFound
    return render_template(f"cases/forms/{form_name}.html", case=case, code=cases.shown(case.code), kind=kind,
                           form=kinds.FORMS[kind](formdata=None), **case_forms.values(person, case, kind, request.args))
