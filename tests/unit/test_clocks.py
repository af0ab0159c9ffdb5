"""Working time: the ward's hours, weekends, Tết; and what is overdue."""
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from pwa.domain import calendars, clocks
from pwa.domain.clocks import MINUTE, Rule

WARD = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text):
    """Milliseconds of a moment in the ward, like 2026-11-23 08:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=WARD).timestamp() * 1000)


def said(moment):
    return datetime.fromtimestamp(moment / 1000, WARD).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(("asked", "minutes", "due"), [
    # Within a morning, over the noon rest, over the night, over a weekend.
    ("2026-11-23 08:00", 120, "2026-11-23 10:00"),
    ("2026-11-23 08:00", 240, "2026-11-23 14:00"),
    ("2026-11-23 07:30", 480, "2026-11-23 17:30"),
    ("2026-11-23 15:00", 480, "2026-11-24 15:00"),
    ("2026-11-27 16:30", 240, "2026-11-30 10:30"),
    # Asked at night, at noon, on a Sunday: the clock starts with the work.
    ("2026-11-23 22:00", 60, "2026-11-24 08:30"),
    ("2026-11-23 12:00", 60, "2026-11-23 14:30"),
    ("2026-11-29 09:00", 60, "2026-11-30 08:30"),
    # Three working days.
    ("2026-11-25 10:00", 1440, "2026-11-30 10:00"),
    # Tết 2027: Friday 5 to Thursday 11 February are days off.
    ("2027-02-04 16:30", 120, "2027-02-12 08:30"),
    ("2027-02-08 10:00", 30, "2027-02-12 08:00")])
def test_working_time_passes_only_while_the_ward_works(asked, minutes, due):
    assert said(clocks.after(at(asked), minutes)) == due


@pytest.mark.parametrize("asked", ["2026-11-23 08:00", "2026-11-28 23:50", "2027-02-06 00:00"])
def test_an_emergency_runs_at_any_hour(asked):
    assert clocks.after(at(asked), 30, any_hour=True) == at(asked) + 30 * MINUTE


def test_the_clock_is_the_wards_and_not_the_servers():
    """07:30 in Hà Tĩnh is 00:30 in Greenwich: a server that runs there must not count from its own morning."""
    assert clocks.after(at("2026-11-23 00:00"), 0) == at("2026-11-23 07:30")
    assert datetime.fromtimestamp(clocks.after(at("2026-11-23 00:00"), 0) / 1000, ZoneInfo("UTC")).hour == 0


@given(strategies.integers(at("2026-01-01 00:00"), at("2029-12-01 00:00")), strategies.integers(1, 3000))
def test_between_undoes_after(asked, minutes):
    due = clocks.after(asked, minutes)
    assert due >= asked + minutes * MINUTE
    assert clocks.between(asked, due) == minutes
    assert clocks.between(asked, due - MINUTE) < minutes


@given(strategies.integers(at("2026-01-01 00:00"), at("2029-12-01 00:00")), strategies.integers(1, 1500), strategies.integers(0, 10**9))
def test_who_asks_later_is_due_later(asked, minutes, later):
    assert clocks.after(asked + later, minutes) >= clocks.after(asked, minutes)


def test_every_year_of_the_plan_has_its_holidays():
    days = [day for day in calendars.names() if calendars.default().is_holiday(day)]
    for year in range(2026, 2031):
        for day in ((1, 1), (4, 30), (5, 1), (9, 2)):
            assert date(year, *day) in days
        assert sum(day.year == year and day.month < 3 and day != date(year, 1, 1) for day in days) >= 5, "Tết"


def test_the_defaults_are_those_of_the_wards_practice():
    rules = clocks.defaults()
    assert rules["urgent"] == Rule(seen=30, answered=120, gap=10, any_hour=True)
    assert (rules["day"].seen, rules["day"].answered, rules["day"].any_hour) == (4 * 60, 8 * 60, False)
    assert (rules["normal"].seen, rules["normal"].answered, rules["normal"].any_hour) == (480, 3 * 480, False)


def test_of_several_services_the_one_that_ends_first_counts():
    known = {("day", ""): Rule(240, 480, 60), ("day", "legal"): Rule(480, 960, 60), ("day", "post-rape"): Rule(30, 60, 10, any_hour=True)}
    def rule_for(*services):
        return clocks.first_to_end(clocks.rules_for(known, "day", services), at("2026-11-23 08:00"))
    assert rule_for() == known["day", ""]
    assert rule_for("legal") == known["day", "legal"]
    assert rule_for("legal", "post-rape") == known["day", "post-rape"]
    assert rule_for("shelter") == known["day", ""]
    assert rule_for("legal", "shelter") == known["day", ""], "what has no clock of its own is not put off by one that has"


def test_no_service_makes_the_clock_of_another_longer():
    """Neither by running at night, nor by being seen late and answered early."""
    asked = at("2026-11-23 08:00")
    known = {("day", ""): Rule(240, 480, 60), ("day", "legal"): Rule(1440, 14_400, 60, any_hour=True), ("day", "medical"): Rule(30, 60, 60),
             ("day", "shelter"): Rule(10, 300, 60)}
    both = clocks.deadlines(asked, *clocks.rules_for(known, "day", ("medical", "legal")))
    assert both == clocks.deadlines(asked, known["day", "medical"]) and said(both.answered_by) == "2026-11-23 09:00"
    three = clocks.deadlines(asked, *clocks.rules_for(known, "day", ("medical", "legal", "shelter")))
    assert (said(three.seen_by), said(three.answered_by)) == ("2026-11-23 08:10", "2026-11-23 09:00")


def test_overdue_follows_from_the_clock_and_from_what_was_done():
    asked, rule = at("2026-11-23 08:00"), clocks.defaults()["day"]
    fresh = clocks.deadlines(asked, rule)
    assert (said(fresh.seen_by), said(fresh.answered_by)) == ("2026-11-23 14:00", "2026-11-24 08:00")
    assert not fresh.overdue(at("2026-11-23 14:00")) and fresh.overdue(at("2026-11-23 14:00") + 1)
    seen = clocks.deadlines(asked, rule, seen=True)
    assert not seen.overdue(at("2026-11-24 08:00")) and seen.overdue(at("2026-11-24 08:01"))
    assert not clocks.deadlines(asked, rule, seen=True, answered=True).overdue(at("2030-01-01 00:00"))


@pytest.mark.parametrize(("starts", "ends", "minute", "inside"), [
    ("07:30", "17:30", "07:30", True), ("07:30", "17:30", "17:29", True), ("07:30", "17:30", "17:30", False), ("07:30", "17:30", "03:00", False),
    ("22:00", "06:00", "23:59", True), ("22:00", "06:00", "05:59", True), ("22:00", "06:00", "06:00", False), ("22:00", "06:00", "12:00", False),
    ("08:00", "08:00", "03:00", True)])
def test_a_span_may_run_past_midnight(starts, ends, minute, inside):
    assert calendars.spanning(*map(calendars.minute_of, (starts, ends, minute))) is inside
