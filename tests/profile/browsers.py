"""A Chromium and a Firefox whose profile lies in a folder of one's own, both driven by the same words."""
from contextlib import contextmanager
from pathlib import Path

from tests.chromium import ARGUMENTS, PATIENCE, PHONE, WHOLE, playwright
from tests.push.firefox import Firefox as DrivenFirefox
from tests.push.service import wait_for

# What a person's Firefox has, and remote control would take away or put off.
AS_A_PERSON_HAS_IT = {"remote.prefs.recommended": False, "browser.sessionstore.interval": 500, "browser.shell.checkDefaultBrowser": False,
                      "browser.aboutwelcome.enabled": False, "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
                      "browser.cache.disk.max_chunks_memory_usage": 0, "toolkit.startup.max_resumed_crashes": -1}


class Firefox(DrivenFirefox):
    name = "firefox"

    def __init__(self, folder):
        super().__init__(folder, **AS_A_PERSON_HAS_IT)


class Chromium:
    """Speaks as tests.push.firefox.Firefox does."""
    name = "chromium"

    def __init__(self, play, folder):
        self.folder = folder
        # All it keeps lies in the folder: also what goes to the home.
        self.context = play.chromium.launch_persistent_context(
            folder / "profile", executable_path=WHOLE, args=ARGUMENTS,
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}, **PHONE)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.pages[0]

    def open(self, url):
        self.page.goto(url)
        return self

    def run(self, function, *values):
        return self.page.evaluate(f"(values) => ({function})(...values)", values)

    def wait(self, function, *values, what=None):
        def ask():
            try:
                return self.run(function, *values)
            except Exception:
                return None
        return wait_for(ask, what or function)

    def tap(self, words):
        self.page.locator("button, a, summary").get_by_text(words, exact=True).locator("visible=true").first.click()

    def write(self, selector, words):
        field = self.page.locator(selector)
        field.focus()
        field.press_sequentially(words)

    def shows(self, words):
        return self.wait("(words) => document.body.innerText.includes(words)", words, what=f"a page that says {words}")

    def quit(self):
        self.context.close()


@contextmanager
def running(name, folder):
    """One of the two, with a fresh profile under this folder."""
    folder = Path(folder)
    folder.mkdir(parents=True)
    if name == "firefox":
        with Firefox(folder) as browser:
            yield browser
        return
    with playwright() as play:
        browser = Chromium(play, folder)
        yield browser
        browser.quit()


def stored(browser, store):
    """The rows of one of our stores, as this page sees them; of what is sealed a mark that changes with each sealing."""
    return browser.run("""(store) => new Promise((done) => {
      indexedDB.open("sotay").onsuccess = ({ target: { result: db } }) => {
        db.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => {
          db.close();
          done(target.result.map(({ id, enrolment, copy }) => ({ id, enrolment, sealed: (copy?.iv ?? copy?.data.slice(0, 65))?.join() })));
        };
      };
    })""", store)
