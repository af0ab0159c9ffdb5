"""Việc cần làm."""
from flask import Blueprint, render_template

from pwa.domain import escalations, todo
from pwa.web import identity, rows as row

blueprint = Blueprint("todo", __name__)


@blueprint.get("/todo")
def index():
    person = identity.person()
    names = row.unit_names(person.ward_id)
    make = {"record": row.of_record, "referral": lambda each: row.of_referral(each, names, for_author=False),
            "enrolment": lambda each: row.of_enrolment(each, names),
            "held": lambda each: row.of_held(each, for_author=person.role != "coordinator")}
    sections = [(title, [make[kind](each) for each in rows], more) for title, kind, rows, more in todo.sections(person)]
    return render_template("todo/index.html", sections=sections, role=person.role, ward=person.ward,
                           out_of_reach=escalations.out_of_reach(person.ward_id) if person.role == "coordinator" else ())
