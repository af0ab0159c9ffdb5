"""A phone two people share, used while everything around it fails: every look at its screen is a look for what is not theirs."""
import string
import time

from playwright.sync_api import Error, TimeoutError as TooLong, expect

from tests.chaos.told import Broken
from tests.chromium import BrowserPhone

# Each their own: nobody opens another's book by a slip of the finger.
PINS = {"lan": "264197", "hoa": "731846"}
OTHER_PINS = {"lan": "908172", "hoa": "537284"}

PATIENCE = 10_000
# What people write, each time other letters (words()); found wherever it stands, also in a field or an attribute.
SECRETS = "chuyện [a-z]{10}"
STATE = """(page, secrets) => ({
  path: location.pathname,
  secrets: [page.outerHTML, ...[...document.querySelectorAll("input, textarea")].map(({ value }) => value)].join(" ").match(new RegExp(secrets, "g")) ?? [],
  locked: document.body.hasAttribute("data-locked"), open: /(^| )is-/.test(document.body.className),
  asks: document.querySelector("[data-unlock]")?.checkVisibility() ?? false, nobody: document.querySelector("[data-nobody]")?.checkVisibility() ?? false,
  wiped: document.querySelector("[data-wiped]")?.checkVisibility() ?? false,
  people: [...document.querySelectorAll("[data-unlock] [name=person]")].map(({ value }) => value),
  age: Math.round(performance.now()), busy: [...document.querySelectorAll("button:disabled")].map(({ textContent }) => textContent.trim()),
})"""
# Whether a link led on: a page whose book is open changes into the next one, as under a thumb. To another place within the page
# on the screen a link leads nowhere.
TAP = """(_page, path) => {
  const link = document.createElement("a"), main = document.querySelector("main");
  link.href = path;
  if (!/(^| )is-/.test(document.body.className) || (link.hash && link.pathname === location.pathname)) return false;
  main.dataset.left = "";
  main.append(link);
  link.click();
  return true;
}"""
# What has been found, by what its attributes and its words say; null where it is the lock screen.
FOUND = "(found) => found.hasAttribute('data-locked') ? null : { ...found.dataset, words: found.innerText }"
VERSION = "() => document.querySelector('script[type=module]')?.getAttribute('src')"


def words(rng):
    """What somebody writes now, and nobody else ever; SECRETS finds it."""
    return "chuyện " + "".join(rng.choices(string.ascii_lowercase, k=10))


class Gone(Error):
    """The page in hand has turned into something else."""


class Interrupted(Exception):
    """A step did not come to its end; what it was about to save was not confirmed."""


class SharedPhone(BrowserPhone):
    def __init__(self, browser, ward):
        # Nobody looks at its pictures: a quarter of the points to draw.
        super().__init__(browser, ward, device_scale_factor=1)
        self.context.set_default_timeout(PATIENCE)
        # Words → the person who wrote them; from all sequences this phone has lived through.
        self.secrets = {}
        # What each of them is called at the ward.
        self.called = {}
        # Who changed the PIN without learning whether it was taken: the one that may be right instead.
        self.spare = {}
        # Pages that answered no more.
        self.dead = 0
        # What the last look found, for a step that begins with it.
        self.seen = None

    # Looking.

    def state(self):
        """What the screen is; a page that is just leaving is asked again, one that answers no more is closed."""
        until = time.monotonic() + PATIENCE / 1000
        while True:
            try:
                # By way of an element: only so is the time limited.
                return self.page.locator("html").evaluate(STATE, SECRETS, timeout=PATIENCE)
            except TooLong:
                # Under remote control a page asked for just as the worker changes may never come; left to itself, the same browser
                # went through that moment a thousand times. Other pages of the phone are well: this one is closed, and the app
                # opened again.
                self.dead += 1
                self.reopen()
                super().go("/", wait_until="domcontentloaded")
            except Error:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def shown(self):
        """The screen in a line, for whoever reads of a failure."""
        return self.state() | {
            "who": self.who, "books": {name: enrolment for name, (enrolment, _pin) in self.books.items()},
            "words": self.page.evaluate("() => document.body.innerText.slice(0, 300)"), "version": self.page.evaluate(VERSION),
            "complaints": self.complaints[-4:]}

    def look(self):
        """Nobody's words are on the screen but those of the person whose book is open."""
        state = self.state()
        reader = self.who if state["open"] else None
        for words in state["secrets"]:
            # Of another phone's people nobody here is the author.
            author = self.secrets.get(words, "somebody else")
            if author != reader:
                raise Broken(f"{words!r} of {author} is on the screen of {reader} at {state['path']}")
        self.seen = state
        return state

    def ensure(self, name):
        """This person's book comes to be open, whatever the screen shows now."""
        until, seen = time.monotonic() + 60, self.seen
        while time.monotonic() < until:
            try:
                # The step before ended with a look: nothing has been done since.
                state, seen = seen or self.look(), None
                if state["open"] and self.who == name:
                    return
                if state["open"]:
                    self.lock()
                elif name not in self.books or state["wiped"] or state["nobody"] or (state["asks"] and not self.offers(name, state)):
                    self.enrol_anew(name)
                elif state["asks"]:
                    self.unlock(who=name)
                elif not state["locked"]:
                    # The page one leaves to, an invitation, a page that could not be had.
                    self.go("/")
                else:
                    time.sleep(0.05)
            except Error:
                time.sleep(0.1)
        raise Broken(f"the book of {name} does not open: {self.shown()}")

    def offers(self, name, state=None):
        """Whether the lock screen has this person's book."""
        return name in self.books and self.books[name][0] in (state or self.state())["people"]

    # Doing.

    def go(self, path):
        """Follow a link, or open an address without waiting for all of it: the network may hold parts back."""
        if self.page.locator("html").evaluate(TAP, path, timeout=PATIENCE):
            self.page.locator("main:not([data-left])").wait_for(state="attached")
        else:
            super().go(path, wait_until="domcontentloaded")

    def enrol_anew(self, name):
        """An invitation needs a network."""
        self.mend_network()
        before = {enrolment for enrolment, _pin in self.books.values()}
        self.page.goto(self.server.invite(name, self.called[name]))
        self.page.get_by_label("Mã PIN mới").fill(PINS[name])
        self.page.get_by_label("Nhập lại mã PIN").fill(PINS[name])
        self.page.get_by_role("button", name="Bắt đầu").click()
        self.page.wait_for_url(self.server.url + "/")
        self.page.locator("body[class*=is-]").wait_for()
        fresh = max(self.stored("enrolments"), key=lambda row: row.get("asked", 0))["id"]
        assert fresh not in before
        self.books[name], self.who = (fresh, PINS[name]), name
        self.spare.pop(name, None)

    def mend_network(self):
        self.context.set_offline(False)
        self.server.heal()

    def unlock(self, secret=None, who=None):
        enrolment, own = self.books[who]
        self.choose(enrolment)
        self.page.locator("#pin").fill(secret or own)
        self.page.locator("[data-unlock] [type=submit]").click()
        if secret is None:
            self.page.locator("body[class*=is-], [data-unlock] [data-error]:visible, [data-wiped]:visible").first.wait_for()
            if self.page.locator("[data-wiped]:visible").count():
                raise Gone("revoked, and the phone has just heard of it")
            if self.page.locator("[data-unlock] [data-error]:visible").count():
                # As the screen says: the other of the two.
                if who in self.spare:
                    self.books[who], self.spare[who] = (enrolment, self.spare[who]), own
                raise Gone("not opened")
            self.who = who

    def change_pin(self):
        """Another PIN for the one whose book is open; the sentence that stands there then."""
        name = self.who
        enrolment, own = self.books[name]
        fresh = OTHER_PINS[name] if own == PINS[name] else PINS[name]
        self.go("/phone")
        self.await_("[data-pin-form]")
        for field, pin in {"now": own, "pin": fresh, "again": fresh}.items():
            self.page.locator(f"[data-pin-form] #{field}").fill(pin)
        # From here on both may be right, until somebody says which.
        self.spare[name] = fresh
        self.page.locator("[data-pin-form] [type=submit]").click()
        said = self.await_("[data-pin-form] :is([data-error], [data-done])", 4 * PATIENCE)
        if "done" in said:
            self.books[name] = (enrolment, fresh)
            del self.spare[name]
        return said["words"]

    def fill(self, path, words, instead_of=None):
        """A form with these words in it; `instead_of` those a person sees first when mending."""
        here = self.page.url.removeprefix(self.server.url).partition("#")[0]
        self.go(path)
        if "#" in path and here == path.partition("#")[0]:
            # Another fragment alone opens nothing anew.
            self.page.reload(wait_until="domcontentloaded")
        self.await_("#note, #narrative")
        field = self.page.locator("#note, #narrative")
        if instead_of:
            expect(field).to_have_value(instead_of)
        if "/referrals/" in path:
            for chip in ("urgency][value=normal", "basis][value=agreed"):
                # Wherever it is by then: receivers, what waits and what was left half filled come to stand above it.
                self.page.locator(f"[name={chip}]").evaluate("(chip) => chip.checked || chip.click()", timeout=PATIENCE)
        field.fill(words)

    def write(self, path, words, instead_of=None):
        """Fill this form and tap Lưu; the id of the row that says so."""
        self.fill(path, words, instead_of)
        self.page.locator("[data-entry-form] [type=submit]:enabled").click()
        said = self.await_(".saved .row, [data-entry-form] [data-error]")
        if "entry" not in said:
            raise Broken(f"the form asks: {said['words']}")
        return said["entry"]

    def await_(self, selector, timeout=PATIENCE):
        """What is found of this once it is there (FOUND); Gone when the page has turned into a lock screen instead."""
        found = self.page.locator(f":is({selector}):visible, body[data-locked]").first.evaluate(FOUND, timeout=timeout)
        if not found:
            raise Gone(f"{selector}: locked instead")
        return found
