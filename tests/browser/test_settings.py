"""What a person sets on a phone: notifications in whatever browser it is, and the ward's deadlines and days off."""
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

from pwa.web.enrolments import b64

ANDROID, APPLE = "Mozilla/5.0 (Linux; Android 14; SM-A155F", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = f"{APPLE} Version/18.1 Mobile/15E148 Safari/604.1"
# An iPad gives itself out as a Macintosh, which has no screen to touch.
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
IPAD = f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
# (its name, whether it runs from the home screen) → what the sentence must say. First those that can be unblocked.
BLOCKED = {
    (f"{ANDROID}) {KIT} Chrome/131.0.0.0 Mobile Safari/537.36", False): ("Chrome đang chặn", "bên trái địa chỉ", "Quyền", "Thông tin ứng dụng"),
    (f"{ANDROID}) {KIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", False): ("Samsung Internet đang chặn", "Trang web và tải xuống"),
    (f"{ANDROID}) {KIT} coc_coc_browser/135.0.0 Chrome/129.0.0.0 Mobile Safari/537.36", False): ("Cốc Cốc đang chặn", "Cài đặt trang web"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + KIT + " coc_coc_browser/135.0.0 Chrome/129.0.0.0 Safari/537.36", False): ("Cốc Cốc đang chặn",),
    ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", False): ("Firefox đang chặn", "ổ khóa"),
    (SAFARI, True): ("iPhone đang chặn", "Mở Cài đặt của máy", "Cho phép thông báo"),
    (IPAD, True): ("iPhone đang chặn", "Mở Cài đặt của máy"),
    (f"{MAC} {KIT} Chrome/131.0.0.0 Safari/537.36", False): ("Trình duyệt đang chặn",),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + KIT + " Chrome/131.0.0.0 Safari/537.36", False): ("Trình duyệt đang chặn",),
}
IN_APP, IN_TAB = ("Zalo hoặc Facebook", "Mở bằng Chrome"), ("Thêm vào MH chính", "Chia sẻ")
ELSEWHERE = {
    (f"{ANDROID}; wv) {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 Zalo android/24110200 ZaloTheme/light", False): IN_APP,
    (f"{ANDROID}; wv) {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36", False): IN_APP,
    (f"{APPLE} Mobile/15E148 [FBAN/FBIOS;FBAV/490.0.0.0;FBDV/iPhone14,5]", False): IN_APP,
    (f"{APPLE} Mobile/15E148 Zalo iOS/24110200", False): IN_APP,
    (SAFARI, False): IN_TAB,
    (IPAD, False): IN_TAB,
    (f"{APPLE} CriOS/131.0.0.0 Mobile/15E148 Safari/604.1", False): IN_TAB,
}
PRETEND = """([agent, installed, permission]) => {
  const say = (object, name, value) => Object.defineProperty(object, name, { configurable: true, get: () => value });
  say(navigator, 'userAgent', agent);
  say(navigator, 'standalone', installed);
  say(navigator, 'maxTouchPoints', /Macintosh.*Version/.test(agent) || /Android|iPhone/.test(agent) ? 5 : 0);
  say(Notification, 'permission', permission);
  Notification.requestPermission = async () => 'denied';
}"""
START = """async () => {
  const at = document.querySelector('script[type=module]').src;
  await (await import(new URL('bell.js', at))).start();
}"""


def test_each_browser_is_told_how_to_unblock_or_where_to_go_instead(phone):
    lan = phone("lan")
    page = lan.open("/")
    page.locator("[data-bell]").wait_for()
    state, button = page.locator("[data-bell-state]"), page.get_by_role("button", name="Bật thông báo")
    # Refused at the tap: what it is was said before, and how to go on is said after.
    lan.expect_text("Máy sẽ rung khi có mục mới.", "hãy chọn Cho phép")
    for (agent, installed), words in BLOCKED.items():
        page.evaluate("() => { document.querySelector('[data-bell-state]').textContent = ''; }")
        page.evaluate(PRETEND, [agent, installed, "default"])
        button.click()
        for each in words:
            expect(state).to_contain_text(each)
    # Blocked before: it says so by itself when the page opens.
    for found in (BLOCKED, ELSEWHERE):
        for (agent, installed), words in found.items():
            page.evaluate("() => { document.querySelector('[data-bell-state]').textContent = ''; }")
            page.evaluate(PRETEND, [agent, installed, "denied"])
            page.evaluate(START)
            for each in words:
                expect(state).to_contain_text(each)
        expect(button).to_be_visible(visible=found is BLOCKED)


def test_a_test_that_cannot_be_sent_and_one_that_does_not_come_are_told_apart(phone):
    lan = phone("lan")
    page = lan.open("/")
    page.locator("[data-bell]").wait_for()
    state, again = page.locator("[data-bell-state]"), "() => document.querySelector('[data-bell-test]').click()"
    page.evaluate(again)
    expect(state).to_contain_text("Chưa bật được.")
    # The ward took it, and half a minute passes at once.
    page.evaluate("""() => {
      const [ask, wait] = [fetch, setTimeout];
      globalThis.fetch = (where, how) => (where === '/push/test' ? Promise.resolve(new Response(null, { status: 202 })) : ask(where, how));
      globalThis.setTimeout = (deed, length, ...rest) => wait(deed, length === 30_000 ? 300 : length, ...rest);
    }""")
    page.evaluate(again)
    expect(state).to_contain_text("Chưa thấy thông báo thử.")


CHANGED = """(offered) => new Promise((done) => {
  const event = new Event('pushsubscriptionchange');
  event.newSubscription = { options: {}, toJSON: () => offered };
  event.waitUntil = (work) => work.then(done, (reason) => done(String(reason)));
  self.dispatchEvent(event);
})"""


def test_a_subscription_the_browser_changed_by_itself_takes_the_place_of_the_old_one_also_while_locked(phone, server):
    lan = phone("lan")
    lan.lock()
    [worker] = lan.context.service_workers
    for name in ("first", "second"):
        point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        offered = {"endpoint": f"https://fcm.googleapis.com/fcm/send/{name}", "keys": {"p256dh": b64(point), "auth": b64(bytes(16))}}
        assert worker.evaluate(CHANGED, offered) is None
        assert server.sql("SELECT endpoint FROM subscription") == [(offered["endpoint"],)]


@pytest.mark.parametrize(("agent", "place"), [(next(iter(ELSEWHERE))[0], "[data-in-app]"), (SAFARI, "[data-ios]")], ids=["in-app", "ios-tab"])
def test_an_invitation_in_a_browser_that_cannot_hold_the_book_shows_where_to_take_it(phone, server, agent, place):
    link = server.invite("lan", f"Lan {place}")
    guest = phone(user_agent=agent)
    guest.go(link.removeprefix(server.url))
    code = link.rsplit("#", 1)[1]
    for each in IN_APP if place == "[data-in-app]" else IN_TAB:
        expect(guest.page.locator(place)).to_contain_text(each)
    expect(guest.page.locator(f"{place} [data-code-shown]")).to_have_text(code)
    expect(guest.page.get_by_role("button", name="Bắt đầu")).to_be_hidden()
    assert guest.page.url.endswith(code), "the address is what is carried over"


def test_a_coordinator_sets_a_deadline_days_off_and_a_roster_by_thumb(phone, server):
    thu = phone("thu")
    page = thu.open("/")
    page.get_by_role("link", name="Thời hạn và ngày nghỉ").click()
    urgent = page.locator("[data-clock='urgent ']")
    urgent.locator("summary").click()
    urgent.get_by_label("Phải xem trong").fill("15")
    urgent.get_by_role("button", name="Lưu").click()
    thu.expect_text("Đã lưu.", "Xem trong 15 phút")
    assert server.sql("SELECT urgency, seen, answered, gap, any_hour FROM clock_rule") == [("urgent", 15, 120, 10, 1)]
    days = page.locator("[data-days]")
    saturday = date.today() + timedelta(days=12 - date.today().weekday())
    days.get_by_label("Ngày", exact=True).fill(saturday.isoformat())
    days.get_by_label("Tên ngày nghỉ").fill("Làm bù Tết")
    days.get_by_role("button", name="Thêm ngày làm việc").click()
    expect(page.locator("[data-days]")).to_contain_text(f"{saturday:%d/%m/%Y} · Làm bù Tết · làm việc")
    page.get_by_role("button", name=f"Xóa {saturday:%d/%m/%Y}").click()
    expect(page.locator("[data-days]")).not_to_contain_text("Làm bù Tết")
    page.get_by_label("Thứ bảy").check()
    with page.expect_response("**/clocks/week"):
        page.locator("form[action='/clocks/week']").get_by_role("button", name="Lưu").click()
    expect(page.get_by_label("Thứ bảy")).to_be_checked()
    assert server.sql("SELECT weekdays FROM working_week") == [("012345",)]
    # And who is on duty, from the unit the page names as lacking a deputy.
    page.get_by_role("link", name="Phòng Văn hóa").click()
    page.get_by_label("Người trực").select_option(index=0)
    for day in ("Thứ hai", "Ngày lễ"):
        page.get_by_label(day).check()
    page.get_by_label("Từ", exact=True).fill("18:00")
    page.get_by_label("Đến", exact=True).fill("06:00")
    page.get_by_role("button", name="Thêm vào lịch").click()
    expect(page.locator(".roster li")).to_contain_text("Thứ hai, Ngày lễ")
    assert server.sql("SELECT days, starts, ends FROM shift") == [("0H", 1080, 360)]


def test_a_name_that_is_there_already_leads_to_the_card_of_whoever_has_it(phone, namesake):
    phone("lan")
    name, page = f"lan {namesake}", phone("thu").open("/people")
    page.locator("summary", has_text="Mời người mới").click()
    page.get_by_label("Họ tên").fill(name.upper())
    page.get_by_label("Vai trò").select_option("collaborator")
    page.get_by_label("Đơn vị").select_option("tdp-1")
    form = page.locator("form", has=page.get_by_label("Họ tên"))
    form.get_by_role("button", name="Tạo lời mời").click()
    expect(form.get_by_role("alert")).to_contain_text("Đã có người tên này ở đơn vị")
    expect(page.get_by_label("Họ tên")).to_have_value(name.upper())
    link = page.get_by_role("link", name="Mở thẻ của người đó")
    assert link.bounding_box()["height"] >= 44
    link.click()
    card = page.locator("details.person:target")
    expect(card).to_contain_text(name)
    card.get_by_text("Mời thêm máy, hoặc quên mã PIN").click()
    card.locator("form[action='/invitations']").get_by_role("button", name="Tạo lời mời").click()
    expect(page.get_by_role("heading", name=f"Lời mời cho {name}")).to_be_visible()
