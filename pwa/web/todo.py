"""Việc cần làm."""
from flask import Blueprint, render_template, request

from pwa.domain import escalations, todo
from pwa.web import identity, paging, rows as row

blueprint = Blueprint("todo", __name__)


@blueprint.get("/todo")
def index():
    """Every list of this person, or `of` one of them whole, page after page."""
    person = identity.person()
    names = row.unit_names(person.ward_id)
    make = {"record": row.of_records, "referral": lambda found: [row.of_referral(each, names, for_author=False) for each in found],
            "enrolment": lambda found: [row.of_enrolment(each, names) for each in found],
            "task": lambda found: row.of_tasks(found, person),
            "held": lambda found: [row.of_held(each, for_author=person.role != "coordinator") for each in found]}
    only = request.args.get("of")
    sections = [(each, make[each.kind](each.rows), each.last and paging.after(each.last, each.key))
                for each in todo.sections(person, only, paging.place(request.args.get("after")))]
    return render_template("todo/index.html", sections=sections, role=person.role, ward=person.ward, only=only,
                           out_of_reach=escalations.out_of_reach(person.ward_id) if person.role == "coordinator" and not only else ())
