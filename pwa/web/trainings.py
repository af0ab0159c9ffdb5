"""Tập huấn: who may assess risk, kept by the admin."""
from flask import Blueprint, redirect, render_template

from pwa.domain import lists, people, trainings
from pwa.forms.trainings import TrainingForm
from pwa.web import identity

blueprint = Blueprint("trainings", __name__)


@blueprint.get("/trainings")
def index():
    return _page(TrainingForm(formdata=None))


@blueprint.post("/trainings")
def create():
    admin, form = identity.person(), TrainingForm()
    learner = {each.id: each for each in trainings.learners(admin.ward_id)}.get(form.person.data)
    if not form.validate() or learner is None:
        return _page(form), 422
    trainings.note(admin, learner, form.tool.data, form.on_date.data, form.until.data or None, form.course.data or None)
    return redirect("/trainings")


def _page(form):
    ward_id = identity.person().ward_id
    known = [(each, people.name_of(each.person)) for each in trainings.of_ward(ward_id)]
    options = [(each.id, f"{people.name_of(each)}, {each.unit.name}") for each in trainings.learners(ward_id)]
    return render_template("trainings/index.html", form=form, known=known, options=options, label=lists.label)
