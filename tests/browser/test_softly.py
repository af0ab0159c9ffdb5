"""From page to page without leaving the document: shown, listened to, left and locked as any other page."""
from threading import Event

import pytest
from playwright.sync_api import expect

from tests.browser.test_exit import expect_away
from tests.faults.proxy import behind_network, late, portal_page
from tests.ward import PIN

MARK = "() => { window.same = true; }"
SAME = "() => window.same === true"


def tap(phone, name, path):
    """A tap on the bar of pages."""
    phone.page.locator("nav.tabs").get_by_role("link", name=name).click()
    phone.page.wait_for_url("**" + path)


def expect_heading(phone, words):
    """The page is there, and whoever listens to it has heard its heading."""
    expect(phone.page.locator("main > h1, main article h1").first).to_have_text(words)
    expect(phone.page.locator("h1:focus")).to_have_text(words)


def test_pages_change_within_the_document_with_a_network_and_without(phone):
    lan = phone("lan")
    referral = lan.refer()
    lan.expect_delivered()
    thu = phone("thu")
    page = thu.open("/directory")
    thu.expect_text("Công an phường")
    page.evaluate(MARK)
    page.evaluate("scrollTo(0, 300)")
    tap(thu, "Việc cần làm", "/todo")
    expect_heading(thu, "Việc cần làm")
    assert page.evaluate("scrollY") == 0 and page.title() == "Sổ tay"
    expect(page.locator("body[data-personal].is-coordinator")).to_be_attached()
    page.locator(f'.row[data-entry="{referral}"]').click()
    page.wait_for_url(f"**/referrals/{referral}")
    expect(page.get_by_role("button", name="Tiếp nhận", exact=True)).to_be_enabled()
    # A place within a page is none of its own, and Back finds the way past it.
    page.locator("a.skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    tap(thu, "Danh bạ", "/directory")
    page.go_back()
    expect(page.locator("#referral")).to_be_visible()
    page.go_back()
    page.wait_for_url(f"**/referrals/{referral}")
    expect(page.locator("#referral")).to_be_visible()
    page.go_back()
    expect_heading(thu, "Việc cần làm")
    page.go_back()
    expect_heading(thu, "Danh bạ")
    thu.expect_text("Công an phường")
    expect(page.locator("body[data-personal]")).to_have_count(0)
    page.go_forward()
    expect_heading(thu, "Việc cần làm")
    page.go_forward()
    expect(page.locator("#referral")).to_be_visible()
    expect(page.locator("[data-kept-at]")).to_be_hidden()
    thu.offline()
    tap(thu, "Việc cần làm", "/todo")
    expect(page.locator("[data-kept-at]")).to_contain_text("Bản lưu lúc")
    page.locator(f'.row[data-entry="{referral}"]').click()
    # An answer without a network, on a page that came softly from its sealed copy.
    assert page.evaluate(SAME)
    thu.save("Tiếp nhận")
    thu.online()
    thu.expect_delivered()
    tap(thu, "Việc cần làm", "/todo")
    expect(page.locator("[data-kept-at]")).to_be_hidden()
    assert page.evaluate(SAME)
    assert thu.complaints == [each for each in thu.complaints if "ERR_INTERNET_DISCONNECTED" in each]


def test_what_pages_do_they_do_after_a_soft_change_too(phone, server):
    lan = phone("lan")
    page = lan.open("/")
    page.evaluate(MARK)
    for words in ("Nghe tiếng khóc", "Nghe tiếng đổ vỡ"):
        # The second time it is the page's own address again.
        tap(lan, "Ghi nhận mới", "/records/new")
        expect(page.locator("select[name=tdp]")).to_have_value("tdp-1")
        page.locator("[data-field=acts]").get_by_text("Bỏ mặc", exact=True).click()
        page.locator("[data-field=acts]").get_by_text("Bỏ mặc", exact=True).click()
        page.locator("textarea[name=narrative]").fill(words)
        entry_id = lan.save("Lưu")
        expect(page.locator(".saved h1")).to_have_text("Đã lưu")
    assert page.evaluate(SAME)
    tap(lan, "Sổ của tôi", "/records")
    lan.expect_state(entry_id, "Đã nhận")
    assert server.sql("SELECT count(*) FROM entry WHERE enrolment_id = ?", *lan.enrolments) == [(2,)]
    lan.tap_row(entry_id)
    page.get_by_role("link", name="Sửa", exact=True).click()
    page.wait_for_url("**/records/new#mend=*")
    expect(page.locator("textarea[name=narrative]")).to_have_value("Nghe tiếng đổ vỡ")
    page.locator("textarea[name=narrative]").fill("Nghe tiếng đổ vỡ, tiếng khóc")
    newer = lan.save("Lưu")
    tap(lan, "Sổ của tôi", "/records")
    lan.expect_state(newer, "Đã nhận")
    lan.expect_state(entry_id, "Đã sửa")
    assert page.evaluate(SAME)
    page.locator("a.brand").click()
    expect(page.locator("[data-bell]")).to_be_visible()
    page.get_by_role("link", name="Máy này").click()
    expect(page.locator("[data-label-form] input")).not_to_have_value("")
    page.get_by_role("button", name="Xuất phần chờ gửi").click()
    lan.expect_text("Không có mục nào chờ gửi")
    assert page.evaluate(SAME)
    assert lan.complaints == []


def test_a_half_filled_form_is_kept_wherever_the_way_leads(phone):
    lan = phone("lan")
    page = lan.open("/")
    tap(lan, "Ghi nhận mới", "/records/new")
    page.locator("textarea[name=narrative]").fill("Viết chưa xong")
    tap(lan, "Sổ của tôi", "/records")
    tap(lan, "Ghi nhận mới", "/records/new")
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value("Viết chưa xong")
    page.locator("textarea[name=narrative]").fill("Viết thêm một ít")
    page.go_back()
    expect(page.locator("main > h1")).to_have_text("Sổ của tôi")
    page.locator("a.brand").click()
    page.locator("[data-unfinished] a").click()
    page.wait_for_url("**/records/new")
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value("Viết thêm một ít")


def test_lock_and_exit_leave_nothing_behind_of_pages_that_came_softly(phone):
    lan = phone("lan")
    entry_id = lan.write_record("Không ai được thấy câu này")
    lan.expect_delivered()
    lan.open("/")
    lan.page.evaluate(MARK)
    tap(lan, "Sổ của tôi", "/records")
    page = lan.tap_row(entry_id)
    lan.expect_text("Không ai được thấy câu này")
    tap(lan, "Danh bạ", "/directory")
    assert page.evaluate(SAME)
    lan.lock()
    for _step in range(2):
        page.go_back()
        expect(page.locator("body[data-locked]")).to_be_attached()
        assert "câu này" not in page.content()
    lan.unlock()
    expect(page.locator("main > h1")).to_have_text("Sổ của tôi")
    lan.tap_row(entry_id)
    lan.expect_text("Không ai được thấy câu này")
    page.get_by_role("button", name="Thoát nhanh").click()
    expect_away(lan)
    page.go_back()
    expect(page.locator("body[data-locked]")).to_be_attached()
    assert "câu này" not in page.content()
    assert "câu này" not in page.evaluate("JSON.stringify([history.state, {...sessionStorage}, {...localStorage}])")


@pytest.fixture
def far_ward(tmp_path):
    """A ward behind a network that can fail."""
    with behind_network(tmp_path) as running:
        yield running


def test_what_is_no_page_of_the_ward_is_left_to_the_browser(phone, far_ward):
    network = far_ward.network
    lan = phone("lan", on=far_ward)
    page = lan.open("/")
    page.evaluate(MARK)
    network.fault(portal_page)
    tap(lan, "Việc cần làm", "/todo")
    expect_heading(lan, "Việc cần làm")
    expect(page.locator("[data-kept-at]")).to_contain_text("Bản lưu lúc")
    assert page.evaluate(SAME) and "quán cà phê" not in page.content()
    page.locator("a.brand").click()
    page.get_by_role("link", name="Lịch trực").click()
    lan.expect_text("Trang này cần có mạng")
    network.heal()
    lan.open("/")
    page.evaluate(MARK)
    network.fault(lambda request: request.reply(302, {"Location": "/devices", "Sotay": "1"}, b""), "/todo")
    tap(lan, "Việc cần làm", "/devices")
    expect(page.locator("main > h1")).to_have_text("Thiết bị của tôi")
    assert not page.evaluate(SAME)
    network.heal()


def test_the_lock_screen_turns_into_the_page_behind_it_with_a_network_and_without(phone):
    lan = phone("lan")
    entry = lan.write_record()
    lan.expect_delivered()
    page = lan.open("/records")
    for network in (lan.online, lan.offline):
        network()
        lan.lock()
        page.evaluate(MARK)
        lan.unlock()
        expect_heading(lan, "Sổ của tôi")
        lan.expect_book((entry, "Đã nhận"))
        assert page.evaluate(SAME) and page.locator("[data-unlock], #person").count() == 0
        # Its links lead on within the document too.
        tap(lan, "Danh bạ", "/directory")
        lan.expect_text("Công an phường")
        assert page.evaluate(SAME)
        tap(lan, "Sổ của tôi", "/records")
    expect(page.locator("[data-kept-at]")).to_contain_text("Bản lưu lúc")


def test_who_opens_the_book_after_another_lands_on_the_first_page_and_reads_as_oneself(phone, namesake):
    lan = phone().enrol("lan", namesake)
    lan.write_record(f"Lời kể {namesake}", act=None)
    lan.expect_delivered()
    lan.lock()
    lan.enrol("hoa")
    page = lan.open("/records")
    lan.lock()
    page.evaluate(MARK)
    lan.unlock(who="lan")
    page.wait_for_url(lan.server.url + "/")
    expect(page.locator("body.is-collaborator")).to_be_attached()
    tap(lan, "Sổ của tôi", "/records")
    lan.expect_text(f"Lời kể {namesake}")
    assert page.evaluate(SAME)
    lan.lock()
    page.evaluate(MARK)
    lan.unlock(who="hoa")
    page.wait_for_url(lan.server.url + "/")
    tap(lan, "Sổ của tôi", "/records")
    assert page.evaluate(SAME) and namesake not in page.content()


def test_whoever_waits_in_vain_for_the_page_gives_the_pin_again_and_a_wrong_one_closes_the_book(phone, far_ward):
    """The page of one's devices is not kept: a silent network holds it back for ever."""
    lan = phone("lan", on=far_ward)
    page = lan.open("/devices")
    gates = [Event(), Event()]
    for gate in gates:
        lan.lock()
        far_ward.network.fault(lambda request, gate=gate: (gate.wait(60), request.reply(*request.forward())), "/devices")
        page.evaluate(MARK)
        page.get_by_label("Mã PIN", exact=True).fill(PIN)
        page.get_by_role("button", name="Mở khóa").click()
        expect(page.locator("[data-progress]")).to_have_text("Đang mở…")
        expect(page.locator("[data-progress]")).to_be_hidden()
        if gate is gates[0]:
            # It comes after all.
            gate.set()
            expect_heading(lan, "Thiết bị của tôi")
            assert page.evaluate(SAME)
            far_ward.network.heal()
    lan.unlock("271828")
    expect(page.locator("[data-error]:visible")).to_contain_text("Mã chưa đúng")
    gates[1].set()
    page.wait_for_timeout(1_500)
    assert lan.is_locked() and page.evaluate(SAME)
    far_ward.network.heal()
    page.reload()
    page.locator("[data-unlock]").wait_for()
    lan.unlock()
    expect(page.locator("main > h1")).to_have_text("Thiết bị của tôi")


@pytest.mark.parametrize("obstacle", [
    "() => { document.body.replaceChildren = () => { throw new Error('full'); }; }",
    "() => { document.head.append = () => { throw new Error('no script'); }; }",
])
def test_where_the_lock_screen_cannot_turn_into_the_page_the_browser_opens_it(phone, obstacle):
    lan = phone("lan")
    page = lan.open("/records")
    lan.lock()
    page.evaluate(MARK)
    page.evaluate(obstacle)
    lan.unlock()
    expect(page.locator("main > h1")).to_have_text("Sổ của tôi")
    assert not page.evaluate(SAME)
    lan.lock()


def test_a_lock_screen_loaded_past_the_worker_opens_a_page_that_has_one(phone):
    lan = phone("lan")
    lan.lock()
    lan.go("/lock")
    lan.context.new_cdp_session(lan.page).send("Page.reload", {"ignoreCache": True})
    lan.page.wait_for_function("navigator.serviceWorker.controller === null")
    lan.unlock()
    assert lan.page.evaluate("navigator.serviceWorker.controller !== null")


def test_a_book_closed_while_a_page_is_on_its_way_shows_the_lock_screen(phone, far_ward):
    lan = phone("lan", on=far_ward)
    page = lan.open("/")
    far_ward.network.fault(late, "/todo")
    page.locator("nav.tabs").get_by_role("link", name="Việc cần làm").click()
    lan.lock()
    page.wait_for_timeout(1_500)
    assert lan.is_locked() and page.url == far_ward.url + "/"
    lan.unlock()
    # The server wants the PIN anew and takes no other proof now.
    for path, status in (("/todo", 401), ("/unlock", 503)):
        far_ward.network.fault(lambda request, status=status: request.reply(status, {"Sotay": "1", "Content-Type": "application/json"}, b"{}"), path)
    tap(lan, "Việc cần làm", "/todo")
    expect(page.locator("body[data-locked]")).to_be_attached()
