"""Pages a browser freezes for its Back button: Playwright switches that off, so these tests switch it on again."""
import pytest

from tests.chromium import ARGUMENTS, WHOLE, BrowserPhone


@pytest.fixture
def freezing(browser):
    """A Chromium with its back/forward cache."""
    running = browser.browser_type.launch(executable_path=WHOLE, args=ARGUMENTS,
                                          ignore_default_args=["--disable-back-forward-cache"])
    yield running
    running.close()


def test_the_control_page_is_really_restored(freezing, server):
    phone = BrowserPhone(freezing, server)
    page = phone.open("/away")
    page.evaluate("addEventListener('pageshow', (event) => { document.title = event.persisted ? 'restored' : 'loaded'; })")
    phone.open("/manifest.webmanifest")
    page.go_back(wait_until="commit")
    page.wait_for_function("document.title === 'restored'")


def test_a_page_left_behind_blocks_no_delivery(freezing, server, namesake):
    lan = BrowserPhone(freezing, server).enrol("lan", namesake)
    lan.offline()
    entry_id = lan.write_record("Nghe tiếng khóc")
    lan.online()
    # The page that hears the network come back is left in the same moment.
    lan.page.get_by_role("link", name="Sổ của tôi").first.click()
    lan.expect_state(entry_id, "Đã nhận")
    assert server.sql("SELECT count(*) FROM record WHERE id = ?", entry_id) == [(1,)]


def test_back_shows_nothing_personal_of_a_page_that_was_left(freezing, server, namesake):
    thu = BrowserPhone(freezing, server).enrol("thu", namesake)
    page = thu.open("/todo")
    page.evaluate("window.kept = true")
    thu.open("/offline")
    page.go_back(wait_until="commit")
    page.locator("h1").wait_for()
    assert page.evaluate("window.kept === undefined"), "the frozen page itself came back"


def test_a_lock_screen_that_turned_into_a_page_is_frozen_empty(freezing, server, namesake):
    lan = BrowserPhone(freezing, server).enrol("lan", namesake)
    lan.write_record(f"Lời kể {namesake}", act=None)
    page = lan.open("/records")
    lan.lock()
    page.evaluate("window.same = true")
    lan.unlock()
    lan.expect_text(f"Lời kể {namesake}")
    assert page.evaluate("window.same"), "the page was loaded anew"
    page.evaluate("addEventListener('pageshow', () => sessionStorage.setItem('restored', document.querySelector('main').textContent))")
    lan.open("/manifest.webmanifest")
    page.go_back(wait_until="commit")
    lan.expect_text(f"Lời kể {namesake}")
    assert page.evaluate("[window.same ?? null, sessionStorage.getItem('restored')]") == [None, ""]


def test_back_after_a_lock_shows_the_lock_screen_and_nothing_of_the_page_that_was_left(freezing, server, namesake):
    lan = BrowserPhone(freezing, server).enrol("lan", namesake)
    lan.write_record(f"Lời kể {namesake}", act=None)
    page = lan.open("/records")
    lan.expect_text(f"Lời kể {namesake}")
    lan.open("/directory")
    lan.lock()
    page.go_back(wait_until="commit")
    page.locator("body[data-locked]").wait_for()
    assert namesake not in page.content()


def test_back_after_an_exit_shows_the_lock_screen_and_nothing_of_the_page_that_was_left(freezing, server, namesake):
    lan = BrowserPhone(freezing, server).enrol("lan", namesake)
    page = lan.open("/records/new")
    page.locator("textarea[name=narrative]").fill(f"Lời kể {namesake}")
    page.locator("[data-exit]").click()
    page.wait_for_url("**/away")
    page.go_back(wait_until="commit")
    page.locator("body[data-locked]").wait_for()
    assert namesake not in page.content() and page.locator("[data-entry-form]").count() == 0
