"""Opening an invitation, and what this phone needs to know of the person it belongs to."""
import base64
import secrets

from flask import Blueprint, current_app, g, jsonify, render_template, request, session
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from db.base import write
from pwa import tasks
from pwa.crypto import keyring, verifiers
from pwa.domain import access, enrolments, invitations, pages, people, permissions, proofs
from pwa.extensions import csrf, limiter
from pwa.web import identity
from pwa.web.errors import answer
from pwa.web.headers import posted_json, same_origin_json

blueprint = Blueprint("enrolments", __name__)
# Looking and spending are guesses at the same codes.
guesses = limiter.shared_limit("20 per minute; 200 per day", scope="invitations", key_func=get_remote_address,
                               deduct_when=lambda response: response.status_code != 200)


class StartForm(FlaskForm):
    code = StringField(validators=[InputRequired(), Length(max=300)])
    verifier = StringField()
    # Of an app that proves what it writes.
    proves = StringField()


@blueprint.get("/start")
def start():
    # The code stands in the address's fragment: it reaches no server, no log and no link preview.
    session.setdefault("phone", secrets.token_hex(16))
    return render_template("enrolments/start.html", form=StartForm())


@blueprint.post("/start/look")
@guesses
def look():
    """What to ask for before the invitation is spent: digits, or more of those who read everybody's cases."""
    code = (posted_json() or {}).get("code") if request.is_json else request.form.get("code")
    if not isinstance(code, str) or not 0 < len(code) <= 300:
        return answer(422, _("Hãy dán lời mời hoặc gõ mã mời."))
    if given := invitations.given(code, identity.proved()):
        return jsonify(secret=_secret_of(given.person), given=given.id)
    try:
        invitation, _given = invitations.look(code, session.setdefault("phone", secrets.token_hex(16)))
    except invitations.CannotSpend as reason:
        return answer(422, str(reason))
    return jsonify(secret=_secret_of(invitation.person))


def _secret_of(person):
    return "passphrase" if person.role in permissions.PASSPHRASE else "pin"


@blueprint.post("/start")
@guesses
def begin():
    form = StartForm()
    if not form.validate():
        return answer(422, _("Hãy dán lời mời hoặc gõ mã mời."))
    phone = session.setdefault("phone", secrets.token_hex(16))
    try:
        invitations.look(form.code.data, phone)
        # Slow, so before the transaction that others would wait for.
        kept = verifiers.keep(verifiers.read(form.verifier.data))
        with write():
            enrolment = invitations.spend(form.code.data, [each for each in identity.proved() if each.revoked_at is None], phone, kept,
                                          proves=bool(form.proves.data))
    except invitations.CannotSpend as reason:
        return answer(422, str(reason))
    except verifiers.Malformed:
        return answer(422, _("Hãy đặt mã PIN mới rồi bấm Bắt đầu."))
    tasks.ring()
    g.proved = [each for each in identity.proved() if each.id != enrolment.id]
    response = jsonify(about(enrolment, whole=True))
    identity.set_cookie(response, enrolment, enrolments.cookie_value(enrolment))
    identity.open_reading(response, enrolment)
    return response


@blueprint.get("/me")
def me():
    # Nobody yet is an answer too, not an error. Those revoked learn it here when they have nothing to deliver.
    found = identity.enrolment()
    identity.heard()
    told = about(found, whole=found == identity.opened()) | {"alone": identity.is_one_persons()} if found else None
    said = {"me": told, "revoked": [each.id for each in identity.proved() if each.revoked_at]}
    if found and (drop := pages.to_drop(found)):
        said["drop"] = drop
    return jsonify(said)


@blueprint.post("/enrolments/forget")
@csrf.exempt
@limiter.limit("30 per minute")
def forget():
    """A phone that has wiped itself gives its enrolment up; what it still holds sealed is delivered as from any revoked one."""
    if not same_origin_json():
        return answer(400)
    enrolment = identity.named((posted_json() or {}).get("enrolment"))
    if enrolment is None:
        return answer(401)
    enrolments.revoke(enrolment.id, enrolment.person)
    return "", 204


def about(enrolment, whole):
    """What the phone keeps of its person: no name, only what lock screen and forms need; who it is, and what proves it, only when it
    reads."""
    ring, person, config = keyring.current(), enrolment.person, current_app.config["SOTAY"]
    key_id, public = ring.current_entry_key()
    told = {
        "enrolment": enrolment.id, "key": {"key_id": key_id, "public": b64(public)}, "vapid": b64(ring.current_vapid_key()[1]),
        "quick": person.ward.quick_note and person.role in permissions.RECORDERS, "exit": person.ward.exit_url,
        "keep_days": person.ward.keep_days, "idle": config.IDLE_SECONDS, "approved": not access.waits(enrolment),
    }
    if whole:
        told |= {"person": person.id, "role": person.role, "unit": person.unit.code, "initials": people.initials(person),
                 "short_code": enrolment.short_code, "write": proofs.key(enrolment.id)}
    return told


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
