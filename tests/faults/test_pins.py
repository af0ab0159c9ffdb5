"""A change of PIN that the network cuts in two: the book opens with what the ward knows, and nobody's tries are spent meanwhile."""
import time
from contextlib import suppress
from threading import Event

import pytest
from playwright.sync_api import expect

from tests.chromium import change_pin
from tests.faults.proxy import answer_lost, unavailable
from tests.ward import PIN

FRESH = "908172"
UNSURE = "chưa biết mã đã đổi chưa"


def expect_open(phone):
    phone.page.locator("body.is-recorder").wait_for()


def failures(ward, phone):
    (count,), = ward.sql("SELECT failures FROM enrolment WHERE id = ?", *phone.enrolments)
    return count


def test_a_change_of_pin_whose_answer_is_lost_wipes_nothing_and_ends_with_the_new_pin(phone, ward):
    lan = phone("lan")
    entry = lan.write_record("Trước khi đổi mã")
    lan.expect_delivered()
    ward.network.fault(answer_lost, "/pin")
    change_pin(lan, PIN, FRESH)
    lan.expect_text(UNSURE, "thử mã mới trước, rồi mã cũ")
    ward.network.heal()
    # Without a network the old one opens; the ward refuses it once, when a person gives it, and nothing asks again by itself.
    lan.lock()
    lan.offline()
    lan.unlock(PIN)
    expect_open(lan)
    lan.online()
    for path in ("/records", "/todo", "/", "/todo", "/records", "/todo"):
        lan.go(path)
        lan.page.locator("main").wait_for()
        if lan.is_locked():
            lan.unlock(PIN)
            lan.expect_text("Mã PIN đã đổi. Hãy mở bằng mã mới.")
    assert failures(ward, lan) == 1
    lan.unlock(FRESH)
    expect_open(lan)
    lan.expect_state(entry, "Đã nhận")
    assert failures(ward, lan) == 0
    lan.lock()
    lan.unlock(PIN)
    lan.expect_text("Mã chưa đúng")


def test_a_change_of_pin_that_never_arrived_is_made_again_with_the_same_words(phone, ward):
    lan = phone("lan")
    ward.network.fault(unavailable, "/pin")
    change_pin(lan, PIN, FRESH)
    lan.expect_text(UNSURE)
    ward.network.heal()
    lan.lock()
    lan.unlock(FRESH)
    lan.expect_text("Mã mới chưa được nhận. Hãy mở bằng mã cũ.")
    lan.unlock(PIN)
    expect_open(lan)
    change_pin(lan, PIN, FRESH)
    lan.expect_text("Đã lưu.")
    assert failures(ward, lan) == 0


def test_a_change_of_pin_asked_for_again_finds_that_it_was_made(phone, ward):
    lan = phone("lan")
    ward.network.fault(answer_lost, "/pin")
    change_pin(lan, PIN, FRESH)
    lan.expect_text(UNSURE)
    ward.network.heal()
    # The page still stands: the same again, and the ward is asked with the new one first.
    lan.page.get_by_role("button", name="Đổi mã PIN").click()
    lan.expect_text("Đã lưu.")
    assert failures(ward, lan) == 0
    lan.lock()
    lan.unlock(FRESH)
    expect_open(lan)
    expect(lan.page.locator("body[data-locked]")).to_have_count(0)


# The first worker that a page asks for never begins, as Chromium sometimes has it where the service worker is just changing.
STILLBORN = """(() => {
  const Real = Worker;
  window.asked = 0;
  window.Worker = class {
    constructor(...rest) { window.asked += 1; if (window.asked > 1) return new Real(...rest); }
    terminate() {}
  };
})()"""


def test_a_book_opens_although_the_worker_of_the_pin_never_begins(phone):
    lan = phone("lan")
    lan.lock()
    lan.page.evaluate(STILLBORN)
    lan.offline()
    lan.unlock(PIN)
    expect_open(lan)


def test_only_the_worker_that_came_first_stretches_a_pin(phone):
    """A phone so slow that two have begun does the work once."""
    lan = phone("lan")
    lan.lock()
    at = lan.page.evaluate("document.querySelector('script[src*=\"/static/js/\"]').src")
    tasks = lan.page.evaluate("""async (at) => {
      const tasks = [];
      const made = [];
      window.Worker = class {
        constructor() { made.push(this); if (made.length === 2) setTimeout(() => made.forEach((each) => each.onmessage({ data: "here" }))); }
        postMessage(task) { tasks.push(made.indexOf(this)); setTimeout(() => this.onmessage({ data: "key" }), 6000); }
        terminate() { this.gone = true; }
      };
      const { stretch } = await import(new URL("./stretch.js", at));
      const key = await stretch("1", new Uint8Array(16), {});
      return { tasks, key, made: made.length, gone: made.filter(({ gone }) => gone).length };
    }""", at)
    assert tasks == {"tasks": [0], "key": "key", "made": 2, "gone": 2}


@pytest.mark.parametrize("way, heard", [("Thoát nhanh", True), ("Khóa lại", True), ("Thoát nhanh", False)])
def test_whoever_closes_the_book_while_the_worker_opens_the_reading_session_anew_leaves_none_open(phone, ward, way, heard):
    """The answer comes once the page that could have heard of it is gone; `heard`: whether the ward is still reached then."""
    lan = phone("lan")
    record = lan.write_record("Nghe tiếng khóc")
    lan.expect_delivered()
    lan.lock()
    lan.offline()
    lan.unlock()
    lan.open("/records")
    lan.page.locator(f'.row:visible[data-entry="{record}"]').wait_for()
    closed, asked, answered = Event(), [], []

    def slow(request):
        answer = request.forward()
        asked.append(answer)
        closed.wait(30)
        # Whoever asked may be gone.
        with suppress(OSError):
            request.reply(*answer)
        answered.append(answer)

    ward.network.fault(slow, "/unlock")
    lan.online()
    # First the page's own, for its copies; then that of the worker, for what is opened next.
    wait(lan, lambda: asked)
    lan.page.locator("nav.tabs a[href='/todo']").click()
    wait(lan, lambda: len(asked) == 2)
    if not heard:
        ward.network.fault(lambda request: request.hang_up(), "/reading")
    lan.page.get_by_role("button", name=way).click()
    lan.page.locator("body[data-locked], td.today").first.wait_for()
    closed.set()
    wait(lan, lambda: len(answered) == 2)
    # Until then there is no half that could be left.
    lan.page.wait_for_timeout(1_000)
    halves = {"sotay-open"} if not heard else {"sotay-open", "sotay-read"}
    wait(lan, lambda: not halves & {cookie["name"] for cookie in lan.context.cookies()})
    if heard:
        assert ward.sql("SELECT count(*) FROM reading WHERE ended_at IS NULL AND enrolment_id = ?", *lan.enrolments) == [(0,)]
    assert lan.context.request.get(f"{ward.url}/records/{record}").status == 401


def wait(phone, condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        phone.page.wait_for_timeout(50)
