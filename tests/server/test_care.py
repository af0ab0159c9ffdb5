"""Care after sexual violence is to be reached within 72 hours: whatever tells of it says so, where people look."""
from datetime import UTC, datetime, timedelta

from db.models import Notice, Record, Task
from pwa.domain.clock import HOUR, now
from tests.server.test_cases import opened, row, saved

MARK = "Y tế trước"


def day(ago):
    return (datetime.now(UTC) + timedelta(hours=7, days=-ago)).strftime("%Y-%m-%d")


def cares(ward, case):
    return ward.rows(Task.select().where(Task.case == case, Task.what == "care"))


def test_an_adults_note_of_today_comes_first_rings_and_says_until_when_and_its_case_brings_them_there(ward):
    ward.thu.get("/todo")
    calm, old = ward.lan.record(), ward.lan.record(acts=["sexual"], when="before", victim_age="18-59")
    fresh = ward.lan.record(acts=["sexual"], when="today", victim_age="18-59")
    page = ward.thu.get("/todo").text
    assert page.index(fresh) < page.index(calm) < page.index(old) and page.count(MARK) == 1
    rung = {each.subject_id: each.urgent for each in ward.rows(Notice.select().where(Notice.event == "record-new"))}
    assert rung[fresh] and not rung[calm] and not rung[old]
    case = saved(ward.thu.save("triage", {"record": fresh, "choice": "open"}))
    [task] = cares(ward, case)
    assert task.due_at == row(ward, Record, fresh).health_until and task.owner_id == ward.thu.me["person"]
    assert MARK in ward.thu.get("/cases").text and "Chăm sóc sau xâm hại tình dục" in ward.thu.get("/todo").text
    saved(ward.thu.save("completion", {"task": task.id, "choice": "done", "next": "none", "note": "Đã khám"}))
    assert MARK not in ward.thu.get("/cases").text and "đến cơ sở y tế trước" not in ward.thu.get(f"/cases/{case}").text
    other = saved(ward.thu.save("triage", {"record": old, "choice": "open"}))
    assert not cares(ward, other)


def test_a_sexual_incident_of_these_days_and_a_rape_nobody_can_date_raise_it_and_what_is_long_ago_does_not(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("incident", {"case": case, "main_form": "physical", "on_date": day(1)}))
    saved(ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(9)}))
    assert not cares(ward, case)
    saved(ward.thu.save("incident", {"case": case, "forms": ["mental", "sexual"], "on_date": day(1)}))
    saved(ward.thu.save("incident", {"case": case, "forms": ["sexual"], "on_date": day(0)}))
    [task] = cares(ward, case)
    assert 47 * HOUR - 24 * HOUR < task.due_at - now() <= 48 * HOUR and "đến cơ sở y tế trước" in ward.thu.get(f"/cases/{case}").text
    for fields, wanted in (({}, 1), ({"when": "before"}, 0)):
        _record, each = opened(ward, **fields)
        saved(ward.thu.save("classification", {"case": each, "q_rape": "yes"}))
        assert len(cares(ward, each)) == wanted, fields
    _record, dated = opened(ward)
    saved(ward.thu.save("incident", {"case": dated, "main_form": "sexual", "on_date": day(20)}))
    saved(ward.thu.save("classification", {"case": dated, "q_rape": "yes"}))
    assert not cares(ward, dated)


def test_what_happens_again_is_to_be_brought_to_care_again_and_the_same_told_twice_is_not(ward):
    _record, case = opened(ward)
    first = {"case": case, "main_form": "sexual", "on_date": day(2)}
    saved(ward.thu.save("incident", first))
    [task] = cares(ward, case)
    saved(ward.thu.save("completion", {"task": task.id, "choice": "done", "next": "none", "note": "Đã khám"}))
    saved(ward.thu.save("incident", {**first, "on_date": day(1)}))
    assert len(cares(ward, case)) == 1
    ward.rows(Task.update(due_at=Task.due_at - 90 * HOUR).where(Task.id == task.id).returning(Task.id))
    saved(ward.thu.save("incident", {**first, "on_date": day(0)}))
    assert [each.state for each in cares(ward, case)].count("open") == 1 and MARK in ward.thu.get("/cases").text
