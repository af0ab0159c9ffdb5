"""Opening an invitation, and what this phone needs to know of the person it belongs to."""
import base64
import secrets

from flask import Blueprint, g, jsonify, render_template, session
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from db.base import write
from pwa.crypto import keyring
from pwa.domain import enrolments, invitations, people
from pwa.extensions import limiter
from pwa.web import identity

blueprint = Blueprint("enrolments", __name__)


class StartForm(FlaskForm):
    code = StringField(validators=[InputRequired(), Length(max=300)])


@blueprint.get("/start")
def start():
    # The code stands in the address's fragment: it reaches no server, no log and no link preview.
    session.setdefault("phone", secrets.token_hex(16))
    return render_template("enrolments/start.html", form=StartForm())


@blueprint.post("/start")
@limiter.limit("20 per minute; 200 per day", key_func=get_remote_address, deduct_when=lambda response: response.status_code != 200)
def begin():
    form = StartForm()
    if not form.validate():
        return jsonify(error=_("Hãy dán lời mời hoặc gõ mã mời.")), 422
    try:
        with write():
            enrolment = invitations.spend(form.code.data, [each for each in identity.proved() if each.revoked_at is None],
                                          session.setdefault("phone", secrets.token_hex(16)))
    except invitations.CannotSpend as reason:
        return jsonify(error=str(reason)), 422
    g.proved = [each for each in identity.proved() if each.id != enrolment.id]
    response = jsonify(_me(enrolment))
    identity.set_cookie(response, enrolment, enrolments.cookie_value(enrolment))
    identity.use(response, enrolment)
    return response


@blueprint.get("/me")
def me():
    # Nobody yet is an answer too, not an error. Those revoked learn it here when they have nothing to deliver.
    found = identity.enrolment()
    return jsonify(me=_me(found) if found else None, revoked=[each.id for each in identity.proved() if each.revoked_at])


def _me(enrolment):
    """What the phone keeps of its person: no name, only what the forms need."""
    ring, person = keyring.current(), enrolment.person
    key_id, public = ring.current_entry_key()
    return {
        "enrolment": enrolment.id, "person": person.id, "role": person.role, "unit": person.unit.code,
        "initials": people.initials(person), "key": {"key_id": key_id, "public": b64(public)},
        "vapid": b64(ring.current_vapid_key()[1]),
    }


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
