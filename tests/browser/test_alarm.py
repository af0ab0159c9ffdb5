"""Danger or a child waits for no network: the numbers stay on screen until somebody knows."""
import time

import pytest
from playwright.sync_api import expect

PANEL = "[data-alarm]:visible"
NUMBERS = ["tel:02390000000", "tel:113", "tel:111", "tel:115"]


def expect_numbers(page):
    """The panel stands with every number, ready to be tapped."""
    expect(page.locator(PANEL)).to_contain_text("Chưa ai biết việc này. Hãy gọi ngay")
    expect(page.locator(f"{PANEL} a:visible")).to_have_count(len(NUMBERS))
    assert [link.get_attribute("href") for link in page.locator(f"{PANEL} a:visible").all()] == NUMBERS


def tick(phone, form, field, chip):
    """Write a record with this alarming chip; its id."""
    page = phone.open(form)
    page.locator(f"[data-field={field}]").get_by_text(chip, exact=True).click()
    page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    return phone.save("Lưu")


ALARMING = [("lan", "/records/new", "danger", "Có"), ("lan", "/records/new", "victim_age", "Dưới 16"),
            ("mai", "/records/new-school", "danger", "Có"), ("mai", "/records/new-school", "under_16", "Có")]


@pytest.mark.parametrize("who, form, field, chip", ALARMING)
def test_the_numbers_stay_until_the_ward_has_it(phone, server, who, form, field, chip):
    writer = phone(who)
    writer.offline()
    entry_id = tick(writer, form, field, chip)
    expect_numbers(writer.page)
    writer.online()
    expect(writer.page.locator("[data-alarm]")).to_be_hidden()
    writer.expect_delivered()
    kept = server.sql("SELECT danger, child, called_at FROM record WHERE id = ?", entry_id)
    assert kept == [(1, 0, None) if field == "danger" else (0, 1, None)]


def test_the_time_of_the_call_reaches_the_ward(phone, server):
    lan = phone("lan")
    lan.offline()
    before = int(time.time() * 1000)
    entry_id = tick(lan, "/records/new", "danger", "Có")
    lan.page.get_by_role("button", name="Tôi đã gọi").click()
    expect(lan.page.locator("[data-alarm]")).to_be_hidden()
    lan.expect_book((entry_id, "Chờ gửi"))
    lan.tap_row(entry_id)
    lan.page.locator("[data-answers] dt").first.wait_for()
    expect(lan.page.locator("[data-alarm]")).to_be_hidden()
    lan.online()
    lan.expect_delivered()
    assert server.sql("SELECT id FROM entry WHERE enrolment_id = ?", *lan.enrolments) == [(entry_id,)]
    assert before <= server.sql("SELECT called_at FROM record WHERE id = ?", entry_id)[0][0] <= int(time.time() * 1000)
    thu = phone("thu")
    thu.open(f"/records/{entry_id}")
    thu.expect_text("Đã gọi lúc")


def test_a_child_that_waits_rings_again_when_the_app_is_opened_again(phone):
    lan = phone("lan")
    lan.offline()
    entry_id = tick(lan, "/records/new", "victim_age", "Dưới 16")
    lan.reopen()
    lan.tap_row(entry_id)
    expect_numbers(lan.page)


def test_nothing_rings_where_nobody_is_in_danger(phone):
    lan = phone("lan")
    lan.offline()
    page = lan.open("/records/new")
    page.locator("[data-field=danger]").get_by_text("Không", exact=True).click()
    page.locator("[data-field=victim_age]").get_by_text("18–59", exact=True).click()
    lan.page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
    lan.save("Lưu")
    expect(page.locator("[data-alarm]")).to_be_hidden()


OFFERED = """(key) => new Promise((done) => {
  indexedDB.open("sotay").onsuccess = ({ target: { result } }) => {
    const write = result.transaction("meta", "readwrite");
    write.objectStore("meta").put(9, key);
    write.oncomplete = () => { result.close(); done(); };
  };
})"""


@pytest.fixture
def ringing(phone):
    """Lan's phone without a network, whose page still rings for an entry; a second page of it is in use. (phone, ringing page, entry)"""
    lan = phone("lan")
    lan.offline()
    entry = tick(lan, "/records/new", "danger", "Có")
    rings, lan.page = lan.page, lan.context.new_page()
    lan.open("/records")
    return lan, rings, entry


@pytest.mark.parametrize("offered", [False, True])
def test_what_was_mended_in_another_window_is_what_the_call_is_noted_on(ringing, server, offered):
    lan, rings, entry = ringing
    if offered:
        lan.page.evaluate(OFFERED, f"offered:{lan.enrolments[0]}")
    words = lan.open(f"/records/new#mend={entry}").locator("textarea[name=narrative]")
    expect(words).to_have_value("Nghe tiếng khóc")
    words.fill("Nghe tiếng khóc, rồi im lặng")
    newer = lan.save("Lưu")
    assert (newer != entry) == offered
    rings.get_by_role("button", name="Tôi đã gọi").click()
    expect(rings.locator("[data-alarm]")).to_be_hidden()
    lan.online()
    lan.expect_delivered()
    standing = server.sql("SELECT id, called_at IS NOT NULL FROM record WHERE replaced_by IS NULL AND id IN (SELECT id FROM entry WHERE enrolment_id = ?)", *lan.enrolments)
    assert [called for _id, called in standing] == [1]
    lan.open(f"/records/{standing[0][0]}")
    lan.expect_text("Nghe tiếng khóc, rồi im lặng")


def test_what_was_deleted_in_another_window_does_not_come_back_with_the_call(ringing):
    lan, rings, entry = ringing
    page = lan.tap_row(entry)
    page.get_by_role("button", name="Xóa", exact=True).click()
    page.locator("[data-confirm]").get_by_role("button", name="Xóa", exact=True).click()
    lan.wait_stored("outbox", [])
    rings.get_by_role("button", name="Tôi đã gọi").click()
    expect(rings.locator("[data-alarm]")).to_be_hidden()
    assert lan.stored("outbox") == lan.stored("own") == []
