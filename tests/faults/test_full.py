"""A phone that is full: nothing more goes to its disk, the browser closes the store and cannot open it again until there is room."""
import pytest
from playwright.sync_api import expect

from tests.browser.test_alarm import expect_numbers
from tests.browser.test_exit import SLOW
from tests.browser.test_offline import remove
from tests.browser.test_vault import FILLING
from tests.chromium import until
from tests.ward import PIN

# As Chromium does it on a disk without a free byte. The page says when the disk is full: `full = true`.
DISK = """(() => {
  const broken = () => new DOMException("Internal error opening backing store for indexedDB.open.", "UnknownError");
  const { open } = IDBFactory.prototype;
  const { commit } = IDBTransaction.prototype;
  const giveUp = (transaction) => {
    Object.defineProperty(transaction, "error", { value: broken() });
    transaction.abort();
    setTimeout(() => {
      transaction.db.close();
      transaction.db.dispatchEvent(new Event("close"));
    });
  };
  IDBFactory.prototype.open = function (...asked) {
    if (!globalThis.full) return open.apply(this, asked);
    const request = Object.setPrototypeOf(new EventTarget(), IDBOpenDBRequest.prototype);
    const error = broken();
    Object.defineProperties(request, { error: { value: error }, result: { get() { throw error; } } });
    setTimeout(() => request.dispatchEvent(new Event("error")));
    return request;
  };
  IDBTransaction.prototype.commit = function () {
    if (globalThis.full) giveUp(this);
    else commit.call(this);
  };
  for (const name of ["add", "put", "delete"]) {
    const write = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...asked) {
      const request = write.apply(this, asked);
      if (globalThis.full) request.addEventListener("success", () => giveUp(this.transaction));
      return request;
    };
  }
})();"""
FULL = "Máy đã đầy, chưa lưu được"


def on_a_form(phone, path="/records/new"):
    """The phone's page of this form, whose disk can be filled."""
    phone.context.add_init_script(DISK)
    page = phone.open(path)
    phone.page.locator("[type=submit]:enabled").first.wait_for()
    return page


def fill_disk(page, full=True):
    page.evaluate("(full) => { globalThis.full = full; }", full)


def words(page):
    return page.locator("textarea[name=narrative]")


def test_a_form_says_at_once_that_what_is_written_is_not_kept_and_takes_it_back_once_it_is(phone):
    lan = phone("lan")
    page = on_a_form(lan)
    words(page).fill("Nghe tiếng khóc")
    until(lambda: lan.stored("drafts"))
    fill_disk(page)
    words(page).fill("Nghe tiếng khóc, rồi im lặng")
    expect(page.locator("[data-full]")).to_be_visible()
    expect(page.locator("[data-full]")).to_be_in_viewport()
    words(page).fill("Nghe tiếng khóc, rồi im lặng hẳn")
    page.wait_for_timeout(1_000)
    expect(page.locator("[data-full]")).to_be_visible()
    fill_disk(page, False)
    # Nobody writes on: somebody comes back from making room.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-full]")).to_be_hidden()
    lan.reopen()
    page = lan.open("/records/new")
    page.get_by_role("button", name="Mở lại").click()
    expect(words(page)).to_have_value("Nghe tiếng khóc, rồi im lặng hẳn")


def test_what_is_set_online_says_so_too(phone):
    kim = phone("kim")
    page = on_a_form(kim, "/break-glass")
    fill_disk(page)
    page.locator("main [name=reason]").fill("Chị ấy gọi từ phường bên")
    expect(page.locator("[data-full]")).to_be_visible()
    fill_disk(page, False)
    page.locator("main [name=reason]").fill("Chị ấy gọi từ phường bên cạnh")
    expect(page.locator("[data-full]")).to_be_hidden()


def test_half_a_quick_note_says_so_too(phone, ward):
    ward.flask("ward", "set", "quick-note", "on")
    lan = phone("lan")
    lan.context.add_init_script(DISK)
    lan.lock()
    note = lan.page.get_by_label("Ghi nhanh")
    note.wait_for()
    fill_disk(lan.page)
    note.fill("Nghe tiếng khóc")
    expect(lan.page.locator("[data-quick] [data-full]")).to_be_visible()
    note.fill("")
    expect(lan.page.locator("[data-full]")).to_be_hidden()


def test_a_full_disk_is_named_when_nothing_can_be_saved_and_the_words_are_saved_once_there_is_room(phone, ward):
    lan = phone("lan")
    page = on_a_form(lan)
    lan.offline()
    words(page).fill("Nghe tiếng khóc")
    until(lambda: lan.stored("drafts"))
    fill_disk(page)
    button = page.get_by_role("button", name="Lưu", exact=True)
    # First the save fails, then the store cannot be opened any more.
    for _tap in range(3):
        page.evaluate("document.querySelector('[data-error]').textContent = ''")
        button.click()
        expect(page.locator("[data-error]")).to_contain_text(FULL)
        expect(words(page)).to_have_value("Nghe tiếng khóc")
    fill_disk(page, False)
    entry = lan.save("Lưu")
    assert [row["id"] for row in lan.stored("outbox")] == [entry]
    lan.wait_stored("drafts", [])
    lan.online()
    lan.expect_delivered()
    assert ward.sql("SELECT id FROM record WHERE id = ?", entry) == [(entry,)]


def test_with_a_network_what_a_full_phone_cannot_keep_goes_straight_to_the_ward(phone, ward):
    lan = phone("lan")
    enrolment, = lan.enrolments
    page = on_a_form(lan)
    fill_disk(page)
    words(page).fill("Nghe tiếng khóc")
    expect(page.locator("[data-full]")).to_be_visible()
    lan.save("Lưu")
    lan.expect_text("Đã gửi thẳng về phường. Máy này không giữ bản nào.")
    assert len(ward.sql("SELECT r.id FROM record r JOIN entry e ON e.id = r.id WHERE e.enrolment_id = ?", enrolment)) == 1


def test_what_is_mended_on_a_full_phone_is_not_sent_as_something_new(phone, ward):
    lan = phone("lan")
    enrolment, = lan.enrolments
    lan.offline()
    entry = lan.write_record("Nghe tiếng khóc")
    lan.open("/")
    page = on_a_form(lan, f"/records/new#mend={entry}")
    expect(words(page)).to_have_value("Nghe tiếng khóc")
    fill_disk(page)
    words(page).fill("Nghe tiếng khóc, rồi im lặng")
    expect(page.locator("[data-full]")).to_be_visible()
    lan.online()
    for _tap in range(2):
        page.evaluate("document.querySelector('[data-error]').textContent = ''")
        page.get_by_role("button", name="Lưu", exact=True).click()
        expect(page.locator("[data-error]")).to_contain_text(FULL)
    fill_disk(page, False)
    lan.save("Lưu")
    lan.expect_delivered()
    standing = ward.sql("SELECT r.id FROM record r JOIN entry e ON e.id = r.id WHERE e.enrolment_id = ? AND r.replaced_by IS NULL", enrolment)
    assert len(standing) == 1


NOT_KEPT = "Chưa lưu được. Đừng đóng trang; hãy thử lại."


def test_the_next_takes_no_words_from_half_a_quick_note_that_a_full_phone_could_not_keep(phone, ward):
    ward.flask("ward", "set", "quick-note", "on")
    lan = phone("lan")
    lan.context.add_init_script(DISK)
    lan.lock()
    page, note = lan.page, lan.page.get_by_label("Ghi nhanh")
    note.fill("Nghe tiếng khóc")
    until(lambda: lan.stored("drafts"))
    fill_disk(page)
    note.fill("Nghe tiếng khóc, rồi im lặng")
    expect(page.locator("[data-quick] [data-full]")).to_be_visible()
    page.evaluate("document.querySelector('[data-people]').dispatchEvent(new Event('change'))")
    expect(note).to_have_value("")
    page.wait_for_timeout(1_000)
    fill_disk(page, False)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1_000)
    lan.unlock()
    lan.open("/").locator("[data-unfinished] a").click()
    lan.page.get_by_role("button", name="Mở lại").click()
    expect(words(lan.page)).to_have_value("Nghe tiếng khóc, rồi im lặng")


def test_nothing_is_typed_into_a_quick_note_that_is_being_saved(phone, ward):
    ward.flask("ward", "set", "quick-note", "on")
    lan = phone("lan")
    lan.lock()
    note = lan.page.get_by_label("Ghi nhanh")
    note.fill("Nghe tiếng khóc")
    lan.page.evaluate(SLOW)
    note.evaluate("(note) => note.form.requestSubmit()")
    lan.page.keyboard.type("!")
    expect(note).to_have_value("Nghe tiếng khóc")
    lan.expect_text("Đã lưu.")
    expect(note).to_have_value("")
    expect(note).to_be_focused()


def test_what_a_full_phone_could_not_save_is_written_on_where_it_was(phone):
    lan = phone("lan")
    page = on_a_form(lan)
    lan.offline()
    words(page).fill("Nghe tiếng khóc")
    fill_disk(page)
    page.evaluate(SLOW)
    words(page).evaluate("(words) => words.form.requestSubmit()")
    expect(page.locator("[data-error]")).to_contain_text(FULL)
    expect(words(page)).to_be_focused()
    page.keyboard.type("!")
    expect(words(page)).to_have_value("Nghe tiếng khóc!")


def test_a_call_and_a_deletion_that_a_full_phone_cannot_note_are_not_passed_over(phone):
    lan = phone("lan")
    page = on_a_form(lan)
    lan.offline()
    page.locator("[data-field=danger]").get_by_text("Có", exact=True).click()
    words(page).fill("Nghe tiếng khóc")
    entry = lan.save("Lưu")
    expect_numbers(page)
    called = page.get_by_role("button", name="Tôi đã gọi")
    fill_disk(page)
    called.click()
    expect(page.locator("[data-alarm]")).to_contain_text(NOT_KEPT)
    expect_numbers(page)
    fill_disk(page, False)
    called.click()
    expect(page.locator("[data-alarm]")).to_be_hidden()
    lan.tap_row(entry)
    # What stands on the page was read by then.
    page.get_by_role("button", name="Xóa", exact=True).wait_for()
    fill_disk(page)
    remove(page)
    expect(page.locator("[data-own-actions]")).to_contain_text(NOT_KEPT)
    until(lambda: not page.evaluate(FILLING))
    fill_disk(page, False)
    remove(page)
    page.wait_for_url("**/records")
    assert lan.stored("outbox") == []


@pytest.mark.parametrize("words_too", [False, True], ids=["the first write fails", "the store is closed already"])
def test_a_full_phone_locks_all_the_same_and_stays_locked_once_there_is_room(phone, words_too):
    lan = phone("lan")
    page = on_a_form(lan)
    fill_disk(page)
    if words_too:
        words(page).fill("Nghe tiếng khóc")
        expect(page.locator("[data-full]")).to_be_visible()
    lan.lock()
    for path in ("/records", "/"):
        lan.go(path)
        assert lan.is_locked()
    lan.unlock()


def test_at_the_pin_a_full_phone_says_that_it_is_full_and_tries_nothing(phone, ward):
    lan = phone("lan")
    lan.context.add_init_script(DISK)
    lan.lock()
    page, button = lan.page, lan.page.get_by_role("button", name="Mở khóa")
    fill_disk(page)
    ward.network.log.clear()
    for pin in (*["271828"] * 11, PIN):
        page.get_by_label("Mã PIN", exact=True).fill(pin)
        page.evaluate("document.querySelector('[data-error]').textContent = ''")
        button.click()
        expect(page.locator("[data-error]")).to_contain_text("Máy đã đầy, chưa mở được")
        expect(button).to_be_enabled()
    assert ward.network.seen("POST", "/unlock") == []
    fill_disk(page, False)
    assert [row["failures"] for row in lan.stored("enrolments")] == [0]
    lan.unlock()
