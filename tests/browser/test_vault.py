"""The phone keeps a secret: nothing opens without the PIN, everything opens with it, also without a network."""
import re
import time

import pytest
from playwright.sync_api import expect

from pwa.web.headers import POLICY
from tests.browser.test_two_people import CHANGE
from tests.chromium import change_pin
from tests.ward import PASSPHRASE, PIN

WRONG = "271828"


def start(phone, link, pin, again=None):
    phone.page.goto(link)
    phone.page.get_by_label("Mã PIN mới").fill(pin)
    phone.page.get_by_label("Nhập lại mã PIN").fill(pin if again is None else again)
    phone.page.get_by_role("button", name="Bắt đầu").click()


def expect_locked(phone):
    expect(phone.page.locator("body[data-locked]")).to_be_attached()
    expect(phone.page.get_by_role("button", name="Mở khóa")).to_be_visible()


def guess(phone, times=1, pin=WRONG):
    for _turn in range(times):
        phone.page.get_by_label("Mã PIN", exact=True).fill(pin)
        phone.page.get_by_role("button", name="Mở khóa").click()
        phone.page.locator("[data-error]:visible, [data-wiped]:visible").first.wait_for()
        expect(phone.page.locator("[data-progress]")).to_be_hidden()


@pytest.mark.parametrize("pin, again, sentence", [
    ("12345", None, "ít nhất 6 chữ số"), ("", None, "ít nhất 6 chữ số"), ("123456", None, "dễ đoán"), ("111111", None, "dễ đoán"),
    ("121212", None, "dễ đoán"), ("654321", None, "dễ đoán"), ("150390", None, "dễ đoán"), ("mật khẩu", None, "chỉ gồm chữ số"),
    (PIN, "264198", "chưa giống nhau")])
def test_nobody_begins_without_a_good_pin_and_the_invitation_stays(phone, server, pin, again, sentence):
    stranger = phone()
    start(stranger, server.invite("lan"), pin, again)
    stranger.expect_text(sentence)
    assert server.sql("SELECT spent_at FROM invitation ORDER BY created_at DESC LIMIT 1") == [(None,)]


# What somebody near tries first; and what must not be refused for nothing.
TRIVIAL = {
    "pin": """123456 654321 567890 111111 121212 112233 998877 123123 123321 150390 15031990 12341234 19901990 19900102 20020215 000123 246810
              468101 135791 2468024 147258 963852 789456 159753 258456 147258369 1122334455 224488 111222333 12345678910 1234512345""".split(),
    "passphrase": ["password123", "matkhau123", "Mật khẩu 123", "sotay12345", "Sổ tay 2026", "iloveyou12", "12345678910", "1234512345",
                   "0123456789", "qwertyuiop1", "qwerty2026", "abcdefghij", "passwordpassword", "abc abc abc abc", "aaaaaaaaab"]}
GOOD = {
    "pin": [PIN, WRONG, "314159", "975318", "908172", "112358", "370412", "13579246", "84216079", "15231990"],
    "passphrase": [PASSPHRASE, "hòa bình xanh 7", "nắng trên sông", "sotaycuachilan", "thunuoc1990mua", "73920184xx"]}
ASK = """async (asked) => {
  const { weakness } = await import(new URL("secret.js", document.querySelector("script[type=module]").src));
  return Object.fromEntries(Object.entries(asked).flatMap(([kind, all]) => all.map((each) => [each, weakness(each, kind)])));
}"""
COUNT = """async () => {
  const { weakness } = await import(new URL("secret.js", document.querySelector("script[type=module]").src));
  const refused = Array.from({ length: 1e6 }, (_, pin) => String(pin).padStart(6, "0")).filter((pin) => weakness(pin, "pin"));
  return [refused.length, refused.filter((pin) => !/^(0[1-9]|[12]\\d|3[01])(0[1-9]|1[0-2])/.test(pin)).length];
}"""


def test_what_is_tried_first_is_no_pin_and_an_ordinary_one_is_not_refused(phone):
    page = phone().open("/start")
    assert {secret for secret, weak in page.evaluate(ASK, TRIVIAL).items() if weak != "simple"} == set()
    assert {secret: weak for secret, weak in page.evaluate(ASK, GOOD).items() if weak} == {}
    # Of a million: 43,415 refused, 37,200 of them days of birth, 6,215 for their shape.
    refused, for_shape = page.evaluate(COUNT)
    assert refused < 45_000 and for_shape < 10_000


def test_a_coordinator_needs_a_passphrase(phone, server):
    thu = phone()
    start(thu, server.invite("thu"), PIN)
    expect(thu.page.locator("[data-error]")).to_contain_text("ít nhất 10 ký tự")
    assert server.sql("SELECT spent_at FROM invitation ORDER BY created_at DESC LIMIT 1") == [(None,)]
    start_again = thu.page
    for label in ("Mã PIN mới", "Nhập lại mã PIN"):
        start_again.get_by_label(label).fill(PASSPHRASE)
    start_again.get_by_role("button", name="Bắt đầu").click()
    start_again.wait_for_url(server.url + "/")


def test_opening_the_app_again_asks_for_the_pin_also_without_a_network(phone):
    lan = phone("lan")
    entry_id = lan.write_record("Nghe tiếng khóc")
    lan.offline()
    lan.reopen()
    lan.page.goto(lan.server.url + "/records")
    expect_locked(lan)
    assert "tiếng khóc" not in lan.page.content()
    lan.unlock()
    lan.page.locator(f'.row[data-entry="{entry_id}"]:visible').wait_for()


@pytest.mark.parametrize("left", ["/away", "/lock", "/later", "/start"])
def test_a_tab_that_is_the_same_for_everyone_keeps_no_closed_book_open(phone, left):
    """Whoever left by Thoát nhanh, and later used the app again and closed it, has closed it."""
    lan = phone("lan")
    lan.page.get_by_role("button", name="Thoát nhanh").click()
    lan.page.wait_for_url("**/away")
    lan.go(left)
    stays, lan.page = lan.page, lan.context.new_page()
    lan.open("/records")
    expect(lan.page.locator("h1")).to_have_text("Sổ của tôi")
    # Nor by the key, which it may ask for, nor by what it says as it goes.
    stays.reload()
    lan.page.wait_for_timeout(500)
    lan.reopen()
    stays.reload()
    lan.page.goto(lan.server.url + "/records")
    expect_locked(lan)


def test_a_lock_screen_under_its_own_address_turns_into_a_page_like_any_other(phone):
    """Browsers go on calling it by the address it was opened at."""
    lan = phone("lan")
    lan.lock()
    lan.go("/lock")
    lan.unlock()
    page = lan.page
    page.wait_for_url(lan.server.url + "/")
    tools = lan.context.new_cdp_session(page)
    tools.send("ServiceWorker.enable")
    tools.send("ServiceWorker.stopAllWorkers")
    page.locator("nav.tabs a[href='/records']").click()
    expect(page.locator("h1")).to_have_text("Sổ của tôi")
    page.goto(lan.server.url + "/directory")
    lan.expect_text("Công an phường")


def test_one_pin_opens_the_server_too_once_there_is_a_network_again(phone):
    lan = phone("lan")
    lan.write_record()
    lan.expect_delivered()
    lan.lock()
    lan.offline()
    lan.unlock()
    lan.online()
    # Never locked meanwhile, never asked again: the reading session is opened by the same PIN.
    lan.page.goto(lan.server.url + "/todo")
    lan.expect_text("Không có việc nào chờ bạn")


def test_unlocking_at_the_address_of_an_entry_opens_that_entry(phone):
    lan = phone("lan")
    entry_id = lan.write_record("Nghe tiếng khóc")
    lan.open("/records")
    lan.page.goto(f"{lan.server.url}/records/mine#{entry_id}")
    lan.expect_text("Nghe tiếng khóc")
    lan.lock()
    lan.unlock()
    lan.expect_text("Nghe tiếng khóc")


def test_a_lock_screen_no_longer_offers_a_person_whom_a_delivery_has_wiped(phone, server):
    lan = phone("lan")
    lan.offline()
    waiting = lan.write_record("Còn chờ gửi")
    lan.lock()
    server.flask("enrolments", "revoke", *lan.enrolments)
    lan.online()
    lan.expect_text("Sổ trên máy này chưa mở.")
    assert server.sql("SELECT marked FROM record WHERE id = ?", waiting) == [(1,)]


def test_a_person_who_is_wiped_takes_nothing_off_the_screen_of_another(phone, server, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    shared.lock()
    shared.unlock(who="lan")
    shared.offline()
    waiting = shared.write_record("Của Lan, còn chờ gửi")
    shared.lock()
    shared.unlock(who="hoa")
    page = shared.open("/records/new")
    page.locator("textarea[name=narrative]").fill("Của Hòa, đang viết")
    server.flask("enrolments", "revoke", shared.books["lan"][0])
    shared.online()
    shared.expect_delivered()
    assert server.sql("SELECT marked FROM record WHERE id = ?", waiting) == [(1,)]
    page.wait_for_timeout(500)
    expect(page.locator("textarea[name=narrative]")).to_have_value("Của Hòa, đang viết")


def test_lock_locks_every_page_at_once(phone):
    lan = phone("lan")
    other = lan.context.new_page()
    other.goto(lan.server.url + "/records")
    expect(other.locator("h1")).to_have_text("Sổ của tôi")
    lan.lock()
    expect(other.locator("body[data-locked]")).to_be_attached()
    lan.page.wait_for_function("() => !document.cookie.includes('sotay-open')")


def test_an_idle_book_locks_itself_and_seals_the_form_that_was_open(phone, own_server):
    own_server.environment["IDLE_SECONDS"] = "3"
    lan = phone("lan", on=own_server.start())
    page = lan.open("/records/new")
    page.locator("textarea[name=narrative]").fill("Đang viết dở thì có người vào")
    # A page that moves by itself is no person.
    page.evaluate("() => setInterval(() => scrollBy(0, scrollY > 100 ? -100 : 100), 200)")
    expect(page.locator("body[data-locked]")).to_be_attached()
    assert "viết dở" not in page.content()
    lan.unlock()
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value("Đang viết dở thì có người vào")


def test_only_what_a_person_does_keeps_a_book_open(phone):
    lan = phone("lan")
    page = lan.open("/directory")
    lan.expect_text("Công an phường")

    def last():
        return page.evaluate("""async () => {
          const at = document.querySelector('script[type=module]').src;
          return (await import(new URL('../../service_worker/keys.js', at))).held().at;
        }""")
    before = last()
    page.evaluate("""async () => {
      scrollTo(0, 300);
      document.querySelector('main').click();
      for (const happening of [new PointerEvent('pointerdown'), new KeyboardEvent('keydown'), new WheelEvent('wheel'), new InputEvent('input')])
        document.body.dispatchEvent(happening);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }""")
    assert page.evaluate("scrollY") == 300 and last() == before
    for act in (lambda: page.mouse.wheel(0, 50), lambda: page.keyboard.press("ArrowDown"), lambda: page.touchscreen.tap(100, 400)):
        act()
        until = time.monotonic() + 30
        while last() == before:
            assert time.monotonic() < until
            page.wait_for_timeout(20)
        before = last()


def test_wrong_pins_are_counted_also_across_reloads_and_ten_of_them_wipe_the_phone(phone, server):
    lan = phone("lan")
    enrolment, = lan.enrolments
    lan.write_record("Bản của riêng tôi")
    lan.expect_delivered()
    lan.offline()
    waiting = lan.write_record("Còn chờ gửi")
    lan.lock()
    guess(lan)
    lan.expect_text("Mã chưa đúng. Thử lại.")
    # What this phone has no memory to work out is no try.
    worker = lan.page.evaluate_handle("() => { const before = Worker; window.Worker = class { constructor() { throw new Error('no memory'); } }; return before; }")
    guess(lan)
    lan.expect_text("Chưa mở được trên máy này. Hãy thử lại.")
    lan.page.evaluate("(before) => { window.Worker = before; }", worker)
    assert [row["failures"] for row in lan.stored("enrolments")] == [1]
    guess(lan, 3)
    lan.page.reload()
    guess(lan)
    lan.expect_text("Còn 5 lần. Quên mã: gọi người đã mời bạn.")
    guess(lan, 5)
    lan.expect_text("Sổ đã đặt lại. Cần lời mời mới.", "Có lời mời?")
    assert lan.stored("own") == [] and lan.stored("pages") == []
    assert [set(row) for row in lan.stored("enrolments")] == [{"id", "person", "state"}]
    assert [row["id"] for row in lan.stored("outbox")] == [waiting]
    lan.online()
    lan.expect_delivered()
    assert server.sql("SELECT id FROM record WHERE id = ?", waiting) == [(waiting,)]
    assert server.sql("SELECT revoked_at IS NOT NULL FROM enrolment WHERE id = ?", enrolment) == [(1,)]


def test_ten_wrong_pins_of_one_person_leave_the_other_alone(phone, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    of_hoa = shared.write_record("Của Hòa")
    shared.expect_delivered()
    shared.lock()
    enrolment, _pin = shared.books["lan"]
    for _turn in range(10):
        shared.page.locator(f"[name=person][value='{enrolment}']").check(force=True)
        guess(shared)
    shared.expect_text("Sổ đã đặt lại")
    assert shared.enrolments == [shared.books["hoa"][0]]
    # On this very screen the other goes on: she alone is left, and chosen.
    shared.page.evaluate("window.same = true")
    expect(shared.page.locator("[name=person]")).to_have_count(1)
    shared.unlock(who="hoa")
    assert shared.page.evaluate("window.same")
    shared.expect_book((of_hoa, "Đã nhận"))


def test_an_invitation_that_somebody_has_used_is_not_called_ready(phone, server, namesake):
    link = server.invite("lan", f"lan {namesake}")
    phone().begin(link, PIN, "lan")
    other = phone()
    other.go(link.removeprefix(server.url))
    other.expect_text("Lời mời đã sẵn.")
    for field in ("Mã PIN mới", "Nhập lại mã PIN"):
        other.page.get_by_label(field).fill(PIN)
    other.page.get_by_role("button", name="Bắt đầu").click()
    other.expect_text("Lời mời này đã được dùng. Hãy xin lời mời mới.")
    expect(other.page.get_by_text("Lời mời đã sẵn.")).to_be_hidden()
    expect(other.page.get_by_label("Mã mời")).to_be_visible()


def test_after_ten_wrong_pins_of_one_person_the_screen_suits_the_other_and_both_notes_are_kept(phone, own_server, namesake):
    own_server.flask("ward", "set", "quick-note", "on")
    shared = phone("lan", on=own_server.start()).enrol("thu", namesake)
    (lans, _pin), (thus, _passphrase) = shared.books["lan"], shared.books["thu"]
    page = shared.page
    shared.lock()
    shared.offline()
    page.evaluate(CHANGE, [lans, {"quick": True, "failures": 9}])
    page.evaluate(CHANGE, [thus, {"quick": True}])
    page.reload()
    shared.choose(lans)
    page.get_by_label("Ghi nhanh").fill("Của Lan, viết dở")
    guess(shared)
    shared.expect_text("Sổ đã đặt lại")
    assert [row["enrolment"] for row in shared.stored("outbox")] == [lans]
    expect(page.locator("[data-people]")).to_be_hidden()
    expect(page.get_by_label("Mã PIN", exact=True)).to_have_attribute("inputmode", "text")
    page.get_by_label("Ghi nhanh").fill("Của Thu")
    page.get_by_role("button", name="Lưu").click()
    shared.expect_text("Đã lưu.")
    assert sorted(row["enrolment"] for row in shared.stored("outbox")) == sorted([lans, thus])
    # What the first lost is said until the other opens her own.
    shared.expect_text("Sổ đã đặt lại")
    shared.unlock(who="thu")


def test_a_new_invitation_restores_a_person_who_forgot_the_pin(phone, server, namesake):
    lan = phone("lan")
    lan.offline()
    waiting = lan.write_record("Chưa gửi thì quên mã")
    lan.lock()
    guess(lan, 10)
    lan.online()
    lan.books.clear()
    lan.enrol("lan", namesake)
    lan.expect_delivered()
    assert server.sql("SELECT id FROM record WHERE id = ?", waiting) == [(waiting,)]
    lan.open("/records")
    lan.expect_state(waiting, "Đã nhận")


def test_another_pin_opens_and_the_old_one_does_not(phone):
    lan = phone("lan")
    change_pin(lan, PIN, "908172")
    page = lan.page
    lan.expect_text("Đã lưu.")
    lan.lock()
    guess(lan, pin=PIN)
    lan.expect_text("Mã chưa đúng")
    lan.unlock("908172")
    page.locator("body.is-recorder").wait_for()
    lan.lock()
    lan.offline()
    lan.unlock("908172")
    page.locator("body.is-recorder").wait_for()


def test_what_is_written_in_an_open_book_is_proved_with_and_without_a_network_and_behind_another_pin(phone, server):
    lan = phone("lan")
    with_network = [lan.write_record(), lan.refer()]
    lan.offline()
    without = [lan.write_record(), lan.write_record("Sửa khi còn chờ"), lan.refer()]
    lan.open(f"/records/new#mend={without[1]}").locator("textarea[name=narrative]").fill("Đã sửa khi còn chờ")
    assert lan.save("Lưu") == without[1]
    lan.online()
    lan.expect_delivered()
    change_pin(lan, PIN, "908172")
    lan.expect_text("Đã lưu.")
    lan.lock()
    lan.offline()
    lan.unlock("908172")
    lan.books["lan"] = lan.books["lan"][0], "908172"
    behind = [lan.write_record("Sau khi đổi mã"), lan.refer()]
    lan.online()
    lan.expect_delivered()
    enrolment, = lan.enrolments
    assert server.sql("SELECT proof_due_at IS NULL FROM enrolment WHERE id = ?", enrolment) == [(0,)]
    assert dict(server.sql("SELECT id, marked FROM entry WHERE enrolment_id = ?", enrolment)) == dict.fromkeys(with_network + without + behind, 0)


def test_a_page_that_changes_its_own_pin_does_not_take_that_for_another_page_s(phone):
    """It looks every two seconds whether the book was opened or closed elsewhere: also just while it changes the PIN itself."""
    lan = phone("lan")
    page = lan.open("/phone")
    page.locator("[data-pin-form]").wait_for()
    overtaken = page.evaluate("""async () => {
      const at = document.querySelector('script[type=module]').src;
      const keys = await import(new URL('../../service_worker/keys.js', at));
      const { id, idle, turn, ...book } = keys.held();
      const held = keys.hold(id, book, idle, turn);
      const looked = await keys.overtaken();
      return { looked, held: await held, after: await keys.overtaken() };
    }""")
    assert overtaken == {"looked": False, "held": True, "after": False}


def test_a_change_of_pin_without_a_network_leaves_the_old_one(phone):
    lan = phone("lan")
    page = lan.open("/phone")
    lan.offline()
    page.locator("#now").fill(PIN)
    page.locator("#pin").fill("908172")
    page.locator("#again").fill("908172")
    page.get_by_role("button", name="Đổi mã PIN").click()
    lan.expect_text("Đổi mã cần có mạng")
    lan.lock()
    lan.unlock()
    page.locator("body.is-recorder").wait_for()


def test_the_lock_screen_shows_a_chosen_name_only(phone, server, namesake):
    shared = phone("lan")
    shared.begin(server.invite("lan", f"lê {namesake}"), PIN, "lê").enrol("hoa", namesake)
    page = shared.open("/phone")
    expect(page.get_by_role("link", name="Có lời mời?")).to_be_visible()
    page.get_by_label("Chữ viết tắt hoặc biệt danh").fill("l")
    page.locator("[data-label-form]").get_by_role("button", name="Lưu").click()
    shared.expect_text("Người khác trên máy này đã dùng tên đó")
    page.get_by_label("Chữ viết tắt hoặc biệt danh").fill("Mèo")
    page.locator("[data-label-form]").get_by_role("button", name="Lưu").click()
    shared.expect_text("Đã lưu.")
    shared.lock()
    chips = page.locator("[data-people] .chip")
    expect(chips).to_have_count(3)
    assert sorted(chips.all_inner_texts()) == ["L", "L 2", "Mèo"]
    assert not re.search("lan|hoa|lê", page.locator("main").inner_text(), re.I)
    page.get_by_role("link", name="Có lời mời?").click()
    page.wait_for_url("**/start")


@pytest.mark.parametrize("path", ["/", "/records", "/records/new", "/records/new-school", "/referrals/new", "/todo", "/directory", "/phone", "/lock", "/no-such-page"])
def test_a_phone_without_a_book_sees_the_same_neutral_page_everywhere(phone, path):
    stranger = phone()
    page = stranger.page
    page.goto(stranger.server.url + path)
    page.get_by_text("Sổ trên máy này chưa mở.").wait_for()
    assert page.title() == "Sổ tay"
    assert not re.search("chuyển gửi|ghi nhận|danh bạ|việc cần làm", page.content(), re.I)


def test_a_worker_that_was_stopped_gets_the_key_back_from_the_page_that_leaves(phone):
    lan = phone("lan")
    tools = lan.context.new_cdp_session(lan.page)
    tools.send("ServiceWorker.enable")
    tools.send("ServiceWorker.stopAllWorkers")
    lan.page.goto(lan.server.url + "/records")
    expect(lan.page.locator("h1")).to_have_text("Sổ của tôi")
    tools.send("ServiceWorker.stopAllWorkers")
    lan.page.reload()
    expect(lan.page.locator("h1")).to_have_text("Sổ của tôi")


# Whoever holds a locked phone can seal to the vault's point, which lies in clear: here pages that would run a script of theirs.
PLANT = """async (readable) => {
  const at = document.querySelector("script[type=module]").src;
  const [store, vault, people] = await Promise.all(["store", "vault", "people"].map((name) => import(new URL(`../../service_worker/${name}.js`, at))));
  const db = await store.open();
  const [row] = await people.all();
  const me = readable ? await people.current() : row;
  const html = "<!doctype html><title>Sổ tay</title><body><h1>Not ours</h1><script>document.title = 'ran';</" + "script></body>";
  const copy = await vault.seal(me, { headers: [["Content-Type", "text/html; charset=utf-8"], ["Sotay", "1"]], html });
  for (const page of await db.getAll("pages")) await db.put("pages", { ...page, copy });
  if (readable) return copy.v;
  await db.put("enrolments", { ...row, about: await vault.seal(row, { role: "coordinator", unit: "", initials: "", code: "" }) });
  return copy.v;
}"""


def keep_pages(phone):
    phone.open("/directory")
    phone.expect_text("Công an phường")
    until = time.monotonic() + 30
    while not phone.stored("pages"):
        assert time.monotonic() < until
        phone.page.wait_for_timeout(50)
    phone.page.wait_for_load_state("networkidle")


def test_what_is_planted_on_a_locked_phone_opens_neither_as_a_page_nor_as_who_somebody_is(phone):
    lan = phone("lan")
    keep_pages(lan)
    lan.lock()
    assert lan.page.evaluate(PLANT, False) == 3
    lan.unlock()
    assert lan.page.evaluate("document.body.className").split()[0] == "is-collaborator"
    for path in ("/directory", "/", "/records/new"):
        page = lan.open(path)
        expect(page.locator("h1")).not_to_have_text("Not ours")
        assert page.title() == "Sổ tay" and not lan.is_locked()


def test_a_copy_of_a_page_is_shown_under_our_own_policy_whatever_was_kept_with_it(phone):
    lan = phone("lan")
    keep_pages(lan)
    assert lan.page.evaluate(PLANT, True) == 2
    lan.offline()
    shown = lan.page.goto(lan.server.url + "/directory")
    expect(lan.page.locator("h1")).to_have_text("Not ours")
    assert shown.header_value("content-security-policy") == POLICY
    assert lan.page.title() == "Sổ tay"


def test_a_phone_whose_clock_was_reset_still_opens(phone):
    lan = phone("lan")
    lan.offline()
    lan.lock()
    # As after the battery was out: years before the last time it was locked.
    lan.page.clock.set_fixed_time("2015-01-01T08:00:00Z")
    lan.unlock()
    lan.open("/records")
    expect(lan.page.locator("h1")).to_have_text("Sổ của tôi")


def test_without_unlocking_one_plain_note_can_be_written_where_the_ward_allows_it(phone, own_server):
    own_server.flask("ward", "set", "quick-note", "on")
    lan = phone("lan", on=own_server.start())
    lan.lock()
    lan.offline()
    page = lan.page
    page.reload()
    # Half a note is sealed when the screen is left, and offered behind the PIN.
    page.get_by_label("Ghi nhanh").fill("Viết chưa xong")
    page.get_by_role("button", name="Thoát nhanh").click()
    page.wait_for_url("**/away")
    lan.open("/").locator("[data-unfinished] a").click()
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value("Viết chưa xong")
    lan.lock()
    page.get_by_label("Ghi nhanh").fill("Nghe tiếng khóc")
    page.get_by_text("Gọi cho tôi").click()
    # A tap too many keeps nothing twice.
    page.evaluate("() => { for (const _tap of [1, 2]) document.querySelector('[data-quick-form] [type=submit]').click(); }")
    lan.expect_text("Đã lưu.")
    # Not a count, not a word of it, until the PIN is given.
    assert "khóc" not in page.content()
    entry, = [row["id"] for row in lan.stored("outbox")]
    lan.unlock()
    lan.expect_state(entry, "Chờ gửi")
    lan.expect_text("Nghe tiếng khóc")
    lan.online()
    lan.expect_delivered()
    thu = phone("thu", on=own_server)
    thu.open(f"/records/{entry}")
    thu.expect_text("chưa xác minh người ghi", "Gọi cho tôi")


def test_what_is_half_typed_on_a_lock_screen_that_nobody_touches_is_sealed_and_goes(phone, own_server):
    own_server.flask("ward", "set", "quick-note", "on")
    own_server.environment["IDLE_SECONDS"] = "10"
    lan = phone("lan", on=own_server.start())
    lan.lock()
    page = lan.page
    note, pin = page.get_by_label("Ghi nhanh"), page.get_by_label("Mã PIN", exact=True)
    note.fill("Đang viết thì bị gọi đi")
    pin.fill("2641")
    # Whoever goes on writing is not interrupted.
    for _turn in range(4):
        page.wait_for_timeout(3000)
        note.press("End")
    assert note.input_value() and pin.input_value()
    expect(note).to_have_value("")
    expect(pin).to_have_value("")
    assert not page.evaluate(FILLING)
    lan.wait_drafts(*lan.enrolments)
    note.fill("Đã viết xong")
    page.get_by_role("button", name="Lưu").click()
    lan.expect_text("Đã lưu.")
    # Nor is it left to be read there that somebody wrote.
    expect(page.locator("[data-quick-saved]")).to_be_hidden()
    lan.unlock()
    lan.open("/").locator("[data-unfinished] a").click()
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("textarea[name=narrative]")).to_have_value("Đang viết thì bị gọi đi")


def test_half_a_note_that_stands_there_at_the_tenth_wrong_pin_is_saved_and_delivered(phone, own_server):
    own_server.flask("ward", "set", "quick-note", "on")
    lan = phone("lan", on=own_server.start())
    enrolment, = lan.enrolments
    lan.lock()
    lan.offline()
    guess(lan, 9)
    lan.page.get_by_label("Ghi nhanh").fill("Cứu tôi với, viết dở dang")
    guess(lan)
    lan.expect_text("Sổ đã đặt lại. Cần lời mời mới.", "Đã lưu.")
    expect(lan.page.get_by_label("Ghi nhanh")).to_be_hidden()
    assert "viết dở" not in lan.page.content() and lan.page.get_by_label("Ghi nhanh").input_value() == ""
    entry, = lan.stored("outbox")
    assert lan.stored("own") == lan.stored("drafts") == []
    assert lan.stored("enrolments") == [{"id": enrolment, "person": own_server.sql("SELECT person_id FROM enrolment")[0][0], "state": "wiped"}]
    lan.online()
    lan.expect_delivered()
    assert own_server.sql("SELECT id, marked FROM record") == [(entry["id"], 1)]
    lan.wait_stored("enrolments", [])
    thu = phone("thu", on=own_server)
    thu.open(f"/records/{entry['id']}")
    thu.expect_text("Cứu tôi với, viết dở dang", "chưa xác minh người ghi")


def test_a_pin_is_its_digits_however_it_was_pasted_and_what_is_none_is_no_try(phone):
    lan = phone("lan")
    lan.lock()
    for pin, sentence in {"26419": "Mã PIN cần ít nhất 6 chữ số.", "264-197": "Mã PIN chỉ gồm chữ số.", "mật khẩu": "Mã PIN chỉ gồm chữ số."}.items():
        guess(lan, pin=pin)
        lan.expect_text(sentence)
    assert [row["failures"] for row in lan.stored("enrolments")] == [0]
    for pin in ("264 197", "\u200b264\u2009197\ufeff", "２６４１９７\u200b"):
        lan.unlock(pin)
        lan.page.locator("body.is-recorder").wait_for()
        lan.lock()


def test_a_new_pin_is_its_digits_too(phone, server):
    lan = phone()
    start(lan, server.invite("lan"), "264 197", "264197\u200b")
    lan.page.wait_for_url(server.url + "/")
    lan.page.locator("body.is-recorder").wait_for()
    lan.who, lan.books["lan"] = "lan", (lan.enrolments[0], PIN)
    page = lan.open("/phone")
    for now, outcome in (("26419", "Mã PIN đang dùng chưa đúng."), ("26 41 97", "Đã lưu.")):
        for field, pin in {"now": now, "pin": "908 172", "again": "９０８１７２"}.items():
            page.locator(f"#{field}").fill(pin)
        page.get_by_role("button", name="Đổi mã PIN").click()
        lan.expect_text(outcome)
        # Five digits are nobody's PIN.
        assert [row["failures"] for row in lan.stored("enrolments")] == [0]
    lan.lock()
    lan.unlock("908172")
    page.locator("body.is-recorder").wait_for()


UNSEEN = """async () => {
  const at = document.querySelector("script[type=module]").src;
  const [{ make, unlock, rewrap, COST }, { stretch }, { typed, typedAnew }] = await Promise.all(
    ["../../service_worker/pin.js", "./stretch.js", "./secret.js"].map((name) => import(new URL(name, at))));
  const opens = async (said, vault, kind = "passphrase") => Boolean((await unlock(stretch, typed({ value: said }, kind), vault)).opened);
  const [plain, pasted] = ["ba con mèo \u2764 xanh", "\u200b ba con mèo \u2764\ufe0f xanh \u2060"];
  // As it was made before: with all that nobody sees.
  const { vault: old } = await make((_secret, salt, cost) => stretch(pasted.trim().normalize("NFKC"), salt, cost), "");
  const { raised } = await unlock(stretch, typed({ value: pasted }, "passphrase"), { ...old, cost: { ...old.cost, v: 1 } }, { raise: true });
  const { vault: fresh } = await make(stretch, typedAnew({ value: pasted }, "passphrase"));
  const { vault: changed } = await rewrap(stretch, typed({ value: pasted }, "passphrase"), typedAnew({ value: plain }, "passphrase"), old);
  return { old: await opens(pasted, old), raised: await opens(plain, raised), other: await opens("ba con mèo xanh", old),
           fresh: [await opens(plain, fresh), await opens(pasted, fresh)], changed: [await opens(plain, changed), await opens(pasted, changed)],
           inside: await opens("bacon mèo \u2764 xanh", fresh) };
}"""


def test_what_nobody_sees_of_a_passphrase_is_no_part_of_it_and_what_was_made_with_it_opens(phone):
    thu = phone("thu")
    thu.lock()
    assert thu.page.evaluate(UNSEEN) == {"old": True, "raised": True, "other": False, "fresh": [True, True], "changed": [True, True], "inside": False}


MEANWHILE = """async () => {
  const at = document.querySelector("script[type=module]").src;
  const [enrolment, people] = await Promise.all(["./enrolment.js", "../../service_worker/people.js"].map((name) => import(new URL(name, at))));
  const { me } = await (await fetch("/me", { headers: { Accept: "application/json" } })).json();
  await Promise.all([enrolment.keep(me), people.change(me.enrolment, { failures: 3 })]);
  const [{ failures }] = await people.all();
  await Promise.all([enrolment.keep(me), people.wipe(me.enrolment)]);
  return [failures, await people.all()];
}"""
FILLING = "async () => (await navigator.locks.query()).held.some(({ name }) => name === 'sotay-filling')"


def test_what_the_ward_says_of_a_person_overwrites_nothing_and_brings_nobody_back(phone):
    lan = phone("lan")
    lan.lock()
    # Half a PIN keeps a new version away, a try that failed no longer.
    lan.page.get_by_label("Mã PIN", exact=True).fill("26")
    assert lan.page.evaluate(FILLING)
    guess(lan)
    assert not lan.page.evaluate(FILLING)
    # A lock screen on which something is being typed stands still when somebody is wiped.
    lan.page.get_by_label("Mã PIN", exact=True).fill("26")
    assert lan.page.evaluate(MEANWHILE) == [3, []]


def test_by_default_the_lock_screen_has_no_field_but_the_pin(phone):
    lan = phone("lan")
    lan.lock()
    expect(lan.page.get_by_label("Ghi nhanh")).to_be_hidden()


def test_what_waits_can_be_brought_to_the_ward_as_a_file(phone, server, tmp_path):
    lan = phone("lan")
    lan.offline()
    entry = lan.write_record("Máy này không bao giờ có mạng")
    lan.open("/phone")
    with lan.page.expect_download() as coming:
        lan.page.get_by_role("button", name="Xuất phần chờ gửi").click()
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    assert re.fullmatch(r"so-tay-\d{4}-\d\d-\d\d\.bin", file.name) and "mạng".encode() not in file.read_bytes()
    thu = phone("thu")
    page = thu.open("/import")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form button[type=submit]").first.click()
    thu.expect_text("Ghi mới vào sổ")
    assert server.sql("SELECT id FROM record WHERE id = ?", entry) == [(entry,)]
    lan.online()
    lan.expect_delivered()
    assert server.sql("SELECT count(*) FROM record WHERE id = ?", entry) == [(1,)]
