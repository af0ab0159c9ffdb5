"""Every screen on a small phone: nothing to scroll sideways, nothing too small for a thumb, nothing without a name."""
import pytest
from playwright.sync_api import expect

from tests.chromium import BrowserPhone, saved_by

WIDTH, THUMB = 360, 44

# Everything a thumb can aim at. The chip is its label: the box inside it is no target of its own.
TOO_SMALL = f"""() => [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
  .map((control) => control.closest('label.chip') ?? control)
  .filter((control) => control.checkVisibility() && control.getBoundingClientRect().right > 0)
  .map((control) => [control.getBoundingClientRect(), control.outerHTML.replace(/\\s+/g, ' ').slice(0, 90)])
  .filter(([{{ width, height }}]) => Math.min(width, height) < {THUMB})"""

NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href], [role=radiogroup], [role=group], dialog')]
  .filter((control) => control.checkVisibility())
  .filter((control) => !(control.labels?.length || control.getAttribute('aria-label') || control.getAttribute('aria-labelledby')
                         || (control.matches('button, a, dialog') && control.textContent.trim())))
  .map((control) => control.outerHTML.replace(/\\s+/g, ' ').slice(0, 90))"""

WIDER = "() => [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 90))"


@pytest.fixture(scope="module")
def people(browser, server):
    """The cast of this file, each with a phone, and something in every book: nothing here is changed by a test."""
    phones = {name: BrowserPhone(browser, server).enrol(name) for name in ("lan", "mai", "thu", "dung", "binh", "van", "son")}
    lan = phones["lan"]
    long = "Nghe tiếng khóc và tiếng đổ vỡ " * 10 + "Khôngcódấucáchnàotrongmộtchữrấtlàdàinhưthếnày" * 2
    phones["record"] = lan.write_record(long[:500], danger="Có")
    phones["referral"] = lan.refer(phones["record"], urgency="Khẩn cấp", unit="congan")
    phones["asked"] = lan.refer()
    phones["refused"], = lan.deposit("form_name=observation")
    lan.reopen()
    lan.expect_state(phones["refused"], "Cần sửa")
    phones["held"], = server.sql("SELECT id FROM held WHERE entry_id = ?", phones["refused"])[0]
    yield phones
    for name, each in phones.items():
        if name in ("lan", "mai", "thu", "dung", "binh", "van", "son"):
            each.close()


SCREENS = [
    ("lan", "/"), ("lan", "/records/new"), ("mai", "/"), ("mai", "/records/new-school"), ("lan", "/records"), ("lan", "/records/{record}"),
    ("lan", "/records/mine#{record}"), ("lan", "/records/mine#{refused}"), ("lan", "/referrals/new"), ("lan", "/referrals/new#record={record}"),
    ("lan", "/referrals/{referral}"), ("lan", "/todo"), ("lan", "/directory"), ("lan", "/offline"), ("lan", "/no-such-page"), ("mai", "/no-such-page"), ("lan", "/start"),
    ("thu", "/"), ("thu", "/todo"), ("thu", "/records/{record}"), ("thu", "/referrals/{asked}"), ("thu", "/cases/search"), ("thu", "/held/{held}"), ("thu", "/referrals/new"),
    ("dung", "/"), ("dung", "/todo"), ("dung", "/referrals/{referral}"), ("lan", "/phone"), ("lan", "/devices"), ("thu", "/people"), ("thu", "/approvals"), ("thu", "/import"), ("thu", "/clocks"), ("thu", "/duty"), ("thu", "/duty/ubnd"), ("dung", "/preferences"), ("dung", "/notices"), ("son", "/push/check"),
    ("son", "/people"), ("binh", "/"), ("binh", "/todo"), ("van", "/"), ("van", "/todo"), ("son", "/"),
]


@pytest.mark.parametrize("who, path", SCREENS)
def test_a_screen_fits_a_small_phone_and_a_thumb(people, who, path):
    phone = people[who]
    phone.page.goto("about:blank")
    phone.complaints.clear()
    page = phone.open(path.format(**{name: people[name] for name in ("record", "referral", "asked", "held", "refused")}))
    page.wait_for_load_state("networkidle")
    page.evaluate("() => { for (const each of document.querySelectorAll('details')) each.open = true; }")
    expect(page.locator("main")).to_be_visible()
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= WIDTH, page.evaluate(WIDER)
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate(NAMELESS) == []
    # What a listener hears first; a page that only says what is wrong is heard whole.
    assert page.locator("main h1:visible").count() == (path != "/no-such-page")
    # The console names the status of a page that does not exist; that is no complaint of ours.
    assert [said for said in phone.complaints if "404" not in said] == []


def test_a_saved_alarm_fits_a_small_phone_and_a_thumb(people):
    lan = people["lan"]
    lan.offline()
    lan.write_record(danger="Có")
    expect(lan.page.locator("[data-alarm]")).to_be_visible()
    assert lan.page.evaluate("() => document.scrollingElement.scrollWidth") <= WIDTH
    assert lan.page.evaluate(TOO_SMALL) == []
    lan.online()
    expect(lan.page.locator("[data-alarm]")).to_be_hidden()


def test_the_lock_screen_of_two_people_fits_a_thumb(phone, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    shared.lock()
    expect(shared.page.locator("[data-people] .chip")).to_have_count(2)
    shared.page.locator("summary").click()
    assert shared.page.evaluate(TOO_SMALL) == []
    assert shared.page.evaluate(NAMELESS) == []
    assert shared.page.evaluate("() => document.scrollingElement.scrollWidth") <= WIDTH


def test_a_page_that_renews_itself_after_what_was_saved_has_its_heading_again(phone):
    lan, thu = phone("lan"), phone("thu")
    record = lan.write_record()
    lan.expect_delivered()
    page = thu.open(f"/records/{record}")
    thu.save("Mở hồ sơ")
    page.locator("article .notice a[href^='/cases/']").wait_for()
    expect(page.locator("main h1")).to_have_text("Ghi nhận")
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate(TOO_SMALL) == []


def test_the_question_before_deleting_fits_a_thumb_and_no_means_no(phone):
    lan = phone("lan")
    lan.offline()
    entry_id = lan.write_record()
    page = lan.tap_row(entry_id)
    page.get_by_role("button", name="Xóa", exact=True).click()
    assert page.evaluate(TOO_SMALL) == []
    page.locator("[data-confirm]").get_by_role("button", name="Không", exact=True).click()
    expect(page.locator("[data-confirm]")).to_be_hidden()
    lan.expect_book((entry_id, "Chờ gửi"))


def tab_to(page, selector, most=80):
    """Press Tab until the focus is there."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_a_record_is_written_and_saved_with_the_keyboard_alone(phone, server):
    lan = phone("lan")
    page = lan.open("/")
    tab_to(page, "main a[href='/records/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/new")
    expect(page.get_by_role("button", name="Lưu", exact=True)).to_be_enabled()
    tab_to(page, "[name=danger]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=danger][value=no]")).to_be_checked()
    tab_to(page, "[name=acts][value=insult]")
    page.keyboard.press("Space")
    tab_to(page, "[name=narrative]")
    page.keyboard.type("Nghe tieng chui")
    tab_to(page, "details.more > summary")
    page.keyboard.press("Enter")
    tab_to(page, "[name=source]")
    page.keyboard.press("Space")
    tab_to(page, "form [type=submit]")
    entry_id = saved_by(page, lambda: page.keyboard.press("Enter"))
    # The focus goes where something happened, or the next Tab starts at the top again.
    assert page.evaluate("() => document.activeElement.matches('.saved')")
    lan.expect_delivered()
    assert server.sql("SELECT danger FROM record WHERE id = ?", entry_id) == [(0,)]
    lan.open(f"/records/{entry_id}")
    lan.expect_text("Chửi, dọa, làm nhục", "Nghe tieng chui", "Tự thấy, nghe")


def test_a_chip_chosen_with_the_keyboard_can_be_taken_back_with_it(phone):
    lan = phone("lan")
    page = lan.open("/records/new")
    expect(page.get_by_role("button", name="Lưu", exact=True)).to_be_enabled()
    tab_to(page, "[name=danger]")
    page.keyboard.press("Space")
    expect(page.locator("[name=danger]:checked")).to_have_count(1)
    page.keyboard.press("Space")
    expect(page.locator("[name=danger]:checked")).to_have_count(0)
