"""Which addresses a phone may ask to be rung at: an endpoint comes from outside, and the server writes to it."""
import json
import secrets

import pytest

from db.base import database
from db.models import Delivery, Enrolment, Reading, Subscription
from pwa import create_app
from pwa.domain import health
from pwa.domain.clock import DAY, now
from tests.push.service import Receiver, b64, unb64
from tests.server.test_escalations import within
from tests.ward import Ward, copy_of_seeded


def offer(phone, subscription, **headers):
    """What the page sends for Bật thông báo; the answer."""
    return phone.client.post("/push/subscription", base_url=phone.base, data=json.dumps(subscription), content_type="application/json",
                             headers={"Origin": phone.base, "Sec-Fetch-Site": "same-origin", **headers})


def at(service, endpoint):
    return Receiver(service, endpoint).subscription


def kept(ward):
    return [row.endpoint for row in ward.rows(Subscription.select())]


@pytest.fixture
def listening(tmp_path, service):
    """A ward that may ring through our push service."""
    return Ward(create_app(copy_of_seeded(tmp_path, PUSH_EXTRA_HOSTS=(service.host, "push.example.vn"))))


@pytest.mark.parametrize("endpoint", [
    "https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/abc", "https://web.push.apple.com/abc",
    "https://wns2-sg2p.notify.windows.com/w/?token=abc", "https://FCM.googleapis.com:443/fcm/send/abc"])
def test_a_push_service_of_a_browser_is_taken(ward, service, endpoint):
    assert offer(ward.thu, at(service, endpoint)).status_code == 201
    assert kept(ward) == [endpoint]
    assert ward.thu.get("/push/subscription").json == {"endpoint": endpoint}


ELSEWHERE = [
    # Hosts we do not know, and those that look like ones we do.
    "https://push.example.org/abc", "https://fcm.googleapis.com.example.org/abc", "https://evilpush.apple.com/abc", "https://xpush.services.mozilla.com/abc",
    "https://push.apple.com/abc", "https://notify.windows.com/abc", "https://fcm.googleapis.com@example.org/abc", "https://example.org/fcm.googleapis.com",
    "https://example.org#.push.apple.com/abc", "https://example.org?.push.apple.com/abc", "https://me:you@fcm.googleapis.com/abc",
    # Ones we know, but not over https, or by another door.
    "http://fcm.googleapis.com/abc", "https://fcm.googleapis.com:8443/abc", "https://web.push.apple.com:22/abc", "https://fcm.googleapis.com:99999/abc",
    "ftp://fcm.googleapis.com/abc", "file:///etc/passwd", "javascript:alert(1)", "//fcm.googleapis.com/abc", "fcm.googleapis.com/abc", "https://", "",
    # The ward's own network.
    "http://localhost/abc", "http://localhost:8000/sync", "https://localhost/abc", "http://127.0.0.1:6379/", "https://127.0.0.1/abc", "http://[::1]/abc",
    "https://[::1]/abc", "https://10.0.0.1/abc", "https://192.168.1.1/abc", "https://169.254.169.254/latest/meta-data", "https://2130706433/abc", "https://0/abc",
    "https://[::ffff:127.0.0.1]/abc", "https://[fcm.googleapis.com/abc", "https://fcm.googleapis.com\u2024example.org/abc",
]


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_an_address_elsewhere_is_refused_in_a_clear_sentence(ward, service, endpoint):
    answer = offer(ward.thu, at(service, endpoint))
    assert answer.status_code == 422
    assert "Hãy" in answer.json["error"]
    assert kept(ward) == []


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1\\.push.apple.com/abc", "https://example.org\\.notify.windows.com/abc"])
def test_an_address_that_two_readers_read_differently_is_refused(ward, service, endpoint):
    assert offer(ward.thu, at(service, endpoint)).status_code == 422
    assert kept(ward) == []


def test_a_listed_service_on_loopback_may_speak_http_and_its_neighbours_may_not(listening, service):
    assert offer(listening.thu, at(service, f"http://{service.host}/abc")).status_code == 201
    port = int(service.host.rpartition(":")[2])
    for endpoint in (f"http://localhost:{port + 1}/abc", "http://localhost/abc", f"http://127.0.0.1:{port}/abc", f"http://[::1]:{port}/abc",
                     f"http://{service.host}@example.org/abc", "http://push.example.vn/abc"):
        assert offer(listening.thu, at(service, endpoint)).status_code == 422, endpoint
    assert kept(listening) == [f"http://{service.host}/abc"]
    assert offer(listening.kim, at(service, "https://push.example.vn/abc")).status_code == 201


def broken(whole):
    """The same subscription, broken in one way each."""
    keys = whole["keys"]
    yield from (None, [], 5, "chữ", {}, {**whole, "keys": None}, {**whole, "keys": []}, {**whole, "endpoint": None}, {**whole, "endpoint": 5},
                {"endpoint": whole["endpoint"]}, {"keys": keys}, {**whole, "endpoint": whole["endpoint"] + "x" * 2000})
    for name in ("p256dh", "auth"):
        for value in (None, 5, "", "AAAA", "chữ", b64(secrets.token_bytes(300))):
            yield {**whole, "keys": {**keys, name: value}}


def test_a_subscription_that_is_not_whole_is_refused_and_the_one_before_stays(ward, service):
    whole = at(service, "https://fcm.googleapis.com/fcm/send/abc")
    assert offer(ward.thu, whole).status_code == 201
    for each in broken(at(service, "https://fcm.googleapis.com/fcm/send/other")):
        answer = offer(ward.thu, each)
        assert answer.status_code == 422, each
        assert "Hãy" in answer.json["error"]
    assert kept(ward) == [whole["endpoint"]]


@pytest.mark.parametrize("endpoint", [["https://fcm.googleapis.com/abc"], {"https://fcm.googleapis.com/abc": 1}])
def test_an_endpoint_that_is_no_text_is_refused(ward, service, endpoint):
    assert offer(ward.thu, at(service, endpoint)).status_code == 422


@pytest.mark.parametrize("point", [bytes(65), b"\4" + bytes(64), b"\4" + b"\xff" * 64], ids=["zeros", "origin", "beyond"])
def test_a_key_that_is_no_point_of_the_curve_is_refused(ward, service, point):
    whole = at(service, "https://fcm.googleapis.com/fcm/send/abc")
    assert offer(ward.thu, {**whole, "keys": {**whole["keys"], "p256dh": b64(point)}}).status_code == 422


def test_a_new_subscription_takes_the_place_of_the_devices_old_one(ward, service):
    first, second = (f"https://fcm.googleapis.com/fcm/send/{name}" for name in ("first", "second"))
    thu, other = ward.thu, ward.phone("thu")
    assert [offer(thu, at(service, first)).status_code, offer(thu, at(service, second)).status_code] == [201, 201]
    assert kept(ward) == [second]
    # Cleared and enrolled again in the same browser: the address moves to the new device.
    assert offer(other, at(service, second)).status_code == 201
    assert kept(ward) == [second]
    assert thu.get("/push/subscription").json == {"endpoint": None, "vapid": thu.me["vapid"]}
    assert other.get("/push/subscription").json == {"endpoint": second}


def test_two_people_on_one_phone_share_one_subscription(ward, service):
    thu = ward.thu
    first, second = (f"https://fcm.googleapis.com/fcm/send/{name}" for name in ("first", "second"))
    assert offer(thu, at(service, first)).status_code == 201
    thu.enrol(ward.invite("mai"))
    assert thu.get("/push/subscription").json == {"endpoint": first}
    assert offer(thu, at(service, second)).status_code == 201
    assert kept(ward) == [second]


def test_only_an_enrolled_phones_own_pages_may_subscribe(ward, service):
    whole = at(service, "https://fcm.googleapis.com/fcm/send/abc")
    assert offer(ward.stranger(), whole).status_code == 401
    assert offer(ward.thu, whole, Origin="https://example.org").status_code == 400
    assert offer(ward.thu, whole, **{"Sec-Fetch-Site": "cross-site"}).status_code == 400
    form = ward.thu.client.post("/push/subscription", base_url=ward.thu.base, data={"endpoint": whole["endpoint"]}, headers={"Origin": ward.thu.base})
    assert form.status_code == 400
    ward.revoke(ward.thu)
    assert offer(ward.thu, whole).status_code == 401
    assert kept(ward) == []


def test_a_new_key_asks_phones_to_subscribe_anew_and_until_then_the_old_one_signs(listening, service):
    ward = listening
    first = Receiver(service, service.endpoint(key=unb64(ward.thu.me["vapid"])))
    assert offer(ward.thu, {**first.subscription, "vapid": ward.thu.me["vapid"]}).status_code == 201
    with ward.app.app_context():
        ward.keys.add_vapid_key()
    fresh = ward.thu.get("/me").json["me"]["vapid"]
    assert fresh != ward.thu.me["vapid"]
    assert ward.thu.get("/push/subscription").json == {"endpoint": None, "vapid": fresh}

    ward.lan.record()
    with ward.app.app_context(), database.connection_context():
        ward.app.extensions["queue"].ringer.ring_due()
    assert [post.status for post in service.to(first.endpoint)] == [201]

    second = Receiver(service, service.endpoint(key=unb64(fresh)))
    assert offer(ward.thu, {**second.subscription, "vapid": fresh}).status_code == 201
    ward.lan.record()
    with ward.app.app_context(), database.connection_context():
        ward.app.extensions["queue"].ringer.ring_due()
    assert [post.status for post in service.to(second.endpoint)] == [201]
    assert ward.thu.get("/push/subscription").json == {"endpoint": second.endpoint}


def test_a_phone_unopened_for_a_month_still_rings_and_says_that_it_did(listening, service):
    ward, month = listening, 31 * DAY
    receiver = Receiver(service, service.endpoint(key=unb64(ward.thu.me["vapid"])))
    assert offer(ward.thu, {**receiver.subscription, "vapid": ward.thu.me["vapid"]}).status_code == 201
    with ward.app.app_context(), database.connection_context():
        # Everything the server knows of her phone is of a month ago; the cookie is the one of then.
        for model, names in ((Enrolment, ("created_at", "renewed_at", "last_contact_at")), (Reading, ("opened_at", "gesture_at")),
                             (Subscription, ("created_at",))):
            for name in names:
                model.update({name: getattr(model, name) - month}).execute()
    assert ward.thu.client.get_cookie("sotay-" + ward.thu.me["enrolment"]).max_age * 1000 > month
    assert ward.thu.get("/todo").status_code == 401, "nobody has opened it"
    record = ward.lan.record(danger="yes")
    with ward.app.app_context(), database.connection_context():
        ward.app.extensions["queue"].ringer.ring_due()
    (post,) = service.to(receiver.endpoint)
    said = json.loads(receiver.read(post))
    assert post.status == 201 and said["k"] == "new"
    # As long as push services keep a message for a phone that is switched off.
    assert int(post.headers["TTL"]) > 27 * DAY / 1000
    [ring] = ward.rows(Delivery.select().where(Delivery.notice == said["n"]))
    confirmed = ward.thu.post("/notices/arrivals", {"ring": said["d"]})
    assert confirmed.status_code == 204 and ward.rows(Delivery.select().where(Delivery.id == ring.id))[0].shown_at
    [row] = [each for each in within(ward, health.of_ward, ward.row.id) if each.unit.code == "vhxh"]
    assert row.rung == 1 and row.last_shown and not row.silent
    assert ward.thu.unlock().status_code == 200 and ward.thu.get(f"/records/{record}").status_code == 200


@pytest.mark.parametrize(("cause", "anew"), [("401", True), ("403", True), ("400", False), ("503", False), (None, False)])
def test_a_phone_whose_push_service_does_not_take_our_signature_is_asked_to_subscribe_anew(ward, service, cause, anew):
    endpoint = "https://fcm.googleapis.com/fcm/send/abc"
    assert offer(ward.thu, at(service, endpoint)).status_code == 201
    within(ward, lambda: Subscription.update(cause=cause, failed_at=now()).execute())
    assert (ward.thu.get("/push/subscription").json["endpoint"] is None) is anew
    # And then it is as any other.
    assert offer(ward.thu, at(service, endpoint + "d")).status_code == 201
    assert ward.thu.get("/push/subscription").json == {"endpoint": endpoint + "d"}


@pytest.mark.parametrize("vapid", [None, 5, "", "AAAA", "chữ", ["x"], b64(b"\4" + bytes(64))])
def test_a_key_that_is_not_ours_is_taken_for_the_newest(listening, service, vapid):
    receiver = Receiver(service)
    assert offer(listening.thu, {**receiver.subscription, "vapid": vapid}).status_code == 201
    assert listening.thu.get("/push/subscription").json == {"endpoint": receiver.endpoint}


def test_a_subscription_about_to_end_is_renewed_in_time(listening, service):
    receiver, day = Receiver(service), 86_400_000
    for left, kept_as_it_is in ((30 * day, True), (3 * day, False)):
        assert offer(listening.thu, {**receiver.subscription, "expirationTime": now() + left}).status_code == 201
        assert (listening.thu.get("/push/subscription").json["endpoint"] is not None) is kept_as_it_is
