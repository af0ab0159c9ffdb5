"""Rights of the person a case is about: what they asked, what is held on them, and taking it out. At a desk."""
from flask import Blueprint, redirect, render_template

from pwa.domain import access, audit, cases, data_requests, lists, papers, people, personal_data
from pwa.domain.clock import now
from pwa.forms.rights import ConfirmForm, DataAnswerForm
from pwa.web import account, docx, identity
from pwa.web.papers import desk_only, document, on_phone

blueprint = Blueprint("rights", __name__)
TITLE = "DỮ LIỆU CÁ NHÂN ĐANG LƯU GIỮ"
NOTES = ["Cán bộ đọc lại, che phần nói về người khác, trước khi trao.",
         "Chỉ trao tận tay người đó, khi an toàn; không gửi qua người khác."]


@blueprint.get("/data-requests/<data_request_id>")
def show(data_request_id):
    return _page(*_loaded(data_request_id))


@blueprint.post("/data-requests/<data_request_id>")
def answer(data_request_id):
    person, request = _loaded(data_request_id)
    form = DataAnswerForm()
    if not form.validate():
        return _page(person, request, form), 422
    try:
        data_requests.answer(person, request, form.choice.data, form.remark.data)
    except data_requests.CannotAnswer as reason:
        return _page(person, request, form, str(reason)), 422
    return redirect(f"/data-requests/{request.id}")


@blueprint.get("/data-requests/<data_request_id>/copy")
def copy(data_request_id):
    """Everything held on the person, as a paper."""
    person, request = _loaded(data_request_id)
    if on_phone():
        return desk_only()
    found = account.held_on(request.key, request.case_id)
    audit.exported(person, "data-request", request)
    for case in account.elsewhere(request.key, request.case_id):
        audit.exported(person, "case", case)
    return document(docx.account(TITLE, found, NOTES, request.ward.name, papers.dated()), request.case.code)


@blueprint.post("/data-requests/<data_request_id>/erase")
def erase(data_request_id):
    person, request = _loaded(data_request_id)
    form = ConfirmForm()
    if request.what != "delete" or not form.validate():
        return _page(person, request, problem=next((each for all_of in form.errors.values() for each in all_of), None)), 422
    try:
        personal_data.erase(person, request.case_id, request.key)
    except personal_data.StillOpen as still:
        return _page(person, request, problem=data_requests.still_open(still.args)), 422
    return redirect(f"/data-requests/{request.id}")


def _loaded(data_request_id):
    person = identity.person()
    return person, access.data_request(person, data_request_id)


def _page(person, request, form=None, problem=None):
    about, named = personal_data.of_person(request.key, request.case_id)
    still = personal_data.open_codes([*about, *named])
    return render_template("rights/show.html", asked=request, whole=bool(about), problem=problem,
                           left=personal_data.is_left(request.key, request.case_id),
                           open=still and data_requests.still_open(still), reach=cases.codes_of([*about, *named]),
                           code=cases.shown(request.case.code), label=lists.label, words=data_requests.words(request),
                           given=data_requests.words(request, "answer"), late=request.due_at < now(),
                           author=people.name_of(request.author), form=form or DataAnswerForm(formdata=None),
                           confirm=ConfirmForm(formdata=None))
