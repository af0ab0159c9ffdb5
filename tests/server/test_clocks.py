"""Thời hạn và ngày nghỉ: the ward's own clocks, working hours and days off, set on a screen; those of the law stay as they are."""
import re
from datetime import timedelta

import pytest

from db.models import Audit, CalendarDay, ClockRule, Shift, Step, Watch, WorkingWeek
from pwa.domain import calendars, clocks
from pwa.domain.clock import now
from tests.server.test_duty import at, post, put_on
from tests.server.test_escalations import MINUTE, URGENT, pass_time, reached, roster, second_officer, steps, within  # noqa: F401
from tests.server.test_notices import subscribe
from tests.unit.test_clocks import said

DAY_RULE = {"urgency": "day", "service": "", "seen": "2", "seen_unit": "hours", "answered": "2", "answered_unit": "days", "gap": "30", "gap_unit": "minutes"}
WEEK = {"weekdays": ["0", "1", "2", "3", "4", "5"], "starts": "07:00", "ends": "11:00", "then_starts": "13:00", "then_ends": "17:00"}


def send(who, path, **fields):
    """Post to one of the page's forms with the page's token."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', who.get("/clocks").text).group(1)
    return who.client.post("/clocks/" + path, base_url=who.base, data={"csrf_token": token, **fields}, headers={"Referer": who.base + "/clocks"})


def set_rule(who, **fields):
    return send(who, "rules", **{**DAY_RULE, **fields})


def trail(ward):
    """(role, detail) of every change of the clocks."""
    return [(row.role, row.detail) for row in ward.rows(Audit.select().where(Audit.subject_kind == "clocks").order_by(Audit.seq))]


def card(page, name):
    """The text of one part of the page."""
    part = re.search(rf'<section[^>]*data-{name}.*?</section>', page, re.S).group(0)
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def tomorrow(ward, days=1):
    return within(ward, lambda: calendars.local(now()).date()) + timedelta(days=days)


def next_holiday(ward, weekdays):
    """The next holiday of everybody that falls on one of these days of the week."""
    return min(day for day in calendars.names() if day > tomorrow(ward) and day.weekday() in weekdays)


def usual_day(ward, weekday):
    """The next such day of the week that is no holiday."""
    return next(day for day in (tomorrow(ward, n) for n in range(1, 60)) if day.weekday() == weekday and day not in calendars.names())


def test_the_page_says_what_is_the_wards_own_and_what_is_the_laws(cast):
    for who in (cast.thu, cast.son):
        page = who.get("/clocks").text
        assert "quy định riêng của phường, không phải thời hạn luật định" in page
        assert "Xem trong 30 phút, trả lời trong 2 giờ." in card(page, 'clock="urgent ')
        assert "Tính cả đêm" in card(page, 'clock="urgent ').split("Sửa")[0] and "Tính cả đêm" not in card(page, 'clock="normal ').split("Sửa")[0]
        assert "Xem trong 1 ngày làm việc, trả lời trong 3 ngày làm việc." in card(page, 'clock="normal ')
        legal = card(page, "legal")
        assert "Quyết định cấm tiếp xúc · Luật 13/2022, Điều 25 12 giờ" in legal and "Nghị định 56/2017, Điều 26 12 giờ" in legal
        assert "Trả lời người đề nghị về dữ liệu cá nhân · Nghị định 356/2025 2 ngày làm việc" in legal
        assert not re.search(r"<(form|input|button)", re.search(r"<section[^>]*data-legal.*?</section>", page, re.S).group(0))


def test_a_clock_is_changed_on_the_screen_noted_and_gone_back_on(cast):
    assert set_rule(cast.thu).headers["Location"].endswith("/clocks?kept=1")
    assert within(cast, clocks.rules, cast.row.id)["day", ""] == clocks.Rule(120, 960, 30)
    assert "Xem trong 2 giờ làm việc, trả lời trong 2 ngày làm việc. Chưa trả lời thì cứ 30 phút làm việc gọi" in card(cast.son.get("/clocks").text, 'clock="day ')
    assert set_rule(cast.son, urgency="normal", service="post-rape", seen="30", seen_unit="minutes", answered="1", answered_unit="days",
                    any_hour="y").status_code == 303
    assert within(cast, clocks.rules, cast.row.id)["normal", "post-rape"] == clocks.Rule(30, 1440, 30, True)
    assert send(cast.thu, "rules", urgency="day", service="", drop="y").status_code == 303
    assert send(cast.thu, "rules", urgency="normal", service="post-rape", drop="y").status_code == 303
    assert not cast.rows(ClockRule.select())
    found = trail(cast)
    assert [role for role, _detail in found] == ["coordinator", "admin", "coordinator", "coordinator"]
    assert found[0][1] == {"what": "rule", "urgency": "day", "service": "", "now": {"seen": 120, "answered": 960, "gap": 30, "any_hour": False},
                           "was": {"seen": 240, "answered": 480, "gap": 60, "any_hour": False}}


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"seen": ""}, "hãy ghi một số từ 1 đến 9999"), ({"answered": "1,5"}, "hãy ghi một số từ 1 đến 9999"), ({"gap": "-3"}, "hãy ghi một số từ 1 đến 9999"),
    ({"seen": "0"}, "Hạn xem phải ít nhất một phút"), ({"seen": "3", "seen_unit": "days"}, "không dài hơn hạn trả lời"),
    ({"gap": "0"}, "Khoảng gọi người tiếp theo"), ({"gap": "5", "gap_unit": "days"}, "Khoảng gọi người tiếp theo"),
    ({"answered": "31"}, "Thời hạn dài nhất là 30 ngày"), ({"urgency": "never"}, "Hãy chọn mức gấp"), ({"service": "mediation"}, "Hãy chọn dịch vụ"),
    ({"urgency": "never", "drop": "y"}, "Hãy chọn mức gấp")])
def test_a_clock_that_cannot_be_gets_a_sentence_and_changes_nothing(cast, fields, sentence):
    answer = set_rule(cast.thu, **fields)
    assert answer.status_code == 422 and sentence in answer.text
    assert not cast.rows(ClockRule.select()) and trail(cast) == []


def test_what_waits_goes_by_the_changed_clock_at_once(reached):  # noqa: F811
    reached.lan.refer(**URGENT)
    reached.thu.refer(unit="tramyte")
    assert pass_time(reached, 10) == 0
    assert set_rule(reached.thu, urgency="urgent", seen="5", seen_unit="minutes", answered="60", answered_unit="minutes", gap="5", any_hour="y").status_code == 303
    assert pass_time(reached, 0) == 1 and steps(reached) == ["unit"], "late by the new clock, and only the one it is of"
    [other] = [watch for watch in reached.rows(Watch.select()) if not reached.rows(Step.select().where(Step.watch == watch.id))]
    assert other.due_at > now() + 30 * MINUTE, "it was looked at, and waits on"
    # A longer clock gives back the time: nothing is rung early.
    reached.lan.refer(**URGENT)
    assert set_rule(reached.thu, urgency="urgent", seen="3", answered="4", seen_unit="hours", answered_unit="hours", gap="60", any_hour="y").status_code == 303
    before = steps(reached)
    assert pass_time(reached, 50) == 0 and steps(reached) == before


def test_the_working_hours_of_the_ward_are_those_its_clocks_run_by(cast):
    assert send(cast.thu, "week", **WEEK).status_code == 303
    rule = within(cast, clocks.rules, cast.row.id)["day", ""]
    assert said(rule.after(at("2026-11-27 16:30"), 60)) == "2026-11-28 07:30", "Saturday is worked"
    assert re.search(r'<input[^>]* name="starts"[^>]* value="07:00"', cast.son.get("/clocks").text)
    assert send(cast.son, "week", weekdays=["0"], starts="08:00", ends="16:00").status_code == 303
    rule = within(cast, clocks.rules, cast.row.id)["day", ""]
    assert said(rule.after(at("2026-11-23 11:00"), 120)) == "2026-11-23 13:00", "no break at noon"
    # The law's working days stay those of everybody.
    assert calendars.default().works(at_day("2026-11-24"))
    assert [detail["what"] for _role, detail in trail(cast)] == ["week", "week"]


def at_day(text):
    return calendars.local(at(f"{text} 12:00")).date()


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"weekdays": []}, "Hãy chọn ít nhất một ngày."), ({"starts": ""}, "Hãy chọn giờ bắt đầu và giờ kết thúc."),
    ({"then_ends": ""}, "Hãy chọn giờ bắt đầu và giờ kết thúc."), ({"ends": "06:00"}, "Giờ kết thúc phải sau giờ bắt đầu."),
    ({"then_starts": "10:00"}, "Buổi chiều phải bắt đầu sau buổi sáng."),
    ({"weekdays": ["6"], "ends": "07:01", "then_starts": "", "then_ends": ""}, "thời hạn kéo dài quá nửa năm")])
def test_hours_that_cannot_be_get_a_sentence_and_change_nothing(cast, fields, sentence):
    answer = send(cast.thu, "week", **{**WEEK, **fields})
    assert answer.status_code == 422 and sentence in answer.text
    assert not cast.rows(WorkingWeek.select()) and trail(cast) == []


def test_days_off_and_days_of_work_are_added_and_taken_off(cast):
    holiday = next_holiday(cast, range(5))
    assert f"{holiday:%d/%m/%Y} · {calendars.names()[holiday]}" in cast.thu.get("/clocks").text
    monday, saturday = usual_day(cast, 0), usual_day(cast, 5)
    shown = f"{monday:%d/%m/%Y}"
    assert send(cast.thu, "days", day=monday.isoformat(), name="Nghỉ bù bão").status_code == 303
    assert send(cast.thu, "days", day=saturday.isoformat(), name="Làm bù", works="y").status_code == 303
    page = cast.son.get("/clocks").text
    assert f"{shown} · Nghỉ bù bão" in page and f"{saturday:%d/%m/%Y} · Làm bù · <b>làm việc</b>" in page
    calendar = within(cast, calendars.of, cast.row.id)
    assert calendar.is_holiday(monday) and not calendar.works(monday) and calendar.works(saturday)
    assert within(cast, clocks.rules, cast.row.id)["day", ""].within == calendar
    # A holiday of everybody can be worked, and be off again.
    assert send(cast.son, "days", drop=holiday.isoformat()).status_code == 303
    assert within(cast, calendars.of, cast.row.id).works(holiday)
    assert send(cast.son, "days", drop=holiday.isoformat()).status_code == 303
    assert not within(cast, calendars.of, cast.row.id).works(holiday)
    assert send(cast.thu, "days", drop=monday.isoformat()).status_code == 303
    assert [row.day for row in cast.rows(CalendarDay.select())] == [saturday.isoformat()] and shown not in cast.thu.get("/clocks").text
    assert [(role, detail["works"]) for role, detail in trail(cast)] == [
        ("coordinator", False), ("coordinator", True), ("admin", None), ("admin", None), ("coordinator", None)]


def test_a_day_off_of_the_ward_is_a_holiday_of_the_roster(cast):
    second_officer(cast)
    subscribe(cast.dung)
    roster(cast, "congan", "dung", days="0123456")
    roster(cast, "congan", "Anh Tư", days="H")
    day = usual_day(cast, 2)
    before = within(cast, lambda: cast_on(cast, day))
    assert before == ["dung"] and send(cast.thu, "days", day=day.isoformat(), name="Nghỉ bù").status_code == 303
    assert within(cast, lambda: cast_on(cast, day)) == ["Anh Tư"]


def cast_on(ward, day):
    """Names of those the police would be rung as at noon of a day."""
    from db.models import Unit
    from pwa.domain.duty import Book
    names = {phone.me["person"]: name for name, phone in ward._phones.items()}
    return [names[person] for person in Book(ward.row.id, calendars.moment_of(day, 720)).on_duty(Unit.get(Unit.code == "congan").id)]


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"day": ""}, "Hãy chọn ngày."), ({"name": " "}, "Hãy ghi tên ngày nghỉ"), ({"name": "x" * 101}, "Tên dài quá 100 chữ"),
    ({"day": "2020-01-01"}, "Hãy chọn một ngày từ hôm nay"), ({"day": "2099-01-01"}, "Hãy chọn một ngày từ hôm nay"),
    ({"drop": None}, "vốn là ngày nghỉ trong tuần")])
def test_a_day_that_cannot_be_gets_a_sentence_and_changes_nothing(cast, fields, sentence):
    if "drop" in fields:
        fields = {"drop": next_holiday(cast, (5, 6)).isoformat()}
    answer = send(cast.thu, "days", **{"day": tomorrow(cast).isoformat(), "name": "Nghỉ bù", **fields})
    assert answer.status_code == 422 and sentence in answer.text
    assert not cast.rows(CalendarDay.select()) and trail(cast) == []


def test_units_without_a_deputy_are_named_until_they_have_one(cast):
    page = card(cast.thu.get("/clocks").text, "lacking")
    assert "Công an phường Chỉ có một người" in page and "Chưa có ai" in page and "Phòng Văn hóa" not in page
    link = f'href="/duty/{cast.unit_id("congan")}"'
    assert link in cast.thu.get("/clocks").text and link not in cast.son.get("/clocks").text
    second = second_officer(cast)
    assert "Công an phường" not in card(cast.thu.get("/clocks").text, "lacking")
    # Two in the unit, but one alone on its roster.
    assert put_on(cast.dung, "congan", cast.dung).status_code == 303
    assert "Công an phường Chỉ có một người" in card(cast.thu.get("/clocks").text, "lacking")
    assert put_on(cast.dung, "congan", second).status_code == 303
    assert "Công an phường" not in card(cast.thu.get("/clocks").text, "lacking") and len(cast.rows(Shift.select())) == 2


def test_the_clocks_of_one_ward_are_not_those_of_another(cast):
    from pwa.cli import _seed
    from pwa.domain import people
    other = within(cast, lambda: people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, []))
    assert set_rule(cast.thu).status_code == 303 and send(cast.thu, "week", **WEEK).status_code == 303
    assert send(cast.thu, "days", day=tomorrow(cast).isoformat(), name="Nghỉ bù").status_code == 303
    assert within(cast, clocks.rules, other.id)["day", ""] == clocks.defaults()["day"]
    assert within(cast, calendars.of, other.id) == calendars.default() != within(cast, calendars.of, cast.row.id)


def test_without_a_token_nothing_changes(cast):
    for path, fields in (("rules", DAY_RULE), ("week", WEEK), ("days", {"drop": "2027-02-08"})):
        assert cast.thu.client.post("/clocks/" + path, base_url=cast.thu.base, data=fields).status_code == 400
    assert trail(cast) == [] and post(cast.thu, "/duty", first="2026-12-01", last="2026-12-03").status_code == 303
