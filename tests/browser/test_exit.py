"""Thoát nhanh: blank at once, nothing left to find, the half-filled form kept."""
import pytest
from playwright.sync_api import expect

# A phone on which nothing is sealed sooner than this.
SLOW = """(() => {
  const { encrypt } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.encrypt = async function (...asked) {
    await new Promise((done) => setTimeout(done, 500));
    return encrypt.apply(this, asked);
  };
})();"""
SCREENS = ["/", "/records/new", "/records", "/records/mine", "/referrals/new", "/todo", "/directory", "/phone", "/devices", "/no-such-page"]


def expect_away(phone):
    phone.page.wait_for_url("**/away")
    expect(phone.page.locator("table td.today")).to_be_visible()
    assert "Sổ tay" not in phone.page.content()


@pytest.mark.parametrize("path", SCREENS)
def test_every_screen_has_the_way_out(phone, path):
    lan = phone("lan")
    lan.open(path)
    lan.page.get_by_role("button", name="Thoát nhanh").click()
    expect_away(lan)


def test_the_lock_screen_and_the_invitation_have_it_too(phone, server):
    lan = phone("lan")
    lan.lock()
    lan.page.get_by_role("button", name="Thoát nhanh").click()
    expect_away(lan)
    for address in (server.invite("hoa"), server.url + "/later"):
        lan.page.goto(address)
        lan.page.get_by_role("button", name="Thoát nhanh").click()
        expect_away(lan)


@pytest.mark.parametrize("offline", [False, True])
def test_back_shows_at_most_the_lock_screen(phone, offline):
    lan = phone("lan")
    lan.open("/records")
    lan.open("/records/new")
    lan.page.locator("textarea[name=narrative]").fill("Không ai được thấy câu này")
    if offline:
        lan.offline()
    lan.page.get_by_role("button", name="Thoát nhanh").click()
    expect_away(lan)
    lan.page.go_back()
    expect(lan.page.locator("body[data-locked]")).to_be_attached()
    assert "câu này" not in lan.page.content()


def test_after_an_exit_without_a_network_the_server_refuses_too(phone):
    lan = phone("lan")
    lan.open("/records")
    lan.offline()
    lan.page.get_by_role("button", name="Thoát nhanh").click()
    expect_away(lan)
    lan.online()
    answer = lan.context.request.get(lan.server.url + "/todo")
    assert answer.status == 401 and "Việc cần làm" not in answer.text()


def test_three_shifts_are_a_way_out_and_two_are_none(phone):
    lan = phone("lan")
    lan.open("/records")
    for _press in range(2):
        lan.page.keyboard.press("Shift")
    lan.page.keyboard.press("A")
    expect(lan.page.locator("h1")).to_have_text("Sổ của tôi")
    for _press in range(3):
        lan.page.keyboard.press("Shift")
    expect_away(lan)


def test_a_half_filled_form_is_offered_again_on_the_first_page_and_in_its_place(phone):
    lan = phone("lan")
    page = lan.open("/records/new")
    page.locator("textarea[name=narrative]").fill("Viết chưa xong")
    page.get_by_role("button", name="Thoát nhanh").click()
    expect_away(lan)
    lan.open("/")
    page.locator("[data-unfinished] a").click()
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value("Viết chưa xong")
    # Offered, never forced: it is still there after a look that did not take it.


def test_the_way_out_is_reached_by_keyboard(phone):
    lan = phone("lan")
    lan.open("/records/new")
    for _press in range(6):
        lan.page.keyboard.press("Tab")
        if lan.page.evaluate("() => document.activeElement.matches('[data-exit]')"):
            break
    lan.page.keyboard.press("Enter")
    expect_away(lan)


def test_a_ward_may_choose_where_the_way_out_leads(phone, server):
    server.flask("ward", "set", "exit-url", "/healthz")
    try:
        lan = phone("lan")
        lan.page.get_by_role("button", name="Thoát nhanh").click()
        lan.page.wait_for_url("**/healthz")
        # From the lock screen too.
        lan.go("/")
        lan.page.locator("[data-unlock]").wait_for()
        lan.page.get_by_role("button", name="Thoát nhanh").click()
        lan.page.wait_for_url("**/healthz")
    finally:
        server.flask("ward", "set", "exit-url", "none")


@pytest.mark.parametrize("way", ["[data-exit]", "[data-lock]"])
def test_what_is_done_with_one_tap_is_saved_also_where_a_slow_phone_is_left_or_locked_at_once(phone, way):
    lan, thu = phone("lan"), phone("thu")
    referral = lan.refer()
    lan.expect_delivered()
    page = thu.open(f"/referrals/{referral}")
    accept = page.get_by_role("button", name="Tiếp nhận", exact=True)
    page.locator("[type=submit]:enabled").first.wait_for()
    thu.offline()
    page.evaluate(SLOW)
    accept.evaluate("(button, way) => { button.click(); document.querySelector(way).click(); }", way)
    page.locator("table td.today, body[data-locked]").first.wait_for()
    entry, = thu.stored("outbox")
    thu.unlock() if thu.is_locked() else thu.open("/records")
    thu.expect_state(entry["id"], "Chờ gửi")


def opened_to_be_mended(phone):
    """A record that still waits, and the form in which its author is about to mend it: (entry, page)."""
    phone.offline()
    entry = phone.write_record("Nghe tiếng khóc")
    phone.open("/records")
    page = phone.open(f"/records/new#mend={entry}")
    expect(page.locator("textarea[name=narrative]")).to_have_value("Nghe tiếng khóc")
    return entry, page


@pytest.mark.parametrize("way", ["[data-exit]", "[data-lock]"])
def test_what_is_mended_and_left_at_once_is_mended_and_not_offered_again(phone, way):
    lan = phone("lan")
    entry, page = opened_to_be_mended(lan)
    page.evaluate(SLOW)
    page.evaluate("""(way) => {
      const words = document.querySelector("textarea[name=narrative]");
      words.value = "Nghe tiếng khóc, rồi im lặng";
      words.dispatchEvent(new Event("input", { bubbles: true }));
      document.querySelector("[data-entry-form] [type=submit]").click();
      document.querySelector(way).click();
    }""", way)
    page.locator("table td.today, body[data-locked]").first.wait_for()
    assert lan.stored("drafts") == []
    lan.open("/records")
    lan.tap_row(entry)
    lan.expect_text("Nghe tiếng khóc, rồi im lặng")
