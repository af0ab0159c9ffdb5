"""A phone that was revoked, or forgotten: what it holds still arrives, and nothing is erased before."""
import json
import sqlite3
import threading
import time

import pytest
from playwright.sync_api import expect

from db.models import Enrolment
from pwa.crypto import envelope
from tests.chromium import until
from tests.faults.proxy import portal_page, unavailable


def entries_of(ward, enrolment):
    return ward.sql("SELECT id, marked FROM entry WHERE enrolment_id = ? ORDER BY seq", enrolment)


def holdings(phone):
    """What the phone keeps, by store."""
    return {store: [row["id"] for row in phone.stored(store)] for store in ("enrolments", "outbox", "own", "receipts")}


def test_a_revoked_phone_delivers_what_it_holds_and_is_wiped_then(phone, ward):
    lan = phone("lan")
    delivered = lan.write_record("Trước khi thu hồi")
    lan.expect_delivered()
    enrolment, = lan.enrolments
    lan.offline()
    waiting = [lan.write_record("Một"), lan.write_record("Hai")]
    ward.flask("enrolments", "revoke", enrolment)
    assert len(lan.stored("outbox")) == 2
    lan.online()
    lan.expect_text("Sổ trên máy này chưa mở")
    assert entries_of(ward, enrolment) == [(delivered, 0), (waiting[0], 1), (waiting[1], 1)]
    assert ward.sql("SELECT count(*) FROM record WHERE id IN (?, ?)", *waiting) == [(2,)]
    assert holdings(lan) == {"enrolments": [], "outbox": [], "own": [], "receipts": []}
    lan.page.goto(ward.url + "/records")
    lan.expect_text("Sổ trên máy này chưa mở")


def test_a_revoked_phone_is_not_wiped_while_the_ward_cannot_be_reached(phone, ward):
    lan = phone("lan")
    lan.offline()
    entry_id = lan.write_record("Chưa gửi được")
    ward.flask("enrolments", "revoke", *lan.enrolments)
    lan.reopen()
    lan.expect_book((entry_id, "Chờ gửi"))


def test_a_phone_revoked_too_long_ago_keeps_what_is_sealed_and_nothing_else(phone, ward, namesake):
    lan = phone("lan")
    enrolment, = lan.enrolments
    lan.offline()
    waiting = lan.write_record("Còn chờ gửi")
    lan.open("/records/new").locator("textarea[name=narrative]").fill("Viết dở")
    while not lan.stored("drafts"):
        lan.page.wait_for_timeout(50)
    lan.lock()
    with ward.at_home():
        Enrolment.update(revoked_at=int(time.time() * 1000) - 40 * 86_400_000).where(Enrolment.id == enrolment).execute()
    lan.online()
    lan.expect_text("Sổ trên máy này chưa mở.", "Sổ đã đặt lại. Cần lời mời mới.")
    assert holdings(lan) == {"enrolments": [enrolment], "outbox": [waiting], "own": [], "receipts": []}
    assert [set(row) for row in lan.stored("enrolments")] == [{"id", "person", "state"}]
    assert lan.stored("pages") == lan.stored("drafts") == [] and entries_of(ward, enrolment) == []
    # What the ward goes on refusing opens the page anew no more.
    lan.page.reload()
    lan.page.locator("[data-nobody]:visible").wait_for()
    lan.page.evaluate("() => { window.untouched = true; }")
    lan.page.wait_for_load_state("networkidle")
    lan.page.wait_for_timeout(1_500)
    assert lan.page.evaluate("() => window.untouched")
    # A new invitation of the same person: taken along as a file, and delivered.
    ward.network.fault(unavailable, "/sync")
    lan.books.clear()
    lan.enrol("lan", namesake)
    lan.open("/phone")
    with lan.page.expect_download() as coming:
        lan.page.get_by_role("button", name="Xuất phần chờ gửi").click()
    lan.expect_text("Đã lưu tệp. Số mục: 1.")
    with ward.at_home():
        content = json.loads(envelope.open_export(coming.value.path().read_bytes()))
    assert [(each["id"], each["enrolment"]) for each in content["entries"]] == [(waiting, enrolment)]
    ward.network.heal()
    lan.page.reload()
    lan.expect_delivered()
    assert entries_of(ward, enrolment) == [(waiting, 0)]


@pytest.mark.parametrize("days", [0, 40], ids=["now", "long ago"])
def test_what_is_saved_on_a_lock_screen_of_somebody_just_wiped_is_remembered_and_delivered(phone, own_ward, namesake, days):
    own_ward.flask("ward", "set", "quick-note", "on")
    lan = phone("lan", on=own_ward)
    (enrolment,), page = lan.enrolments, lan.page
    lan.lock()
    answered = threading.Event()
    own_ward.network.fault(lambda request: answered.wait(30) and request.reply(*request.forward()), "/me")
    page.reload()
    page.get_by_label("Ghi nhanh").fill("Cứu tôi với")
    own_ward.flask("enrolments", "revoke", enrolment)
    with own_ward.at_home():
        Enrolment.update(revoked_at=int(time.time() * 1000) - days * 86_400_000).where(Enrolment.id == enrolment).execute()
    answered.set()
    lan.wait_stored("enrolments", [])
    own_ward.network.fault(unavailable, "/sync")
    page.get_by_role("button", name="Lưu").click()
    lan.wait_stored("enrolments", [enrolment])
    entry, = [row["id"] for row in lan.stored("outbox")]
    assert [set(row) for row in lan.stored("enrolments")] == [{"id", "person", "state"}]
    # Nothing is offered of somebody who is remembered only for that.
    page.reload()
    lan.expect_text("Sổ trên máy này chưa mở", "Sổ đã đặt lại. Cần lời mời mới.")
    expect(page.locator("[data-unlock]")).to_be_hidden()
    own_ward.network.heal()
    if days:
        lan.books.clear()
        lan.enrol("lan", namesake)
    else:
        page.reload()
    lan.expect_delivered()
    lan.wait_stored("enrolments", [each for each, _pin in lan.books.values() if days])
    assert own_ward.sql("SELECT id, enrolment_id FROM entry") == [(entry, enrolment)]


def test_a_phone_whose_cookie_is_gone_keeps_everything_until_a_new_invitation(phone, ward, namesake):
    lan = phone("lan")
    lan.offline()
    waiting = [lan.write_record("Một"), lan.write_record("Hai")]
    enrolment, = lan.enrolments
    before = holdings(lan)
    lan.context.clear_cookies()
    lan.online()
    lan.expect_text("Máy chủ chưa nhận ra máy này. Mọi mục vẫn còn trên máy. Hãy xin lời mời mới.")
    assert holdings(lan) == before
    assert entries_of(ward, enrolment) == []
    lan.enrol("lan", namesake)
    lan.expect_delivered()
    assert entries_of(ward, enrolment) == [(waiting[0], 0), (waiting[1], 0)]
    assert ward.sql("SELECT count(*) FROM held WHERE entry_id IN (?, ?)", *waiting) == [(0,)]
    lan.expect_state(waiting[0], "Đã nhận")
    lan.expect_state(waiting[1], "Đã nhận")


def test_a_phone_the_server_has_lost_keeps_everything_until_a_new_invitation(phone, own_ward, namesake):
    lan = phone("lan", on=own_ward)
    lan.offline()
    waiting = [lan.write_record("Một"), lan.write_record("Hai")]
    enrolment, = lan.enrolments
    before = holdings(lan)
    own_ward.stop()
    with sqlite3.connect(own_ward.folder / "data" / "sotay.db") as database:
        assert database.execute("DELETE FROM enrolment WHERE id = ?", (enrolment,)).rowcount == 1
    own_ward.start()
    lan.online()
    lan.expect_text("Máy chủ chưa nhận ra máy này")
    assert holdings(lan) == before
    lan.enrol("lan", namesake)
    lan.expect_delivered()
    assert entries_of(own_ward, enrolment) == [(waiting[0], 0), (waiting[1], 0)]
    assert own_ward.sql("SELECT count(*) FROM record") == [(2,)]


def test_what_a_forgotten_phone_holds_is_never_sent_as_somebody_else(phone, ward, namesake):
    lan = phone("lan")
    lan.offline()
    entry_id = lan.write_record("Một")
    enrolment, = lan.enrolments
    lan.context.clear_cookies()
    lan.online()
    lan.expect_text("Máy chủ chưa nhận ra máy này")
    lan.enrol("hoa", namesake)
    of_hoa = lan.write_record("Của Hòa")
    lan.wait_stored("outbox", [entry_id])
    assert ward.sql("SELECT count(*) FROM record WHERE id = ?", of_hoa) == [(1,)]
    assert entries_of(ward, enrolment) == []
    assert ward.sql("SELECT count(*) FROM held WHERE entry_id = ?", entry_id) == [(0,)]


def test_what_stops_one_person_of_a_phone_is_nothing_to_the_other(phone, ward, namesake):
    shared = phone("lan")
    lans, = shared.enrolments
    shared.offline()
    of_lan = shared.write_record("Của Lan")
    shared.lock()
    shared.context.clear_cookies(name=f"sotay-{lans}")
    shared.online()
    until(lambda: [row["state"] for row in shared.stored("enrolments")] == ["unknown"])
    shared.enrol("hoa", namesake)
    hoas = shared.books["hoa"][0]
    # The ward is busy when Hoa's own comes: her bar says that it waits, and nothing of an invitation.
    ward.network.fault(lambda request: unavailable(request) if hoas.encode() in request.body else request.reply(*request.forward()), "/sync")
    of_hoa = shared.write_record("Của Hòa")
    shared.expect_text("Mục chờ gửi: 1")
    until(lambda: any(hoas.encode() in body for body in ward.network.seen("POST", "/sync")))
    shared.page.wait_for_timeout(1_000)
    # Between two tries: while one is on its way the bar says that instead.
    bar = shared.page.locator("[data-status]", has_text="Mục chờ gửi: 1").inner_text()
    assert "Mục chờ gửi: 1" in bar and "Máy chủ chưa nhận ra" not in bar
    # Nor does her own, which waits, keep her copies from coming: what she is sent meanwhile is named and fetched.
    asked = len(ward.network.seen("GET", "/pages"))
    shared.open("/")
    until(lambda: len(ward.network.seen("GET", "/pages")) > asked)
    ward.network.heal()
    shared.page.locator("[data-sync-now]").click()
    shared.wait_stored("outbox", [of_lan])
    # What has reached the ward is kept: it opens without a network, although Lan's waits on.
    until(lambda: ward.network.seen("GET", f"/records/{of_hoa}"))
    shared.page.wait_for_timeout(1_000)
    shared.offline()
    shared.open(f"/records/{of_hoa}")
    shared.expect_text("Bản lưu lúc", "Của Hòa")
    shared.online()
    shared.lock()
    shared.choose(lans)
    shared.expect_text("Máy chủ chưa nhận ra")


def test_a_wifi_that_wants_a_login_is_not_asked_for_copies_without_end(phone, ward):
    lan = phone("lan")
    lan.page.wait_for_load_state("networkidle")
    ward.network.fault(portal_page)
    lan.write_record()
    until(lambda: len(ward.network.seen("POST", "/sync")) >= 3)
    lan.expect_text("Mạng Wi-Fi này đòi đăng nhập")
    lan.page.wait_for_timeout(5_000)
    assert len(ward.network.seen("GET", "/pages")) <= 2 * len(ward.network.seen("POST", "/sync"))
