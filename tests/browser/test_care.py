"""What could cost a phone its notes is said early; what lies on it too long goes; and the lock needs no mouse."""
import pytest

DAY = 86_400_000
CHANGE = """([store, field, value]) => new Promise((done, fail) => {
  indexedDB.open("sotay").onsuccess = ({ target: { result: db } }) => {
    const write = db.transaction(store, "readwrite");
    write.objectStore(store).openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      cursor.update({ ...cursor.value, [field]: value });
      cursor.continue();
    };
    write.oncomplete = () => { db.close(); done(); };
    write.onerror = () => fail(write.error);
  };
})"""
RISKS = {
    "Trên iPhone, Safari có thể xóa": "Object.defineProperty(Navigator.prototype, 'userAgent', { get: () => 'Mozilla/5.0 (iPhone)' })",
    "có thể dọn mất": "StorageManager.prototype.persisted = async () => false; StorageManager.prototype.persist = async () => false",
    "Máy sắp đầy": "StorageManager.prototype.estimate = async () => ({ usage: 95, quota: 100 })",
}


@pytest.mark.parametrize("words", RISKS)
def test_a_risk_to_what_is_kept_is_said(phone, words):
    lan = phone("lan")
    lan.context.add_init_script(RISKS[words])
    lan.open("/").reload()
    lan.expect_text(words)


def test_notes_that_wait_for_days_are_spoken_of(phone):
    lan = phone("lan")
    lan.offline()
    lan.write_record("Còn chờ gửi")
    page = lan.open("/")
    page.locator("[data-care]").wait_for(state="attached")
    assert page.locator("[data-care]").get_by_text("3 ngày").count() == 0
    page.evaluate(CHANGE, ["own", "at", page.evaluate("Date.now()") - 4 * DAY])
    page.reload()
    lan.expect_text("3 ngày")


def test_copies_older_than_the_ward_allows_go_unread(phone):
    lan = phone("lan")
    lan.offline()
    page = lan.open("/records")
    assert lan.stored("pages")
    page.evaluate(CHANGE, ["enrolments", "asked", page.evaluate("Date.now()") - 8 * DAY])
    page.reload()
    lan.wait_stored("pages", [])


def test_the_lock_opens_by_keyboard_and_the_next_tab_begins_at_the_top(phone):
    lan = phone("lan")
    lan.lock()
    lan.page.locator("[data-unlock]").wait_for()
    for _turn in range(8):
        if lan.page.evaluate("document.activeElement.name") == "pin":
            break
        lan.page.keyboard.press("Tab")
    lan.page.keyboard.insert_text(lan.books["lan"][1])
    lan.page.keyboard.press("Enter")
    lan.page.locator("body[class*=is-]").wait_for()
    lan.page.keyboard.press("Tab")
    assert lan.page.evaluate("document.activeElement.className") == "skip"


def test_a_pin_can_be_pasted_and_is_said_to_a_screen_reader_without_being_a_password_field(phone):
    lan = phone("lan")
    lan.lock()
    field = lan.page.get_by_role("textbox", name="Mã PIN", exact=True)
    field.evaluate("""(field, text) => {
      const pasted = new DataTransfer();
      pasted.setData("text/plain", text);
      if (field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: pasted, bubbles: true, cancelable: true }))) field.value = text;
    }""", lan.books["lan"][1])
    assert field.get_attribute("type") == "text" and field.get_attribute("autocomplete") == "off"
    lan.page.get_by_role("button", name="Mở khóa").click()
    lan.page.locator("body[class*=is-]").wait_for()
