"""A real Firefox, headless, driven over WebDriver BiDi; its push goes to a service of ours."""
import json
import os
import re
import signal
import subprocess
import threading
from contextlib import ExitStack

from websockets.sync.client import connect

from tests.push.service import PATIENCE, wait_for
from tests.ward import secret_of

PREFS = {
    "alerts.useSystemBackend": False,
    "dom.push.testing.allowInsecureServerURL": True,
    "intl.accept_languages": "vi-VN, vi",
    "remote.active-protocols": 1,
    # A fresh profile must reach nothing but us.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
}


class BrowserError(Exception):
    """Firefox refused a command, or a script threw."""


# The enrolment that was begun last.
WHO = """() => new Promise((done) => {
  indexedDB.open('sotay').onsuccess = ({ target: { result: db } }) => {
    db.transaction('enrolments').objectStore('enrolments').getAll().onsuccess = ({ target: { result: rows } }) => {
      db.close();
      done(rows.sort((one, other) => other.asked - one.asked)[0].id);
    };
  };
})"""


class Firefox:
    """One fresh profile, one tab; `service` is where its push goes, `prefs` are further settings."""

    def __init__(self, folder, service=None, **prefs):
        self.folder, self.service, self.prefs = folder, service, prefs
        self._count = 0
        # Who has a book on this phone: name → enrolment.
        self.books = {}
        self._stack = ExitStack()

    def __enter__(self):
        with self._stack:
            self._launch()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *reason):
        self._stack.close()

    def _launch(self):
        profile = self.folder / "profile"
        profile.mkdir()
        prefs = {**PREFS, **self.prefs, **({"dom.push.serverURL": self.service.url} if self.service else {})}
        (profile / "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in prefs.items()))
        # System access: the notification that a tap goes to is a window of the browser's own.
        browser = subprocess.Popen(
            ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0", "--remote-allow-system-access"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, env={**os.environ, "HOME": str(self.folder)})
        self._browser = browser
        self._stack.callback(self._end, browser)
        said = []
        while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", said[-1] if said else "")):
            said.append(browser.stdout.readline())
            assert said[-1], "Firefox did not start: " + "".join(said)
        # Whatever it says later must not fill the pipe and stop it.
        threading.Thread(target=browser.stdout.read, daemon=True).start()
        self._socket = self._stack.enter_context(connect(found[1] + "/session", max_size=None, compression=None, ping_interval=None))
        self.command("session.new", capabilities={})
        self.tab = self.command("browsingContext.getTree")["contexts"][0]["context"]
        # Remote control switches push off.
        self.run("() => Services.prefs.setBoolPref('dom.push.connection.enabled', true)", where=self.browser_windows()[0]["context"])

    def quit(self):
        """Close the browser as a person does: it puts on disk whatever it keeps."""
        self.command("browser.close")
        self._browser.wait(PATIENCE)

    @staticmethod
    def _end(browser):
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(browser.pid, sign)
                browser.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        browser.wait()

    def command(self, method, **params):
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._count:
                if answer["type"] == "error":
                    raise BrowserError(f"{method}: {answer['error']}: {answer['message']}")
                return answer["result"]

    def allow_notifications(self, origin):
        """What the person answers to the browser's question, here once and before."""
        self.command("permissions.setPermission", descriptor={"name": "notifications"}, state="granted", origin=origin)

    def open(self, url):
        self.command("browsingContext.navigate", context=self.tab, url=url, wait="complete")
        return self

    def run(self, function, *values, where=None):
        """What an async JavaScript function gives for these values; both sides as JSON."""
        answer = self.command(
            "script.callFunction", target={"context": where or self.tab}, awaitPromise=True, arguments=[{"type": "string", "value": json.dumps(values)}],
            functionDeclaration=f"async (values) => JSON.stringify(await ({function})(...JSON.parse(values))) ?? 'null'")
        if answer["type"] == "exception":
            raise BrowserError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait(self, function, *values, what=None, seconds=PATIENCE):
        """The first true value of a JavaScript function; a page that is just leaving is asked again."""
        def ask():
            try:
                return self.run(function, *values)
            except BrowserError:
                return None
        return wait_for(ask, what or function, seconds)

    def tap(self, words):
        """Tap the visible button or link that says this."""
        found = self.wait("""(words) => {
          const target = [...document.querySelectorAll("button, a, summary")].find((each) => each.checkVisibility() && each.textContent.trim() === words);
          if (!target || target.disabled) return null;
          target.scrollIntoView({ block: "center", behavior: "instant" });
          const box = target.getBoundingClientRect();
          return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
        }""", words, what=f"a button that says {words}")
        finger = [{"type": "pointerMove", **found}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.command("input.performActions", context=self.tab, actions=[
            {"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}, "actions": finger}])
        self.command("input.releaseActions", context=self.tab)

    def write(self, selector, words):
        """Tap a field and type."""
        self.wait("(selector) => { const field = document.querySelector(selector); field?.focus(); return field === document.activeElement; }", selector,
                  what=f"the field {selector}")
        keys = [{"type": kind, "value": letter} for letter in words for kind in ("keyDown", "keyUp")]
        self.command("input.performActions", context=self.tab, actions=[{"type": "key", "id": "keys", "actions": keys}])

    def forget_site(self, origin):
        """As when the person clears the data of this site: cookies, storage, worker, subscription."""
        self.open("about:blank")
        self.run("""(origin) => new Promise((done) => Services.clearData.deleteDataFromPrincipal(
          Services.scriptSecurityManager.createContentPrincipalFromOrigin(origin), true, Ci.nsIClearDataService.CLEAR_ALL, done))""", origin,
                 where=self.browser_windows()[0]["context"])

    def begin_anew(self, origin):
        """One empty tab, and nothing of this site any more: as fresh for the next one as a new profile."""
        tabs = [each["context"] for each in self.command("browsingContext.getTree")["contexts"]]
        self.tab = self.command("browsingContext.create", type="tab")["context"]
        for tab in tabs:
            self.command("browsingContext.close", context=tab)
        self.forget_site(origin)
        wait_for(lambda: not self.alerts(), "the end of every alert window")
        self.books.clear()

    def shows(self, words):
        """Wait until the page shows this."""
        return self.wait("(words) => document.body.innerText.includes(words)", words, what=f"a page that says {words}")

    def notifications(self):
        """What lies on the lock screen: every notification of the page's worker."""
        return self.run("""async () => {
          const registration = await navigator.serviceWorker.ready;
          return (await registration.getNotifications()).map(({ title, body, tag, data, lang }) => ({ title, body, tag, data, lang }));
        }""")

    def wait_for_notifications(self):
        return wait_for(self.notifications, "a notification")

    def clear_notifications(self):
        self.run("async () => { for (const each of await (await navigator.serviceWorker.ready).getNotifications()) each.close(); }")

    def browser_windows(self):
        return self.command("browsingContext.getTree", **{"moz:scope": "chrome"})["contexts"]

    def alerts(self):
        """The browser's own windows in which notifications are shown."""
        return [each["context"] for each in self.browser_windows() if each["url"].endswith("/alert.xhtml")]

    def tap_notification(self):
        """Tap the notification that is shown."""
        alert = wait_for(self.alerts, "an alert window")[-1]
        # A window that is still being drawn does not hear a tap.
        wait_for(lambda: self.run("() => window.gIsActive", where=alert), "an alert that can be tapped")
        self.run("() => document.getElementById('alertBox').click()", where=alert)

    def addresses(self):
        """The address of every tab."""
        return [each["url"] for each in self.command("browsingContext.getTree")["contexts"]]

    def enrol(self, server, name):
        """Open the invitation, choose a PIN and tap Bắt đầu."""
        self.open(server.invite(name))
        for field in ("#pin", "#again"):
            self.write(field, secret_of(name))
        self.tap("Bắt đầu")
        self.wait("(home) => location.href === home && document.body.className.includes('is-')", server.url + "/",
                  what="the first page of an enrolled phone")
        self.books[name] = self.run(WHO)
        return self

    def unlock(self, name, tab=None):
        """Give the PIN on the lock screen of a tab, for one of the people of this phone."""
        self.tab = tab or self.tab
        self.wait("(id) => { const person = document.querySelector(`[name=person][value='${id}']`); person?.click(); return person?.checked; }",
                  self.books[name], what="the lock screen")
        self.write("#pin", secret_of(name))
        self.tap("Mở khóa")
        self.wait("() => document.body.className.includes('is-')", what="an open book")

    def tab_at(self, address):
        """The tab that shows an address."""
        return next((each["context"] for each in self.command("browsingContext.getTree")["contexts"] if each["url"] == address), None)
