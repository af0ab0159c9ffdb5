"""A book that meets its ward again after something went wrong between the two: another PIN there, an invitation tapped twice."""
from playwright.sync_api import expect

from db.models import Enrolment
from pwa.crypto import verifiers
from tests.chromium import change_pin
from tests.faults.proxy import unavailable
from tests.ward import PIN

# What was sealed arrives otherwise than it was: the ward cannot open it, and keeps nothing of it.
BREAK_SEAL = """(id) => new Promise((done) => {
  indexedDB.open('sotay').onsuccess = ({ target: { result: db } }) => {
    const write = db.transaction('outbox', 'readwrite');
    const outbox = write.objectStore('outbox');
    outbox.get(id).onsuccess = ({ target: { result: entry } }) => outbox.put({ ...entry, sealed: entry.sealed.slice(0, -4) + 'AAAA' });
    write.oncomplete = () => { db.close(); done(); };
  };
})"""

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


def begin_anew(lan, ward, namesake):
    lan.reopen()
    lan.books.clear()
    return lan.begin(ward.invite("lan", f"lan {namesake}"), PIN, "lan")


def deposit_what_never_opens(lan, words):
    entry, = lan.deposit(f"form_name=observation&acts=hit&narrative={words}")
    lan.page.evaluate(BREAK_SEAL, entry)
    return entry


def mend(lan, entry):
    """Sửa, and Lưu what stands there: all that was written. The id of the entry that replaces it."""
    lan.tap_row(entry).get_by_role("link", name="Sửa", exact=True).click()
    expect(lan.page.locator("textarea[name=narrative]")).to_have_value("Khóc")
    return lan.save("Lưu")


def test_a_new_invitation_takes_along_what_was_refused(phone, ward, namesake):
    lan = phone("lan")
    lan.offline()
    lan.open("/records")
    bad, = lan.deposit("form_name=observation")
    broken = deposit_what_never_opens(lan, "Khóc")
    lan.online()
    lan.expect_book((broken, "Cần sửa"), (bad, "Cần sửa"))
    begin_anew(lan, ward, namesake)
    delivered = len(ward.network.seen("POST", "/sync"))
    lan.expect_book((broken, "Cần sửa"), (bad, "Cần sửa"))
    lan.expect_text("Mục cần bạn xem lại trong Sổ của tôi: 2", "Hãy chọn ít nhất một ô", "Máy chủ không mở được mục này")
    assert {row["enrolment"] for store in ("own", "outbox") for row in lan.stored(store)} == {lan.books["lan"][0]}
    good = mend(lan, broken)
    lan.expect_book((good, "Đã nhận"), (bad, "Cần sửa"))
    # What the ward holds is not sent twice by itself.
    assert all(bad.encode() not in body for body in ward.network.seen("POST", "/sync")[delivered:])
    assert ward.sql("SELECT count(*) FROM held WHERE entry_id = ?", bad) == [(1,)]


def test_a_new_invitation_takes_along_what_waits_and_is_refused_later(phone, ward, namesake):
    lan = phone("lan")
    old, = lan.enrolments
    ward.network.fault(unavailable, "/sync")
    lan.open("/records")
    good, = lan.deposit("form_name=observation&acts=hit")
    broken = deposit_what_never_opens(lan, "Khóc")
    begin_anew(lan, ward, namesake)
    # Nor is what waits out of sight.
    lan.expect_book((broken, "Chờ gửi"), (good, "Chờ gửi"))
    lan.expect_text("Mục chờ gửi: 2")
    lan.wait_stored("enrolments", [lan.books["lan"][0]])
    ward.network.heal()
    lan.page.evaluate("() => dispatchEvent(new Event('online'))")
    lan.expect_book((broken, "Cần sửa"), (good, "Đã nhận"))
    assert ward.sql("SELECT enrolment_id FROM entry WHERE id = ?", good) == [(old,)]
    mended = mend(lan, broken)
    lan.expect_book((mended, "Đã nhận"), (good, "Đã nhận"))
    lan.expect_delivered()


# The ward's answer to what is sent, once a new invitation has taken it along.
ANSWERED_LATE = """async (answers) => {
  const at = document.querySelector('script[type=module]').src;
  const [flush, store] = await Promise.all(['flush', 'store'].map((name) => import(new URL(`../../service_worker/${name}.js`, at))));
  const db = await store.open();
  self.fetch = async () => {
    for (const id of Object.keys(answers)) await db.put('outbox', { ...(await db.get('outbox', id)), enrolment: 'fresh' });
    const receipts = Object.entries(answers).map(([id, outcome]) => ({ id, outcome, errors: [] }));
    return new Response(JSON.stringify({ receipts }), { headers: { 'Content-Type': 'application/json' } });
  };
  await flush.flush({ now: true });
}"""


def test_an_answer_finds_what_a_new_invitation_has_taken_along_meanwhile(phone, ward):
    lan = phone("lan")
    lan.offline()
    lan.open("/records")
    good, bad = lan.deposit("form_name=observation&acts=hit", "form_name=observation")
    lan.page.evaluate(ANSWERED_LATE, {good: "stored", bad: "invalid"})
    assert [(row["id"], row["enrolment"], row["refused"]["outcome"]) for row in lan.stored("outbox")] == [(bad, "fresh", "invalid")]
    assert [(row["id"], row["enrolment"]) for row in lan.stored("receipts")] == [(good, "fresh")]


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
