"""A new version comes whole or not at all, and never over a half-filled form."""
import re
import shutil
import time

import pytest
from playwright.sync_api import TimeoutError as TooLong, expect

from pwa.cli import _seed
from pwa.domain import people
from tests import ward as cast
from tests.browser.test_week import fill, keeps, write
from tests.chromium import PATIENCE
from tests.faults.proxy import late, portal_page, unavailable
from tests.ward import PIN, Phone

PARTS = ("pwa", "db", "static", "service_worker", "templates")
OLD, NEW = "Điều bạn nhận thấy", "Điều bạn đã nhận thấy"
SENTENCE = "Có bản mới của Sổ tay"
# How far a page sees the new version, for whoever has to find out why it did not come.
STANDING = """async () => {
  const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
  return [await caches.keys(), installing?.state, waiting?.state, active?.state, document.querySelector('script[type=module]').src, document.body.className];
}"""
# The browser asks whether there is a new version.
LOOK = "async () => { await (await navigator.serviceWorker.getRegistration()).update(); }"


@pytest.fixture
def release(own_ward, tmp_path, monkeypatch):
    """Stops the ward, and starts the next version of it: one word of one form differs."""
    def start():
        own_ward.stop()
        tree = tmp_path / "next"
        for part in PARTS:
            shutil.copytree(cast.ROOT / part, tree / part)
        form = tree / "pwa/forms/records.py"
        assert OLD in form.read_text()
        form.write_text(form.read_text().replace(OLD, NEW))
        monkeypatch.setattr(cast, "ROOT", tree)
        before = version(own_ward)
        own_ward.start()
        assert version(own_ward) not in (None, before)
    versions = {}

    def version(ward):
        try:
            return versions.setdefault(cast.ROOT, ward.wait(seconds=1)["version"])
        except AssertionError:
            return versions.get(cast.ROOT)
    return start


def look_for_updates(phone):
    """Another page of the app is opened: then browsers ask for a new worker."""
    for last in (False, True):
        page = phone.context.new_page()
        try:
            page.goto(phone.server.url + "/")
            return page
        except TooLong:
            # Under remote control a page asked for just as the worker changes may never come (docs/figures.md, last part).
            if last:
                raise
            page.close()


def shells(phone):
    """Names of the caches with an offline copy."""
    return [name for name in phone.page.evaluate("() => caches.keys()") if name.startswith("shell-")]


def label(phone):
    return phone.page.locator("label[for=narrative]")


def test_a_new_version_waits_for_a_half_filled_form_and_comes_after_it_was_saved(phone, own_ward, release):
    lan = phone("lan", on=own_ward)
    # Half a referral lies there too, and is to be found by the new version.
    lan.open("/referrals/new").locator("textarea[name=note]").fill("Viết dở ở bản cũ")
    while not lan.stored("drafts"):
        lan.page.wait_for_timeout(50)
    page = lan.open("/records/new")
    page.locator("[data-field=acts]").get_by_text("Bỏ mặc", exact=True).click()
    page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc lúc nửa đêm")
    page.evaluate("() => { window.untouched = true; }")
    old, = shells(lan)
    release()
    other = look_for_updates(lan)
    expect(page.locator("[data-update]")).to_contain_text(SENTENCE)
    expect(other.locator("[data-update]")).to_contain_text(SENTENCE)
    assert page.evaluate("() => window.untouched")
    expect(page.locator("textarea[name=narrative]")).to_have_value("Nghe tiếng khóc lúc nửa đêm")
    expect(page.locator("[name=acts][value=neglect]")).to_be_checked()
    assert old in shells(lan)
    page.get_by_role("button", name="Lưu", exact=True).click()
    until_only_new(lan, old)
    lan.open("/records/new")
    expect(label(lan)).to_have_text(NEW)
    lan.expect_delivered()
    (entry_id,), = own_ward.sql("SELECT id FROM record")
    lan.expect_state(entry_id, "Đã nhận")
    lan.open(f"/records/{entry_id}")
    lan.expect_text("Nghe tiếng khóc lúc nửa đêm")
    assert not lan.page.locator("[data-update]").is_visible()
    page = lan.open("/referrals/new")
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=note]")).to_have_value("Viết dở ở bản cũ")


def until_only_new(phone, old, timeout=PATIENCE):
    """The old offline copy is gone, a new one is there."""
    for _try in range(timeout // 100):
        try:
            if old not in shells(phone):
                return
        except Exception as navigating:
            assert re.search("context was destroyed|navigat", str(navigating)), navigating
        phone.page.wait_for_timeout(100)
    raise AssertionError([(page.url, page.evaluate(STANDING)) for page in phone.context.pages])


def test_a_new_version_does_not_take_the_numbers_off_the_screen(phone, own_ward, release):
    lan = phone("lan", on=own_ward)
    page = lan.open("/records/new")
    page.locator("[data-field=danger]").get_by_text("Có", exact=True).click()
    page.locator("textarea[name=narrative]").fill("Nghe tiếng kêu cứu")
    old, = shells(lan)
    release()
    look_for_updates(lan)
    expect(page.locator("[data-update]")).to_contain_text(SENTENCE)
    own_ward.network.fault(unavailable, "/sync")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator("[data-alarm]:visible")).to_contain_text("Chưa ai biết việc này")
    # Time enough for the new version to arrive, if it does: the panel is what must outlast it.
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_500)
    expect(page.locator("[data-alarm]:visible")).to_contain_text("Chưa ai biết việc này")
    assert own_ward.count("record") == 0
    own_ward.network.heal()
    # Once the ward has it, the panel goes and the new version comes.
    until_only_new(lan, old)
    lan.expect_delivered()
    expect(page.locator("[data-alarm]")).to_be_hidden()
    assert own_ward.sql("SELECT danger FROM record") == [(1,)]


@pytest.mark.parametrize("locked", [False, True], ids=["in an open book", "also after a lock"])
def test_a_look_for_a_new_version_is_one_request(phone, own_ward, locked):
    lan = phone("lan", on=own_ward)
    lan.page.wait_for_load_state("networkidle")
    lan.page.evaluate(LOOK)
    if locked:
        lan.lock()
        lan.unlock()
    before = len(own_ward.network.log)
    lan.page.evaluate(LOOK)
    asked = [path for _method, path, _body in own_ward.network.log[before:]]
    assert "/sw.js" in asked and not [path for path in asked if path.startswith("/_/")]


# What the browser does when another worker takes over; the page is on its way out once this returns.
# Whether a page hears by now that another version took over: it listens once its worker is registered, which may take a while.
HEARS = """() => {
  const hear = navigator.serviceWorker.addEventListener;
  navigator.serviceWorker.addEventListener = function (type, ...how) {
    window.hears ||= type === "controllerchange";
    return hear.call(this, type, ...how);
  };
}"""
TAKEN_OVER = """(words) => {
  window.untouched = true;
  navigator.serviceWorker.dispatchEvent(new Event("controllerchange"));
  if (!words) return;
  const field = document.querySelector("textarea[name=narrative]");
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def open_and_hear(phone, path):
    """A page that has come so far that it hears of another version."""
    page = phone.open(path)
    until = time.monotonic() + PATIENCE / 1000
    while not page.evaluate("() => window.hears"):
        assert time.monotonic() < until, "a page that never listens"
        page.wait_for_timeout(50)
    return page


@pytest.fixture
def hearing(phone, ward):
    """Lan's phone, on which can be seen how far a page has come."""
    lan = phone("lan")
    lan.context.add_init_script(f"({HEARS})()")
    return lan


def test_whoever_begins_to_write_while_the_page_comes_anew_keeps_the_page(hearing):
    lan = hearing
    page = open_and_hear(lan, "/records/new")
    label(lan).wait_for()
    page.evaluate(TAKEN_OVER, "Nghe tiếng khóc")
    # Time enough to come anew, as it does when nobody writes.
    page.wait_for_timeout(3_000)
    expect(page.locator("textarea[name=narrative]")).to_have_value("Nghe tiếng khóc")
    assert page.evaluate("() => window.untouched")
    lan.save("Lưu")
    lan.expect_delivered()
    open_and_hear(lan, "/records/new")
    label(lan).wait_for()
    with page.expect_navigation():
        page.evaluate(TAKEN_OVER, "")
    assert not page.evaluate("() => window.untouched")


def test_a_tap_leads_on_although_a_new_version_comes_and_to_a_page_of_it(hearing, ward):
    page = open_and_hear(hearing, "/")
    page.evaluate("""() => {
      window.untouched = true;
      navigator.serviceWorker.dispatchEvent(new Event("controllerchange"));
      document.querySelector("nav.tabs a[href='/records']").click();
    }""")
    expect(page.locator("main > h1")).to_have_text("Sổ của tôi")
    assert page.url == ward.url + "/records" and not page.evaluate("() => window.untouched")


def test_a_page_of_another_version_lets_no_scripts_be_thrown_away(phone, ward):
    lan = phone("lan")
    page = lan.open("/records")
    # The page has said for itself what may go.
    page.wait_for_timeout(2_000)
    page.evaluate("async () => (await caches.open('shell-older')).put('/lock', new Response('x'))")
    prune = "(version) => navigator.serviceWorker.controller.postMessage({ type: 'prune', version })"
    page.evaluate(prune, "older")
    page.wait_for_timeout(700)
    assert "shell-older" in shells(lan)
    page.evaluate(prune, page.evaluate("() => document.querySelector('script[type=module]').src.split('/').at(-4)"))
    until_only_new(lan, "shell-older")


def test_whoever_touches_a_page_that_is_about_to_come_anew_keeps_it_for_now(hearing, ward):
    page = open_and_hear(hearing, "/todo")
    page.wait_for_load_state("networkidle")
    ward.network.fault(late, "/todo")
    before = len(ward.network.log)
    # The page asks for itself anew after two seconds, and has it a second later; the touch lies in between.
    page.evaluate(TAKEN_OVER, "")
    page.evaluate("() => { setTimeout(() => dispatchEvent(new Event('pointerdown')), 2_500); }")
    page.wait_for_timeout(3_500)
    assert [path for _method, path, _body in ward.network.log[before:] if path == "/todo"]
    assert page.evaluate("() => window.untouched")
    with page.expect_navigation():
        ward.network.heal()
    assert not page.evaluate("() => window.untouched")


# The phone's disk is busy for this many milliseconds.
BUSY = """(longest) => new Promise((busy) => {
  indexedDB.open("sotay").onsuccess = ({ target: { result } }) => {
    const until = Date.now() + longest, store = result.transaction("outbox", "readwrite").objectStore("outbox");
    const again = () => { busy(); if (Date.now() < until) store.count().onsuccess = again; };
    again();
  };
})"""


def test_what_a_tap_has_begun_comes_to_its_end_before_a_page_comes_anew(phone, ward):
    lan = phone("lan")
    entry = lan.write_record("Ghi nhầm nhà")
    lan.expect_delivered()
    page = lan.open(f"/records/mine#{entry}")
    page.locator("[data-remove]").click()
    page.evaluate(BUSY, 4_000)
    opened = []
    page.on("framenavigated", lambda frame: opened.append(frame.url))
    page.locator("[data-confirm] [value=yes]").click()
    page.evaluate(TAKEN_OVER, "")
    page.wait_for_url("**/records")
    assert opened == [f"{ward.url}/records"]
    lan.expect_state(entry, "Đã rút lại")


def test_what_is_set_by_a_tap_is_answered_before_a_page_comes_anew(phone, ward):
    lan = phone("lan")
    page = lan.open("/preferences")

    def very_late(request):
        time.sleep(4)
        request.reply(*request.forward())
    ward.network.fault(very_late, "/preferences")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("form[action='/preferences'] [type=submit]").click()
        page.evaluate(TAKEN_OVER, "")
    page.wait_for_timeout(500)
    assert page.evaluate("() => window.untouched")


@pytest.mark.parametrize("who, path, field", [("lan", "/records/new", "narrative"), ("kim", "/break-glass", "reason")])
def test_what_is_written_before_the_scripts_are_there_is_kept_as_well(phone, who, path, field):
    theirs = phone(who)
    theirs.open("/")
    # The page has come, its scripts are on their way: as on a slow phone.
    theirs.page.add_init_script(f"""addEventListener("DOMContentLoaded", () => {{
      if (location.pathname === "{path}") document.querySelector("main [name={field}]").value = "Nghe tiếng khóc";
    }})""")
    page = theirs.open(path)
    written = page.locator(f"main [name={field}]")
    expect(written).to_have_value("Nghe tiếng khóc")
    theirs.wait_drafts(theirs.books[who][0])
    page.evaluate(TAKEN_OVER, "")
    page.wait_for_timeout(3_000)
    expect(written).to_have_value("Nghe tiếng khóc")
    assert page.evaluate("() => window.untouched")


def of_the_new_version(old, happens, name=""):
    """What happens to files of every version but the old one, or to one of them."""
    def fault(request):
        if request.path.endswith(name) and old.removeprefix("shell-") not in request.path:
            happens(request)
        else:
            request.reply(*request.forward())
    return fault


@pytest.mark.parametrize("missing", ["/away", "file", "file of a Wi-Fi"])
def test_a_new_version_with_a_part_missing_is_not_installed_and_the_old_one_goes_on(phone, own_ward, release, missing):
    lan = phone("lan", on=own_ward)
    page = lan.open("/records")
    old, = shells(lan)
    # Before the new version is there: browsers look for one whenever they like.
    happens = portal_page if missing == "file of a Wi-Fi" else unavailable
    own_ward.network.fault(*((happens, "/away") if missing == "/away" else (of_the_new_version(old, happens, "/static/js/book.js"), "/_/")))
    release()
    page.evaluate("""() => navigator.serviceWorker.getRegistration().then(async (registration) => {
      const failed = new Promise((done) => registration.addEventListener('updatefound', () => {
        const worker = registration.installing;
        worker.addEventListener('statechange', () => worker.state === 'redundant' && done());
      }));
      await registration.update().catch(() => undefined);
      await failed;
    })""")
    assert old in shells(lan)
    lan.offline()
    lan.reopen()
    entry_id = lan.write_record()
    lan.open("/records/new")
    expect(label(lan)).to_have_text(OLD)
    lan.online()
    lan.expect_state(entry_id, "Đã nhận")
    assert own_ward.count("record") == 1
    own_ward.network.heal()
    look_for_updates(lan)
    until_new(lan)


def until_new(phone):
    """The form of the new version comes, whichever worker brings it: a Chromium under remote control lets the old one go late."""
    for _try in range(PATIENCE // 500):
        phone.open("/records/new")
        label(phone).wait_for()
        if label(phone).text_content().strip() == NEW:
            return
        # Browsers look a second after the last page was opened: nobody opens two in a second for ever.
        phone.page.wait_for_timeout(1_500)
    expect(label(phone)).to_have_text(NEW)


def test_a_first_visit_with_a_part_missing_says_so_and_spends_no_invitation(phone, own_ward):
    stranger = phone(on=own_ward)
    own_ward.network.fault(unavailable, "/away")
    stranger.page.goto(own_ward.invite("lan"))
    for label in ("Mã PIN mới", "Nhập lại mã PIN"):
        stranger.page.get_by_label(label).fill(PIN)
    button = stranger.page.get_by_role("button", name="Bắt đầu")
    button.click()
    stranger.expect_text("Chưa có mạng hoặc mạng yếu. Hãy thử lại; lời mời vẫn còn.")
    assert own_ward.sql("SELECT spent_at FROM invitation") == [(None,)]
    own_ward.network.heal()
    button.click()
    stranger.page.locator("body.is-recorder").wait_for()
    assert own_ward.sql("SELECT spent_at IS NOT NULL FROM invitation") == [(1,)]


def test_a_page_of_a_new_version_is_shown_only_with_its_scripts(phone, own_ward, release):
    """A Wi-Fi that begins to lie between a page and its scripts would leave it without lock and exit."""
    lan = phone("lan", on=own_ward)
    page = lan.open("/todo")
    lan.expect_text("Không có việc nào chờ bạn")
    old, = shells(lan)
    own_ward.network.fault(portal_page, "/sw.js")
    own_ward.network.fault(of_the_new_version(old, portal_page, ".js"), "/_/")
    release()
    # The copy instead, whose scripts are here; and what has no copy needs a network.
    page = lan.open("/todo")
    expect(page.locator("[data-kept-at]")).to_contain_text("Bản lưu lúc")
    lan.expect_text("Không có việc nào chờ bạn")
    page.locator("a.brand").click()
    page.get_by_role("link", name="Lịch trực").click()
    lan.expect_text("Trang này cần có mạng")
    page.goto(own_ward.invite("hoa"))
    lan.expect_text("Trang này cần có mạng")
    lan.go("/")
    lan.lock()
    lan.unlock()
    page.get_by_role("button", name="Thoát nhanh").click()
    page.wait_for_url("**/away")
    # Only the worker's script lies now: pages of the new version come whole, and work.
    own_ward.network.heal()
    own_ward.network.fault(portal_page, "/sw.js")
    lan.open("/duty")
    expect(page.locator("main > h1")).to_have_text("Lịch trực")
    new = page.evaluate("() => document.querySelector('script[type=module]').src")
    assert old.removeprefix("shell-") not in new
    own_ward.network.fault(portal_page, "/_/")
    lan.open("/duty")
    assert page.evaluate("() => document.querySelector('script[type=module]').src") == new
    lan.lock()
    own_ward.network.heal()
    lan.unlock()
    # Asked in the page that is there: under remote control one opened just as another worker takes over may never come.
    page.evaluate(LOOK)
    until_only_new(lan, old)


def matter(own_ward, lan, thu):
    """A case with a task of Thu's, and a referral that her unit has to answer; their ids."""
    record, referral = lan.record(), lan.refer()
    assert thu.save("triage", {"record": record, "choice": "open"})[1] == "stored"
    [(case,)] = own_ward.sql("SELECT case_id FROM record WHERE id = ?", record)
    return case, thu.save("task", {"case": case, "what": "call", "due": "week"})[0], referral


def test_five_ways_of_writing_into_a_case_need_no_network_on_a_second_visit_nor_after_an_update(phone, own_ward, release, namesake):
    with own_ward.at_home():
        people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
    lan, other = (Phone(own_ward.app, own_ward.invite(name, f"{name} {namesake}")) for name in ("lan", "thu"))
    matters = [matter(own_ward, lan, other) for _visit in range(2)]
    thu = phone("thu", on=own_ward)
    thu.open("/todo")
    old, = shells(thu)
    for visit, (case, task, referral) in enumerate(matters):
        for path, words in ((f"/cases/{case}", "Việc tiếp theo"), (f"/tasks/{task}", "Gọi vào giờ an toàn"), (f"/referrals/{referral}", "Tiếp nhận"),
                            ("/cases/*/handover", "Phường Khác")):
            keeps(thu, path, words)
        thu.offline()
        thu.reopen()
        fill(thu, f"/cases/{case}/note", text="Đã gọi, hẹn lại")
        fill(thu, f"/cases/{case}/consent", unit="phunu", decision="Không đồng ý", asked_of="Chính người đó")
        for path, kind, button, answers in ((f"/tasks/{task}", "completion", "Đã làm", {"note": "Đã gọi", "next": "Không còn việc nào"}),
                                            (f"/referrals/{referral}", "answer", "Tiếp nhận", {})):
            thu.open(path)
            write(thu, kind, button, **answers)
        fill(thu, f"/cases/{case}/handover", "Bàn giao", ward="phuong-khac", note="Nghỉ phép")
        assert own_ward.sql("SELECT count(*) FROM handover WHERE case_id = ?", case) == [(0,)]
        thu.online()
        thu.expect_delivered()
        written = {each[0] for each in own_ward.sql("SELECT kind FROM case_event WHERE case_id = ?", case)}
        assert {"note", "consent", "completion", "handover"} <= written
        assert own_ward.sql("SELECT state FROM referral WHERE id = ?", referral) == [("accepted",)]
        if not visit:
            release()
            # What was just said to be saved stays on the screen: a version comes to any other page.
            thu.open("/todo")
            look_for_updates(thu).close()
            # Gone once no copy was made by it any more.
            until_only_new(thu, old)
