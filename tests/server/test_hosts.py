"""A push service in trouble is left alone for a while, by every worker, and tried with one ring."""
import pytest

from db.base import database
from db.models import Delivery, PushHost, Subscription
from pwa.domain import deliveries, hosts
from pwa.domain.clock import now
from pwa.domain.deliveries import Result
from tests.server.test_notices import subscribe

HOST = "updates.push.services.mozilla.com"


@pytest.fixture
def rung(ward):
    """Five phones at one push service and one at another, each with a ring that is due."""
    for _phone in range(5):
        subscribe(ward.phone("thu"))
    subscribe(ward.kim, "https://web.push.apple.com/kim")
    ward.lan.record()
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        deliveries.spread()
    return ward


def take(ward, results=(), room=100, **in_flight):
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        return deliveries.turn(list(results), room, in_flight.get("flying"))[1]


def again(ward):
    """All rings due at once, as time would have it."""
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        Delivery.update(next_at=now()).where(Delivery.done_at.is_null()).execute()


def fail(ward, cause="timeout"):
    again(ward)
    take(ward, [Result(ring, "retry", None, cause) for ring in take(ward) if ring.host == HOST], room=0)


def hosts_taken(ward):
    again(ward)
    return sorted(ring.host for ring in take(ward))


@pytest.mark.parametrize("cause", ["timeout", "unreachable", "500", "503"])
def test_a_host_that_answers_to_nothing_is_left_alone_and_the_others_ring(rung, cause):
    for _turn in range(hosts.PATIENCE):
        assert hosts_taken(rung).count(HOST) == 5
        fail(rung, cause)
    assert hosts_taken(rung) == ["web.push.apple.com"]


@pytest.mark.parametrize("cause", ["429", "410", "403", "key", None])
def test_what_concerns_one_phone_does_not_concern_its_host(rung, cause):
    for _turn in range(hosts.PATIENCE + 2):
        fail(rung, cause)
    assert hosts_taken(rung).count(HOST) == 5


def test_after_the_pause_one_ring_tries_and_its_answer_opens_the_rest(rung):
    for _turn in range(hosts.PATIENCE):
        fail(rung)
    with rung.app.app_context():
        database.connect(reuse_if_open=True)
        PushHost.update(closed_until=now() - 1).execute()
    again(rung)
    tried = [ring for ring in take(rung) if ring.host == HOST]
    assert len(tried) == 1
    again(rung)
    assert not [ring for ring in take(rung, flying={HOST: 1}) if ring.host == HOST], "one at a time"
    take(rung, [Result(tried[0], "sent")], room=0)
    assert hosts_taken(rung).count(HOST) == 4


def test_a_trial_that_fails_closes_for_longer(rung):
    for _turn in range(hosts.PATIENCE):
        fail(rung)
    first = rung.rows(PushHost.select())[0].closed_until - now()
    with rung.app.app_context():
        database.connect(reuse_if_open=True)
        PushHost.update(closed_until=now() - 1).execute()
    for _turn in range(3):
        fail(rung)
        with rung.app.app_context():
            database.connect(reuse_if_open=True)
            last = PushHost.get().closed_until - now()
            PushHost.update(closed_until=now() - 1).execute()
    assert last > 2 * first
    assert hosts.pause(99) <= hosts.LAST_PAUSE


def test_a_host_left_alone_by_a_clock_that_ran_ahead_is_tried(rung):
    """Until later than any pause lasts: nobody meant that."""
    for _turn in range(hosts.PATIENCE):
        fail(rung)
    until = hosts.LAST_PAUSE
    for closed_until, tried in ((now() + until - 1_000, 0), (now() + until + 60_000, 1)):
        with rung.app.app_context():
            database.connect(reuse_if_open=True)
            PushHost.update(closed_until=closed_until).execute()
        assert hosts_taken(rung).count(HOST) == tried


def test_no_more_rings_are_on_their_way_to_one_host_than_it_may_have(rung):
    again(rung)
    assert [ring.host for ring in take(rung, flying={HOST: hosts.AT_ONCE})] == ["web.push.apple.com"]


def test_a_phone_that_rings_again_is_no_longer_in_trouble(rung):
    fail(rung)
    assert {row.cause for row in rung.rows(Subscription.select().where(Subscription.host == HOST))} == {"timeout"}
    again(rung)
    take(rung, [Result(ring, "sent") for ring in take(rung)], room=0)
    assert {row.cause for row in rung.rows(Subscription.select())} == {None}
