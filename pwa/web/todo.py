"""Việc cần làm."""
from flask import Blueprint, render_template

from pwa.domain import todo
from pwa.web import identity, rows as row

blueprint = Blueprint("todo", __name__)


@blueprint.get("/todo")
def index():
    person = identity.person()
    names = row.unit_names(person.ward_id)
    make = {"record": row.of_records, "referral": lambda found: [row.of_referral(each, names, for_author=False) for each in found],
            "task": lambda found: row.of_tasks(found, person),
            "held": lambda found: [row.of_held(each, for_author=person.role != "coordinator") for each in found],
            "decision": row.of_decisions, "telling": lambda found: [row.of_telling(each, names) for each in found]}
    sections = [(title, make[kind](rows), more) for title, kind, rows, more in todo.sections(person)]
    return render_template("todo/index.html", sections=sections, role=person.role)
