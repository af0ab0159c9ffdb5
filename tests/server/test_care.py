"""Care after sexual violence is to be reached within 72 hours: whatever tells of it says so, where people look."""
from datetime import UTC, datetime, timedelta

import pytest

from db.models import Case, Notice, Record, Task
from pwa.domain.clock import HOUR, now
from tests.server.test_cases import opened, row, saved
from tests.server.test_classifications import shown

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
    ward.rows(Task.update(due_at=Task.due_at - 90 * HOUR, until=Task.until - 90 * HOUR).where(Task.id == task.id).returning(Task.id))
    saved(ward.thu.save("incident", {**first, "on_date": day(0)}))
    assert [each.state for each in cares(ward, case)].count("open") == 1 and MARK in ward.thu.get("/cases").text


PRESSING = {
    "record": lambda ward, case: ward.thu.save("triage", {"record": ward.lan.record(acts=["sexual"], when="today", victim_age="18-59"), "choice": "join",
                                                          "into": case}),
    "incident": lambda ward, case: ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(0)}),
    "undated": lambda ward, case: ward.thu.save("incident", {"case": case, "main_form": "sexual"}),
    "classification": lambda ward, case: ward.thu.save("classification", {**shown(ward, case), "q_rape": "yes"}),
}
BACK = {
    "record": lambda ward, _case, entry: ward.thu.save("triage", {"choice": "undo", "triage": entry}),
    "incident": lambda ward, case, entry: ward.thu.save("incident", {"case": case, "over": entry, "main_form": "sexual", "removed": "y"}),
    "undated": lambda ward, case, entry: ward.thu.save("incident", {"case": case, "over": entry, "main_form": "physical"}),
    "classification": lambda ward, case, entry: ward.thu.save("classification", {**shown(ward, case), "q_rape": "no", "q_sexual_assault": "no",
                                                                                 "q_physical_assault": "yes", "over": entry}),
}


def presses(ward, case):
    """Whether a case stands as Khẩn cấp on its page and on the list."""
    page, listed = ward.thu.get(f"/cases/{case}").text, ward.thu.get("/cases").text
    found = {"Khẩn cấp" in text for text in (page.split('class="marks"')[1].split("</p>")[0], listed.split(f'href="/cases/{case}"')[1].split("</a>")[0])}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize("teller", PRESSING)
def test_a_case_presses_while_care_is_to_be_reached_and_not_when_it_was_is_too_late_or_was_never_told(ward, teller):
    _record, case = opened(ward)
    assert not presses(ward, case)
    told = saved(PRESSING[teller](ward, case))
    assert presses(ward, case)
    saved(BACK[teller](ward, case, told))
    assert not presses(ward, case) and [each.state for each in cares(ward, case)] == ["dropped"]
    # Told of again, beside something else that goes on telling of it.
    saved(PRESSING["incident"](ward, case))
    told = saved(PRESSING[teller](ward, case))
    saved(BACK[teller](ward, case, told))
    [task] = [each for each in cares(ward, case) if each.state == "open"]
    assert presses(ward, case)
    ward.rows(Task.update(due_at=now() - HOUR, turn=now() - HOUR, until=now() - HOUR).where(Task.id == task.id).returning(Task.id))
    assert not presses(ward, case) and not row(ward, Case, case).urgent


def test_care_that_was_reached_or_that_somebody_ended_presses_no_more_and_a_wrong_day_is_put_right(ward):
    _record, case = opened(ward)
    told = saved(ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(0)}))
    [task] = cares(ward, case)
    told = saved(ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(1), "over": told}))
    assert [task.due_at - each.due_at for each in cares(ward, case)] == [24 * HOUR] and presses(ward, case)
    # Put off, it has the same hours.
    assert ward.thu.save("completion", {"task": task.id, "choice": "snooze", "reason": "away", "due": "week"})[1] == "invalid"
    saved(ward.thu.save("completion", {"task": task.id, "choice": "snooze", "reason": "away", "due": "tomorrow"}))
    assert presses(ward, case) and "đến cơ sở y tế trước" in ward.thu.get(f"/cases/{case}").text
    # What a coordinator gives themselves to do is theirs to end, and has hours only while something tells of them.
    own = saved(ward.kim.save("task", {"case": case, "what": "care", "due": "month"}))
    told = saved(ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(9), "over": told}))
    assert {each.id: each.state for each in cares(ward, case)} == {task.id: "dropped", own: "open"} and not presses(ward, case)
    soon = saved(ward.kim.save("task", {"case": case, "what": "care", "due": "today"}))
    told = saved(ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(0), "over": told}))
    assert presses(ward, case) and len(cares(ward, case)) == 3 and row(ward, Task, soon).until > row(ward, Task, soon).due_at
    saved(ward.thu.save("completion", {"task": soon, "choice": "drop", "note": "Đã khám"}))
    assert not presses(ward, case)


def test_violence_of_now_has_its_own_hours_beside_care_that_was_too_late_and_that_nobody_ended(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(1)}))
    [task] = cares(ward, case)
    ward.rows(Task.update(due_at=Task.due_at - 90 * HOUR, until=Task.until - 90 * HOUR).where(Task.id == task.id).returning(Task.id))
    assert not presses(ward, case)
    saved(ward.thu.save("incident", {"case": case, "main_form": "sexual", "on_date": day(0)}))
    assert presses(ward, case) and len(cares(ward, case)) == 2


def test_a_case_that_presses_for_care_rings_as_such_whoever_is_to_bring_them_there_or_is_given_it(ward):
    _record, case = opened(ward)
    saved(ward.kim.save("incident", {"case": case, "main_form": "sexual", "on_date": day(0)}))
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "person": ward.kim.me["person"]}))
    rung = {(each.event, each.person_id): each.urgent for each in ward.rows(Notice.select().where(Notice.event.in_(("task-new", "case-given"))))}
    assert rung == {("task-new", ward.thu.me["person"]): True, ("case-given", ward.kim.me["person"]): True}


def test_of_merged_cases_one_presses_for_the_other_until_they_come_apart(ward):
    (_record, calm), (_record, case) = opened(ward), opened(ward)
    saved(ward.thu.save("classification", {**shown(ward, case), "q_rape": "yes"}))
    merged = saved(ward.thu.save("triage", {"case": case, "choice": "merge", "into": calm}))
    assert presses(ward, calm)
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merged}))
    assert not presses(ward, calm) and presses(ward, case)
