"""Lịch trực of a unit, and one's own leave."""
from flask import Blueprint, redirect, render_template, request

from db.models import Person
from pwa.domain import access, people, permissions, rosters
from pwa.domain.refused import Refused
from pwa.forms.rosters import LeaveForm, ShiftForm, minute, sentences
from pwa.web import identity
from pwa.web.times import span

blueprint = Blueprint("rosters", __name__)
# The roster of the lãnh đạo trực is kept with that of the People's Committee.
LEADERS = "ubnd"


@blueprint.get("/duty")
def index():
    person = identity.person()
    return _page(person, LeaveForm())


def _page(person, form, errors=(), status=200):
    units, lacking = rosters.units(person), dict(rosters.without_deputy(person.ward_id))
    return render_template("rosters/index.html", units=units, lacking={unit: lacking[unit] for unit in units if unit in lacking},
                           answers=access.may_write(person.role, "answer"), deputy=_name(rosters.stands_in(person)),
                           leave=rosters.leave_of(person), form=form, errors=errors), status


def _name(person_id):
    return person_id and people.name_of(Person.get_by_id(person_id))


@blueprint.get("/duty/<unit_id>")
def show(unit_id):
    person = identity.person()
    return _roster(person, rosters.unit(person, unit_id))


def _roster(person, unit, errors=(), status=200):
    kinds = ("unit", "leader") if unit.code == LEADERS and person.role == "coordinator" else ("unit",)
    sections = []
    for duty in kinds:
        known, form = dict(rosters.candidates(unit, duty)), ShiftForm(formdata=None)
        form.person.choices = list(known.items())
        lines = [(row, known.get(row.person_id, "?"), span(row.starts, row.ends)) for row in rosters.shifts(unit, duty)]
        sections.append((duty, form, lines))
    known = dict(rosters.candidates(unit))
    return render_template("rosters/show.html", unit=unit, sections=sections, errors=errors, lacking=rosters.lacks_deputy(unit),
                           may_invite=person.role in permissions.MANAGERS,
                           now=[known[each] for each in rosters.on_duty(unit) if each in known],
                           next=[known[each] for each in rosters.deputies(unit) if each in known]), status


@blueprint.post("/duty/<unit_id>")
def change(unit_id):
    """Add a line, take one off the roster, or move one up."""
    person = identity.person()
    unit = rosters.unit(person, unit_id)
    if shift := request.form.get("remove"):
        rosters.remove_shift(person, unit, shift)
    elif shift := request.form.get("up"):
        rosters.move_up(person, unit, shift)
    elif errors := _add(person, unit):
        return _roster(person, unit, errors, 422)
    return redirect(f"/duty/{unit.id}", 303)


def _add(person, unit):
    duty = request.form.get("duty")
    if duty != "unit" and (duty, unit.code, person.role) != ("leader", LEADERS, "coordinator"):
        raise access.NotFound
    form = ShiftForm()
    form.person.choices = rosters.candidates(unit, duty)
    if not form.validate():
        return sentences(form)
    try:
        rosters.add_shift(person, unit, duty, form.person.data, form.days.data, minute(form.starts.data), minute(form.ends.data))
    except Refused as refusal:
        return [refusal.sentence]
    return None


@blueprint.post("/duty")
def leave():
    """Take leave, or come back from it."""
    person, form = identity.person(), LeaveForm()
    if ended := request.form.get("end"):
        rosters.end_leave(person, ended)
        return redirect("/duty", 303)
    if not form.validate():
        return _page(person, form, sentences(form), 422)
    try:
        rosters.take_leave(person, form.first.data, form.last.data)
    except Refused as refusal:
        return _page(person, form, [refusal.sentence], 422)
    return redirect("/duty", 303)

