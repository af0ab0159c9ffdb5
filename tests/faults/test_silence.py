"""A network that only seems to be there: the phone says it has one, and nothing comes of it."""
import threading
import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.faults.proxy import portal_page, unavailable
from tests.faults.test_storage import THROWS, records_of, refuse
from tests.ward import PIN


@contextmanager
def silent(ward, path=""):
    """Requests for this path get no answer, and are not refused one, until the block ends."""
    over = threading.Event()

    def wait(request):
        over.wait(120)
        request.hang_up()

    ward.network.fault(wait, path)
    try:
        yield
    finally:
        over.set()
        ward.network.heal()


def late_by(seconds, path, ward):
    """What is asked for under this path begins to come only after a while."""
    def answer(request):
        time.sleep(seconds)
        request.reply(*request.forward())

    ward.network.fault(answer, path)


def dribbled(request):
    """A living network, but a slow one: the page comes in pieces, never long after the last, all of it late."""
    status, headers, body = request.forward()
    request.send_response_only(status)
    for name, value in headers:
        if name.lower() not in ("connection", "keep-alive", "transfer-encoding", "content-length"):
            request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    piece = -(-len(body) // 6)
    for at in range(0, len(body), piece):
        request.wfile.write(body[at:at + piece])
        request.wfile.flush()
        time.sleep(4)


def hung_up(request):
    request.hang_up()


def lists_are_kept(phone):
    """The phone has asked the ward which pages to keep, and was answered."""
    phone.page.wait_for_load_state("networkidle")
    phone.page.wait_for_timeout(1_000)


def test_the_directory_says_that_it_is_a_copy_while_the_ward_cannot_be_asked(phone, ward):
    lan = phone("lan")
    lan.open("/directory")
    lists_are_kept(lan)
    kept = lan.page.locator("[data-kept-at]")
    # The ward has just said that the copy is what it would send.
    expect(lan.page.get_by_text("Công an phường").first).to_be_visible()
    expect(kept).to_be_hidden()

    ward.network.fault(hung_up)
    page = lan.open("/directory")
    expect(page.get_by_text("Công an phường").first).to_be_visible()
    expect(kept).to_contain_text("Bản lưu lúc")
    assert page.evaluate("navigator.onLine")
    # From page to page too, where nobody asks the ward anew.
    page.get_by_role("link", name="Việc cần làm").last.click()
    expect(page.locator("h1")).to_have_text("Việc cần làm")
    page.get_by_role("link", name="Danh bạ").last.click()
    expect(page.locator("h1")).to_have_text("Danh bạ")
    expect(kept).to_contain_text("Bản lưu lúc")

    ward.network.heal()
    lan.open("/directory")
    expect(kept).to_be_hidden()


def test_a_page_without_a_copy_on_a_silent_network_gives_way_to_what_can_be_opened(phone, ward):
    lan = phone("lan")
    page = lan.open("/")
    lists_are_kept(lan)
    with silent(ward, "/devices"):
        page.get_by_role("link", name="Thiết bị của tôi").first.click()
        # The page on the screen says that another is awaited.
        page.locator("main[aria-busy=true]").wait_for()
        lan.expect_text("Trang này cần có mạng", "Việc cần làm")
        assert page.url.endswith("/devices") and page.locator("main[aria-busy]").count() == 0
    # Whoever asks again gives it longer: a slow network is no silent one.
    late_by(18, "/devices", ward)
    page.get_by_role("button", name="Thử lại").click()
    expect(page.locator("h1")).to_have_text("Thiết bị của tôi", timeout=40_000)


def test_a_page_that_comes_in_pieces_over_a_slow_network_comes_whole(phone, ward):
    lan = phone("lan")
    page = lan.open("/")
    lists_are_kept(lan)
    ward.network.fault(dribbled, "/devices")
    page.get_by_role("link", name="Thiết bị của tôi").first.click()
    expect(page.locator("h1")).to_have_text("Thiết bị của tôi", timeout=60_000)
    lan.expect_text("Thấy máy lạ?")


def test_what_was_never_kept_is_not_listed_as_what_can_be_opened(phone, ward):
    lan = phone("lan")
    ward.network.fault(lambda request: unavailable(request) if request.headers.get("Sotay-Keep") else request.reply(*request.forward()), "/referrals/")
    missing = lan.refer()
    lan.expect_state(missing, "Đã nhận")
    lists_are_kept(lan)
    lan.offline()
    lan.open("/held/1")
    lan.expect_text("Trang này cần có mạng", "Việc cần làm")
    expect(lan.page.locator(f"[data-available] a[href='/referrals/{missing}']")).to_have_count(0)


@pytest.fixture
def landing(ward):
    """The page where this ward wants people to land."""
    ward.flask("ward", "set", "exit-url", "/healthz")
    yield "/healthz"
    ward.flask("ward", "set", "exit-url", "none")


def test_the_way_out_waits_for_no_network_that_is_silent_and_shows_the_neutral_page_at_once(phone, ward, landing):
    lan = phone("lan")
    page = lan.open("/records")
    with silent(ward):
        begun = time.monotonic()
        page.get_by_role("button", name="Thoát nhanh").click()
        page.wait_for_url("**/away")
        expect(page.locator("table td.today")).to_be_visible()
        assert time.monotonic() - begun < 3
        page.wait_for_timeout(6_000)
        assert page.url == ward.url + "/away"
    # Too late to go on: whoever looks at the calendar is not called away from it.
    page.wait_for_timeout(1_000)
    assert page.url == ward.url + "/away"
    page.go_back()
    page.locator("body[data-locked]").wait_for()


def test_the_way_out_does_not_lead_into_the_login_page_of_a_wifi(phone, ward, landing):
    lan = phone("lan")
    page = lan.open("/records")
    ward.network.fault(portal_page)
    page.get_by_role("button", name="Thoát nhanh").click()
    page.wait_for_url("**/away")
    page.wait_for_timeout(2_000)
    assert page.url == ward.url + "/away"


def test_with_a_network_the_way_out_goes_on_to_where_the_ward_wants_and_back_shows_the_lock_screen(phone, ward, landing):
    lan = phone("lan")
    page = lan.open("/records")
    lan.open("/records/new")
    page.get_by_role("button", name="Thoát nhanh").click()
    page.wait_for_url("**" + landing)
    page.go_back()
    page.locator("body[data-locked]").wait_for()
    assert page.evaluate("JSON.stringify(sessionStorage)") == "{}"


def test_without_storage_danger_on_a_silent_network_shows_the_numbers_soon_and_what_is_sent_again_is_there_once(phone, ward):
    lan = phone("lan")
    enrolment, = lan.enrolments
    refuse(lan, THROWS)
    page = lan.open("/records/new")
    lan.expect_text("Máy này không cho Sổ tay lưu")
    page.locator("[data-field=danger]").get_by_text("Có", exact=True).click()
    page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    with silent(ward, "/sync"):
        page.get_by_role("button", name="Lưu", exact=True).click()
        lan.expect_text("Chưa gửi được, và máy này không cho lưu", "Chưa ai biết việc này. Hãy gọi ngay", timeout=12_000)
        expect(page.locator("a[href='tel:113']:visible")).to_be_visible()
    lan.save("Lưu")
    lan.expect_text("Đã gửi thẳng về phường")
    assert len(records_of(ward, enrolment)) == 1


def test_without_storage_a_ward_that_does_not_say_who_reads_takes_no_words_and_stops_no_lock(phone, ward):
    lan = phone("lan")
    enrolment, = lan.enrolments
    refuse(lan, THROWS)
    with silent(ward, "/me"):
        page = lan.open("/records/new")
        page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
        page.locator("[data-entry-form] [type=submit]:enabled").wait_for()
        page.get_by_role("button", name="Lưu", exact=True).click()
        lan.expect_text("Chưa gửi được, và máy này không cho lưu", timeout=20_000)
        # Nor does the page lock itself for it.
        page.wait_for_timeout(5_000)
        expect(page.locator("textarea[name=narrative]")).to_have_value("Nghe tiếng khóc")
    lan.save("Lưu")
    lan.expect_text("Đã gửi thẳng về phường")
    assert len(records_of(ward, enrolment)) == 1
    with silent(ward, "/me"):
        lan.open("/records/new")
        page.wait_for_timeout(9_000)
        lan.lock()


def test_an_invitation_on_a_silent_network_says_so_and_begins_once_there_is_one(phone, ward):
    lan = phone()
    page = lan.page
    page.goto(ward.invite("lan"))
    for label in ("Mã PIN mới", "Nhập lại mã PIN"):
        page.get_by_label(label).fill(PIN)
    lists_are_kept(lan)
    button = page.get_by_role("button", name="Bắt đầu")
    with silent(ward, "/start/look"):
        button.click()
        lan.expect_text("Chưa có mạng hoặc mạng yếu", timeout=40_000)
        expect(button).to_be_enabled()
    button.click()
    page.locator("body.is-recorder").wait_for()
