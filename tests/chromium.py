"""Real phones in a real Chromium: 360×740, touch, Vietnamese."""
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Error, expect, sync_playwright

from tests.ward import secret_of

# The same browser without its windows and notifications: every page and worker runs in it, for a fifth less work.
BARE, WHOLE = "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "has_touch": True, "is_mobile": True}

# Milliseconds a step may take on a busy machine.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

_playing, _running = [], {}


@contextmanager
def playwright():
    """Playwright; inside another one, that one: it runs once in a process."""
    if _playing:
        yield _playing[0]
        return
    with sync_playwright() as play:
        _playing.append(play)
        yield play
        _playing.pop()


@contextmanager
def chromium(path=BARE):
    """A Chromium; inside another one, that one."""
    if path in _running:
        yield _running[path]
        return
    with playwright() as play:
        _running[path] = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield _running[path]
        _running.pop(path).close()


def until(met, seconds=PATIENCE / 1000):
    """Wait for something that no expectation of the browser can wait for."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


# Says the id of an entry on the console as soon as its row stands there: nothing else hears it however soon the row goes.
WATCH = """() => {
  const before = document.querySelector(".saved .row");
  new MutationObserver((_changes, watch) => {
    const row = document.querySelector(".saved .row");
    if (!row?.checkVisibility() || row === before) return;
    watch.disconnect();
    console.debug(`saved ${row.dataset.entry}`);
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true });
}"""


def saved_by(page, tap):
    """The id of the entry this tap saves, from the row that says so; once the ward has it, the page may renew itself and the row is gone."""
    page.evaluate(WATCH)
    with page.expect_console_message(lambda said: said.text.startswith("saved "), timeout=PATIENCE) as said:
        tap()
    return said.value.text.removeprefix("saved ")


def change_pin(phone, now, fresh):
    """Give this PIN and a fresh one twice on Máy này, and tap Đổi mã PIN."""
    page = phone.open("/phone")
    for field, pin in {"now": now, "pin": fresh, "again": fresh}.items():
        page.locator(f"#{field}").fill(pin)
    page.get_by_role("button", name="Đổi mã PIN").click()


class BrowserPhone:
    """One browser profile: pages of one phone. `offline()` cuts pages and worker alike."""

    def __init__(self, browser, server, **options):
        self.server = server
        self.context = browser.new_context(**{**PHONE, **options})
        self.context.set_default_timeout(PATIENCE)
        # What a page complained of, for tests that want silence.
        self.complaints = []
        self.context.on("console", lambda said: said.type == "error" and self.complaints.append(f"{said.text} {urlsplit(said.location['url']).path}"))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page = self.context.new_page()
        # Who has a book on this phone: name → (enrolment, PIN), and whose is in use.
        self.books, self.who = {}, None

    def enrol(self, name, namesake=""):
        """Open the invitation and tap Bắt đầu; a `namesake` is another person of the same role and unit."""
        return self.begin(self.server.invite(name, f"{name} {namesake}".strip()), secret_of(name), name)

    def begin(self, link, secret, name):
        before = set(self.books.values())
        self.go(link.removeprefix(self.server.url))
        self.page.get_by_label("Mã PIN mới").fill(secret)
        self.page.get_by_label("Nhập lại mã PIN").fill(secret)
        self.page.get_by_role("button", name="Bắt đầu").click()
        self.page.wait_for_url(self.server.url + "/")
        self.page.locator("body.is-recorder, body[class*=is-]").wait_for()
        # Of somebody who was wiped, a row may stand for as long as something of theirs is on its way.
        alive = {row["id"] for row in self.stored("enrolments") if row["state"] != "wiped"}
        fresh, = alive - {enrolment for enrolment, _secret in before}
        self.books[name], self.who = (fresh, secret), name
        return self

    def go(self, path, **how):
        """Open an address; a page that was just opening itself anew is let come to rest first."""
        for last in (False, False, False, True):
            try:
                self.page.goto(self.server.url + path, **how)
                return
            except Error as reason:
                if last or ("ERR_ABORTED" not in str(reason) and "interrupted by another" not in str(reason)):
                    raise
                self.page.wait_for_timeout(500)
                self.page.wait_for_load_state()

    def open(self, path):
        """Go to a page; where the lock screen stands before it, give the PIN."""
        self.go(path)
        if self.who and self.is_locked():
            self.unlock()
        return self.page

    def is_locked(self):
        return self.page.locator("body[data-locked]").count() > 0

    def unlock(self, secret=None, who=None):
        """Give the PIN on the lock screen; `who` of several people on this phone."""
        self.who = who or self.who
        enrolment, own = self.books[self.who]
        self.choose(enrolment)
        self.page.get_by_label("Mã PIN", exact=True).fill(secret or own)
        self.page.get_by_role("button", name="Mở khóa").click()
        if secret is None:
            # Behind the lock may also stand the page for want of a network, which is everybody's.
            self.page.locator("body[class*=is-], [data-again]").first.wait_for()
        return self.page

    def choose(self, enrolment):
        """Of several people on the lock screen this one; who is alone there is chosen already."""
        self.page.locator("[data-unlock]").wait_for()
        if self.page.locator("[data-people]:visible").count():
            self.page.locator(f"[name=person][value='{enrolment}']").check(force=True)

    def lock(self):
        self.page.get_by_role("button", name="Khóa lại").click()
        self.page.locator("body[data-locked]").wait_for()

    def reopen(self):
        """Close every page and open the app again: what is next opened asks for the PIN."""
        self.page.close()
        # As long as a page may take to make room for the next.
        time.sleep(1.1)
        self.page = self.context.new_page()

    @property
    def enrolments(self):
        """Ids of the enrolments this phone keeps."""
        return [row["id"] for row in self.stored("enrolments")]

    def offline(self):
        self.context.set_offline(True)

    def online(self):
        self.context.set_offline(False)

    def write_record(self, words="Nghe tiếng khóc", act="Đánh, làm đau", danger=None, form="/records/new"):
        """Fill the form and tap Lưu; the id of the saved entry."""
        page = self.open(form)
        if danger:
            page.locator("[data-field=danger]").get_by_text(danger, exact=True).click()
        if act:
            page.locator("[data-field=acts]").get_by_text(act, exact=True).click()
        page.locator("textarea[name=narrative]").fill(words)
        return self.save("Lưu")

    def refer(self, record=None, **chips):
        """Fill the referral form with these labels and tap Chuyển gửi; the id of the entry."""
        page = self.open("/referrals/new" + (f"#record={record}" if record else ""))
        for field, label in {"basis": "Đồng ý", "urgency": "Thường", **{name: text for name, text in chips.items() if name != "unit"}}.items():
            page.locator(f"[data-field={field}]").get_by_text(label, exact=True).click()
        if "unit" in chips:
            page.locator("select[name=unit]").select_option(chips["unit"])
        return self.save("Chuyển gửi")

    def save(self, button):
        return saved_by(self.page, self.page.locator("[data-entry-form]").get_by_role("button", name=button, exact=True).click)

    def book(self):
        """The rows of Sổ của tôi as (id, state word)."""
        page = self.open("/records")
        page.locator("[data-book] .row, [data-empty]:visible").first.wait_for()
        return self._rows()

    def _rows(self):
        return self.page.evaluate("""() => [...document.querySelectorAll('.row')].filter((row) => row.checkVisibility())
          .map((row) => [row.dataset.entry, row.querySelector('[data-slot=state]').textContent])""")

    def expect_book(self, *rows, timeout=PATIENCE):
        """Sổ của tôi comes to show exactly these rows, newest first, as (id, state word)."""
        if not self.page.url.endswith("/records"):
            self.open("/records")
        for entry_id, word in rows:
            self.expect_state(entry_id, word, timeout)
        until = time.monotonic() + timeout / 1000
        # Asked again, because the list is drawn anew whenever something is heard.
        while self._rows() != [list(row) for row in rows]:
            assert time.monotonic() < until, self._rows()
            self.page.wait_for_timeout(50)

    def expect_state(self, entry_id, word, timeout=PATIENCE):
        """Sổ của tôi comes to show this entry once, with this word."""
        if not self.page.url.endswith("/records"):
            self.open("/records")
        # A list, because it is asked for again while the page draws: not one row too many, not one too few.
        expect(self.page.locator(f'.row:visible[data-entry="{entry_id}"] [data-slot=state]')).to_have_text([word], timeout=timeout)

    def tap_row(self, entry_id):
        """Open an entry from Sổ của tôi as a thumb would."""
        if not self.page.url.endswith("/records"):
            self.open("/records")
        self.page.locator(f'.row:visible[data-entry="{entry_id}"]').first.click()
        return self.page

    def expect_text(self, *sentences, timeout=PATIENCE):
        """Each sentence stands on the screen."""
        for sentence in sentences:
            expect(self.page.get_by_text(sentence).locator("visible=true").first).to_be_visible(timeout=timeout)

    def expect_delivered(self, timeout=PATIENCE):
        """Nothing waits on this phone any more."""
        self.wait_stored("outbox", [], timeout)

    def wait_stored(self, store, ids, timeout=PATIENCE):
        """This IndexedDB store comes to hold exactly these ids."""
        until = time.monotonic() + timeout / 1000
        # Asked from here: what Playwright would repeat inside the page, the content policy forbids.
        while sorted(row["id"] for row in self.stored(store)) != sorted(ids):
            assert time.monotonic() < until, f"{store} holds {self.stored(store)}"
            self.page.wait_for_timeout(50)

    def wait_drafts(self, *enrolments, timeout=PATIENCE):
        """The half-filled forms on this phone come to be those of exactly these enrolments."""
        until = time.monotonic() + timeout / 1000
        while sorted(row["enrolment"] for row in self.stored("drafts")) != sorted(enrolments):
            assert time.monotonic() < until, self.stored("drafts")
            self.page.wait_for_timeout(50)

    def deposit(self, *forms, kind="record", page=None):
        """Save entries through the page's own outbox, as many as wanted and also such as no form of ours would post; their ids."""
        return (page or self.page).evaluate("""async ([kind, forms]) => {
          const at = document.querySelector('script[type=module]').src;
          const [outbox, who] = await Promise.all(['../../service_worker/outbox.js', './who.js'].map((name) => import(new URL(name, at))));
          const me = await who.current();
          const ids = [];
          for (const form of forms) ids.push(await outbox.save(me, kind, form, { summary: form }));
          return ids;
        }""", [kind, list(forms)])

    def stored(self, store):
        """All rows of one IndexedDB store, as the page sees them; asked again when the page was just leaving."""
        for last in (False, False, True):
            try:
                return self._stored(store)
            except Error as leaving:
                if last or "context was destroyed" not in str(leaving):
                    raise
                self.page.wait_for_load_state()

    def _stored(self, store):
        return self.page.evaluate("""store => new Promise((done, fail) => {
          const opening = indexedDB.open('sotay');
          opening.onerror = () => fail(opening.error);
          opening.onsuccess = () => {
            const asking = opening.result.transaction(store).objectStore(store).getAll();
            asking.onsuccess = () => { opening.result.close(); done(asking.result.map(({sealed, copy, vault, about, opened, ...rest}) => rest)); };
          };
        })""", store)

    def close(self):
        self.context.close()
