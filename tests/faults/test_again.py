"""A book that meets its ward again after something went wrong between the two: another PIN there, an invitation tapped twice."""
from playwright.sync_api import expect

from db.models import Enrolment
from pwa.crypto import verifiers
from tests.chromium import change_pin
from tests.faults.proxy import unavailable
from tests.ward import PIN

STRANGE = "Máy chủ chưa nhận ra máy này. Mọi mục vẫn còn trên máy. Hãy xin lời mời mới."


def half_write(lan, words):
    lan.open("/records/new").locator("textarea[name=narrative]").fill(words)
    lan.wait_drafts(lan.books[lan.who][0])


def expect_offered(lan, words):
    """The form that was left half filled is offered, and opens as it was."""
    lan.open("/records/new").locator("[data-draft] button").first.click()
    expect(lan.page.locator("textarea[name=narrative]")).to_have_value(words)


def knows_another_pin(ward, enrolment):
    """As a ward does that was restored from a backup made before the PIN was changed."""
    with ward.at_home():
        Enrolment.update(verifier=verifiers.keep(b"another" + bytes(25))).where(Enrolment.id == enrolment).execute()


def failures(ward, enrolment):
    return ward.sql("SELECT failures, revoked_at FROM enrolment WHERE id = ?", enrolment)[0]


def test_the_right_pin_wipes_nothing_where_the_ward_knows_another(phone, ward):
    lan = phone("lan")
    lan.write_record("Đã gửi rồi", act=None)
    lan.expect_delivered()
    half_write(lan, "Viết dở")
    enrolment, = lan.enrolments
    lan.lock()
    knows_another_pin(ward, enrolment)
    for _turn in range(6):
        lan.unlock()
        lan.expect_text(STRANGE)
        lan.lock()
    assert failures(ward, enrolment) == (3, None)
    lan.unlock()
    change_pin(lan, PIN, "908172")
    expect(lan.page.locator("[data-pin-form] [data-error]")).to_have_text(STRANGE)
    assert failures(ward, enrolment) == (3, None)
    # What is written goes on to the ward, and what this phone has is read.
    lan.write_record("Ghi tiếp", act=None)
    lan.expect_delivered()
    lan.open("/records")
    lan.expect_text("Đã gửi rồi", "Ghi tiếp")
    expect_offered(lan, "Viết dở")


def test_a_wrong_pin_is_counted_also_where_the_ward_knows_another(phone, ward):
    lan = phone("lan")
    enrolment, = lan.enrolments
    lan.lock()
    knows_another_pin(ward, enrolment)
    lan.unlock()
    lan.lock()
    lan.unlock("271828")
    lan.expect_text("Mã chưa đúng")
    assert failures(ward, enrolment) == (2, None)


def test_a_new_invitation_takes_along_what_the_same_pin_opens(phone, ward, namesake):
    lan = phone("lan")
    sent = lan.write_record("Đã gửi rồi", act=None)
    lan.expect_delivered()
    half_write(lan, "Viết dở")
    old, = lan.enrolments
    lan.context.clear_cookies()
    lan.reopen()
    lan.books.clear()
    lan.begin(ward.invite("lan", f"lan {namesake}"), PIN, "lan")
    fresh, = lan.enrolments
    assert fresh != old
    assert [(row["id"], row["enrolment"]) for row in lan.stored("own")] == [(sent, fresh)]
    lan.expect_book((sent, "Đã nhận"))
    expect_offered(lan, "Viết dở")


def test_a_new_invitation_takes_along_every_draft_of_a_page(phone, ward, namesake):
    lan = phone("lan")
    old, = lan.enrolments
    half_write(lan, "Viết trước")
    lan.open("/records/new").locator("textarea[name=narrative]").fill("Viết sau")
    lan.wait_drafts(old, old)
    lan.reopen()
    lan.books.clear()
    lan.begin(ward.invite("lan", f"lan {namesake}"), PIN, "lan")
    for words in ("Viết sau", "Viết trước"):
        expect_offered(lan, words)
        lan.save("Lưu")
    lan.wait_stored("drafts", [])


def test_a_book_that_nothing_opens_leaves_nothing_behind_but_what_waits(phone, ward, namesake):
    lan = phone("lan")
    lan.write_record("Đã gửi rồi", act=None)
    lan.expect_delivered()
    half_write(lan, "Viết dở")
    lan.reopen()
    lan.books.clear()
    lan.begin(ward.invite("lan", f"lan {namesake}"), "908172", "lan")
    assert lan.stored("own") == lan.stored("drafts") == []


def test_the_earlier_book_of_a_person_on_a_phone_is_given_up_at_the_ward_too(phone, ward, namesake):
    lan = phone("lan")
    old, = lan.enrolments
    lan.reopen()
    lan.enrol("lan", namesake)
    lan.wait_stored("enrolments", [lan.books["lan"][0]])
    while ward.sql("SELECT revoked_at FROM enrolment WHERE id = ?", old) == [(None,)]:
        lan.page.wait_for_timeout(50)
    lan.open("/devices")
    expect(lan.page.get_by_text("Trên cùng máy còn người khác")).to_have_count(0)
    expect(lan.page.locator(".phone")).to_have_count(1)
    assert ward.sql("SELECT count(*) FROM notice WHERE event = 'device-revoked' AND subject_id = ?", old) == [(0,)]


def test_an_invitation_tapped_again_leads_into_the_book_it_gave(phone, ward):
    lan = phone()
    link = ward.invite("lan", "lan tap")
    lan.begin(link, PIN, "lan")
    half_write(lan, "Viết dở")
    before, = lan.stored("enrolments")
    lan.reopen()
    lan.go(link.removeprefix(ward.url))
    lan.page.locator("[data-unlock]").wait_for()
    lan.unlock()
    expect_offered(lan, "Viết dở")
    assert [row["id"] for row in lan.stored("enrolments")] == [before["id"]]


def test_bat_dau_is_tapped_again_when_what_comes_after_it_was_lost(phone, ward):
    lan = phone()
    ward.network.fault(unavailable, "/pages")
    lan.go(ward.invite("lan", "lan lost").removeprefix(ward.url))
    for field in ("Mã PIN mới", "Nhập lại mã PIN"):
        lan.page.get_by_label(field).fill(PIN)
    lan.page.get_by_role("button", name="Bắt đầu").click()
    lan.expect_text("Chưa có mạng hoặc mạng yếu. Hãy thử lại; lời mời vẫn còn.")
    ward.network.heal()
    lan.page.get_by_role("button", name="Bắt đầu").click()
    lan.page.wait_for_url(ward.url + "/")
    # Spent once more, and that answer lost, the ward would know another PIN than this phone.
    assert len(ward.network.seen("POST", "/start")) == 1
    enrolment, = lan.enrolments
    lan.books["lan"], lan.who = (enrolment, PIN), "lan"
    lan.lock()
    lan.unlock()
    lan.page.locator("body.is-recorder").wait_for()
    assert failures(ward, enrolment) == (0, None)
