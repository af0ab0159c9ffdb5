"""From a tap on one phone to the bell of another: real browsers, the real worker, a push service of our own."""
import json
import time

from db.base import database
from db.models import Delivery, Notice
from pwa.domain.clock import now
from tests.push.service import DAY, wait_for

NOTIFICATION = {"title": "Sổ tay", "body": "Có mục mới. Mở sổ để xem.", "lang": "vi"}
ON = "Thông báo đang bật trên máy này."


def shown(notifications):
    return [{key: each[key] for key in NOTIFICATION} for each in notifications]


def turn_on(firefox):
    """Tap Bật thông báo; where this phone is rung from then on, once its test has come."""
    firefox.tap("Bật thông báo")
    firefox.shows(ON)
    wait_for(lambda: firefox.service.settled(address(firefox)) == [100], "the test settled")
    assert [each["body"] for each in firefox.notifications()] == ["Sổ tay: thông báo hoạt động."]
    firefox.clear_notifications()
    firefox.service.forget_past()
    return address(firefox)


SUBSCRIBED = "async () => Boolean(await (await navigator.serviceWorker.ready).pushManager.getSubscription())"


def address(firefox):
    return firefox.run("async () => (await (await navigator.serviceWorker.ready).pushManager.getSubscription()).endpoint")


def test_a_referral_saved_on_one_phone_rings_another_and_a_tap_opens_it(server, service, firefox, phone):
    firefox.enrol(server, "thu")
    endpoint = turn_on(firefox)
    assert server.sql("SELECT endpoint FROM subscription") == [(endpoint,)]

    referral = phone("lan").refer()

    assert shown(firefox.wait_for_notifications()) == [NOTIFICATION]
    (post,) = service.wait(endpoint)
    assert post.status == 201
    assert int(post.headers["TTL"]) > 0
    assert post.headers["Urgency"] == "normal"
    assert post.claims["aud"] == f"http://{service.host}"
    assert time.time() < post.claims["exp"] <= time.time() + DAY
    assert post.claims["sub"].startswith(("mailto:", "https://"))
    wait_for(lambda: service.settled(endpoint), "what Firefox makes of the message")
    assert service.settled(endpoint) == [100]

    firefox.tap_notification()
    firefox.wait("(address) => location.href === address", f"{server.url}/referrals/{referral}", what="the referral's page")
    firefox.shows("Tiếp nhận")
    assert firefox.notifications() == []


def test_the_one_who_referred_is_rung_when_the_unit_accepts(server, firefox, cast, phone):
    # Lan's other phone first: a new one would be announced on this.
    assert cast.lan.me
    firefox.enrol(server, "lan")
    turn_on(firefox)
    thu = phone("thu")
    referral = cast.lan.refer()
    wait_for(lambda: server.sql("SELECT 1 FROM notice WHERE spread_at IS NOT NULL AND subject_id = ?", referral), "the notice of the coordinator")
    assert firefox.notifications() == []

    page = thu.open(f"/referrals/{referral}")
    page.get_by_role("button", name="Tiếp nhận", exact=True).click()

    assert shown(firefox.wait_for_notifications()) == [NOTIFICATION]
    firefox.tap_notification()
    firefox.wait("(address) => location.href === address", f"{server.url}/referrals/{referral}", what="the referral's page")
    firefox.shows("Đã tiếp nhận")


def test_a_tap_leaves_a_half_filled_form_alone(server, firefox, cast):
    firefox.enrol(server, "thu")
    turn_on(firefox)
    firefox.open(server.url + "/records/new")
    firefox.write("textarea[name=narrative]", "Chưa viết xong")

    referral = cast.lan.refer()
    firefox.wait_for_notifications()
    firefox.tap_notification()

    wait_for(lambda: f"{server.url}/referrals/{referral}" in firefox.addresses(), lambda: f"the referral's page among {firefox.addresses()}")
    assert firefox.run("() => document.querySelector('textarea[name=narrative]').value") == "Chưa viết xong"


def test_a_tap_opens_the_book_when_no_page_of_it_is_open(server, firefox, cast):
    firefox.enrol(server, "thu")
    turn_on(firefox)
    firefox.open("about:blank")
    # A page that has just gone may be making room for the next one of the same person: for a second the book stays open.
    time.sleep(1.5)
    referral = cast.lan.refer()
    firefox.tap_notification()
    # No page of the app was left: the PIN is asked for first, and the address says nothing yet of what is behind it.
    notice, = server.sql("SELECT n.id FROM notice n JOIN person p ON p.id = n.person_id WHERE p.role = 'coordinator' AND n.subject_id = ?", referral)[0]
    tab = wait_for(lambda: firefox.tab_at(f"{server.url}/n/{notice}"), lambda: f"the lock screen among {firefox.addresses()}")
    wait_for(lambda: firefox.run("() => document.body?.hasAttribute('data-locked')", where=tab), "the lock screen")


def test_two_people_on_one_phone_are_one_subscription_and_a_tap_opens_the_page_as_the_one_rung(server, service, firefox, cast):
    firefox.enrol(server, "thu")
    endpoint = turn_on(firefox)
    firefox.enrol(server, "mai")
    firefox.shows(ON)
    assert server.sql("SELECT endpoint FROM subscription") == [(endpoint,)]
    assert server.count("enrolment") == 2 and server.count("device") == 1
    enrolments = [enrolment for (enrolment,) in server.sql("SELECT id FROM enrolment ORDER BY created_at")]

    # Mai has the phone in her hand; Thu is the one who is rung.
    referral = cast.lan.refer()
    assert shown(firefox.wait_for_notifications()) == [NOTIFICATION]
    assert len(service.to(endpoint)) == 1
    firefox.tap_notification()
    # Not a word of whose it is until that person unlocks.
    firefox.unlock("thu")
    firefox.wait("(address) => location.href === address", f"{server.url}/referrals/{referral}", what="the referral's page")
    firefox.shows("Tiếp nhận")

    # Both are revoked: what rings the phone goes with the last of them, not with the first.
    for enrolment, is_left in zip(enrolments, (True, False), strict=True):
        assert address(firefox) == endpoint
        server.flask("enrolments", "revoke", enrolment)
        firefox.run("() => location.reload()")
        firefox.shows("Mã PIN" if is_left else "Sổ trên máy này chưa mở")
    wait_for(lambda: not firefox.run(SUBSCRIBED), "the end of the subscription")


def test_a_phone_that_was_enrolled_anew_is_rung_once(server, service, firefox, cast):
    firefox.enrol(server, "thu")
    first = turn_on(firefox)
    firefox.forget_site(server.url)
    firefox.allow_notifications(server.url)
    firefox.enrol(server, "thu")
    second = turn_on(firefox)
    assert first != second

    cast.lan.refer()
    assert shown(firefox.wait_for_notifications()) == [NOTIFICATION]
    assert [post.status for post in service.to(second)] == [201]
    wait_for(lambda: server.sql("SELECT endpoint FROM subscription") == [(second,)], "the old address forgotten")


def test_a_phone_whose_address_died_is_rung_again_once_the_book_was_opened(server, service, firefox, cast):
    firefox.enrol(server, "thu")
    dead = turn_on(firefox)
    service.forget(dead)
    cast.lan.refer()
    wait_for(lambda: not server.count("subscription"), "the dead address forgotten")

    firefox.open(server.url + "/")
    firefox.shows(ON)
    wait_for(lambda: server.count("subscription"), "an address for this phone")
    alive = address(firefox)
    assert server.sql("SELECT endpoint FROM subscription") == [(alive,)] != [(dead,)]
    cast.lan.refer()
    # A settled ring is one the push service took: the phone shows it when it has been decrypted, a moment later.
    assert shown(firefox.wait_for_notifications()) == [NOTIFICATION]
    assert [post.status for post in service.to(alive)] == [201]
    assert [post.status for post in service.to(dead)] == [410]

    # The browser itself loses it, and the server knows of nothing: whichever page is opened next makes it anew.
    firefox.run("async () => (await (await navigator.serviceWorker.ready).pushManager.getSubscription()).unsubscribe()")
    firefox.open(server.url + "/notices")
    wait_for(lambda: server.sql("SELECT endpoint FROM subscription") not in ([], [(alive,)]), "another address for this phone")
    assert server.sql("SELECT endpoint FROM subscription") == [(address(firefox),)]


def deliveries(server, *columns):
    """Columns of every ring but those of tests."""
    columns = ", ".join(f"delivery.{each}" for each in columns)
    return server.sql(f"SELECT {columns} FROM delivery JOIN notice ON notice.id = notice_id WHERE event != 'test' ORDER BY delivery.created_at")


def test_a_phone_says_that_it_shows_a_ring_and_that_it_was_tapped(server, firefox, cast):
    firefox.enrol(server, "thu")
    turn_on(firefox)
    cast.lan.refer()
    firefox.wait_for_notifications()
    wait_for(lambda: deliveries(server, "shown_at IS NOT NULL", "opened_at IS NULL") == [(1, 1)], "the ring confirmed")
    assert server.sql("SELECT 1 FROM notice WHERE event != 'test' AND read_at IS NOT NULL") == []
    firefox.tap_notification()
    wait_for(lambda: deliveries(server, "opened_at IS NOT NULL") == [(1,)], "the tap confirmed")
    wait_for(lambda: server.sql("SELECT 1 FROM notice WHERE event != 'test' AND read_at IS NOT NULL"), "the notice read")


def test_a_phone_whose_app_is_closed_still_says_that_it_shows_a_ring(server, firefox, cast):
    firefox.enrol(server, "thu")
    turn_on(firefox)
    firefox.open("about:blank")
    cast.lan.refer()
    wait_for(lambda: deliveries(server, "shown_at IS NOT NULL") == [(1,)], "the ring confirmed")


def test_the_same_ring_twice_is_one_notification_without_a_second_sound(server, service, firefox, cast):
    """As when a worker dies after the push service took a ring and before that was written down."""
    firefox.enrol(server, "thu")
    endpoint = turn_on(firefox)
    cast.lan.refer()
    firefox.wait_for_notifications()
    wait_for(lambda: deliveries(server, "shown_at IS NOT NULL", "done_at IS NOT NULL") == [(1, 1)], "the ring confirmed and settled")

    def rung_anew():
        """What came of the first ring may be written down after the phone has confirmed it, and settles this one too: once more then."""
        with cast.app.app_context(), database.connection_context():
            Delivery.update(next_at=now(), done_at=None, outcome=None).where(
                Delivery.done_at.is_null(False), Delivery.notice.in_(Notice.select().where(Notice.event != "test"))).execute()
        return len(service.to(endpoint)) > 1

    wait_for(rung_anew, "a second ring")
    wait_for(lambda: service.settled(endpoint)[:2] == [100, 100], "both taken by the worker")
    # Taken is not yet shown: the worker is asked until it has.
    wait_for(lambda: firefox.run("""async () => (await (await navigator.serviceWorker.ready).getNotifications())
      .map(({ tag, silent }) => ({ tag, silent }))""") == [{"tag": "sotay", "silent": True}], "one notification without a sound")


def test_what_was_read_on_one_phone_is_read_on_the_other_and_leaves_its_screen(server, firefox, cast):
    firefox.enrol(server, "thu")
    other = cast.phone("thu")
    # That there are two phones is a notice too.
    other.client.post("/notices/read", base_url=other.base, data={"csrf_token": other.token()}, headers={"Referer": other.base + "/"})
    turn_on(firefox)
    referral = cast.lan.refer()
    firefox.wait_for_notifications()
    assert other.get(f"/referrals/{referral}").status_code == 200
    firefox.open(server.url + "/")
    wait_for(lambda: firefox.notifications() == [], "the notification gone")
    assert firefox.run("() => document.querySelector('[data-unread]').classList.contains('some')") is False


def newer_notification(page, before, payload):
    """(what is shown, when). The one before is not closed: closing goes by the tag, and a late one would take the next along."""
    found = wait_for(lambda: page.evaluate("""async (before) => (await (await navigator.serviceWorker.ready).getNotifications())
      .filter(({timestamp}) => timestamp > before)
      .map(({title, body, lang, data, timestamp}) => [{title, body, lang, path: data.path}, timestamp])""", before), f"a notification for {payload}")
    assert len(found) == 1
    return found[0]


def test_a_message_nobody_can_read_still_shows_the_neutral_words(phone, server):
    """Chromium's DevTools hand the real worker any text; Firefox takes only what decrypts."""
    lan = phone("lan")
    lan.context.grant_permissions(["notifications"], origin=server.url)
    tools = lan.context.new_cdp_session(lan.page)
    registrations = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda said: registrations.extend(said["registrations"]))
    tools.send("ServiceWorker.enable")
    lan.page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
    # Asking the page for anything lets the event through.
    wait_for(lambda: lan.page.title() and registrations, "the worker's registration")
    [worker] = lan.context.service_workers
    worker.evaluate("() => { self.marks = []; navigator.setAppBadge = async (...numbers) => { self.marks.push(numbers); }; }")
    shown_at = 0
    for payload in ["", "không phải JSON", "null", "[]", "5", '"chữ"', '{"v":1', '{"v":1,"n":5,"u":{}}', '{"n":"../../../../../../../../../../../../x"}',
                    '{"n":"https://elsewhere.example/abcdefghijkl"}', '{"n":null,"u":"' + "x" * 3000 + '"}',
                    json.dumps({"title": "Bạo lực", "body": "Nạn nhân", "web_push": 8030, "notification": {"title": "Bạo lực"}})]:
        tools.send("ServiceWorker.deliverPushMessage", {"origin": server.url, "registrationId": registrations[0]["registrationId"], "data": payload})
        notification, shown_at = newer_notification(lan.page, shown_at, payload)
        assert notification == {**NOTIFICATION, "path": "/notices"}
    wait_for(lambda: len(worker.evaluate("() => self.marks")) == 12, "a mark on the icon for each")
    assert worker.evaluate("() => self.marks.flat()") == [], "a dot, never a number"
    # Nothing is unread: the mark goes when the book is opened.
    lan.context.add_init_script("Navigator.prototype.clearAppBadge = async () => { globalThis.unmarked = true; };")
    lan.open("/notices").wait_for_function("() => globalThis.unmarked")
