"""Mở khóa, Khóa lại, and the PIN: the reading session of this phone."""
from flask import Blueprint, jsonify, make_response
from flask_babel import gettext as _

from pwa.crypto import verifiers
from pwa.domain import enrolments, readings
from pwa.domain.access import Locked
from pwa.extensions import csrf, limiter
from pwa.web import identity
from pwa.web.enrolments import about
from pwa.web.errors import answer
from pwa.web.headers import posted_json, same_origin, same_origin_json

blueprint = Blueprint("readings", __name__)


@blueprint.post("/unlock")
@csrf.exempt
@limiter.limit("30 per minute")
def unlock():
    if not same_origin_json():
        return answer(400)
    asked = posted_json() or {}
    enrolment = identity.named(asked.get("enrolment"))
    if enrolment is None:
        return answer(401)
    readings.check(enrolment, verifiers.read(asked.get("verifier")))
    enrolments.touch(enrolment)
    response = jsonify(about(enrolment, whole=True))
    identity.open_reading(response, enrolment)
    return response


@blueprint.post("/reading")
@csrf.exempt
def gesture():
    """A person has touched the screen: nothing else keeps the session open."""
    if not same_origin_json():
        return answer(400)
    if identity.opened() is None:
        raise Locked
    identity.heard()
    readings.note_gesture(identity.reading())
    return "", 204


@blueprint.delete("/reading")
@csrf.exempt
def end():
    if not same_origin():
        return answer(400)
    identity.heard()
    response = make_response("", 204)
    identity.close_reading(response)
    if (posted_json() or {}).get("leaving"):
        # Not at every lock: the browser would fetch all scripts anew at its next look for a version (decision 66).
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.post("/pin")
@csrf.exempt
@limiter.limit("30 per minute")
def change_pin():
    if not same_origin_json():
        return answer(400)
    asked = posted_json() or {}
    readings.change_pin(identity.opened(), verifiers.read(asked.get("old")), verifiers.read(asked.get("new")))
    return "", 204


# Each way a PIN is refused has one answer, whoever asked.

@blueprint.errorhandler(readings.WrongPin)
def _wrong(error):
    left = error.left
    said = _("Mã chưa đúng. Thử lại.") if left > readings.MOST_FAILURES // 2 else _(
        "Còn %(n)s lần. Quên mã: gọi người đã mời bạn.", n=left)
    return jsonify(left=left, error=said), 403


@blueprint.errorhandler(readings.Wiped)
def _wiped(_error):
    return jsonify(wipe=True, error=_("Sổ đã đặt lại. Cần lời mời mới.")), 410


@blueprint.errorhandler(readings.NoPin)
def _no_pin(_error):
    return answer(401)


@blueprint.errorhandler(readings.TooMany)
def _too_many(_error):
    return answer(429)


@blueprint.errorhandler(verifiers.Malformed)
def _malformed(_error):
    return answer(422, _("Hãy nhập lại mã PIN."))
