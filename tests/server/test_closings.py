"""What a case's end leaves undone, and what it must not."""
import re

import pytest

from db.models import Answer, Case, CaseEvent, Notice, Referral, Task
from tests.server.test_cases import opened, referred, row, saved

CLOSE = {"choice": "close", "outcome": "safe", "said": "better"}


@pytest.mark.parametrize("end", ["close", "undo"])
def test_what_the_law_asks_for_about_data_outlives_the_case(ward, end):
    _record, case = opened(ward)
    person = saved(ward.thu.save("person", {"case": case, "part": "affected", "phone": "0912345678", "safe_contact": "Gọi chị Sáu"}))
    saved(ward.thu.save("data-request", {"case": case, "person": person, "what": "delete", "asked_by": "self"}))
    [legal, _other] = [each.id for each in ward.rows(Task.select())]
    before = {page["path"]: page["etag"] for page in ward.thu.get("/pages").json["pages"]}
    assert [word in ward.thu.get(f"/tasks/{legal}").text for word in ("0912345678", "chị Sáu")] == [True, True]
    visit = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "today"}))
    how = {"close": ("closing", {"case": case, **CLOSE}), "undo": ("triage", {"choice": "undo", "triage": case})}
    saved(ward.thu.save(*how[end]))
    states = {each.id: each.state for each in ward.rows(Task.select())}
    assert states.pop(visit) == "dropped" and list(states.values()) == ["open", "open"]
    assert legal in ward.thu.get("/todo").text
    # A case that has ended leaves phones, also by way of what is still to do in it.
    assert [word in ward.thu.get(f"/tasks/{legal}").text for word in ("0912345678", "chị Sáu")] == [False, False]
    assert {page["path"]: page["etag"] for page in ward.thu.get("/pages").json["pages"]}[f"/tasks/{legal}"] != before[f"/tasks/{legal}"]
    saved(ward.thu.save("completion", {"task": legal, "choice": "done", "next": "none"}))
    assert row(ward, Task, legal).state == "done"


def test_a_coordinator_writes_down_what_a_unit_told_her_and_the_case_can_be_closed(ward):
    record, case = opened(ward)
    legal = referred(ward, case, unit="tgpl", services=["legal"])
    page = ward.thu.get(f"/referrals/{legal}").text
    assert "Ghi thay Trung tâm Trợ giúp pháp lý" in page and "Ghi thay" not in ward.lan.get(f"/records/{record}").text
    assert ward.thu.save("closing", {"case": case, **CLOSE})[1] == "invalid"
    for fields in ({"choice": "accept"}, {"behalf": "yes", "choice": "decline", "reason": "no-capacity"}, {"behalf": "yes", "choice": "help"}):
        assert ward.thu.save("answer", {"referral": legal, **fields})[1] in ("conflict", "forbidden"), fields
    assert ward.hanh.save("answer", {"referral": legal, "choice": "accept", "behalf": "yes"})[1] == "forbidden"
    accepted = saved(ward.thu.save("answer", {"referral": legal, "choice": "accept", "behalf": "yes", "note": "Ông Tài nhận qua điện thoại"}))
    referral, given = row(ward, Referral, legal), row(ward, Answer, accepted)
    assert referral.state == "accepted" and referral.owner_id == given.unit_id == referral.unit_id and given.author_id == ward.thu.me["person"]
    [event] = ward.rows(CaseEvent.select().where(CaseEvent.entry_id == accepted))
    assert event.data["behalf"] and "ghi thay" in ward.thu.get(f"/cases/{case}").text and "(ghi thay)" in ward.thu.get(f"/referrals/{legal}").text
    saved(ward.thu.save("answer", {"referral": legal, "choice": "help", "behalf": "yes", "over": accepted}))
    assert row(ward, Referral, legal).state == "helped"
    saved(ward.thu.save("closing", {"case": case, **CLOSE}))


def test_a_coordinator_takes_back_what_a_volunteer_asked_or_a_unit_accepted_but_leaves_nobody_without_an_owner(ward):
    record = ward.lan.record(danger="yes")
    direct = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger")
    ward.dung.answer(direct)
    assert ward.thu.save("withdrawal", {"target": direct})[1] == "forbidden"
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    taken = referred(ward, case)
    ward.hanh  # noqa: B018 – there to be told
    saved(ward.thu.save("answer", {"referral": taken, "choice": "accept", "behalf": "yes"}))
    assert ward.rows(Notice.select().where(Notice.person == ward.hanh.me["person"], Notice.event == "referral-note"))
    assert ward.hanh.save("withdrawal", {"target": taken})[1] == "forbidden"
    for each, told in ((direct, ward.dung), (taken, ward.hanh)):
        assert "Rút lại chuyển gửi" in ward.thu.get(f"/referrals/{each}").text
        saved(ward.thu.save("withdrawal", {"target": each}))
        assert row(ward, Referral, each).state == "withdrawn"
        assert ward.rows(Notice.select().where(Notice.person == told.me["person"], Notice.event == "referral-withdrawn"))
    assert ward.rows(Notice.select().where(Notice.person == ward.lan.me["person"], Notice.event == "referral-withdrawn"))
    saved(ward.thu.save("closing", {"case": case, **CLOSE}))


@pytest.mark.parametrize("outcome, line", [("safe", "Phường đã lo xong việc này"), ("no-contact", "Hồ sơ đã kết thúc.")])
def test_the_recorder_is_told_that_help_was_given_only_where_it_was(ward, outcome, line):
    record, case = opened(ward)
    saved(ward.thu.save("closing", {"case": case, **CLOSE, "outcome": outcome}))
    for page in (ward.lan.get("/records/rows").text, ward.lan.get(f"/records/{record}").text):
        assert "Đã kết thúc" in page and line in page and (outcome == "safe" or "lo xong" not in page)


@pytest.mark.parametrize("more, opens", [({"danger": "yes"}, True), ({"victim_age": "under-16"}, True), ({"acts": ["sexual"], "when": "today"}, True),
                                         ({"narrative": "Thêm một câu"}, False)], ids=str)
def test_a_closed_case_is_at_work_again_when_its_record_tells_of_a_danger_nobody_knew_of(ward, more, opens):
    record, case = opened(ward)
    saved(ward.kim.save("closing", {"case": case, **CLOSE}))
    mended = ward.lan.record(replaces=record, **more)
    found = row(ward, Case, case)
    assert (found.state, found.closed_at is None, found.outcome is None) == (("open", True, True) if opens else ("closed", False, False))
    told = {each.person_id: each.urgent for each in ward.rows(Notice.select().where(Notice.event == "case-reopened"))}
    assert told == ({each.me["person"]: True for each in (ward.thu, ward.kim)} if opens else {})
    assert (case in ward.thu.get("/cases").text) == opens
    # What is mended again without telling of more leaves a case closed that somebody has closed knowing of it.
    if opens:
        saved(ward.thu.save("closing", {"case": case, **CLOSE}))
        ward.lan.record(replaces=mended, **more)
        assert row(ward, Case, case).state == "closed" and not ward.rows(Task.select().where(Task.state == "open"))


def test_who_looked_at_a_case_names_copies_decisions_and_tasks_too(ward):
    record, case = opened(ward)
    person = saved(ward.thu.save("person", {"case": case, "part": "affected"}))
    asked = saved(ward.thu.save("data-request", {"case": case, "person": person, "what": "copy", "asked_by": "self"}))
    decision = saved(ward.thu.save("decision-request", {"case": case, "what": "assign", "remark": "Cần người lo"}))
    task = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "today", "owner": ward.kim.me["person"]}))
    ward.binh.get(f"/decisions/{decision}")
    ward.kim.get(f"/tasks/{task}")
    assert ward.kim.get(f"/data-requests/{asked}/copy").status_code == 200
    page = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", ward.thu.get(f"/cases/{case}/seen").text))
    for words in ("Đã xuất Đề nghị về dữ liệu cá nhân", "Đã xem Trình quyết định", "Đã xem Việc"):
        assert words in re.sub(" [·:] ", " ", page), (words, page)
