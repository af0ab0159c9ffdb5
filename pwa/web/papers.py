"""Papers of a case, at a desk only: a phone gets a sentence instead, so that no document of a case lies on one."""
import re

from flask import Blueprint, make_response, request
from flask_babel import gettext as _

from pwa.domain import access, audit, papers
from pwa.domain.access import NotFound
from pwa.web import docx, identity
from pwa.web.errors import answer

blueprint = Blueprint("papers", __name__)
PHONE = re.compile(r"Mobi|Android|iPhone|iPad|iPod", re.I)


@blueprint.get("/cases/<case_id>/papers/<name>")
def show(case_id, name):
    person = identity.person()
    case = access.case_kept(person, case_id)
    if name not in papers.PAPERS:
        raise NotFound
    if on_phone():
        return desk_only()
    audit.exported(person, "case", case)
    return document(docx.paper(papers.PAPERS[name](case, person), papers.dated()), case.code)


def on_phone():
    """Whether the browser says that it runs on a phone or a tablet."""
    return request.headers.get("Sec-CH-UA-Mobile") == "?1" or bool(PHONE.search(request.headers.get("User-Agent", "")))


def desk_only():
    return answer(403, _("Giấy tờ chỉ mở được trên máy tính ở cơ quan, không lưu trên điện thoại."))


def document(data, code):
    """A download whose name says nothing but the case's code."""
    response = make_response(data)
    response.mimetype = docx.TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="so-tay-{code}.docx"'
    return response
