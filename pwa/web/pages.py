"""What a phone is to keep for when there is no network: one small list per enrolment, unchanged in one short answer."""
from flask import Blueprint, current_app, jsonify, make_response, request

from pwa.domain import audit, pages
from pwa.web import identity
from pwa.web.headers import versioned

blueprint = Blueprint("pages", __name__)


@blueprint.get("/pages")
def index():
    enrolment = identity.enrolment()
    found = pages.named(enrolment.person, enrolment.id, current_app.config["VERSION"])
    mark = f'"{pages.etag(found, enrolment)}"'
    if request.headers.get("If-None-Match") == mark:
        response = make_response("", 304)
    else:
        # A phone asks at every sync; what is noted is that it was given the list anew.
        audit.listed(enrolment.person, "pages.index")
        pages.keep(enrolment.id, found)
        response = jsonify(pages=[{"id": page.id, "etag": page.etag, "path": page.path, "title": page.title, "fixed": page.fixed}
                                  for page in found])
    response.headers["ETag"] = mark
    return versioned(response)
