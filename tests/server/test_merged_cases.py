"""Two cases that became one: everything of either can be worked on, and is its own again when they come apart."""
import re
from contextlib import nullcontext

import pytest

from db.base import database
from db.models import Case, CasePerson, DecisionRequest, Incident, Measure, Record, Referral, Task
from pwa.domain import cases, personal_data
from pwa.domain.clock import DAY, now
from tests.server.test_cases import CONSENT, opened, referred, row, saved
from tests.server.test_closings import CLOSE
from tests.server.test_papers import words
from tests.server.test_rights import post
from tests.server.test_risks import train


def test_what_came_with_a_merged_case_is_worked_on_like_the_rest_and_leaves_with_it(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    person = saved(ward.thu.save("person", {"case": gone, "part": "affected", "sex": "female", "age": "18-59"}))
    incident = saved(ward.thu.save("incident", {"case": gone, "forms": ["physical"], "main_form": "physical"}))
    ward.hanh.answer(referred(ward, gone))
    merged = saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    anew = saved(ward.thu.save("person", {"case": kept, "over": person, "part": "affected", "sex": "female", "age": "under-16"}))
    assert row(ward, Case, kept).child and row(ward, CasePerson, anew).key == row(ward, CasePerson, person).key
    mended = saved(ward.thu.save("incident", {"case": kept, "over": incident, "person": anew, "forms": ["mental"], "main_form": "mental"}))
    assert row(ward, Incident, mended).age == "under-16"
    measure = saved(ward.thu.save("measure", {"case": kept, "measure": "criticism", "incident": mended}))
    assert row(ward, Measure, measure).incident_id == mended
    saved(ward.thu.save("data-request", {"case": kept, "person": anew, "what": "copy", "asked_by": "self"}))
    saved(ward.thu.save("task", {"case": kept, "what": "visit", "due": "today", "owner": ward.hanh.me["person"]}))
    _record, stranger = opened(ward)
    assert ward.thu.save("person", {"case": stranger, "over": anew, "part": "affected"})[1] == "invalid"
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merged}))
    assert row(ward, CasePerson, anew).case_id == row(ward, Incident, mended).case_id == gone


def test_what_was_merged_into_a_case_is_late_due_and_asked_with_it_and_its_recorder_hears_of_its_end(ward):
    (_record, first), (_record, second), (_record, third) = opened(ward), opened(ward), opened(ward)
    saved(ward.thu.save("person", {"case": third, "part": "affected", "vulnerabilities": ["pregnant"]}))
    task = saved(ward.thu.save("task", {"case": second, "what": "call", "due": "today"}))
    referral = referred(ward, third)
    ward.binh  # noqa: B018 – there to decide
    saved(ward.thu.save("decision-request", {"case": second, "what": "assign", "remark": "Cần người lo"}))
    # Into one another: the third stands for all of them.
    saved(ward.thu.save("triage", {"choice": "merge", "case": second, "into": first}))
    saved(ward.thu.save("triage", {"choice": "merge", "case": first, "into": third}))
    assert ward.thu.save("decision-request", {"case": third, "what": "assign", "remark": "Lần nữa"})[1] == "conflict"
    page = ward.thu.get("/cases").text
    assert re.findall(r'href="/cases/([0-9a-f-]{36})"', page) == [third] and "Việc tới: " in page and "data-overdue" not in page
    with ward.app.app_context(), database.connection_context():
        Task.update(due_at=1, turn=1).where(Task.id == task).execute()
    assert "data-overdue" in ward.thu.get("/cases").text and "Mang thai" in ward.thu.get(f"/cases/{third}").text
    # Late for what was asked in a case that is none of its own any more, too.
    with ward.app.app_context(), database.connection_context():
        Task.update(due_at=now() + DAY, turn=now() + DAY).where(Task.id == task).execute()
        Referral.update(received_at=1, case_id=second).where(Referral.id == referral).execute()
    assert "data-overdue" in ward.thu.get("/cases").text
    saved(ward.thu.save("withdrawal", {"target": referral}))
    saved(ward.thu.save("closing", {"case": third, **CLOSE}))
    assert {each.state for each in ward.rows(DecisionRequest.select())} == {"recalled"} and row(ward, Task, task).state == "dropped"
    assert "Phường đã lo xong việc này" in ward.lan.get("/records/rows").text


def test_how_somebody_is_reached_safely_stands_with_what_is_to_be_done_whichever_case_it_came_from(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    saved(ward.thu.save("person", {"case": kept, "part": "affected", "safe_contact": "Buổi sáng, qua chị Sáu"}))
    task = saved(ward.thu.save("task", {"case": gone, "what": "call", "due": "today"}))
    assert "qua chị Sáu" not in ward.thu.get(f"/tasks/{task}").text
    saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    assert "qua chị Sáu" in ward.thu.get(f"/tasks/{task}").text


def test_what_was_to_be_done_in_a_merged_case_has_its_next_step_and_is_done_anew_by_who_knows_of_it(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    task = saved(ward.thu.save("task", {"case": gone, "what": "call", "due": "today"}))
    saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    first = saved(ward.thu.save("completion", {"task": task, "choice": "done", "next": "visit", "due": "week"}))
    [step] = ward.rows(Task.select().where(Task.after == task))
    assert (step.what, step.state, step.case_id) == ("visit", "open", gone) and step.id in ward.thu.get(f"/cases/{kept}").text
    saved(ward.kim.save("completion", {"task": task, "choice": "done", "next": "paper", "due": "week", "over": first}))
    assert {each.what: each.state for each in ward.rows(Task.select().where(Task.after == task))} == {"visit": "dropped", "paper": "open"}


def test_rights_asked_in_a_case_that_was_merged_are_about_all_of_it(ward):
    (_record, kept), (_record, gone) = opened(ward, narrative="Lời kể thứ nhất"), opened(ward, narrative="Lời kể thứ hai")
    person = saved(ward.thu.save("person", {"case": gone, "part": "affected", "name": "Chị Tư"}))
    asked = saved(ward.thu.save("data-request", {"case": gone, "person": person, "what": "delete", "asked_by": "self"}))
    saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    copy = words(ward.thu.get(f"/data-requests/{asked}/copy"))
    assert "Lời kể thứ nhất" in copy and "Lời kể thứ hai" in copy
    # Not while the case it has become is at work.
    assert post(ward.thu, f"/data-requests/{asked}/erase", sure="y").status_code == 422
    saved(ward.thu.save("closing", {"case": kept, **CLOSE}))
    assert post(ward.thu, f"/data-requests/{asked}/erase", sure="y").status_code == 302
    assert all(each.erased_at for each in ward.rows(Case.select())) and all(each.erased_at for each in ward.rows(Record.select()))


def test_every_version_of_a_record_is_copied_and_erased_with_its_case(ward):
    record, case = opened(ward, narrative="Lời kể ban đầu")
    ward.lan.record(replaces=record, narrative="Lời kể sửa lại")
    person = saved(ward.thu.save("person", {"case": case, "part": "affected", "name": "Chị Tư"}))
    asked = saved(ward.thu.save("data-request", {"case": case, "person": person, "what": "delete", "asked_by": "self"}))
    copy = words(ward.thu.get(f"/data-requests/{asked}/copy"))
    assert "Lời kể ban đầu" in copy and "Lời kể sửa lại" in copy
    saved(ward.thu.save("closing", {"case": case, **CLOSE}))
    assert post(ward.thu, f"/data-requests/{asked}/erase", sure="y").status_code == 302
    assert len(ward.rows(Record.select().where(Record.erased_at.is_null(False)))) == 2


def test_words_of_a_merged_case_stay_while_the_one_it_went_into_is_at_work_and_go_with_it(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    for closed in (False, True):
        if closed:
            saved(ward.thu.save("closing", {"case": kept, **CLOSE}))
        with ward.app.app_context(), database.connection_context():
            with nullcontext() if closed else pytest.raises(personal_data.StillOpen):
                personal_data.erase_case(None, Case.get_by_id(gone))
        assert [bool(row(ward, Case, case).erased_at) for case in (kept, gone)] == [closed, closed]


def test_the_risk_of_a_merged_case_comes_down_with_the_newest_assessment_and_units_are_told_that_one(ward):
    train(ward, "thu", "da5")
    train(ward, "thu", "child")
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    saved(ward.thu.save("risk", {"case": gone, "frequent": "yes", "kill": "yes", "weapon": "yes"}))
    merged = saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    asked = referred(ward, kept, **CONSENT, fields=["risk"])

    def level():
        told = re.findall(r"Mức độ nguy cơ</dt>\s*<dd>([^<]+)<", ward.hanh.get(f"/referrals/{asked}").text)
        with ward.app.app_context(), database.connection_context():
            return cases.together(Case.get_by_id(kept)).risk, told
    assert level() == ("high", ["Cao"])
    saved(ward.thu.save("risk", {"case": kept, **dict.fromkeys(("frequent", "kill", "weapon", "choked", "jealous"), "no")}))
    assert level() == ("unclear", ["Chưa đủ cơ sở kết luận"])
    # The other tool says its own.
    saved(ward.thu.save("child-risk", {"case": kept, "harm": "medium"}))
    assert level() == ("medium", ["Trung bình"]) and row(ward, Case, gone).risk == "high"
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merged}))
    assert level()[0] == "medium"
