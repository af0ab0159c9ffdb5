"""Thiết bị của tôi: one's own phones, and revoking one that is lost."""
from flask import Blueprint, redirect, render_template, request

from pwa.domain import access, enrolments
from pwa.web import identity

blueprint = Blueprint("devices", __name__)


def cards(phones):
    """What is shown of enrolments: when they began, when they were heard of, who else is on the device."""
    in_use, phones = identity.opened(), list(phones)
    people = enrolments.counts_of_devices(phones, in_use.person.ward_id)
    return [{"id": each.id, "person": each.person_id, "since": each.created_at, "heard": each.last_contact_at,
             "short_code": each.short_code, "this": each.id == in_use.id, "here": each.device_id == in_use.device_id,
             "waits": access.waits(each), "old": each.verifier is None, "others": people[each.device_id] - 1} for each in phones]


def revoke_asked(phones, enrolment_id):
    """Do what a form asks: one enrolment, or all of its device; NotFound when it is not among these."""
    if not enrolments.revoke_chosen(phones, enrolment_id, identity.opened(), whole_device=request.form.get("choice") == "device"):
        access.refuse(identity.person(), "enrolment", enrolment_id)


@blueprint.get("/devices")
def index():
    return render_template("devices/index.html", phones=cards(access.own_phones(identity.person())))


@blueprint.post("/devices/<enrolment_id>")
def revoke(enrolment_id):
    revoke_asked(access.own_phones(identity.person()), enrolment_id)
    return redirect("/devices")
