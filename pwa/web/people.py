"""Người và máy: people of the ward, their phones, invitations on their way. The only page that shows names beside phones."""
from flask import Blueprint, redirect, render_template

from pwa.domain import access, handlers, people, permissions, rosters
from pwa.forms.people import ROLE_LABELS, InvitationForm
from pwa.web import identity
from pwa.web.devices import cards, revoke_asked

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
def index():
    return page(invitation_form())


@blueprint.post("/people/<enrolment_id>")
def revoke(enrolment_id):
    revoke_asked(access.phones(identity.person()), enrolment_id)
    return redirect("/people")


def invitation_form():
    person = identity.person()
    roles = [role for role in permissions.ROLES if access.may_invite(person, role)]
    return InvitationForm().offer(roles, [(unit.code, unit.name) for unit in access.units(person)])


def page(form, known=None):
    """The whole page, with the form as it was filled in; `known` is the id of somebody the form may have meant."""
    person = identity.person()
    phones, invited = _by_person(cards(access.phones(person))), _by_person(_invited(person))
    everyone, own = {}, handlers.invited_by(person)
    for each in access.people(person):
        everyone.setdefault(each.unit_id, []).append({
            "id": each.id, "name": people.name_of(each), "role": ROLE_LABELS[each.role], "may_invite": access.may_invite(person, each.role),
            "handles": access.handles(each), "may_name": access.may_name(person, each, each.id in own), "counsels": access.may_handle(each),
            "phones": phones.get(each.id, ()), "invited": invited.get(each.id, ())})
    units = [(unit, sorted(everyone[unit.id], key=lambda each: each["name"])) for unit in access.units(person) if unit.id in everyone]
    return render_template("people/index.html", units=units, form=form, known=known, names_handlers=person.role == "coordinator",
                           lacking=rosters.without_deputy(person.ward_id))


def _invited(person):
    return [{"id": each.id, "person": each.person_id, "expires": each.expires_at} for each in access.invitations(person)]


def _by_person(cards):
    found = {}
    for card in cards:
        found.setdefault(card["person"], []).append(card)
    return found
