"""Bật thông báo: where a device wants to be rung."""
from flask import Blueprint, current_app, jsonify, render_template, request
from flask_babel import gettext as _

from pwa import tasks
from pwa.crypto import keyring
from pwa.domain import deliveries, health, reach, subscriptions
from pwa.extensions import csrf, limiter
from pwa.web import identity
from pwa.web.enrolments import b64
from pwa.web.errors import answer
from pwa.web.headers import same_origin_json

blueprint = Blueprint("push", __name__)


@blueprint.get("/push/subscription")
def subscription():
    """The address this device is rung at; none when the browser should subscribe anew, and with which key."""
    found = subscriptions.of_device(identity.enrolment().device_id)
    if subscriptions.stale(found):
        return jsonify(endpoint=None, vapid=b64(keyring.current().current_vapid_key()[1]))
    return jsonify(endpoint=found.endpoint)


@blueprint.post("/push/subscription")
@csrf.exempt
@limiter.limit("30 per minute")
def subscribe():
    if not same_origin_json():
        return answer(400)
    try:
        subscriptions.keep(identity.enrolment().device_id, request.get_json(silent=True), current_app.config["SOTAY"].PUSH_EXTRA_HOSTS)
    except subscriptions.NotAllowed:
        return answer(422, _("Trình duyệt này gửi thông báo qua nơi chưa được phép. Hãy báo người quản trị, và mở sổ mỗi ngày."))
    return jsonify(ok=True), 201


@blueprint.post("/push/test")
@csrf.exempt
@limiter.limit("10 per minute")
def test():
    """Ring this device, and no other, with the words of a test."""
    if not same_origin_json():
        return answer(400)
    ring = deliveries.test(identity.person(), identity.enrolment().device_id)
    if ring is None:
        return answer(409, _("Máy này chưa bật thông báo. Hãy bấm Bật thông báo."))
    tasks.ring()
    return jsonify(ring=ring), 202


@blueprint.get("/push/check")
def check():
    units = health.of_ward(identity.person().ward_id)
    return render_template("push/check.html", units=units, lacking=health.names_without_bell(units), hosts=health.hosts(),
                           channels=reach.Channels.names)
