"""What could cost a phone its notes is said early; what lies on it too long goes; and the lock needs no mouse."""
import pytest
from playwright.sync_api import expect

from tests.chromium import until

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
# When an entry was written lies under the vault.
WRITTEN_BEFORE = """async (age) => {
  const at = document.querySelector("script[type=module]").src;
  const [vault, people, store] = await Promise.all(["vault", "people", "store"].map((name) => import(new URL(`../../service_worker/${name}.js`, at))));
  const [me, db] = [await people.current(), await store.open()];
  const [own] = await db.getAll("own");
  await db.put("own", { ...own, copy: await vault.seal(me, { ...(await vault.open(me, own.copy)), at: Date.now() - age }) });
}"""
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


# As Chromium does it where a few megabytes are more than there is; `tried` counts.
LITTLE_ROOM = """(() => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, ...rest) {
    const request = put.call(this, value, ...rest);
    if (!(value instanceof Blob)) return request;
    localStorage.tried = Number(localStorage.tried ?? 0) + 1;
    if (value.size >= 8 << 20 && localStorage.room === "little") request.addEventListener("success", () => {
      Object.defineProperty(this.transaction, "error", { value: new DOMException("Failed to write blobs (IOError)", "DataError") });
      this.transaction.abort();
    });
    return request;
  };
})();"""
# Sets, or takes away with null, when there was room; answers what stands there now.
ROOM = """async (change) => {
  const note = await caches.open("/room");
  if (change) await note.put("/room", new Response(String(change)));
  if (change === null) await note.delete("/room");
  return Number(await (await note.match("/room"))?.text()) || -1;
}"""
# What is written to find it out lies there only while it is.
LEFT = """() => new Promise((done) => { indexedDB.open("sotay").onsuccess = ({ target: { result } }) => {
  const left = result.transaction("meta").objectStore("meta").getAllKeys(IDBKeyRange.bound("room", "room~"));
  left.onsuccess = () => { result.close(); done(left.result); };
}; })"""


def test_a_phone_that_is_nearly_full_is_found_by_trying_where_the_browser_says_there_is_room(phone):
    lan = phone("lan")
    lan.context.add_init_script(LITTLE_ROOM)
    warning = lan.page.locator("[data-care]").get_by_text("Máy sắp đầy")

    def tried():
        return int(lan.page.evaluate("localStorage.tried ?? 0"))

    def looks(room, times):
        """The first page is opened, and has by then looked so many times in all."""
        lan.page.evaluate("(room) => { localStorage.room = room; }", room)
        lan.open("/").locator("body[class*=is-]").wait_for()
        until(lambda: tried() >= times)
        # Time enough for one more, where there should be none.
        lan.page.wait_for_timeout(1_000)
        assert tried() == times
        return lan.page.evaluate(ROOM, 0)

    # The page that is open looked too, and notes it when it is done.
    until(lambda: lan.page.evaluate(ROOM, 0) > 0)
    # What is tried leaves a time and nothing else; where it failed not even that.
    long_ago = lan.page.evaluate("Date.now()") - 2 * DAY
    assert lan.page.evaluate(ROOM, long_ago) == long_ago
    assert looks("little", 1) == long_ago
    expect(warning).to_be_visible()
    found = looks("enough", 2)
    assert warning.count() == 0 and found > long_ago + DAY and lan.page.evaluate(LEFT) == []
    # Not again on this day.
    assert looks("little", 2) == found and warning.count() == 0


def test_notes_that_wait_for_days_are_spoken_of(phone):
    lan = phone("lan")
    lan.offline()
    lan.write_record("Còn chờ gửi")
    page = lan.open("/")
    page.locator("[data-care]").wait_for(state="attached")
    assert page.locator("[data-care]").get_by_text("3 ngày").count() == 0
    page.evaluate(WRITTEN_BEFORE, 4 * DAY)
    page.reload()
    lan.expect_text("3 ngày")


def about_somebody(phone):
    """Ids of the kept pages that are more than forms and directory."""
    return [row["id"] for row in phone.stored("pages") if not row["fixed"]]


def long_out_of_reach(phone):
    phone.page.evaluate(CHANGE, ["enrolments", "asked", phone.page.evaluate("Date.now()") - 8 * DAY])


def test_copies_older_than_the_ward_allows_go_unread(phone):
    lan = phone("lan")
    assert about_somebody(lan)
    lan.offline()
    long_out_of_reach(lan)
    # Asked for at once: the copy that is there is not shown once more.
    lan.open("/todo")
    lan.expect_text("Trang này cần có mạng")
    assert "Không có việc nào chờ bạn" not in lan.page.content()
    assert about_somebody(lan) == [] and lan.stored("pages")
    lan.online()
    lan.open("/todo")
    lan.expect_text("Không có việc nào chờ bạn")
    while not about_somebody(lan):
        lan.page.wait_for_timeout(50)
    lan.offline()
    long_out_of_reach(lan)
    lan.lock()
    assert about_somebody(lan) == []


def test_a_phone_long_out_of_reach_goes_on_writing_and_never_shows_the_browsers_own_page(phone, server):
    lan = phone("lan")
    lan.offline()
    long_out_of_reach(lan)
    entry = lan.write_record("Nghe tiếng khóc")
    expect(lan.open("/referrals/new").locator("select[name=unit] option[value=vhxh]")).to_be_attached()
    lan.open("/directory")
    lan.expect_text("Bản lưu lúc", "Công an phường")
    lan.expect_state(entry, "Chờ gửi")
    lan.page.evaluate("""() => new Promise((done) => { indexedDB.open("sotay").onsuccess = ({ target: { result } }) => {
      const write = result.transaction(["pages", "meta"], "readwrite");
      for (const name of ["pages", "meta"]) write.objectStore(name).clear();
      write.oncomplete = () => { result.close(); done(); };
    }; })""")
    lan.open("/todo")
    lan.expect_text("Trang này cần có mạng", "Mọi mục chờ gửi vẫn còn trên máy này")
    lan.online()
    lan.expect_text("Không có việc nào chờ bạn")
    lan.expect_delivered()
    assert server.sql("SELECT id FROM record WHERE id = ?", entry) == [(entry,)]


def test_the_lock_opens_by_keyboard_and_the_page_has_the_focus_with_the_exit_just_before_it(phone):
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
    assert lan.page.evaluate("document.activeElement.matches('main h1')")
    lan.page.keyboard.press("Shift+Tab")
    assert lan.page.evaluate("document.activeElement.matches('[data-exit]')")


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
