"""One phone, two people: neither reads, sends as, or erases what is the other's."""
from playwright.sync_api import expect

from db.models import Reading
from tests.chromium import change_pin
from tests.ward import PIN

# A module as the page in hand has it.
LOAD = """const load = (name) => import(new URL(name, document.querySelector("script[type=module]").src));"""

# What the PIN is worked out to comes only when the test says so.
GATE = """() => {
  const open = new Promise((done) => { window.openGate = done; });
  const Real = Worker;
  window.Worker = class extends Real {
    set onmessage(heard) {
      super.onmessage = async (event) => {
        window.workedOut = true;
        await open;
        heard(event);
      };
    }
  };
}"""


# The console of a page, whoever's it is: entries sealed on this enrolment, a deletion of the first of these and new words for the second.
FORGE = """async ([enrolment, gone, mended, write]) => {
  const at = document.querySelector("script[type=module]").src;
  const [outbox, people, flush] = await Promise.all(["outbox", "people", "flush"].map((name) => import(new URL(`../../service_worker/${name}.js`, at))));
  const me = { ...(await people.get(enrolment)), write };
  const made = [
    await outbox.save(me, "withdrawal", `target=${gone}`, { settles: gone }),
    await outbox.save(me, "record", `form_name=observation&danger=no&narrative=X&replaces=${mended}`, { settles: mended }),
    await outbox.save(me, "record", "form_name=observation&danger=no&narrative=Y"),
  ];
  await flush.flush({ now: true });
  return made;
}"""
MY_KEY = """async () => {
  const at = document.querySelector("script[type=module]").src;
  const people = await import(new URL("../../service_worker/people.js", at));
  return (await people.current())?.write ?? "";
}"""


def switch_to(phone, who):
    """Lock the book that is open and open the other person's."""
    phone.open("/")
    phone.lock()
    phone.unlock(who=who)


def author(server, entry_id):
    """The enrolment an entry was sealed on, and the role of its author's enrolment."""
    return server.sql("SELECT e.enrolment_id, p.person_id = r.author_id FROM entry e JOIN record r ON r.id = e.id"
                      " JOIN enrolment p ON p.id = e.enrolment_id WHERE e.id = ?", entry_id)[0]


def test_what_the_first_wrote_is_delivered_as_hers_while_the_second_uses_the_phone(phone, server, namesake):
    shared = phone("lan")
    lans, = shared.enrolments
    shared.enrol("hoa", namesake)
    hoas, = set(shared.enrolments) - {lans}
    shared.offline()
    switch_to(shared, "lan")
    of_lan = shared.write_record("Lan nghe tiếng khóc")
    shared.expect_book((of_lan, "Chờ gửi"))
    switch_to(shared, "hoa")
    shared.expect_book()
    of_hoa = shared.write_record("Hòa nghe tiếng khóc")
    shared.expect_book((of_hoa, "Chờ gửi"))
    shared.open(f"/records/mine#{of_lan}")
    shared.expect_text("Không thấy mục này trên máy")
    shared.online()
    shared.expect_delivered()
    assert author(server, of_lan) == (lans, 1)
    assert author(server, of_hoa) == (hoas, 1)
    shared.reopen()
    shared.expect_book((of_hoa, "Đã nhận"))
    switch_to(shared, "lan")
    shared.expect_book((of_lan, "Đã nhận"))


def test_the_other_person_is_chosen_without_a_network_and_stands_first_the_next_time(phone, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    shared.offline()
    switch_to(shared, "lan")
    shared.reopen()
    shared.page.goto(shared.server.url + "/")
    expect(shared.page.locator(f"[name=person][value='{shared.books['lan'][0]}']")).to_be_checked()


def test_one_ones_pin_does_not_open_the_others_book(phone, namesake):
    shared = phone("thu").enrol("lan", namesake)
    shared.lock()
    enrolment, _passphrase = shared.books["thu"]
    shared.page.locator(f"[name=person][value='{enrolment}']").check(force=True)
    shared.page.get_by_label("Mã PIN", exact=True).fill(shared.books["lan"][1])
    shared.page.get_by_role("button", name="Mở khóa").click()
    shared.expect_text("Mã chưa đúng. Thử lại.")


def test_on_the_page_of_the_server_nobody_reads_the_first_ones_record(phone, namesake):
    shared = phone("lan")
    of_lan = shared.write_record("Lan nghe tiếng khóc")
    shared.expect_delivered()
    shared.enrol("hoa", namesake)
    shared.open(f"/records/{of_lan}")
    shared.expect_text("Không có trang này")
    assert "Lan nghe" not in shared.page.content()


# Settles and deletes by the id of what is the other's; the ward answers for one's own alone.
MEDDLE = f"""async (theirs) => {{
  {LOAD}
  const [outbox, own, flush] = await Promise.all(["outbox", "own", "flush"].map((name) => load(`../../service_worker/${{name}}.js`)));
  const who = await load("./who.js");
  const me = await who.current();
  await own.remove(me, theirs);
  await own.drop(me, theirs);
  await outbox.save(me, "withdrawal", `target=${{theirs}}`, {{ settles: theirs }});
  window.fetch = async (path, how) => {{
    const {{ enrolment, entries }} = path === "/sync" ? JSON.parse(how.body) : {{}};
    if (enrolment !== me.id) throw new TypeError("no network");
    const receipts = entries.map(({{ id }}) => ({{ id, outcome: "stored" }}));
    return new Response(JSON.stringify({{ receipts }}), {{ headers: {{ "Content-Type": "application/json" }} }});
  }};
  await flush.flush({{ now: true }});
}}"""
WHOSE = f"""async () => {{ {LOAD} return (await (await load("./who.js")).current())?.id; }}"""
# The reading session is renewed while somebody leaves: the answer comes when the book is closed.
RENEW = f"""async () => {{
  {LOAD}
  const [session, keys, who, idle] = await Promise.all(
    ["../../service_worker/session.js", "../../service_worker/keys.js", "./who.js", "./idle.js"].map(load));
  idle.going();
  const me = await who.current();
  const real = window.fetch;
  window.fetch = async (path, how) => {{
    const answer = await real(path, how);
    if (path === "/unlock") await keys.close();
    return answer;
  }};
  return [await session.renew(me), document.cookie.includes("sotay-open")];
}}"""
CHANGE = f"""async ([id, fields]) => {{ {LOAD} await (await load("../../service_worker/people.js")).change(id, fields); }}"""


def test_by_the_address_of_the_first_ones_note_the_second_neither_sees_nor_mends_nor_deletes_it(phone, server, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    lans = shared.books["lan"][0]
    switch_to(shared, "lan")
    shared.offline()
    of_lan = shared.write_record("Lan nghe tiếng khóc")
    mending = f"/records/new#mend={of_lan}"
    shared.open("/")
    page = shared.open(mending)
    expect(page.locator("textarea[name=narrative]")).to_have_value("Lan nghe tiếng khóc")
    # Locked there and opened by the other: where Lan was is nobody else's place.
    shared.lock()
    shared.unlock(who="hoa")
    page.wait_for_url(server.url + "/")
    shared.open(mending)
    page.locator("[data-entry-form] [type=submit]:enabled").wait_for()
    expect(page.locator("textarea[name=narrative]")).to_have_value("")
    page.locator("textarea[name=narrative]").fill("Hòa nghe tiếng khóc")
    assert shared.save("Lưu") != of_lan
    # What is gone meanwhile can be mended all the same: the words are kept as a new one.
    gone = shared.write_record("Hòa viết rồi xóa")
    shared.open(f"/records/mine#{gone}")
    page.locator("[data-remove]").click()
    # The way out stays while the question stands.
    page.get_by_role("button", name="Thoát nhanh").click(trial=True)
    page.locator("[data-confirm] [value=yes]").click()
    page.wait_for_url("**/records")
    shared.open(f"/records/new#mend={gone}")
    page.locator("[data-entry-form] [type=submit]:enabled").wait_for()
    page.locator("textarea[name=narrative]").fill("Hòa viết lại")
    assert shared.save("Lưu") != gone
    assert not any(row.get("settles") for row in shared.stored("own"))
    page.evaluate(MEDDLE, of_lan)
    # Hòa's: two notes, and the one deletion that was forced upon the outbox.
    assert sorted(row["id"] if row["enrolment"] == lans else "" for row in shared.stored("own")) == [""] * 3 + [of_lan]
    assert [row["id"] for row in shared.stored("outbox")] == [of_lan]


def test_of_two_windows_the_second_book_closes_the_first(phone, server, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    lans, hoas = shared.books["lan"][0], shared.books["hoa"][0]
    of_hoa = shared.write_record("Chuyện của Hòa")
    shared.expect_delivered()
    shared.lock()
    first, second = shared.page, shared.context.new_page()
    second.goto(server.url + "/")
    shared.unlock(who="hoa")
    shared.open("/records/new")
    first.locator("textarea[name=narrative]").fill("Của Hòa, đang viết")
    # The same person again changes nothing on the screen of the first window.
    shared.page = second
    shared.unlock(who="hoa")
    first.wait_for_timeout(2_500)
    expect(first.locator("textarea[name=narrative]")).to_have_value("Của Hòa, đang viết")
    shared.lock()
    first.locator("[data-unlock]").wait_for()
    shared.page = first
    shared.unlock(who="hoa")
    shared.open("/records/new")
    first.locator("textarea[name=narrative]").fill("Của Hòa, viết tiếp")
    shared.page = second
    shared.unlock(who="lan")
    first.wait_for_url(server.url + "/")
    first.locator("body.is-recorder").wait_for()
    assert [window.evaluate(WHOSE) for window in (first, second)] == [lans, lans]
    assert {row["enrolment"] for row in shared.stored("drafts")} == {hoas}
    assert server.sql("SELECT enrolment_id FROM reading WHERE ended_at IS NULL AND enrolment_id IN (?, ?)", lans, hoas) == [(lans,)]
    # Whoever's session the ward believes in, a page of Lan's window asks as Lan.
    with server.at_home():
        Reading.update(enrolment=hoas).where(Reading.enrolment == lans, Reading.ended_at.is_null()).execute()
    shared.open(f"/records/{of_hoa}")
    shared.expect_text("Không có trang này")
    assert second.evaluate(RENEW) == [False, False]
    # Wiped in one window, it is wiped in the other, with what waits still to be told.
    shared.offline()
    waiting = shared.write_record("Của Lan, còn chờ gửi")
    shared.lock()
    first.locator("[data-unlock]").wait_for()
    shared.unlock(who="lan")
    first.evaluate(CHANGE, [lans, {"failures": 9}])
    shared.page = first
    shared.unlock("271828", who="lan")
    shared.expect_text("Sổ đã đặt lại")
    second.locator("[data-unlock]").wait_for()
    expect(second.locator("[name=person]")).to_have_count(1)
    assert [row["id"] for row in shared.stored("outbox")] == [waiting]
    assert {row["id"]: set(row) for row in shared.stored("enrolments")}[lans] == {"id", "person", "state"}


def test_whoever_leaves_while_the_pin_is_worked_out_has_left_and_a_pin_changed_meanwhile_stays(phone, server):
    lan = phone("lan")
    lan.lock()
    lan.offline()
    first, second = lan.page, lan.context.new_page()
    for path in ("/", "/records"):
        second.goto(server.url + path)
    second.evaluate(GATE)
    second.get_by_label("Mã PIN", exact=True).fill(PIN)
    second.get_by_role("button", name="Mở khóa").click()
    while not second.evaluate("() => window.workedOut"):
        second.wait_for_timeout(50)
    second.evaluate("() => { document.querySelector('[data-exit]').click(); window.openGate(); }")
    second.wait_for_url("**/away")
    second.wait_for_timeout(500)
    assert second.url == server.url + "/away"
    second.go_back()
    second.locator("[data-unlock]").wait_for()
    # Somebody leaves in the other window.
    second.evaluate(GATE)
    second.get_by_label("Mã PIN", exact=True).fill(PIN)
    second.get_by_role("button", name="Mở khóa").click()
    lan.unlock()
    first.get_by_role("button", name="Thoát nhanh").click()
    first.wait_for_url("**/away")
    second.evaluate("() => window.openGate()")
    second.get_by_text("Chưa mở được trên máy này. Hãy thử lại.").wait_for()
    # The other window changes the PIN while the old one is tried here.
    lan.online()
    lan.go("/")
    second.evaluate(GATE)
    second.get_by_label("Mã PIN", exact=True).fill(PIN)
    second.get_by_role("button", name="Mở khóa").click()
    lan.unlock()
    change_pin(lan, PIN, "908172")
    page = lan.page
    lan.expect_text("Đã lưu.")
    second.evaluate("() => window.openGate()")
    second.get_by_text("Chưa mở được trên máy này. Hãy thử lại.").wait_for()
    # Guesses of whoever finds the book open count like those on the lock screen.
    first.evaluate(CHANGE, [lan.enrolments[0], {"failures": 8}])
    for left in ("Còn 1 lần", None):
        for field, pin in {"now": PIN, "pin": "537284", "again": "537284"}.items():
            page.locator(f"#{field}").fill(pin)
        page.get_by_role("button", name="Đổi mã PIN").click()
        if left:
            lan.expect_text(left)
    lan.expect_text("Sổ trên máy này chưa mở.")
    assert lan.stored("enrolments") == []
    second.get_by_text("Sổ trên máy này chưa mở.").wait_for()


def test_half_a_note_is_kept_for_whoever_wrote_it_and_shown_to_nobody_else(phone, own_server, namesake):
    own_server.flask("ward", "set", "quick-note", "on")
    shared = phone("lan", on=own_server.start()).enrol("hoa", namesake)
    (lans, _pin), (hoas, _pin) = shared.books["lan"], shared.books["hoa"]
    page = shared.page
    page.evaluate(CHANGE, [lans, {"quick": True}])
    shared.offline()
    shared.lock()
    page.get_by_label("Ghi nhanh").fill("Của Hòa, viết dở")
    # At once, before the draft has been written once.
    page.locator(f"[name=person][value='{lans}']").check(force=True)
    expect(page.get_by_label("Ghi nhanh")).to_have_value("")
    shared.wait_drafts(hoas)
    page.get_by_label("Ghi nhanh").fill("Của Lan, viết dở")
    shared.wait_drafts(hoas, lans)
    # Not to herself either until she has given her PIN.
    page.locator(f"[name=person][value='{hoas}']").check(force=True)
    expect(page.get_by_label("Ghi nhanh")).to_have_value("")
    page.locator(f"[name=person][value='{lans}']").check(force=True)
    page.get_by_label("Ghi nhanh").fill("Của Lan, viết xong")
    page.get_by_text("Gọi cho tôi").click()
    page.get_by_role("button", name="Lưu").click()
    shared.expect_text("Đã lưu.")
    shared.wait_drafts(hoas, lans)
    entry, = shared.stored("outbox")
    assert entry["enrolment"] == lans
    for who, words in {"lan": "Của Lan, viết dở", "hoa": "Của Hòa, viết dở"}.items():
        shared.unlock(who=who)
        shared.open("/").locator("[data-unfinished] a").click()
        page.get_by_role("button", name="Mở lại").click()
        expect(page.locator("textarea[name=narrative]")).to_have_value(words)
        shared.lock()
    # What was ticked is there when the note is mended.
    shared.unlock(who="lan")
    shared.open(f"/records/new#mend={entry['id']}")
    expect(page.locator("#safe_contact")).to_have_value("Gọi cho tôi")
    page.evaluate(CHANGE, [lans, {"quick": False}])
    shared.lock()
    expect(page.get_by_label("Ghi nhanh")).to_be_hidden()
    page.locator(f"[name=person][value='{hoas}']").check(force=True)
    expect(page.get_by_label("Ghi nhanh")).to_be_visible()


def test_a_phone_whose_cookies_are_lost_says_so_and_shows_what_it_keeps(phone):
    lan = phone("lan")
    entry = lan.write_record("Đã tới phường")
    lan.expect_delivered()
    lan.open("/")
    lan.page.wait_for_load_state("networkidle")
    lan.lock()
    lan.context.clear_cookies()
    lan.unlock()
    lan.expect_text("Máy chủ chưa nhận ra máy này")
    lan.open("/records")
    lan.expect_state(entry, "Đã nhận")
    lan.page.wait_for_timeout(1_000)
    assert not lan.is_locked()
    lan.lock()
    lan.expect_text("Máy chủ chưa nhận ra máy này", "Có lời mời?")


def test_whoever_holds_the_phone_writes_nothing_in_the_name_of_somebody_whose_book_is_locked(phone, server, namesake):
    shared = phone("lan")
    gone, mended = shared.write_record("Anh ta đánh chị ấy"), shared.write_record("Chị ấy bị nhốt")
    shared.expect_delivered()
    lans = shared.books["lan"][0]
    shared.enrol("hoa", namesake)
    of_hoa = shared.page.evaluate(MY_KEY)
    assert of_hoa, "her own book is open"
    # With the open book's key and without one; then with no book open at all.
    forged = shared.page.evaluate(FORGE, [lans, gone, mended, of_hoa]) + shared.page.evaluate(FORGE, [lans, gone, mended, ""])
    shared.lock()
    assert shared.page.evaluate(MY_KEY) == ""
    forged += shared.page.evaluate(FORGE, [lans, gone, mended, ""])
    known = ",".join("?" * len(forged))
    assert server.sql(f"SELECT outcome FROM held WHERE entry_id IN ({known})", *forged) == [("forbidden",)] * 6
    assert server.sql(f"SELECT unverified, marked FROM record WHERE id IN ({known})", *forged) == [(1, 0)] * 3
    assert server.sql("SELECT withdrawn_at, replaced_by, unverified FROM record WHERE id IN (?, ?)", gone, mended) == [(None, None, 0)] * 2
    shared.unlock(who="lan")
    # Hers goes on, and nobody calls her a forger.
    fresh = shared.write_record("Vẫn là chị Lan")
    shared.expect_state(fresh, "Đã nhận")
    assert server.sql("SELECT unverified FROM record WHERE id = ?", fresh) == [(0,)]
    assert {gone, mended} <= {entry for entry, _word in shared._rows()}
