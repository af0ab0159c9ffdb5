"""An entry the ward could not merge, as its author wrote it, for the coordinator."""
from flask import Blueprint, render_template
from werkzeug.datastructures import MultiDict

from pwa.domain import access, audit, held, people
from pwa.forms import describe
from pwa.web import identity, rows as row
from pwa.web.words import STATES

blueprint = Blueprint("held", __name__)


@blueprint.get("/held/<int(max=2147483647):held_id>")
def show(held_id):
    person = identity.person()
    found = access.held(person, held_id)
    posted = held.form(held.body(found))
    # Whoever reads it reads of the case it was meant for.
    for each in held.spoken_of(found):
        audit.read(person, "held", each)
    return render_template("held/show.html", held=found, author=people.name_of(found.author), own=found.author_id == person.id,
                           word=STATES[found.outcome][0],
                           lines=describe.posted(MultiDict(posted), found.kind, row.unit_names(person.ward_id)))
