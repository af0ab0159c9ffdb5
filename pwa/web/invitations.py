"""Invitations made on screen: link, code and QR, shown once."""
import segno
from flask import Blueprint, current_app, redirect, render_template
from flask_babel import gettext as _
from markupsafe import Markup

from db.models import Invitation, Person
from pwa.domain import access, invitations, people
from pwa.web import identity
from pwa.web.people import invitation_form, page

blueprint = Blueprint("invitations", __name__)


@blueprint.post("/invitations")
def create():
    """A link for a person of the ward, who is added when new; their phone may have to wait for a coordinator."""
    form = invitation_form()
    if not form.validate():
        return page(form), 422
    inviter = identity.person()
    try:
        invited = _invited(inviter, form)
    except people.SameName as same:
        form.name.errors = [_("Đã có người tên này ở đơn vị: nếu là người đó, hãy mời thêm máy ở thẻ của họ; "
                              "nếu là người khác, hãy ghi tên cho khác đi.")]
        return page(form, same.person.id), 422
    config = current_app.config["SOTAY"]
    code = invitations.invite(invited, config.INVITE_HOURS, inviter=inviter)
    link = f"{config.base_url}/start#{code}"
    # As markup of the page itself: an address of its own would have to carry the code.
    qr = Markup(segno.make(link, error="l").svg_inline(border=2, omitsize=True, dark="#000"))
    return render_template("invitations/show.html", link=link, code=code, qr=qr, hours=config.INVITE_HOURS, name=people.name_of(invited),
                           waits=invitations.will_wait(invited, inviter), reads=access.reads_others(invited),
                           begun=invitations.has_begun(invited), invitation=invitations.named(code))


@blueprint.post("/invitations/<invitation_id>")
def void(invitation_id):
    person = identity.person()
    invitation = access.invitations(person).where(Invitation.id == invitation_id).first()
    if invitation is None:
        access.refuse(person, "invitation", invitation_id)
    invitations.void(person, invitation)
    return redirect("/people")


def _invited(inviter, form):
    if not form.person.data:
        return people.add(inviter.ward, form.role.data, form.unit.data, form.name.data, form.capacity.data or None, by=inviter)
    known = access.people(inviter).where(Person.id == form.person.data).first()
    if known is None or not access.may_invite(inviter, known.role):
        raise access.NotFound
    return known
