"""A half-filled form outlives a closed tab and a crash, and is offered, never forced."""
import pytest
from playwright.sync_api import Error, expect

from db.models import Person, Reading
from pwa.domain import trainings
from pwa.forms import kinds
from pwa.web.cases import FORMS as CASE_FORMS
from tests.browser.test_exit import SLOW, opened_to_be_mended
from tests.ward import Phone

# Fill whatever a person can fill, as their hand would; what each form then says, by its kind and choice.
FILL = """() => Object.fromEntries([...document.querySelectorAll('[data-entry-form]')].flatMap((form) => {
  const controls = [...form.elements].filter(({ name, type }) => name && type !== 'hidden');
  if (!controls.length) return [];
  for (const control of controls) {
    if (control.type === 'radio' || control.type === 'checkbox') control.checked = true;
    else if (control.tagName === 'SELECT') control.value = [...control.options].at(-1).value;
    else control.value = control.type === 'date' ? '2026-11-20' : 'Viết dở';
    for (const change of ['input', 'change']) control.dispatchEvent(new Event(change, { bubbles: true }));
  }
  return [[form.dataset.entryForm + ' ' + (form.elements.choice?.value ?? ''), new URLSearchParams(new FormData(form)).toString()]];
}))"""
READ = """() => Object.fromEntries([...document.querySelectorAll('[data-entry-form]')].map((form) =>
  [form.dataset.entryForm + ' ' + (form.elements.choice?.value ?? ''), new URLSearchParams(new FormData(form)).toString()]))"""


def begin(lan, words):
    page = lan.open("/records/new")
    page.locator("[data-field=acts]").get_by_text("Bỏ mặc", exact=True).click()
    page.locator("textarea[name=narrative]").fill(words)
    while not lan.stored("drafts"):
        page.wait_for_timeout(50)


@pytest.mark.parametrize("crashed", [False, True], ids=["closed", "crashed"])
def test_a_page_that_is_gone_loses_nothing_and_its_draft_is_offered(phone, crashed):
    lan = phone("lan")
    lan.offline()
    begin(lan, "Nghe tiếng đập cửa")
    if crashed:
        with lan.page.expect_event("crash"), pytest.raises(Error):
            lan.page.goto("chrome://crash")
    lan.reopen()
    page = lan.open("/records/new")
    expect(page.locator("[data-draft]")).to_contain_text("Có bản viết dở")
    expect(page.locator("textarea[name=narrative]")).to_have_value("")
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value("Nghe tiếng đập cửa")
    expect(page.locator("[name=acts][value=neglect]")).to_be_checked()
    lan.save("Lưu")
    expect(lan.open("/records/new").locator("[data-draft]")).to_be_hidden()
    assert lan.stored("drafts") == []


def test_a_draft_that_is_dropped_does_not_come_back(phone):
    lan = phone("lan")
    begin(lan, "Thôi")
    page = lan.open("/records/new")
    page.get_by_role("button", name="Bỏ", exact=True).click()
    expect(page.locator("[data-draft]")).to_be_hidden()
    page = lan.open("/records/new")
    page.locator(".save button:enabled").wait_for()
    expect(page.locator("[data-draft]")).to_be_hidden()
    assert lan.stored("drafts") == []


def opened_again(page, words):
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value(words)


def test_what_was_written_since_gives_way_to_a_draft_and_is_offered_next(phone):
    lan = phone("lan")
    begin(lan, "Viết trước")
    lan.lock()
    page = lan.unlock()
    page.locator("[data-draft-open]").wait_for()
    page.locator("textarea[name=narrative]").fill("Viết sau, dài và quan trọng")
    # Also what has just been typed.
    opened_again(page, "Viết trước")
    expect(page.locator("[data-draft]")).to_be_visible()
    opened_again(page, "Viết sau, dài và quan trọng")
    opened_again(page, "Viết trước")
    lan.lock()
    page = lan.unlock()
    opened_again(page, "Viết trước")
    lan.save("Lưu")
    page = lan.open("/records/new")
    opened_again(page, "Viết sau, dài và quan trọng")
    lan.save("Lưu")
    lan.wait_stored("drafts", [])


@pytest.mark.parametrize("slower", [1, 6])
def test_what_is_saved_and_left_at_once_is_not_offered_again(phone, slower):
    lan = phone("lan")
    lan.offline()
    page = lan.open("/records/new")
    page.locator("[type=submit]:enabled").wait_for()
    log = lan.context.new_cdp_session(page)
    log.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.evaluate("""() => {
      const words = document.querySelector("textarea[name=narrative]");
      words.value = "Nghe tiếng khóc";
      words.dispatchEvent(new Event("input", { bubbles: true }));
      document.querySelector("[data-entry-form] [type=submit]").click();
      document.querySelector("[data-exit]").click();
    }""")
    page.wait_for_url("**/away")
    log.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    lan.open("/")
    # Either it has become an entry or it is still being written: never both.
    assert len(lan.stored("outbox")) + len(lan.stored("drafts")) == 1


def test_the_words_of_a_draft_do_not_lie_in_clear(phone):
    lan = phone("lan")
    begin(lan, "Lời không ai được thấy")
    rows = lan.page.evaluate("""() => new Promise((done) => {
      const opening = indexedDB.open('sotay');
      opening.onsuccess = () => {
        const asking = opening.result.transaction('drafts').objectStore('drafts').getAll();
        asking.onsuccess = () => done(asking.result.map((row) => JSON.stringify(row) + new TextDecoder().decode(row.copy.data)));
      };
    })""")
    assert len(rows) == 1 and "không ai" not in rows[0]


WHY = "Chị ấy gọi từ phường bên"


def test_what_is_set_online_is_not_lost_to_a_network_that_goes_a_lock_or_a_reading_that_has_ended(phone, server):
    kim = phone("kim")
    page = kim.open("/break-glass")
    why, button = page.locator("main [name=reason]"), page.locator("main form button[type=submit]")
    page.locator("main form").wait_for()
    why.fill(WHY)
    kim.offline()
    button.click()
    expect(page.locator("main form [role=alert]")).to_contain_text("Chưa nhận được trả lời")
    expect(why).to_have_value(WHY)
    kim.lock()
    kim.online()
    kim.unlock()
    expect(page.locator("[data-draft]")).to_contain_text("Có bản viết dở")
    expect(why).to_have_value("")
    page.get_by_role("button", name="Mở lại").click()
    expect(why).to_have_value(WHY)
    with server.at_home():
        Reading.update(ended_at=1).execute()
    button.click()
    page.locator("body[data-locked]").wait_for()
    kim.unlock()
    page.get_by_role("button", name="Mở lại").click()
    expect(why).to_have_value(WHY)
    # Answered with what is wrong: as it was filled, under the same address, and kept on.
    button.click()
    expect(page.locator("main")).to_contain_text("Không mở được hồ sơ này")
    expect(why).to_have_value(WHY)
    expect(page.locator("[data-draft]")).to_be_hidden()
    while not kim.stored("drafts"):
        page.wait_for_timeout(50)
    expect(kim.open("/").locator("[data-unfinished]")).to_contain_text("Có bản viết dở")
    # Once it is set, nothing of it is left.
    kim.open("/break-glass")
    page.get_by_role("button", name="Bỏ", exact=True).click()
    kim.open("/preferences")
    page.locator("[name=quiet_from]").fill("22:00")
    page.locator("[name=quiet_until]").fill("06:00")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("main")).to_contain_text("Đã lưu.")
    assert page.url.endswith("/preferences?kept=1") and kim.stored("drafts") == []
    expect(page.locator("[name=quiet_from]")).to_have_value("22:00")


def test_what_is_set_online_on_a_shared_phone_is_never_set_for_whoever_unlocked_last(phone, server, namesake):
    shared = phone("thu").enrol("kim", namesake)
    (thus, _passphrase), (kims, _passphrase) = shared.books["thu"], shared.books["kim"]
    page = shared.open("/preferences")
    page.locator("[name=quiet_from]").fill("22:00")
    page.locator("[name=quiet_until]").fill("06:00")
    # The ward believes that Thu reads, while the page is Kim's.
    with server.at_home():
        Reading.update(enrolment=thus).where(Reading.enrolment == kims, Reading.ended_at.is_null()).execute()
    page.get_by_role("button", name="Lưu").click()
    page.locator("body[data-locked]").wait_for()
    whose = "SELECT e.id FROM preference p JOIN enrolment e ON e.person_id = p.person_id WHERE p.quiet_from IS NOT NULL AND e.id IN (?, ?)"
    assert server.sql(whose, thus, kims) == []
    shared.wait_drafts(kims)
    shared.unlock(who="kim")
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("[name=quiet_from]")).to_have_value("22:00")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("main")).to_contain_text("Đã lưu.")
    assert server.sql(whose, thus, kims) == [(kims,)]


@pytest.fixture
def matters(server, namesake):
    """Something of everything that is written about; person → the pages on which they write, which are all there are."""
    links = [server.invite(name, f"{name} {namesake}") for name in ("lan", "thu", "kim", "binh")]
    lan, thu = (Phone(server.app, link) for link in links[:2])
    waiting, alone, accepted = lan.record(), lan.refer(), lan.refer()
    thu.answer(accepted)
    elsewhere = lan.refer(unit="tramyte", urgency="urgent", basis="danger")
    thu.save("triage", {"record": waiting, "choice": "open"})
    [(case,)] = server.sql("SELECT case_id FROM record WHERE id = ?", waiting)
    task = thu.save("task", {"case": case, "what": "call", "due": "week"})[0]
    decision = thu.save("decision-request", {"case": case, "what": "contact-ban", "asked_by": "victim", "remark": "Xin"})[0]
    with server.at_home():
        me = Person.get_by_id(thu.me["person"])
        for tool in ("da5", "child"):
            trainings.note(me, me, tool, None)
    return {"binh": [f"/decisions/{decision}"],
            "thu": ["/records/new", "/records/new-school", "/referrals/new", f"/records/{lan.record()}", f"/referrals/{alone}", f"/referrals/{accepted}",
                    f"/referrals/{elsewhere}", f"/tasks/{task}", f"/cases/{case}/risk", *(f"/cases/{case}/{name}" for name in CASE_FORMS)]}


def tap(phone, path):
    """A link to this page is tapped; its forms can be written on."""
    phone.page.evaluate("""(path) => {
      const link = document.createElement('a');
      link.href = path;
      const main = document.querySelector('main');
      main.dataset.before = '';
      main.append(link);
      link.click();
    }""", path)
    phone.page.locator("main:not([data-before]) [data-entry-form] [type=submit]:enabled").first.wait_for(state="attached")


def test_half_of_every_form_there_is_comes_back(phone, matters):
    """A kind of entry that no page of this walk writes fails it."""
    seen = set()
    for name, paths in matters.items():
        who = phone(name)
        half = {}
        for path in paths:
            tap(who, path)
            half[path] = who.page.evaluate(FILL)
            seen |= set(half[path])
        forms = sum(map(len, half.values()))
        while len(who.stored("drafts")) < forms:
            who.page.wait_for_timeout(50)
        for path in paths:
            tap(who, path)
            offer = who.page.locator("[data-draft-open]")
            for _form in half[path]:
                offer.click()
            expect(who.page.locator("[data-draft]")).to_be_hidden()
            assert {form: said for form, said in who.page.evaluate(READ).items() if form in half[path]} == half[path], path
    # A withdrawal has nothing to fill in.
    assert {form.split()[0] for form in seen} == set(kinds.FORMS) - {"withdrawal"}


def test_what_its_page_no_longer_asks_for_can_be_let_go_on_the_first_page(phone, server):
    lan = phone("lan")
    referral = lan.refer()
    lan.expect_delivered()
    thu = phone("thu")
    page = thu.open(f"/referrals/{referral}")
    page.locator("summary", has_text="Chuyển đúng nơi").click()
    page.locator("#pass-note").fill("Viết chưa xong")
    while not thu.stored("drafts"):
        page.wait_for_timeout(50)
    thu.page.goto(thu.server.url + "/")
    page.locator("[data-unfinished]").get_by_role("button", name="Bỏ").click()
    expect(page.locator("[data-unfinished] a")).to_have_count(0)
    thu.wait_stored("drafts", [])


def test_what_is_opened_to_be_mended_is_no_draft_until_somebody_writes(phone):
    lan = phone("lan")
    _entry, page = opened_to_be_mended(lan)
    words = page.locator("textarea[name=narrative]")
    page.wait_for_timeout(1_000)
    assert lan.stored("drafts") == []
    words.fill("Nghe tiếng khóc, rồi im lặng")
    lan.wait_drafts(*lan.enrolments)


def test_an_offer_goes_with_the_form_that_became_an_entry_and_comes_again_with_the_next(phone):
    lan = phone("lan")
    begin(lan, "Viết trước")
    lan.reopen()
    page = lan.open("/records/new")
    expect(page.locator("[data-draft]")).to_be_visible()
    page.locator("textarea[name=narrative]").fill("Viết sau")
    lan.save("Lưu")
    expect(page.locator("[data-draft]")).to_be_hidden()
    opened_again(lan.open("/records/new"), "Viết trước")


def test_nothing_is_typed_into_a_form_that_is_being_saved(phone):
    lan = phone("lan")
    lan.offline()
    page = lan.open("/records/new")
    page.locator("[type=submit]:enabled").wait_for()
    words = page.locator("textarea[name=narrative]")
    words.fill("Nghe tiếng khóc")
    page.evaluate(SLOW)
    words.evaluate("(words) => words.form.requestSubmit()")
    page.keyboard.type("!")
    expect(words).to_have_value("Nghe tiếng khóc")
    expect(page.locator(".saved")).to_be_focused()
    # One heading, and it says what happened.
    expect(page.locator("h1:visible")).to_have_text(["Đã lưu"])
