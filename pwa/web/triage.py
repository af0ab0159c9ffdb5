"""The queue of what came in: urgent and oldest first."""
from flask import Blueprint, render_template, request

from db.models import Record
from pwa.domain import queue, triages
from pwa.web import identity, paging, rows as row

blueprint = Blueprint("triage", __name__)


@blueprint.get("/triage")
def index():
    person = identity.person()
    found = list(queue.after(triages.waiting(person), Record, "turn", paging.place(request.args.get("after"))))
    return render_template("triage/index.html", rows=row.of_records(found[:queue.PAGE]), more=paging.more(found, "turn"))
