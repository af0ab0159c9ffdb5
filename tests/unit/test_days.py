"""Days as follow-up and suggestions count them."""
from datetime import date, datetime

import pytest
from flask import Flask
from flask_babel import Babel

from pwa.domain import calendars, suggestions, tasks

OFFICE = {"days": [1, 2, 3, 4, 5], "from": "07:00", "to": "17:00"}
ALWAYS = {"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=calendars.Here.zone).timestamp() * 1000)


@pytest.fixture
def here():
    app = Flask(__name__)
    Babel(app, default_timezone="Asia/Ho_Chi_Minh")
    with app.app_context():
        yield


@pytest.mark.parametrize("asked, code, on_date, due", [
    ("2026-11-25 16:59", "today", None, "2026-11-25 17:00"), ("2026-11-25 17:00", "today", None, "2026-11-25 23:59"),
    ("2026-11-25 23:59", "today", None, "2026-11-25 23:59"), ("2026-11-25 20:00", None, "2026-11-25", "2026-11-25 23:59"),
    ("2026-11-25 20:00", "tomorrow", None, "2026-11-26 17:00"), ("2026-11-25 20:00", None, "2026-11-24", "2026-11-24 17:00")])
def test_what_is_asked_for_today_is_not_late_at_birth(here, asked, code, on_date, due):
    moment = tasks.due_moment(code, on_date, at(asked))
    assert calendars.local(moment).strftime("%Y-%m-%d %H:%M") == due
    assert moment > at(asked) or on_date == "2026-11-24"


@pytest.mark.parametrize("moment, hours, there", [
    ("2026-11-25 10:00", OFFICE, True), ("2026-11-25 17:00", OFFICE, False), ("2026-11-28 10:00", OFFICE, False),
    ("2027-02-08 10:00", OFFICE, False), ("2027-02-08 10:00", ALWAYS, True), ("2026-11-27 10:00", OFFICE, False),
    ("2026-11-28 10:00", {**OFFICE, "days": [6]}, True), ("2026-12-05 10:00", OFFICE, True), ("2027-02-08 10:00", None, None)])
def test_nobody_is_at_work_over_tet_and_on_the_wards_days_off_but_those_who_always_are(moment, hours, there):
    usual = calendars.default()
    own = {date(2026, 11, 27): False, date(2026, 12, 5): True}
    calendar = calendars.Calendar(usual.spans, usual.weekdays, usual.days | own)
    assert suggestions.is_open(hours, at(moment), calendar) is there
