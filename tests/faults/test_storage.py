"""A browser that keeps nothing (a private window): said clearly, and what is written goes straight to the ward."""
import pytest
from playwright.sync_api import expect

from tests.chromium import until
from tests.faults.proxy import answer_lost, unavailable
from tests.ward import PIN

# Browsers refuse in two ways: some throw, some answer with an error.
THROWS = "IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };"
FAILS = """IDBFactory.prototype.open = () => {
  const request = new EventTarget();
  request.error = new DOMException('refused', 'InvalidStateError');
  setTimeout(() => { request.dispatchEvent(new Event('error')); request.onerror?.(new Event('error')); });
  return Object.setPrototypeOf(request, IDBOpenDBRequest.prototype) && Object.defineProperty(request, 'error', { value: request.error });
};"""
REFUSALS = pytest.mark.parametrize("refusal", [THROWS, FAILS], ids=["throws", "fails"])


def refuse(phone, refusal):
    """From the next page on the browser keeps nothing; a book that is open stays open."""
    phone.context.add_init_script(refusal)


def records_of(ward, enrolment):
    return ward.sql("SELECT r.id FROM record r JOIN entry e ON e.id = r.id WHERE e.enrolment_id = ?", enrolment)


@REFUSALS
def test_without_storage_the_person_is_warned_and_the_record_goes_straight_to_the_ward(phone, ward, refusal):
    lan = phone("lan")
    enrolment, = lan.enrolments
    refuse(lan, refusal)
    lan.open("/records/new")
    lan.expect_text("Máy này không cho Sổ tay lưu (có thể đang ở chế độ ẩn danh)")
    lan.page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    lan.save("Lưu")
    lan.expect_text("Đã gửi thẳng về phường. Máy này không giữ bản nào.", "Đã nhận")
    assert len(records_of(ward, enrolment)) == 1
    assert ward.sql("SELECT marked FROM entry WHERE enrolment_id = ?", enrolment) == [(0,)], "it is proved as any other"


@REFUSALS
def test_without_storage_and_network_the_words_stay_on_the_screen(phone, ward, refusal):
    lan = phone("lan")
    enrolment, = lan.enrolments
    refuse(lan, refusal)
    page = lan.open("/records/new")
    lan.expect_text("Máy này không cho Sổ tay lưu")
    page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    lan.offline()
    page.get_by_role("button", name="Lưu", exact=True).click()
    lan.expect_text("Chưa gửi được, và máy này không cho lưu. Đừng đóng trang")
    expect(page.locator("textarea[name=narrative]")).to_have_value("Nghe tiếng khóc")
    assert records_of(ward, enrolment) == []
    lan.online()
    lan.save("Lưu")
    lan.expect_text("Đã gửi thẳng về phường")
    assert len(records_of(ward, enrolment)) == 1


def test_without_storage_what_is_sent_again_is_there_once_and_what_was_changed_takes_its_place(phone, ward):
    lan = phone("lan")
    enrolment, = lan.enrolments
    refuse(lan, THROWS)

    def written(words, fault, times=1):
        page = lan.open("/records/new")
        lan.expect_text("Máy này không cho Sổ tay lưu")
        page.locator("textarea[name=narrative]").fill(words)
        for _time in range(times):
            tapped(page, fault)
        return page

    def tapped(page, fault):
        before = len(ward.network.seen("POST", "/sync"))
        ward.network.fault(fault, "/sync")
        page.get_by_role("button", name="Lưu", exact=True).click()
        # Once it is on its way, the sentence of the time before is gone.
        until(lambda: len(ward.network.seen("POST", "/sync")) > before)
        lan.expect_text("Chưa gửi được, và máy này không cho lưu")
        ward.network.heal()

    def stand():
        return ward.sql("SELECT r.id FROM record r JOIN entry e ON e.id = r.id WHERE e.enrolment_id = ? AND r.replaced_by IS NULL", enrolment)

    written("Nghe tiếng khóc", answer_lost, times=2)
    lan.save("Lưu")
    lan.expect_text("Đã gửi thẳng về phường")
    assert len(records_of(ward, enrolment)) == 1
    # Whether or not the first had arrived.
    for number, fault in ((2, answer_lost), (3, unavailable)):
        page = written("Nghe tiếng đập cửa", fault)
        page.locator("textarea[name=narrative]").fill(f"Nghe tiếng đập cửa, rồi im lặng {number}")
        tapped(page, answer_lost)
        lan.save("Lưu")
        lan.expect_text("Đã gửi thẳng về phường")
        assert len(stand()) == number
    assert ward.sql("SELECT id FROM held") == []


@pytest.mark.parametrize("refusal", [pytest.param(THROWS, id="throws"), pytest.param(FAILS, id="fails")])
def test_without_storage_an_invitation_is_not_spent(phone, ward, refusal):
    stranger = phone()
    link = ward.invite("lan")
    refuse(stranger, refusal)
    stranger.page.goto(link)
    for label in ("Mã PIN mới", "Nhập lại mã PIN"):
        stranger.page.get_by_label(label).fill(PIN)
    stranger.page.get_by_role("button", name="Bắt đầu").click()
    stranger.expect_text("Trình duyệt này không giữ được sổ khi mất mạng")
    assert ward.sql("SELECT spent_at FROM invitation ORDER BY created_at DESC LIMIT 1") == [(None,)]


@REFUSALS
def test_without_storage_danger_on_a_ward_out_of_reach_still_shows_the_numbers(phone, ward, refusal):
    lan = phone("lan")
    refuse(lan, refusal)
    page = lan.open("/records/new")
    lan.expect_text("Máy này không cho Sổ tay lưu")
    page.locator("[data-field=danger]").get_by_text("Có", exact=True).click()
    page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    lan.offline()
    page.get_by_role("button", name="Lưu", exact=True).click()
    lan.expect_text("Chưa gửi được, và máy này không cho lưu", "Chưa ai biết việc này. Hãy gọi ngay")
    expect(page.locator("a[href='tel:113']:visible")).to_be_visible()


@pytest.fixture
def quick(ward):
    """A ward that lets its people write without unlocking."""
    ward.flask("ward", "set", "quick-note", "on")
    yield
    ward.flask("ward", "set", "quick-note", "off")


@REFUSALS
def test_a_locked_phone_without_storage_says_so_and_still_sends_a_plain_word(phone, quick, ward, refusal):
    lan = phone("lan")
    enrolment, = lan.enrolments
    refuse(lan, refusal)
    lan.reopen()
    page = lan.page
    page.goto(ward.url + "/records/new")
    lan.expect_text("Máy này không cho Sổ tay lưu")
    page.get_by_label("Ghi nhanh").fill("Nghe tiếng khóc")
    page.get_by_text("Gọi cho tôi").click()
    lan.offline()
    page.get_by_role("button", name="Lưu").click()
    lan.expect_text("Chưa lưu được. Đừng đóng trang")
    expect(page.get_by_label("Ghi nhanh")).to_have_value("Nghe tiếng khóc")
    lan.online()
    page.get_by_role("button", name="Lưu").click()
    lan.expect_text("Đã gửi.")
    assert ward.sql("SELECT unverified FROM record r JOIN entry e ON e.id = r.id WHERE e.enrolment_id = ?", enrolment) == [(1,)]


def test_a_locked_phone_without_storage_offers_no_note_where_several_use_it(phone, quick, ward, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    bare_and_locked(shared, ward)
    expect(shared.page.get_by_label("Ghi nhanh")).to_be_hidden()


def test_a_locked_phone_without_storage_offers_no_note_that_the_ward_does_not_want(phone, ward):
    lan = phone("lan")
    bare_and_locked(lan, ward)
    expect(lan.page.get_by_label("Ghi nhanh")).to_be_hidden()


def bare_and_locked(phone, ward):
    """The lock screen of a phone that keeps nothing, once the ward has said whose it is."""
    refuse(phone, THROWS)
    phone.reopen()
    with phone.page.expect_response(ward.url + "/me"):
        phone.page.goto(ward.url + "/records/new")
    phone.expect_text("Máy này không cho Sổ tay lưu")
    phone.page.wait_for_timeout(1_000)
