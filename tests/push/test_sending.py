"""What the worker sends, and what it does with each answer of a push service."""
import json
import os
import re
import signal
import time

import pytest

from db.base import database
from db.models import Delivery, Subscription, Watch
from pwa.domain.clock import now
from tests.push.service import DAY, HANG_UP, Receiver, b64, unb64, wait_for
from tests.push.test_subscriptions import offer

CONTENT = {"narrative": "Nghe tiếng khóc ở nhà cô Ba", "safe_contact": "Gọi chị Hạnh, hẻm 12", "danger": "yes", "acts": ["hit"]}


@pytest.fixture
def listen(service):
    """Makes phones ring us instead of a browser: listen(cast.thu) is where Thu's phone is rung from now on."""
    def subscribe(phone):
        receiver = Receiver(service)
        assert offer(phone, receiver.subscription).status_code == 201
        return receiver
    return subscribe


def outcomes(server):
    """Where every ring stands: (outcome, whether it waits)."""
    return sorted(server.sql("SELECT outcome, next_at IS NOT NULL FROM delivery"), key=str)


def settled(server, count=1):
    """Wait until so many rings have been made and none waits."""
    wait_for(lambda: server.count("delivery") == count and not server.sql("SELECT 1 FROM delivery WHERE next_at IS NOT NULL"),
             lambda: f"{count} settled rings; they are {outcomes(server)}")


def test_what_travels_says_nothing_of_what_was_written(server, service, cast, listen):
    thu = listen(cast.thu)
    record = cast.lan.record(**CONTENT)
    (urgent,) = service.wait(thu.endpoint)
    cast.lan.refer(record=record, note="Nhờ giúp chỗ ở")
    usual = service.wait(thu.endpoint, 2)[1]
    # A name for the notice itself: neither the record's nor the referral's nor the person's.
    notices = server.sql("SELECT id, urgent FROM notice ORDER BY created_at")
    rings = dict(server.sql("SELECT notice_id, id FROM delivery"))
    words = {"title": "Sổ tay", "body": "Có mục mới. Mở sổ để xem.", "lang": "vi", "tag": "sotay"}
    assert [json.loads(thu.read(post)) for post in (urgent, usual)] == [
        {"web_push": 8030, "mutable": True, "notification": {**words, "navigate": f"{server.url}/n/{notice}"},
         "n": notice, "d": rings[notice], "u": loud, "k": "new"} for notice, loud in notices]
    assert len(urgent.body) == len(usual.body) == 1024 + 103
    for post in (urgent, usual):
        assert set(post.claims) == {"aud", "exp", "sub"}
        assert post.claims["aud"] == f"http://{service.host}"
        assert time.time() < post.claims["exp"] <= time.time() + DAY


def test_danger_is_rung_with_high_urgency_and_the_rest_with_normal(server, service, cast, listen):
    thu = listen(cast.thu)
    writings = [(cast.lan.record, {}, "normal"), (cast.lan.record, {"danger": "yes"}, "high"), (cast.lan.record, {"victim_age": "under-16"}, "high"),
                (cast.lan.refer, {}, "normal"), (cast.lan.refer, {"urgency": "urgent"}, "high"), (cast.lan.refer, {"basis": "danger"}, "high")]
    for count, (write, fields, urgency) in enumerate(writings, 1):
        write(**fields)
        post = service.wait(thu.endpoint, count)[-1]
        assert (post.status, post.headers["Urgency"]) == (201, urgency), fields
        assert int(post.headers["TTL"]) > 0
    # The topic travels in clear: it tells no more than the urgency does.
    assert len({(post.headers["Urgency"], post.headers["Topic"]) for post in service.to(thu.endpoint)}) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,32}", post.headers["Topic"]) for post in service.to(thu.endpoint))


def test_the_key_that_signs_is_the_one_phones_subscribe_with(server, service, cast, listen):
    receiver = Receiver(service, service.endpoint(key=unb64(cast.thu.me["vapid"])))
    assert offer(cast.thu, receiver.subscription).status_code == 201
    cast.lan.refer()
    assert service.wait(receiver.endpoint)[0].status == 201


def test_a_phone_is_not_rung_for_what_its_own_person_did(server, service, cast, listen):
    thu, kim = listen(cast.thu), listen(cast.kim)
    cast.thu.refer(unit="tramyte")
    service.wait(kim.endpoint)
    settled(server)
    assert service.to(thu.endpoint) == []


def test_a_revoked_phone_is_rung_no_more(server, service, cast, listen):
    thu, kim = listen(cast.thu), listen(cast.kim)
    cast.revoke(cast.thu)
    cast.lan.refer()
    service.wait(kim.endpoint)
    settled(server)
    assert service.to(thu.endpoint) == []


def test_every_phone_of_a_person_is_rung_and_none_waits_for_the_answer_to_another(server, service, cast, listen):
    receivers = [listen(cast.thu), listen(cast.phone("thu"))]
    with service.slow(1.0):
        cast.lan.refer()
        for receiver in receivers:
            assert [post.status for post in service.wait(receiver.endpoint)] == [201]
    assert service.most >= len(receivers)


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_that_is_gone_is_forgotten_and_not_tried_again(server, service, cast, listen, status):
    thu, kim = listen(cast.thu), listen(cast.kim)
    service.answer(thu.endpoint, *[(status, {})] * 5)
    cast.lan.refer()
    wait_for(lambda: server.sql("SELECT endpoint FROM subscription") == [(kim.endpoint,)], "the dead address forgotten, the living one kept")
    settled(server, 2)
    cast.lan.refer()
    service.wait(kim.endpoint, 2)
    settled(server, 3)
    assert [post.status for post in service.to(thu.endpoint)] == [status]
    assert outcomes(server) == [("gone", 0), ("sent", 0), ("sent", 0)]


@pytest.mark.parametrize(("status", "headers"), [(503, {"Retry-After": "1"}), (429, {"Retry-After": "Wed, 01 Jan 2020 00:00:00 GMT"}), (500, {})])
def test_a_push_service_in_trouble_is_asked_again_until_it_takes_the_ring(server, service, cast, listen, status, headers):
    thu = listen(cast.thu)
    service.answer(thu.endpoint, (status, headers))
    cast.lan.refer()
    assert [post.status for post in service.wait(thu.endpoint, 2)] == [status, 201]
    settled(server)
    assert outcomes(server) == [("sent", 0)]
    assert server.count("subscription") == 1


@pytest.mark.parametrize("status", [429, 503])
def test_nothing_is_sent_before_the_time_a_push_service_named(server, service, cast, listen, status):
    thu = listen(cast.thu)
    service.answer(thu.endpoint, (status, {"Retry-After": "7200"}))
    cast.lan.refer()
    service.wait(thu.endpoint)
    wait_for(lambda: server.sql("SELECT 1 FROM delivery WHERE outcome = 'retry'"), "the ring put off")
    ((created, due),) = server.sql("SELECT created_at, next_at FROM delivery")
    assert due >= created + 7_200_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_push_service_that_redirects_is_not_followed(server, service, cast, listen, status):
    thu, inside = listen(cast.thu), service.endpoint()
    service.answer(thu.endpoint, (status, {"Location": inside}))
    cast.lan.refer()
    service.wait(thu.endpoint)
    settled(server)
    assert outcomes(server) == [("refused", 0)]
    assert service.to(inside) == []


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_refusal_is_not_repeated_and_the_address_stays(server, service, cast, listen, status):
    thu = listen(cast.thu)
    service.answer(thu.endpoint, (status, {}))
    cast.lan.refer()
    settled(server)
    assert outcomes(server) == [("refused", 0)]
    cast.lan.refer()
    assert [post.status for post in service.wait(thu.endpoint, 2)] == [status, 201]


def test_a_push_service_that_hangs_up_is_asked_again_and_leaves_the_others_ringing(server, service, cast, listen):
    thu, kim = listen(cast.thu), listen(cast.kim)
    service.answer(thu.endpoint, HANG_UP)
    cast.lan.refer()
    assert [post.status for post in service.wait(kim.endpoint)] == [201]
    assert [post.status for post in service.wait(thu.endpoint, 2)] == [0, 201]
    settled(server, 2)
    assert server.count("subscription") == 2


def test_a_key_nobody_can_encrypt_to_leaves_the_others_ringing(server, service, cast, listen):
    spoilt, kim = listen(cast.thu), listen(cast.kim)
    with cast.app.app_context(), database.connection_context():
        Subscription.update(p256dh=b64(b"\4" + bytes(64))).where(Subscription.endpoint == spoilt.endpoint).execute()
    cast.lan.refer()
    settled(server, 2)
    assert [post.status for post in service.to(kim.endpoint)] == [201]
    assert service.to(spoilt.endpoint) == []


def test_what_was_written_while_the_worker_was_down_rings_when_it_starts(own_server, service, cast, listen):
    own_server.start(worker=False)
    thu = listen(cast.thu)
    cast.lan.refer()
    urgent = cast.lan.refer(urgency="urgent")
    cast.lan.refer()
    own_server.stop()
    # The queue is only a bell: even without it the rows say what is to be done.
    for file in (own_server.folder / "data").glob("queue.db*"):
        file.unlink()
    own_server.start(worker=True)
    (post,) = service.wait(thu.endpoint)
    settled(own_server)
    # One ring for all that waited, and the most urgent leads.
    assert len(service.to(thu.endpoint)) == 1
    assert post.headers["Urgency"] == "high"
    assert own_server.sql("SELECT subject_id FROM notice WHERE id = ?", json.loads(thu.read(post))["n"]) == [(urgent,)]


def test_a_worker_killed_while_it_rings_loses_no_ring(server, service, cast, listen):
    thu = listen(cast.thu)
    answer = service.hold(thu.endpoint)
    cast.lan.refer()
    service.wait(thu.endpoint)
    os.killpg(server.worker.pid, signal.SIGKILL)
    server.worker.wait()
    answer.set()
    assert outcomes(server) == [(None, 1)]

    # A minute later, when the dead worker's lease is over.
    with cast.app.app_context(), database.connection_context():
        Delivery.update(next_at=now()).execute()
    server.stop()
    server.start(worker=True)
    settled(server)
    assert [post.status for post in service.to(thu.endpoint)] == [201, 201]
    assert outcomes(server) == [("sent", 0)]


def test_two_workers_escalate_by_themselves_once_and_never_early_also_after_one_was_killed(server, service, cast, listen):
    dung = listen(cast.dung)
    cast.lan.refer(unit="congan", urgency="urgent", basis="danger")
    service.wait(dung.endpoint)
    wait_for(lambda: server.count("watch") == 1, "what waits, found by the ticker")
    os.killpg(server.worker.pid, signal.SIGKILL)
    server.worker.wait()
    due = now() + 3_000
    with cast.app.app_context(), database.connection_context():
        Watch.update(due_at=due, started_at=due - 30 * 60_000).execute()
    server.worker, second = server.launch_worker(), server.launch_worker()
    try:
        # The people of the unit are reminded, and the step stands once.
        reminder = json.loads(dung.read(service.wait(dung.endpoint, 2)[1]))
        assert reminder["k"] == "reminder" and reminder["u"]
        [(name, planned, fired)] = server.sql("SELECT name, due_at, fired_at FROM step")
        # Two looks of a second, and the time a busy machine takes to start a worker.
        assert (name, planned) == ("unit", due) and 0 <= fired - due < 15_000
        time.sleep(2.5)
        assert server.count("step") == 1 and len(service.to(dung.endpoint)) == 2
    finally:
        os.killpg(second.pid, signal.SIGTERM)
        second.wait()


def test_answers_that_could_not_be_written_down_are_written_at_the_next_look(own_server, service, cast, listen, monkeypatch):
    """The database was busy for too long just then: nothing is lost, nothing is sent twice."""
    from peewee import OperationalError

    from pwa.domain import deliveries
    thu, ringer, turn = listen(cast.thu), cast.app.extensions["queue"].ringer, deliveries.turn
    cast.lan.refer()

    def busy(results, *rest):
        if results:
            monkeypatch.setattr(deliveries, "turn", turn)
            raise OperationalError("database is locked")
        return turn(results, *rest)
    with cast.app.app_context(), database.connection_context():
        monkeypatch.setattr(deliveries, "turn", busy)
        with pytest.raises(OperationalError):
            ringer.ring_due()
        assert [row.outcome for row in Delivery.select()] == [None]
        ringer.ring_due()
        assert [row.outcome for row in Delivery.select()] == ["sent"]
    assert [post.status for post in service.to(thu.endpoint)] == [201]
