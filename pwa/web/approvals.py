"""Duyệt máy mới: a second coordinator compares the short code with the person, then lets the phone read."""
from flask import Blueprint, redirect, render_template, request

from db.models import Person
from pwa.domain import approvals, people
from pwa.forms.people import ROLE_LABELS
from pwa.web import identity

blueprint = Blueprint("approvals", __name__)


@blueprint.get("/approvals")
def index():
    person = identity.person()
    return render_template("approvals/index.html", waiting=[_card(*each) for each in approvals.waiting(person)],
                           recent=[_card(*each) for each in approvals.recent(person)])


@blueprint.post("/approvals/<enrolment_id>")
def settle(enrolment_id):
    approvals.settle(identity.person(), enrolment_id, request.form.get("choice"), request.form.get("short_code"))
    return redirect("/approvals")


def _card(enrolment, inviter_id, may):
    owner = enrolment.person
    inviter = inviter_id and Person.get_by_id(inviter_id)
    return {"id": enrolment.id, "name": people.name_of(owner), "role": ROLE_LABELS[owner.role], "unit": owner.unit.name,
            "short_code": enrolment.short_code, "since": enrolment.created_at, "may": may, "others": approvals.others_of(enrolment),
            "inviter": people.name_of(inviter) if inviter else None, "own": owner.id == identity.person().id}
