"""Read without a network: what the server named for this person opens, sealed until then."""
import time

import pytest
from playwright.sync_api import expect

from db.models import Enrolment
from pwa.domain.clock import now
from tests.server.test_telling_words import TELLING
from tests.ward import encode


def kept_on_a_phone_away(phone):
    """A referral of Lan's, and Thu's phone, which has it and has no network now."""
    lan = phone("lan")
    referral = lan.refer()
    lan.expect_delivered()
    thu = phone("thu")
    thu.offline()
    return referral, thu


def test_the_pages_of_a_person_open_without_a_network_and_say_when_they_were_kept(phone):
    referral, thu = kept_on_a_phone_away(phone)
    thu.open("/todo")
    expect(thu.page.locator(f'.row[data-entry="{referral}"]')).to_be_visible()
    expect(thu.page.locator("[data-kept-at]")).to_contain_text("Bản lưu lúc")
    thu.page.locator(f'.row[data-entry="{referral}"]').click()
    expect(thu.page.get_by_role("button", name="Tiếp nhận", exact=True)).to_be_enabled()
    thu.open("/directory")
    thu.expect_text("Công an phường", "Bản lưu lúc")
    # What lies beside the sealed copies, and the list that names them, tells of no address.
    rows = [{name: value for name, value in row.items() if name != "enrolment"} for row in thu.stored("pages") + thu.stored("meta")]
    assert len(rows) > 3 and not [row for row in rows if referral in str(row) or "/" in str(row)]


def test_what_has_come_fresh_is_no_longer_called_a_copy(phone):
    referral, thu = kept_on_a_phone_away(phone)
    page = thu.open(f"/referrals/{referral}")
    kept = page.locator("[data-kept-at]")
    expect(kept).to_contain_text("Bản lưu lúc")

    ask = "() => htmx.trigger(document.body, 'entry-received')"
    # What could not be had leaves the copy there, and says so.
    with page.expect_event("requestfailed"):
        page.evaluate(ask)
    page.wait_for_timeout(300)
    expect(kept).to_contain_text("Bản lưu lúc")
    thu.online()
    page.evaluate(ask)
    expect(kept).to_be_hidden()
    thu.expect_text("Đơn vị nhận")


def test_keeping_a_copy_is_not_looking_at_it(phone, server):
    lan = phone("lan")
    referral = lan.refer()
    lan.expect_delivered()
    thu = phone("thu")
    expect_kept(thu, f"/referrals/{referral}")
    assert server.sql("SELECT seen_at FROM referral WHERE id = ?", referral) == [(None,)]
    thu.open(f"/referrals/{referral}")
    thu.expect_text("Đơn vị nhận")
    assert server.sql("SELECT seen_at IS NOT NULL FROM referral WHERE id = ?", referral) == [(1,)]


def expect_kept(phone, path):
    assert path in kept_paths(phone)


def kept_paths(phone):
    """What this phone was last told to keep, or nothing."""
    return phone.page.evaluate("""async () => {
      const at = document.querySelector('script[type=module]').src;
      const [pages, who] = await Promise.all(['../../service_worker/pages.js', './who.js'].map((name) => import(new URL(name, at))));
      return (await pages.manifest(await who.current()))?.pages.map((page) => page.path);
    }""")


def test_another_page_says_that_it_needs_the_network_and_what_can_be_opened(phone):
    lan = phone("lan")
    lan.offline()
    lan.open("/held/1")
    lan.expect_text("Trang này cần có mạng", "Việc cần làm")


def test_an_answer_given_on_a_kept_page_is_delivered_later(phone, server):
    referral, thu = kept_on_a_phone_away(phone)
    page = thu.open(f"/referrals/{referral}")
    # Half an answer of several that could be given is offered again, in its place, and goes once another has been given.
    page.locator("summary", has_text="Chuyển đúng nơi").click()
    page.locator("#pass-note").fill("Viết chưa xong")
    page.get_by_role("button", name="Thoát nhanh").click()
    page.wait_for_url("**/away")
    thu.open("/")
    [row] = thu.stored("drafts")
    assert "/" not in row["id"] and not TELLING.search(str(row))
    page.locator("[data-unfinished] a").click()
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("#pass-note:visible")).to_have_value("Viết chưa xong")
    thu.save("Tiếp nhận")
    thu.wait_stored("drafts", [])
    thu.online()
    thu.expect_delivered()
    assert server.sql("SELECT state FROM referral WHERE id = ?", referral) == [("accepted",)]


def test_what_is_taken_away_leaves_the_phone_at_the_next_contact_also_while_it_is_locked(phone, server):
    lan, hanh = phone("lan"), None
    referral = lan.refer(urgency="Khẩn cấp", unit="tramyte")
    lan.expect_delivered()
    hanh = phone("hanh")
    expect_kept(hanh, f"/referrals/{referral}")
    before = len(hanh.stored("pages"))
    hanh.lock()
    thu = phone("thu")
    thu.open(f"/referrals/{referral}")
    thu.page.locator("summary", has_text="Chuyển đúng nơi").click()
    thu.page.locator("#pass-next").select_option("phunu")
    thu.save("Chuyển đúng nơi")
    thu.expect_delivered()
    hanh.page.reload()
    hanh.page.wait_for_function("count => new Promise((done) => { indexedDB.open('sotay').onsuccess = ({ target }) => { const db = target.result; db.transaction('pages').objectStore('pages').count().onsuccess = (e) => { db.close(); done(e.target.result < count); }; }; })", arg=before)


@pytest.mark.parametrize("locked", [False, True], ids=["open", "locked"])
def test_an_approval_taken_back_leaves_nothing_on_the_phone_and_the_next_brings_it_all_again(phone, server, locked):
    lan = phone("lan")
    referral = lan.refer(urgency="Khẩn cấp", unit="tramyte")
    lan.expect_delivered()
    hanh = phone("hanh")
    expect_kept(hanh, f"/referrals/{referral}")
    if locked:
        hanh.lock()
    approve(server, hanh, None)
    hanh.page.reload()
    hanh.wait_stored("pages", [])
    hanh.offline()
    hanh.open(f"/referrals/{referral}")
    expect(hanh.page.locator("[data-again]")).to_be_visible()
    assert referral not in hanh.page.content().replace(hanh.page.url, "")
    hanh.online()
    approve(server, hanh, now())
    hanh.open("/todo")
    expect(hanh.page.locator(f'.row[data-entry="{referral}"]')).to_be_visible()
    expect_to_be_kept(hanh, f"/referrals/{referral}")


def test_what_was_held_while_a_phone_waited_is_sent_again_from_ones_own_book_once_it_is_approved(phone, server):
    lan = phone("lan")
    record = lan.write_record()
    lan.expect_delivered()
    thu = phone("thu")
    [case] = thu.deposit(encode({"record": record, "choice": "open"}), kind="triage")
    thu.page.reload()
    thu.expect_delivered()
    approve(server, thu, None)
    [note] = thu.deposit(encode({"case": case, "text": "Đã gọi lại"}), kind="note")
    thu.page.reload()
    until = time.monotonic() + 30
    while not server.count("held"):
        assert time.monotonic() < until
        thu.page.wait_for_timeout(100)
    assert server.sql("SELECT entry_id, outcome FROM held WHERE closed_at IS NULL") == [(note, "forbidden")]
    approve(server, thu, now())
    thu.open("/todo").locator(f'.row[data-entry="{note}"]').click()
    thu.page.get_by_role("link", name="Mở trong Sổ của tôi").click()
    thu.expect_text("Không được phép gửi")
    thu.page.get_by_role("button", name="Gửi lại").click()
    thu.expect_delivered()
    assert server.sql("SELECT entry_id FROM held WHERE closed_at IS NULL") == []
    assert server.sql("SELECT count(*) FROM entry WHERE id = ? AND kind = 'note'", note) == [(1,)]


def approve(server, phone, moment):
    with server.at_home():
        Enrolment.update(approved_at=moment).where(Enrolment.id == phone.enrolments[0]).execute()


def expect_to_be_kept(phone, path):
    until = time.monotonic() + 30
    while not kept_paths(phone) or path not in kept_paths(phone) or len(phone.stored("pages")) < len(kept_paths(phone)):
        assert time.monotonic() < until, (kept_paths(phone), len(phone.stored("pages")))
        phone.page.wait_for_timeout(100)


def test_a_copy_of_a_list_does_not_answer_for_another_list(phone, server):
    lan, thu = phone("lan"), phone("thu")
    record = lan.write_record()
    lan.expect_delivered()
    thu.open(f"/records/{record}")
    thu.page.get_by_role("button", name="Mở hồ sơ", exact=True).first.click()
    thu.expect_delivered()
    [(case,)] = server.sql("SELECT case_id FROM record WHERE id = ?", record)
    thu.open("/cases")
    for path in ("/cases", f"/cases/{case}"):
        until_kept(thu, path, case)
    thu.offline()
    page = thu.open("/cases")
    expect(page.locator(f'main .row[data-entry="{case}"]')).to_be_visible()
    page.get_by_role("link", name="Đã kết thúc").click()
    thu.expect_text("Trang này cần có mạng", "Hồ sơ")
    expect(page.locator("main .row")).to_have_count(0)
    page = thu.open("/cases")
    page.locator("#code").fill("ZZZ-ZZZ")
    page.get_by_role("button", name="Tìm").click()
    page.wait_for_url("**/cases?code=*")
    thu.expect_text("Trang này cần có mạng")
    for address in ("/todo?of=records&after=1", f"/cases/{case}?before=1_1", f"/cases/{case}/consent?unit=tramyte&over=1"):
        thu.open(address)
        thu.expect_text("Trang này cần có mạng")
    # Where the question changes nothing, or a script answers it, the copy stands.
    thu.open("/records/new?from=home")
    expect(page.locator("[data-entry-form]")).to_be_visible()
    thu.open(f"/cases/{case}/consent?unit=tramyte")
    expect(page.locator("select[name=unit]")).to_have_value("tramyte")


def until_kept(phone, path, words):
    """The phone has a copy of this page in which these words stand."""
    for _look in range(200):
        if phone.page.evaluate(FIND, path).count(words):
            return
        phone.page.wait_for_timeout(100)
    raise AssertionError(f"{path} without {words}")


FIND = """async path => {
  const at = document.querySelector('script[type=module]').src;
  const [pages, who] = await Promise.all(['../../service_worker/pages.js', './who.js'].map((name) => import(new URL(name, at))));
  return (await pages.find(await who.current(), path))?.html ?? "";
}"""
