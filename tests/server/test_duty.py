"""Lịch trực, leave, quiet hours: edited on the phone, online, with a token; and what they change in who is rung."""
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from db.base import database
from db.models import Contact, Leave, Notice, Preference, Shift
from pwa.crypto import columns
from pwa.domain.duty import Book
from tests.server.test_escalations import roster, second_officer, within
from tests.server.test_notices import subscribe

WARD = ZoneInfo("Asia/Ho_Chi_Minh")
EVERY_DAY = ["0", "1", "2", "3", "4", "5", "6", "H"]


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=WARD).timestamp() * 1000)


def post(who, path, **fields):
    """Fill the form of a page and post it, as a browser does; the answer."""
    page = who.get(path).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    return who.client.post(path, base_url=who.base, data={"csrf_token": token, **fields}, headers={"Referer": who.base + path})


def put_on(phone, unit, person, days=EVERY_DAY, starts="00:00", ends="00:00", duty="unit"):
    return post(phone, f"/duty/{unit}", duty=duty, person=person.me["person"], days=days, starts=starts, ends=ends)


def on_duty(ward, unit, moment):
    """Names of those rung first at this moment."""
    from tests.server.test_escalations import _unit
    found = within(ward, lambda: Book(ward.row.id, at(moment)).on_duty(_unit(unit)))
    return sorted(name for name, phone in ward._phones.items() if phone.me["person"] in found)


def test_a_responder_writes_the_roster_of_their_unit_and_the_one_on_duty_is_rung(cast):
    second = second_officer(cast)
    assert put_on(cast.dung, "congan", second).status_code == 303
    page = cast.dung.get("/duty/congan").text
    assert "Anh Tư" in page and "cả ngày" in page
    before = {notice.id for notice in cast.rows(Notice.select())}
    cast.lan.refer(unit="congan", urgency="urgent", basis="danger")
    told = {notice.person_id for notice in cast.rows(Notice.select()) if notice.id not in before}
    assert second.me["person"] in told and cast.dung.me["person"] not in told


def test_nobody_writes_the_roster_of_another_unit(cast):
    assert cast.hanh.get("/duty/congan").status_code == 404
    page = cast.hanh.get("/duty/tramyte").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    answer = cast.hanh.client.post("/duty/congan", base_url=cast.hanh.base, headers={"Referer": cast.hanh.base + "/duty/tramyte"}, data={
        "csrf_token": token, "duty": "unit", "person": cast.dung.me["person"], "days": EVERY_DAY, "starts": "00:00", "ends": "00:00"})
    assert answer.status_code == 404 and not cast.rows(Shift.select())


@pytest.mark.parametrize(("fields", "sentence"), [({"days": []}, "Hãy chọn ít nhất một ngày."), ({"starts": ""}, "Hãy chọn giờ bắt đầu và giờ kết thúc.")])
def test_a_line_that_says_too_little_is_not_kept(cast, fields, sentence):
    answer = put_on(cast.dung, "congan", cast.dung, **fields)
    assert answer.status_code == 422 and sentence in answer.text and not cast.rows(Shift.select())


def test_nobody_of_another_unit_is_put_on_a_roster(cast):
    assert put_on(cast.dung, "congan", cast.hanh).status_code == 422
    assert not cast.rows(Shift.select())


def test_the_order_is_changed_and_lines_are_taken_off(cast):
    subscribe(cast.dung)
    second = second_officer(cast)
    for person in (cast.dung, second):
        put_on(cast.dung, "congan", person)
    assert on_duty(cast, "congan", "2026-11-25 10:00") == ["dung"]
    last = cast.rows(Shift.select().order_by(Shift.position))[1].id
    assert post(cast.dung, "/duty/congan", up=last).status_code == 303
    assert on_duty(cast, "congan", "2026-11-25 10:00") == ["Anh Tư"]
    assert post(cast.dung, "/duty/congan", remove=last).status_code == 303
    assert on_duty(cast, "congan", "2026-11-25 10:00") == ["dung"]


@pytest.mark.parametrize(("moment", "expected"), [
    ("2026-11-25 10:00", ["dung"]),          # Wednesday, in working hours
    ("2026-11-25 20:00", ["Anh Tư"]),        # at night
    ("2026-11-26 05:00", ["Anh Tư"]),        # the night that began on Wednesday
    ("2026-11-28 05:00", ["Anh Tư"]),        # the night that began on Friday, though nobody is named for Saturday
    ("2026-11-28 10:00", ["Anh Tư", "dung"]),  # Saturday: nobody named, so everyone
    ("2026-11-30 05:00", ["Anh Tư", "dung"]),  # the night that began on Sunday, of nobody
    ("2027-02-08 10:00", ["Anh Tư"]),        # Monday, but Tết
])
def test_the_roster_goes_by_hour_day_and_holiday(cast, moment, expected):
    subscribe(cast.dung)
    second_officer(cast)
    roster(cast, "congan", "dung", days="01234", starts=450, ends=1050)
    roster(cast, "congan", "Anh Tư", days="01234H", starts=1050, ends=450)
    if moment.startswith("2027"):
        within(cast, lambda: Shift.update(starts=0, ends=0, days="H").where(Shift.id == "congan-Anh Tư").execute())
    assert on_duty(cast, "congan", moment) == expected


def test_leave_takes_a_person_off_for_those_days(cast):
    subscribe(cast.dung)
    second = second_officer(cast)
    roster(cast, "congan", "dung", "Anh Tư")
    before, first, last, after = (datetime.now(WARD).date() + timedelta(days=n) for n in (5, 6, 8, 9))
    assert post(cast.dung, "/duty", first=first.isoformat(), last=last.isoformat()).status_code == 303
    assert f"{first:%d/%m/%Y} – {last:%d/%m/%Y}" in cast.dung.get("/duty").text
    assert [on_duty(cast, "congan", f"{day} 10:00") for day in (before, first, last, after)] == [["dung"], ["Anh Tư"], ["Anh Tư"], ["dung"]]
    [row] = cast.rows(Leave.select())
    assert post(second, "/duty", end=row.id).status_code == 303 and cast.rows(Leave.select()), "nobody ends another's leave"
    assert post(cast.dung, "/duty", end=row.id).status_code == 303 and not cast.rows(Leave.select())


def test_whoever_cannot_be_reached_is_passed_over_and_finds_it_in_the_inbox(cast):
    """The first has no phone that rings, the second does, the third need not be rung; then nobody can be."""
    second, third = second_officer(cast), second_officer(cast, "Anh Năm")
    roster(cast, "congan", "dung", "Anh Tư", "Anh Năm")
    assert on_duty(cast, "congan", "2026-11-25 10:00") == ["Anh Tư", "dung"]
    second_officer(cast, "Anh Sáu")
    for phone in (second, third):
        cast.revoke(phone)
    assert on_duty(cast, "congan", "2026-11-25 10:00") == ["Anh Năm", "Anh Sáu", "Anh Tư", "dung"], "the whole unit"
    roster(cast, "vhxh", "thu")
    subscribe(cast.kim)
    cast.dung.refer(unit="congan", urgency="urgent", basis="danger")
    told = {notice.person_id for notice in cast.rows(Notice.select().where(Notice.event == "referral-new"))}
    assert {cast.thu.me["person"], cast.kim.me["person"]} <= told
    subscribe(cast.thu)
    cast.dung.refer(unit="congan", urgency="urgent", basis="danger")
    newest = cast.rows(Notice.select().where(Notice.event == "referral-new").order_by(Notice.created_at.desc()))[0].subject_id
    told = {notice.person_id for notice in cast.rows(Notice.select().where(Notice.subject_id == newest))}
    assert cast.thu.me["person"] in told and cast.kim.me["person"] not in told


def test_leave_that_ends_before_it_begins_is_refused(cast):
    answer = post(cast.dung, "/duty", first="2026-12-03", last="2026-12-01")
    assert answer.status_code == 422 and "Ngày cuối phải sau ngày đầu." in answer.text


def test_a_unit_that_is_all_on_leave_is_rung_all_the_same(cast):
    within(cast, lambda: Leave.create(id="x", person=cast.dung.me["person"], first="2026-12-01", last="2026-12-03"))
    assert on_duty(cast, "congan", "2026-12-02 10:00") == ["dung"]


def test_a_roster_of_one_says_that_somebody_is_missing(cast):
    assert "Chỉ có một người" in cast.dung.get("/duty/congan").text
    second_officer(cast)
    assert "Chỉ có một người" not in cast.dung.get("/duty/congan").text
    put_on(cast.dung, "congan", cast.dung)
    assert "Chỉ có một người" in cast.dung.get("/duty/congan").text
    assert "Cần thêm một người thay" in cast.thu.get("/duty").text


def test_every_screen_asks_for_a_deputy_until_there_is_one_and_nothing_is_held_up_by_it(cast):
    """Coordinator and admin see it among what is to be done; nobody else is shown whom the ward lacks."""
    def lacking(phone, path="/todo"):
        part = re.search(r"<section data-lacking>.*?</section>", phone.get(path).text, re.S)
        return re.findall(r'data-unit="([a-z0-9-]+)"', part.group(0)) if part else []
    for phone, path, link in ((cast.thu, "/todo", f"/duty/{cast.unit_id('congan')}"), (cast.son, "/todo", "/people"), (cast.son, "/people", None)):
        assert {"congan", "benhvien"} <= set(lacking(phone, path)) and "vhxh" not in lacking(phone, path)
        assert "Chưa có người thay" in phone.get(path).text and (link is None or f'href="{link}"' in phone.get(path).text)
    assert [lacking(phone) for phone in (cast.dung, cast.lan, cast.binh, cast.van)] == [[], [], [], []]
    assert "Chưa có người thay" in cast.thu.get("/duty").text and "Mời người thay" in cast.thu.get("/duty/congan").text
    mine = cast.dung.get("/duty").text + cast.dung.get("/duty/congan").text
    assert "khi bạn nghỉ, đơn vị không còn ai để gọi" in mine and "hãy nhờ điều phối viên mời" in mine and "Mời người thay" not in mine
    # Nothing is held up: a roster of one is kept, and what is sent to the unit arrives.
    assert put_on(cast.dung, "congan", cast.dung).status_code == 303 and cast.lan.refer(unit="congan", urgency="urgent", basis="danger")
    second = second_officer(cast)
    assert "congan" in lacking(cast.thu), "who is not on the roster stands for nobody"
    assert put_on(cast.dung, "congan", second).status_code == 303 and "congan" not in lacking(cast.thu) + lacking(cast.son)
    subscribe(cast.dung)
    page = cast.dung.get("/duty/congan").text
    assert re.search(r"Gọi trước lúc này: <b>dung</b>", page) and re.search(r"Người thay, gọi tiếp khi chưa trả lời: <b>Anh Tư</b>", page)
    assert "Người thay khi bạn nghỉ: Anh Tư" in cast.dung.get("/duty").text


def test_the_coordinator_names_the_leader_on_duty_who_alone_is_told_then(cast):
    subscribe(cast.van)
    assert put_on(cast.thu, "ubnd", cast.van, duty="leader").status_code == 303
    found = within(cast, lambda: Book(cast.row.id, at("2026-11-25 10:00")).leaders())
    assert found == [cast.van.me["person"]]
    assert "Lãnh đạo trực" not in cast.dung.get("/duty/congan").text


def test_of_the_leaders_on_duty_the_first_is_rung_who_can_be_and_else_all_of_them(cast):
    van, binh = cast.van, cast.binh
    for phone, hours in ((van, {"starts": "07:00", "ends": "17:00"}), (binh, {})):
        assert put_on(cast.thu, "ubnd", phone, duty="leader", **hours).status_code == 303
    def leaders(hour):
        found = within(cast, lambda: Book(cast.row.id, at(f"2026-11-25 {hour}")).leaders())
        return [name for person in found for name, phone in cast._phones.items() if phone.me["person"] == person]
    assert leaders("10:00") == ["van", "binh"] and leaders("20:00") == ["binh", "van"], "nobody can be reached: everyone who leads or decides"
    subscribe(binh)
    assert leaders("10:00") == ["van", "binh"], "the first is passed over, and finds it in the inbox"
    subscribe(van)
    assert leaders("10:00") == ["van"] and leaders("20:00") == ["binh"], "in the order of the roster, those of this hour alone"
    within(cast, lambda: Leave.create(id="x", person=van.me["person"], first="2026-11-25", last="2026-11-25"))
    assert leaders("10:00") == ["binh"]


def test_leave_takes_the_bell_from_nobody_where_no_one_else_can_be_reached(cast):
    """Without a roster: of a unit, of the coordinators, of those who decide."""
    second = second_officer(cast)
    cast.revoke(second)
    for phone in (cast.thu, cast.dung):
        subscribe(phone)
        within(cast, lambda phone=phone: Leave.create(id=phone.me["person"], person=phone.me["person"], first="2026-11-25", last="2026-11-25"))
    def coordinators(day):
        found = within(cast, lambda: Book(cast.row.id, at(f"{day} 10:00")).coordinators())
        return sorted(name for name, phone in cast._phones.items() if phone.me["person"] in found)
    assert coordinators("2026-11-25") == ["kim", "thu"] and on_duty(cast, "congan", "2026-11-25 10:00") == ["Anh Tư", "dung"]
    subscribe(cast.kim)
    subscribe(second_officer(cast, "Anh Năm"))
    assert coordinators("2026-11-25") == ["kim"] and coordinators("2026-11-26") == ["kim", "thu"]
    assert on_duty(cast, "congan", "2026-11-25 10:00") == ["Anh Năm", "Anh Tư"]


def test_a_roster_that_names_no_coordinator_leaves_all_of_them_on_duty(cast):
    """Somebody else of their office is on it, and can be reached."""
    from pwa.cli import _link
    from pwa.domain import people
    from tests.ward import Phone
    helper = Phone(cast.app, within(cast, lambda: _link(people.add(cast.row, "responder", "vhxh", "Chị Út"))))
    subscribe(helper)
    cast._phones["Chị Út"] = helper
    roster(cast, "vhxh", "Chị Út")
    found = within(cast, lambda: Book(cast.row.id, at("2026-11-25 10:00")).coordinators())
    assert found == {cast.thu.me["person"], cast.kim.me["person"]}
    # One who is on it, and cannot be reached, is not left alone with it either.
    within(cast, lambda: Shift.delete().execute())
    roster(cast, "vhxh", "thu", "Chị Út")
    assert within(cast, lambda: Book(cast.row.id, at("2026-11-25 10:00")).coordinators()) == found
    subscribe(cast.thu)
    assert within(cast, lambda: Book(cast.row.id, at("2026-11-25 10:00")).coordinators()) == {cast.thu.me["person"]}


def test_what_must_ring_is_not_offered_and_cannot_be_put_off(cast):
    from pwa.domain.notices import EVENTS
    page = cast.thu.get("/preferences").text
    offered = set(re.findall(r'name="rung"[^>]*value="([a-z-]+)"', page)) | set(re.findall(r'value="([a-z-]+)"[^>]*name="rung"', page))
    assert "record-new" in offered and "referral-new" not in offered
    assert post(cast.thu, "/preferences").status_code == 303
    [muted] = [set(row.muted.split()) for row in cast.rows(Preference.select())]
    assert muted == {name for name, event in EVENTS.items() if event.optional}
    before = {notice.id for notice in cast.rows(Notice.select())}
    cast.lan.refer()
    rings = {notice.event: notice.ring_at for notice in cast.rows(Notice.select().where(Notice.person == cast.thu.me["person"])) if notice.id not in before}
    assert rings["referral-new"]


# ── Quiet hours and kinds ────────────────────────────────────────────────────────────────────────────────────────────

def ring_at(ward, moment, event="record-new", urgent=False):
    return within(ward, lambda: Book(ward.row.id, at(moment)).ring_at(ward.thu.me["person"], event, urgent))


def keep(who, **fields):
    from pwa.domain.notices import EVENTS
    return post(who, "/preferences", **{"rung": [name for name, event in EVENTS.items() if event.optional], **fields})


def test_quiet_hours_put_off_what_is_not_urgent(cast):
    assert keep(cast.thu, quiet_from="22:00", quiet_until="06:00").status_code == 303
    assert ring_at(cast, "2026-11-25 23:30") == at("2026-11-26 06:00")
    assert ring_at(cast, "2026-11-26 05:00") == at("2026-11-26 06:00")
    assert ring_at(cast, "2026-11-26 06:00") == at("2026-11-26 06:00")
    assert ring_at(cast, "2026-11-25 12:00") == at("2026-11-25 12:00")
    assert ring_at(cast, "2026-11-25 23:30", urgent=True) == at("2026-11-25 23:30")


def test_a_kind_that_is_not_wanted_stands_in_the_inbox_and_does_not_ring(cast):
    assert keep(cast.thu, rung=["referral-accepted"]).status_code == 303
    cast.lan.record()
    [notice] = cast.rows(Notice.select().where(Notice.person == cast.thu.me["person"]))
    assert notice.ring_at is None and notice.spread_at
    assert "Ghi nhận mới" in cast.thu.get("/notices").text
    cast.lan.record(danger="yes")
    assert cast.rows(Notice.select().where(Notice.person == cast.thu.me["person"], Notice.urgent))[0].ring_at


def test_an_address_of_the_second_channel_is_sealed(cast):
    assert keep(cast.thu, phone="0912 345 678", mail="thu@example.vn").status_code == 303
    [row] = cast.rows(Contact.select())
    assert b"0912345678" not in row.phone and b"example" not in row.mail
    assert within(cast, columns.unseal, "contact.phone", row.person_id, row.phone) == "0912345678"
    page = cast.thu.get("/preferences").text
    assert "0912345678" in page and "thu@example.vn" in page
    keep(cast.thu)
    assert not cast.rows(Contact.select()) and cast.rows(Preference.select())


@pytest.mark.parametrize(("fields", "sentence"), [({"phone": "113"}, "Số điện thoại chưa đúng."), ({"mail": "thu"}, "Địa chỉ thư điện tử chưa đúng.")])
def test_an_address_that_cannot_be_right_is_refused(cast, fields, sentence):
    answer = keep(cast.thu, **fields)
    assert answer.status_code == 422 and sentence in answer.text and not cast.rows(Contact.select())


def test_settings_without_a_token_change_nothing(cast):
    answer = cast.thu.client.post("/preferences", base_url=cast.thu.base, data={"quiet_from": "22:00", "quiet_until": "06:00"})
    assert answer.status_code == 400
    with cast.app.app_context(), database.connection_context():
        assert not list(Preference.select())
