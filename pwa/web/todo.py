"""Việc cần làm."""
from flask import Blueprint, render_template, request

from pwa.domain import escalations, permissions, rosters, todo
from pwa.domain.clock import now
from pwa.domain.duty import Book
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
            "held": lambda found: [row.of_held(each, for_author=person.role != "coordinator") for each in found],
            "decision": row.of_decisions, "case": row.of_children, "telling": lambda found: [row.of_telling(each, names) for each in found]}
    only = request.args.get("of")
    sections = [(each, make[each.kind](each.rows), each.last and paging.after(each.last, each.key))
                for each in todo.sections(person, only, paging.place(request.args.get("after")))]
    sections = [each for each in sections if each[1]]
    # Beside the lists of a coordinator or an admin: what of the ward itself is missing, each table of it read once.
    book = Book(person.ward_id, now()) if person.role in permissions.MANAGERS and not only else None
    return render_template("todo/index.html", sections=sections, role=person.role, person=person, only=only,
                           lacking=rosters.without_deputy(person.ward_id, book) if book else (),
                           out_of_reach=escalations.out_of_reach(person.ward_id, book) if book and person.role == "coordinator" else ())
