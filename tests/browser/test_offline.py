"""The main promise: written without a network, delivered once with one."""
import pytest
from playwright.sync_api import expect

from db.models import Reading
from tests.ward import PIN

def entries_of(server, phone):
    """(id, kind) of what the ward has from this phone, in the phone's order."""
    return server.sql("SELECT id, kind FROM entry WHERE enrolment_id = ? ORDER BY seq", *phone.enrolments)


def mend(phone, entry_id, words):
    """Open the entry, tap Sửa, write other words, tap Lưu; the id of what was saved."""
    page = phone.tap_row(entry_id)
    page.get_by_role("link", name="Sửa", exact=True).click()
    page.wait_for_url("**/records/new*#mend=*")
    expect(page.locator("textarea[name=narrative]")).not_to_have_value("")
    page.locator("textarea[name=narrative]").fill(words)
    return phone.save("Lưu")


def delete(phone, entry_id):
    """Open the entry, tap Xóa and confirm."""
    page = phone.tap_row(entry_id)
    remove(page)
    page.wait_for_url("**/records")


def remove(page):
    page.get_by_role("button", name="Xóa", exact=True).click()
    page.locator("[data-confirm]").get_by_role("button", name="Xóa", exact=True).click()


def delivered_before_the_network_went(phone, words):
    """A record that the ward has; its author stands in Sổ của tôi, without a network since."""
    entry_id = phone.write_record(words)
    phone.expect_state(entry_id, "Đã nhận")
    phone.offline()
    phone.open("/records")
    return entry_id


def words_at_the_ward(phone, record):
    """The record as the server shows it to its author."""
    return phone.open(f"/records/{record}").locator("main").inner_text()


def test_offline_from_enrolment_on_a_record_is_delivered_once(phone, server):
    lan = phone("lan")
    lan.offline()
    entry_id = lan.write_record("Nghe tiếng khóc đêm qua")
    lan.expect_book((entry_id, "Chờ gửi"))
    lan.reopen()
    lan.expect_book((entry_id, "Chờ gửi"))
    lan.expect_text("Mục chờ gửi: 1", "Còn trên máy này")
    assert server.sql("SELECT count(*) FROM entry WHERE id = ?", entry_id) == [(0,)]
    lan.online()
    lan.expect_state(entry_id, "Đã nhận")
    lan.expect_delivered()
    assert server.sql("SELECT count(*) FROM record WHERE id = ?", entry_id) == [(1,)]
    assert entries_of(server, lan) == [(entry_id, "record")]
    assert "Nghe tiếng khóc đêm qua" in words_at_the_ward(lan, entry_id)


def test_whoever_asks_for_delivery_by_hand_is_told_that_there_is_no_network(phone):
    lan = phone("lan")
    lan.offline()
    lan.write_record()
    bar = lan.page.locator("[data-status-text]")
    expect(bar).to_have_text("Mục chờ gửi: 1")
    lan.page.get_by_role("button", name="Đồng bộ ngay").click()
    expect(bar).to_have_text("Chưa có mạng hoặc mạng yếu. Mục chờ gửi: 1")
    lan.online()
    lan.expect_delivered()
    expect(bar).to_be_hidden()


# Looked at as often as the screen is drawn: entries that stand there twice.
TWICE = """() => {
  globalThis.twice = [];
  const look = () => {
    const ids = [...document.querySelectorAll(".row")].filter((row) => row.checkVisibility()).map((row) => row.dataset.entry);
    globalThis.twice.push(...ids.filter((id, at) => ids.indexOf(id) !== at));
    requestAnimationFrame(look);
  };
  look();
}"""


def test_what_phone_and_ward_both_have_never_stands_in_the_book_twice(phone):
    lan = phone("lan")
    entry_id = lan.write_record()
    lan.expect_book((entry_id, "Đã nhận"))
    lan.context.add_init_script(f"({TWICE})()")
    for _time in range(5):
        lan.go("/records")
        lan.page.locator("[data-server-rows] .row").wait_for(state="attached")
        lan.expect_book((entry_id, "Đã nhận"))
        assert lan.page.evaluate("() => globalThis.twice") == []


# The same, for the sentence that there is nothing.
EMPTY = """() => {
  globalThis.empty = 0;
  const look = () => {
    globalThis.empty += Boolean(document.querySelector("[data-empty]")?.checkVisibility());
    requestAnimationFrame(look);
  };
  look();
}"""


def test_a_book_whose_entries_only_the_ward_has_is_never_called_empty(phone, server, namesake):
    lan = phone("lan")
    entry_id = lan.write_record()
    lan.expect_delivered()
    fresh = phone()
    fresh.begin(server.invite("lan", f"lan {namesake}"), PIN, "lan")
    fresh.context.add_init_script(f"({EMPTY})()")
    for _time in range(3):
        fresh.go("/records")
        fresh.expect_book((entry_id, "Đã nhận"))
        assert fresh.page.evaluate("() => globalThis.empty") == 0


def test_offline_from_enrolment_on_a_school_incident_is_delivered_once(phone, server):
    mai = phone("mai")
    mai.offline()
    page = mai.open("/")
    page.get_by_role("link", name="Ghi nhận mới").first.click()
    page.wait_for_url("**/records/new-school")
    page.locator("[data-field=acts]").get_by_text("Cô lập, xua đuổi", exact=True).click()
    page.locator("[data-field=grade]").get_by_text("10–12", exact=True).click()
    page.locator("textarea[name=narrative]").fill("Em ngồi một mình cả tuần")
    entry_id = mai.save("Lưu")
    mai.reopen()
    mai.expect_book((entry_id, "Chờ gửi"))
    mai.expect_text("Sự việc ở trường", "Cô lập, xua đuổi")
    mai.online()
    mai.expect_state(entry_id, "Đã nhận")
    assert server.sql("SELECT form, child, danger FROM record WHERE id = ?", entry_id) == [("school", 0, 0)]
    assert entries_of(server, mai) == [(entry_id, "record")]
    assert "Em ngồi một mình cả tuần" in words_at_the_ward(mai, entry_id)


def test_a_record_never_offered_is_mended_in_place(phone, server):
    lan = phone("lan")
    lan.offline()
    entry_id = lan.write_record("Nghe tiếng khóc")
    assert mend(lan, entry_id, "Nghe tiếng khóc và tiếng đổ vỡ") == entry_id
    lan.expect_book((entry_id, "Chờ gửi"))
    lan.online()
    lan.expect_state(entry_id, "Đã nhận")
    assert entries_of(server, lan) == [(entry_id, "record")]
    text = words_at_the_ward(lan, entry_id)
    assert "Nghe tiếng khóc và tiếng đổ vỡ" in text
    assert "Đánh, làm đau" in text


def test_a_record_never_offered_is_deleted_in_place(phone, server):
    lan = phone("lan")
    lan.offline()
    deleted = lan.write_record("Ghi nhầm")
    kept = lan.write_record("Ghi đúng")
    delete(lan, deleted)
    lan.expect_book((kept, "Chờ gửi"))
    assert [row["id"] for row in lan.stored("own")] == [kept]
    lan.online()
    lan.expect_state(kept, "Đã nhận")
    assert entries_of(server, lan) == [(kept, "record")]


def test_a_delivered_record_mended_without_a_network_is_replaced(phone, server):
    lan = phone("lan")
    entry_id = delivered_before_the_network_went(lan, "Nghe tiếng khóc")
    lan.tap_row(entry_id)
    lan.expect_text("Sửa sẽ tạo bản mới thay bản cũ")
    lan.open("/records")
    newer = mend(lan, entry_id, "Nghe tiếng khóc và tiếng đổ vỡ")
    assert newer != entry_id
    lan.expect_book((newer, "Chờ gửi"))
    lan.online()
    lan.expect_book((newer, "Đã nhận"), (entry_id, "Đã sửa"))
    assert server.sql("SELECT id, replaces, replaced_by FROM record WHERE id IN (?, ?) ORDER BY replaces", entry_id, newer) == [
        (entry_id, None, newer), (newer, entry_id, None)]
    assert "tiếng đổ vỡ" in words_at_the_ward(lan, newer)


def test_a_delivered_record_deleted_without_a_network_is_withdrawn(phone, server):
    lan = phone("lan")
    entry_id = delivered_before_the_network_went(lan, "Ghi nhầm")
    delete(lan, entry_id)
    lan.online()
    lan.expect_book((entry_id, "Đã rút lại"))
    assert [kind for _id, kind in entries_of(server, lan)] == ["record", "withdrawal"]
    assert server.sql("SELECT target_id FROM withdrawal WHERE target_id = ?", entry_id) == [(entry_id,)]
    assert server.sql("SELECT withdrawn_at IS NOT NULL FROM record WHERE id = ?", entry_id) == [(1,)]


def test_a_delivered_record_mended_and_then_deleted_without_a_network_is_withdrawn(phone, server):
    lan = phone("lan")
    entry_id = delivered_before_the_network_went(lan, "Ghi nhầm")
    delete(lan, mend(lan, entry_id, "Vẫn nhầm"))
    lan.expect_book()
    lan.online()
    lan.expect_book((entry_id, "Đã rút lại"))
    assert [kind for _id, kind in entries_of(server, lan)] == ["record", "withdrawal"]
    assert server.sql("SELECT withdrawn_at IS NOT NULL FROM record WHERE id = ?", entry_id) == [(1,)]


def test_a_delivered_record_can_be_mended_from_the_screen_while_online(phone, server):
    lan = phone("lan")
    entry_id = lan.write_record("Nghe tiếng khóc")
    lan.expect_state(entry_id, "Đã nhận")
    newer = mend(lan, entry_id, "Nghe tiếng khóc và tiếng đổ vỡ")
    lan.expect_book((newer, "Đã nhận"), (entry_id, "Đã sửa"))
    assert server.sql("SELECT replaces FROM record WHERE id = ?", newer) == [(entry_id,)]


def test_a_delivered_record_can_be_deleted_from_the_screen_while_online(phone, server):
    lan = phone("lan")
    entry_id = lan.write_record("Ghi nhầm")
    lan.expect_state(entry_id, "Đã nhận")
    delete(lan, entry_id)
    lan.expect_book((entry_id, "Đã rút lại"))
    assert server.sql("SELECT withdrawn_at IS NOT NULL FROM record WHERE id = ?", entry_id) == [(1,)]


@pytest.mark.parametrize("left", ["chips", "words"])
def test_one_chip_or_one_sentence_is_enough_and_nothing_at_all_is_not(phone, server, left):
    lan = phone("lan")
    page = lan.open("/records/new")
    page.get_by_role("button", name="Lưu", exact=True).click()
    lan.expect_text("Hãy chọn ít nhất một ô ở “Có việc gì?” hoặc viết một câu.")
    assert lan.stored("outbox") == []
    if left == "chips":
        page.locator("[data-field=acts]").get_by_text("Bỏ mặc", exact=True).click()
    else:
        page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    entry_id = lan.save("Lưu")
    lan.expect_state(entry_id, "Đã nhận")
    assert entries_of(server, lan) == [(entry_id, "record")]


def test_a_refused_sentence_is_kept_until_it_is_mended(phone, server):
    lan = phone("lan")
    lan.offline()
    lan.open("/records")
    first, bad, last = lan.deposit("form_name=observation&acts=hit", "form_name=observation", "form_name=observation&acts=neglect")
    lan.online()
    lan.expect_book((last, "Đã nhận"), (bad, "Cần sửa"), (first, "Đã nhận"))
    lan.expect_text("Mục cần bạn xem lại trong Sổ của tôi: 1", "Hãy chọn ít nhất một ô")
    assert "Hãy chọn" not in str(lan.stored("outbox")), "the sentence lies in clear"
    assert entries_of(server, lan) == [(first, "record"), (last, "record")]
    assert server.sql("SELECT outcome, closed_at FROM held WHERE entry_id = ?", bad) == [("invalid", None)]
    page = lan.tap_row(bad)
    page.get_by_role("link", name="Sửa", exact=True).click()
    page.wait_for_url("**/records/new*#mend=*")
    page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    good = lan.save("Lưu")
    lan.expect_book((good, "Đã nhận"), (last, "Đã nhận"), (first, "Đã nhận"))
    lan.expect_delivered()
    assert server.sql("SELECT closed_by FROM held WHERE entry_id = ?", bad) == [(good,)]


def test_a_page_that_waits_for_a_network_comes_by_itself_once_there_is_one(phone, server):
    lan, link = phone("lan"), server.invite("hoa", "Hòa sau này")
    lan.page.wait_for_function("() => navigator.serviceWorker.controller")
    lan.offline()
    page = lan.page
    page.goto(link)
    lan.expect_text("Trang này cần có mạng", "Mọi mục chờ gửi vẫn còn trên máy này")
    with page.expect_navigation():
        page.get_by_role("button", name="Thử lại").click()
    lan.expect_text("Trang này cần có mạng")
    # Nobody taps anything.
    lan.online()
    expect(page.get_by_label("Mã PIN mới")).to_be_visible()


def test_a_reading_the_ward_has_ended_locks_the_page_but_not_while_a_form_is_being_filled(phone, server):
    lan, thu = phone("lan"), phone("thu")
    record = lan.write_record()
    lan.expect_delivered()
    page = thu.open(f"/records/{record}")
    ask = "() => htmx.trigger(document.body, 'entry-received')"

    def asked():
        """The page asks for its parts anew, and the answer is that nothing is open."""
        for _try in range(5):
            # Each time: in the meantime the open book may have had its reading renewed.
            with server.at_home():
                Reading.update(ended_at=1).execute()
            with page.expect_response(lambda answer: answer.url.endswith(f"/records/{record}")) as found:
                page.evaluate(ask)
            if found.value.status == 401:
                return
        raise AssertionError("the reading was always renewed")

    page.locator("[data-entry-form] button:enabled").first.wait_for()
    page.locator("summary", has_text="Hỏi lại").click()
    question = page.locator("[data-entry-form] textarea:visible").first
    question.fill("Bạn còn biết gì không?")
    asked()
    page.wait_for_timeout(300)
    expect(question).to_have_value("Bạn còn biết gì không?")
    assert not thu.is_locked() and "Mã PIN" not in page.locator("main").inner_text()
    # Once nothing is being filled, the lock screen stands there, and nothing of the answer.
    page.evaluate("async () => (await import(new URL('registration.js', document.querySelector('script[type=module]').src))).stopFilling()")
    asked()
    page.locator("body[data-locked]").wait_for()
