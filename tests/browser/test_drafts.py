"""A half-filled form outlives a closed tab and a crash, and is offered, never forced."""
import pytest
from playwright.sync_api import Error, expect


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
