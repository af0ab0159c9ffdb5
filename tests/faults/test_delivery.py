"""The network lies, the server dies, the clock is wrong: every entry arrives once, none is lost."""
import json
import threading
import time

import pytest
from playwright.sync_api import expect

from tests.chromium import until
from tests.faults.proxy import answer_lost, late, portal_page, portal_redirect, unavailable

FORM = "form_name=observation&acts=hit"


def entries_of(ward, phone):
    """Ids of what the ward has from this phone, in the phone's order."""
    return [row[0] for row in ward.sql("SELECT id FROM entry WHERE enrolment_id = ? ORDER BY seq", *phone.enrolments)]


def offered(ward):
    """Ids in the order in which phones offered them, once per offer."""
    return [entry["id"] for body in ward.network.seen("POST", "/sync") for entry in json.loads(body)["entries"]]


def heal(phone, ward):
    """The phone leaves the bad network and comes to a good one."""
    phone.offline()
    ward.network.heal()
    phone.online()


def test_stored_but_the_answer_never_arrived_is_sent_again_and_stored_once(phone, ward):
    lan = phone("lan")
    ward.network.fault(answer_lost, "/sync")
    entry_id = lan.write_record()
    until(lambda: ward.sql("SELECT count(*) FROM record WHERE id = ?", entry_id) == [(1,)])
    lan.expect_state(entry_id, "Chờ gửi")
    assert [row["id"] for row in lan.stored("outbox")] == [entry_id]
    heal(lan, ward)
    lan.expect_state(entry_id, "Đã nhận")
    lan.expect_delivered()
    assert offered(ward).count(entry_id) >= 2
    assert entries_of(ward, lan) == [entry_id]
    assert ward.sql("SELECT count(*) FROM held WHERE entry_id = ?", entry_id) == [(0,)]


def test_an_unreachable_ward_is_tried_again_without_being_asked(phone, ward):
    lan = phone("lan")
    ward.network.fault(unavailable, "/sync")
    entry_id = lan.write_record()
    until(lambda: len(offered(ward)) >= 2)
    assert entries_of(ward, lan) == []
    ward.network.heal()
    lan.expect_delivered()
    assert entries_of(ward, lan) == [entry_id]


@pytest.mark.parametrize("portal", [portal_page, portal_redirect])
def test_the_login_page_of_a_wifi_is_not_taken_for_a_receipt(phone, ward, portal):
    lan = phone("lan")
    ward.network.fault(portal)
    entry_id = lan.write_record()
    until(lambda: entry_id in offered(ward))
    lan.expect_state(entry_id, "Chờ gửi")
    lan.expect_text("Mạng Wi-Fi này đòi đăng nhập", "Mọi mục vẫn còn trên máy")
    assert [row["id"] for row in lan.stored("outbox")] == [entry_id]
    assert entries_of(ward, lan) == []
    heal(lan, ward)
    lan.expect_state(entry_id, "Đã nhận")
    assert entries_of(ward, lan) == [entry_id]


def test_the_login_page_of_a_wifi_never_stands_inside_the_book(phone, ward):
    lan = phone("lan")
    entry_id = lan.write_record()
    lan.expect_delivered()
    ward.network.fault(portal_page)
    lan.expect_state(entry_id, "Đã nhận")
    until(lambda: ward.network.seen("GET", "/records/rows"))
    lan.page.wait_for_load_state("networkidle")
    expect(lan.page.get_by_text("Cổng đăng nhập quán cà phê")).to_have_count(0)
    lan.open("/referrals/new")
    expect(lan.page.locator("select[name=unit] option[value=vhxh]")).to_be_attached()


def test_the_same_id_with_other_words_is_kept_twice_and_shown(phone, ward):
    lan = phone("lan")
    entry_id = lan.write_record("Bản thứ nhất")
    lan.expect_delivered()
    lan.offline()
    page = lan.open("/records")
    # As after a phone was restored from an old copy of itself: it knows nothing of the entry, and gives its id out again.
    page.evaluate("""id => new Promise((done) => {
      crypto.randomUUID = () => id;
      indexedDB.open('sotay').onsuccess = ({ target: { result: db } }) => {
        const write = db.transaction(['own', 'receipts'], 'readwrite');
        for (const store of ['own', 'receipts']) write.objectStore(store).delete(id);
        write.oncomplete = () => { db.close(); done(); };
      };
    })""", entry_id)
    lan.deposit(FORM + "&narrative=B%E1%BA%A3n+th%E1%BB%A9+hai")
    lan.online()
    lan.expect_state(entry_id, "Hai bản khác nhau")
    lan.expect_text("Cả hai đều được giữ")
    assert ward.sql("SELECT outcome, closed_at FROM held WHERE entry_id = ?", entry_id) == [("conflict", None)]
    assert entries_of(ward, lan) == [entry_id]
    held, = ward.sql("SELECT id FROM held WHERE entry_id = ?", entry_id)[0]
    thu = phone("thu")
    thu.open(f"/held/{held}")
    thu.expect_text("Hai bản khác nhau", "Bản thứ hai")
    thu.open(f"/records/{entry_id}")
    thu.expect_text("Bản thứ nhất")
    lan.tap_row(entry_id)
    lan.page.get_by_role("button", name="Giữ bản ở máy chủ").click()
    lan.page.wait_for_url("**/records")
    # The coordinator has looked at it meanwhile.
    lan.expect_state(entry_id, "Đã xem")
    lan.expect_delivered()


def test_an_entry_that_does_not_open_does_not_hold_up_the_others(phone, ward):
    lan = phone("lan")
    lan.offline()
    lan.open("/records")
    first, torn, last = lan.deposit(FORM, FORM, FORM)
    lan.page.evaluate("""id => new Promise((done) => {
      const opening = indexedDB.open('sotay');
      opening.onsuccess = () => {
        const store = opening.result.transaction('outbox', 'readwrite').objectStore('outbox');
        store.get(id).onsuccess = ({target}) => {
          store.put({...target.result, sealed: target.result.sealed.slice(0, -12)}).onsuccess = () => { opening.result.close(); done(); };
        };
      };
    })""", torn)
    lan.online()
    lan.expect_book((last, "Đã nhận"), (torn, "Cần sửa"), (first, "Đã nhận"))
    lan.expect_text("Máy chủ không mở được mục này. Hãy mở mục và bấm Lưu lại.")
    assert entries_of(ward, lan) == [first, last]
    lan.tap_row(torn)
    lan.page.get_by_role("link", name="Sửa", exact=True).click()
    lan.page.wait_for_url("**/records/new*#mend=*")
    expect(lan.page.locator("[name=acts][value=hit]")).to_be_checked()
    again = lan.save("Lưu")
    lan.expect_state(again, "Đã nhận")
    lan.expect_delivered()
    assert entries_of(ward, lan) == [first, last, again]


def test_two_tabs_flushing_at_once_offer_each_entry_once(phone, ward):
    lan = phone("lan")
    lan.offline()
    lan.open("/records")
    other = lan.context.new_page()
    other.goto(ward.url + "/records")
    lan.page.evaluate("() => undefined")
    ids = []
    for _turn in range(5):
        ids += lan.deposit(FORM) + lan.deposit(FORM, page=other)
    lan.online()
    lan.expect_delivered()
    expect(other.locator("[data-status]")).to_be_hidden()
    assert entries_of(ward, lan) == ids
    assert sorted(offered(ward)) == sorted(ids)
    assert len(set(ward.sql("SELECT seq FROM entry WHERE enrolment_id = ?", *lan.enrolments))) == 10


@pytest.mark.parametrize("year", [2020, 2032])
def test_a_phone_whose_clock_is_years_off_delivers_in_the_order_it_wrote(phone, ward, year):
    lan = phone("lan")
    lan.offline()
    lan.lock()
    lan.page.clock.set_fixed_time(f"{year}-03-01T08:00:00Z")
    # A thumb before the PIN: of what stood there for years nothing is left.
    lan.page.locator("#pin").click()
    lan.unlock()
    record = lan.write_record()
    # A clock that goes back while a book is open locks it.
    lan.page.clock.set_fixed_time(f"{year}-02-01T08:00:00Z")
    lan.page.locator("body[data-locked]").wait_for()
    lan.unlock()
    referral = lan.refer(record)
    lan.online()
    lan.expect_state(referral, "Đã nhận")
    lan.expect_state(record, "Đã nhận")
    lan.expect_delivered()
    assert entries_of(ward, lan) == [record, referral]
    made = [row[0] for row in ward.sql("SELECT made_at FROM entry WHERE enrolment_id = ? ORDER BY seq", *lan.enrolments)]
    received = [row[0] for row in ward.sql("SELECT received_at FROM entry WHERE enrolment_id = ?", *lan.enrolments)]
    assert made[0] > made[1]
    assert all(time.time() * 1000 - 600_000 < moment <= time.time() * 1000 for moment in received)


def test_a_server_killed_in_the_middle_of_a_batch_loses_nothing_and_doubles_nothing(phone, own_ward):
    lan = phone("lan", on=own_ward)
    ids = []
    # Before the work, in the midst of it, after it: the answer is lost each time.
    for pause in (0, 0.03, 0.3):
        lan.offline()
        lan.open("/records")
        ids += lan.deposit(*[FORM] * 60)
        struck = threading.Event()

        def strike(request, pause=pause, struck=struck):
            worker = threading.Thread(target=attempt, args=(request,))
            worker.start()
            if not struck.is_set():
                struck.set()
                time.sleep(pause)
                own_ward.kill()
            worker.join()
            request.hang_up()

        own_ward.network.fault(strike, "/sync")
        lan.online()
        assert struck.wait(20)
        until(lambda: own_ward.web.poll() is not None)
        assert len(lan.stored("outbox")) == 60
        own_ward.start()
        heal(lan, own_ward)
        lan.expect_delivered()
    assert entries_of(own_ward, lan) == ids
    assert own_ward.sql("SELECT count(*), count(DISTINCT id) FROM record") == [(180, 180)]
    assert own_ward.sql("SELECT count(*) FROM held") == [(0,)]
    assert own_ward.sql("PRAGMA integrity_check") == [("ok",)]


def attempt(request):
    """Hand it to a ward that may die over it."""
    try:
        request.forward()
    except Exception:
        return


def forget_pages(phone):
    """The phone has no copy of any page, and does not ask for them again."""
    phone.page.evaluate("""() => new Promise((done, fail) => {
      const opening = indexedDB.open("sotay");
      opening.onerror = () => fail(opening.error);
      opening.onsuccess = () => {
        const write = opening.result.transaction("pages", "readwrite");
        write.objectStore("pages").clear();
        write.oncomplete = () => { opening.result.close(); done(); };
      };
    })""")


def test_a_referral_is_not_asked_for_a_unit_before_the_directory_has_come(phone, ward):
    lan = phone("lan")
    forget_pages(lan)
    ward.network.fault(late, "/directory/rows")
    referral = lan.refer()
    until(lambda: referral in entries_of(ward, lan))
    assert ward.network.seen("GET", "/directory/rows")
    assert ward.sql("SELECT u.code FROM referral r JOIN unit u ON u.id = r.unit_id WHERE r.id = ?", referral) == [("vhxh",)]


def test_where_the_directory_cannot_be_had_a_referral_says_what_is_missing(phone, ward):
    lan = phone("lan")
    forget_pages(lan)
    ward.network.fault(unavailable, "/directory/rows")
    page = lan.open("/referrals/new")
    page.locator("[data-entry-form]").get_by_role("button", name="Chuyển gửi", exact=True).click()
    lan.expect_text("Hãy chọn đơn vị nhận.")


def test_a_page_that_could_not_be_kept_is_fetched_later_without_being_asked(phone, ward):
    lan = phone("lan")
    until(lambda: lan.stored("pages"))
    ward.network.fault(lambda request: unavailable(request) if request.headers.get("Sotay-Keep") else request.reply(*request.forward()), "/referrals/")
    referral = lan.refer()
    lan.expect_state(referral, "Đã nhận")
    path = f"/referrals/{referral}"
    until(lambda: ward.network.seen("GET", path))
    kept = len(lan.stored("pages"))
    ward.network.heal()
    until(lambda: len(lan.stored("pages")) > kept)
    lan.offline()
    lan.open(path)
    expect(lan.page.locator("[data-kept-at]")).to_contain_text("Bản lưu lúc")
