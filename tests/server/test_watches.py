"""What is watched beside referrals and urgent records: questions to the decider, what they must be told, tin báo, late tasks, a child's clock."""
import pytest

from db.base import database
from db.models import Case, DecisionRequest, Leave, Notice, Person, Record, Risk, Step, Task, Watch
from pwa.cli import _link
from pwa.domain import calendars, child_clocks, clocks, escalations, people, reminders, watches
from pwa.domain.clock import HOUR, now
from tests.server.test_cases import opened, referred, row, saved
from tests.server.test_escalations import pass_time, reached, roster, steps, within  # noqa: F401
from tests.server.test_notices import so_far, subscribe, told
from tests.server.test_risks import train
from tests.ward import Phone

ASK = {"remark": "Cần quyết định"}
BAN = {"what": "contact-ban", "asked_by": "victim", **ASK}
# Longer than any working calendar holds up a day's clock.
MONTH = 30 * 24 * 60


def put(ward, case, **fields):
    """A question to the decider about a case."""
    return saved(ward.thu.save("decision-request", {"case": case, **BAN, **fields}))


def away(ward, phone):
    """Somebody is on leave today."""
    today = within(ward, lambda: calendars.local(now()).date().isoformat())
    within(ward, lambda: Leave.create(id=phone.me["person"], person=phone.me["person"], first=today, last=today))


def colleague(ward, name, role, unit):
    """A further person, with a phone that rings."""
    with ward.app.app_context():
        phone = Phone(ward.app, _link(people.add(ward.row, role, unit, name)))
    subscribe(phone)
    ward._phones[name] = phone
    return phone


def rung(ward, minutes):
    """Who is told of what, as so much time passes."""
    before = so_far(ward)
    pass_time(ward, minutes)
    return told(ward, since=before)


# ── Questions to the decider ─────────────────────────────────────────────────────────────────────────────────────────

def test_a_question_past_its_clock_rings_the_decider_again_then_the_coordinators_then_the_leader_by_a_code(reached):  # noqa: F811
    _record, case = opened(reached)
    request = put(reached, case)
    assert rung(reached, 12 * 60 - 1) == {} and steps(reached) == []
    assert rung(reached, 1) == {"decision-waiting": ["binh"], "decision-overdue": ["thu"]}
    assert [rung(reached, minutes) for minutes in (9, 1, 9, 1)] == [{}, {"decision-waiting": ["kim", "thu"]}, {}, {"decision-waiting": ["binh", "van"]}]
    assert rung(reached, 600) == {} and steps(reached) == ["deciders", "coordinators", "leader"]
    code = escalations.code_of(request)
    assert code in reached.van.get("/notices").text and reached.van.get(f"/decisions/{request}").status_code == 404
    assert f"/cases/{case}" in found(reached.kim, code), "who is called finds it by what is read out"
    page = reached.thu.get(f"/decisions/{request}").text
    assert all(word in page for word in ("Quá hạn từ", "đã gọi lại người quyết định", "đã báo lãnh đạo trực"))


def found(phone, code):
    return phone.client.post("/cases/search", base_url=phone.base, data={"csrf_token": phone.token("/cases/search"), "code": code},
                             headers={"Referer": phone.base + "/cases/search"}).text


@pytest.mark.parametrize("end", [{"choice": "approve", "days": "2"}, {"choice": "refuse", "remark": "Chưa đủ căn cứ"}, {"choice": "recall"}], ids=str)
def test_whoever_decides_or_takes_it_back_ends_it(reached, end):  # noqa: F811
    _record, case = opened(reached)
    request = put(reached, case)
    pass_time(reached, 12 * 60)
    saved((reached.thu if end["choice"] == "recall" else reached.binh).save("decision", {"request": request, **end}))
    assert "decision-waiting" not in rung(reached, 600) and steps(reached) == ["deciders"]


@pytest.mark.parametrize("end", ["closed", "undone"])
def test_of_a_case_that_ends_nothing_awaits_the_decider_any_more_and_both_are_told(reached, end):  # noqa: F811
    _record, case = opened(reached)
    request, before = put(reached, case), so_far(reached)
    if end == "closed":
        saved(reached.kim.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"}))
    else:
        saved(reached.kim.save("triage", {"choice": "undo", "triage": case}))
    assert told(reached, "decision-made", since=before) == ["binh", "thu"]
    assert row(reached, Case, case).state == end and row(reached, DecisionRequest, request).state == "recalled"
    assert "decision-waiting" not in rung(reached, 600 + 12 * 60) and request not in reached.binh.get("/todo").text


def test_what_the_ward_set_itself_rings_without_pressing_and_goes_by_the_wards_gap(reached):  # noqa: F811
    _record, case = opened(reached)
    request = put(reached, case, what="assign")
    left = (row(reached, DecisionRequest, request).due_at - now()) // 60_000
    assert rung(reached, left) == {}
    assert rung(reached, 1) == {"decision-waiting": ["binh"], "decision-overdue": ["thu"]}
    assert not any(each.urgent for each in reached.rows(Notice.select().where(Notice.subject_id == request)))
    [watch] = reached.rows(Watch.select().where(Watch.subject_id == request))
    rule = within(reached, clocks.rules, reached.row.id)["day", ""]
    [step] = reached.rows(Step.select())
    assert watch.due_at == rule.after(step.fired_at, rule.gap)


def test_a_question_about_a_case_that_another_coordinator_answers_for_now_is_overdue_for_both(reached):  # noqa: F811
    _record, case = opened(reached)
    put(reached, case)
    saved(reached.thu.save("handover", {"case": case, "choice": "offer", "person": reached.kim.me["person"]}))
    assert rung(reached, 12 * 60) == {"decision-waiting": ["binh"], "decision-overdue": ["kim", "thu"]}
    for phone in (reached.binh, reached.thu, reached.kim):
        page = phone.get("/todo").text
        assert "Quá hạn" in page and page.index("/decisions/") < page.index("Việc của bạn" if "Việc của bạn" in page else "</main>")


# ── Tin báo, and what the Chairman must be told ──────────────────────────────────────────────────────────────────────

@pytest.fixture
def head(reached):  # noqa: F811
    """Hoa receives tin báo by law."""
    within(reached, lambda: Person.update(capacity="tdp-head").where(Person.id == reached.hoa.me["person"]).execute())
    return reached.hoa


def test_a_tin_bao_that_tells_of_no_danger_and_that_nobody_opens_in_its_time_rings_without_pressing(reached, head):  # noqa: F811
    record = head.record(source="told")
    assert rung(reached, 60) == {}
    assert rung(reached, MONTH) == {"record-waiting": ["kim", "thu"], "telling-waiting": ["binh"]}
    assert not any(each.urgent for each in reached.rows(Notice.select().where(Notice.event.in_(("record-waiting", "telling-waiting")))))
    assert "Quá hạn" in reached.kim.get("/triage").text and "Quá hạn" in reached.binh.get("/todo").text
    reached.kim.get(f"/records/{record}")
    assert "record-waiting" not in rung(reached, MONTH), "who opened it ends it"


def test_what_presses_and_no_decider_opened_rings_again_within_half_an_hour_and_opening_ends_it(reached, head):  # noqa: F811
    record = head.record(source="told", danger="yes")
    assert reached.thu.save("triage", {"record": record, "choice": "open"})[1] == "stored"
    assert rung(reached, 29) == {}
    assert rung(reached, 1) == {"telling-waiting": ["binh"]}
    assert reached.rows(Notice.select().where(Notice.event == "telling-waiting"))[0].urgent
    assert rung(reached, 10) == {"telling-waiting": ["kim", "thu"]}
    [telling] = {each.subject_id for each in reached.rows(Notice.select().where(Notice.event == "telling-waiting"))}
    reached.binh.get(f"/tellings/{telling}")
    assert rung(reached, 600) == {}


def test_an_observation_without_danger_waits_in_the_list_only(reached, head):  # noqa: F811
    head.record(source="saw")
    assert rung(reached, MONTH) == {}


# ── Late tasks ───────────────────────────────────────────────────────────────────────────────────────────────────────

def tasked(ward, case, **fields):
    """A task that has just come due."""
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today", **fields}))
    within(ward, lambda: Task.update(due_at=now() - 1, turn=now() - 1).where(Task.id == task).execute())
    return task


def test_of_a_late_task_its_owner_is_reminded_first_and_then_the_coordinator_of_the_case_told_once(reached):  # noqa: F811
    _record, case = opened(reached)
    saved(reached.hanh.answer(referred(reached, case)))
    before, task = so_far(reached), tasked(reached, case, owner=reached.hanh.me["person"])
    assert within(reached, reminders.tell_tasks) == 1 and told(reached, "task-due", since=before) == ["hanh"]
    assert rung(reached, 1) == {}
    assert rung(reached, MONTH) == {"task-waiting": ["thu"]} and rung(reached, MONTH) == {}
    assert not reached.rows(Notice.select().where(Notice.event == "task-waiting"))[0].urgent
    assert "đã báo điều phối viên" in reached.thu.get(f"/tasks/{task}").text
    # Put off, and late again: told again.
    saved(reached.hanh.save("completion", {"task": task, "choice": "snooze", "reason": "busy", "due": "tomorrow"}))
    assert rung(reached, MONTH) == {"task-waiting": ["thu"]}


def test_of_a_late_task_of_the_one_who_answers_for_the_case_a_colleague_is_told(reached):  # noqa: F811
    _record, case = opened(reached)
    tasked(reached, case)
    assert rung(reached, MONTH) == {"task-waiting": ["kim"]}


def test_a_task_that_was_done_rings_nobody(reached):  # noqa: F811
    _record, case = opened(reached)
    task = tasked(reached, case)
    pass_time(reached, 1)
    saved(reached.thu.save("completion", {"task": task, "choice": "done", "next": "none"}))
    assert rung(reached, MONTH) == {}


# ── The clock of a child ─────────────────────────────────────────────────────────────────────────────────────────────

def test_the_clock_of_a_child_runs_and_is_seen_before_anybody_has_put_the_question(reached):  # noqa: F811
    record, case = opened(reached, victim_age="under-16")
    due = row(reached, Record, record).received_at + 12 * HOUR
    assert within(reached, child_clocks.due, [row(reached, Case, case)]) == {case: due}
    assert "data-child-clock" in reached.thu.get(f"/cases/{case}").text and "Nghị định 56/2017, Điều 26" in reached.thu.get(f"/cases/{case}").text
    todo, listed = reached.kim.get("/todo").text, reached.kim.get("/cases").text
    assert "Trẻ em: thời hạn đang chạy" in todo and case in todo and "data-overdue" not in listed + todo
    assert all("Trẻ em: hạn " in page for page in (todo, listed)) and "Trẻ em · Hạn " in reached.thu.get(f"/cases/{case}").text
    assert rung(reached, 12 * 60 - 1) == {}
    assert rung(reached, 2) == {"case-waiting": ["kim", "thu"]}
    page = reached.thu.get(f"/cases/{case}").text
    assert "Đã quá hạn: gọi và trình ngay" in page and "data-overdue" in page
    assert all("data-overdue" in reached.kim.get(path).text for path in ("/todo", "/cases"))
    put(reached, case, what="child-measure")
    assert "data-child-clock" not in reached.thu.get(f"/cases/{case}").text and case not in reached.kim.get("/todo?of=children").text
    assert "case-waiting" not in rung(reached, 600)
    assert "data-overdue" in reached.kim.get("/cases").text, "what was put is late itself"


def test_the_clock_of_a_child_ends_where_somebody_trained_has_found_it_not_serious_and_goes_on_where_they_have(reached):  # noqa: F811
    train(reached, "thu", "child")
    _record, case = opened(reached, victim_age="under-16")
    levels = dict.fromkeys(("harm", "access", "care", "protect"), "low")
    for worst, runs in (("high", True), ("low", False), ("high", True), ("medium", False)):
        saved(reached.thu.save("child-risk", {"case": case, **levels, "harm": worst}))
        # Two assessments of one moment have no order.
        within(reached, lambda: Risk.update(received_at=Risk.received_at - 1000).execute())
        assert ("data-child-clock" in reached.thu.get(f"/cases/{case}").text, case in reached.kim.get("/todo?of=children").text) == (runs, runs)
    assert "case-waiting" not in rung(reached, 24 * 60)


def test_a_case_becomes_a_childs_matter_by_what_joins_it_and_one_that_is_closed_has_no_clock(reached):  # noqa: F811
    _record, case = opened(reached)
    assert within(reached, child_clocks.due, [row(reached, Case, case)]) == {}
    _record, other = opened(reached)
    saved(reached.thu.save("triage", {"record": reached.lan.record(victim_age="under-16"), "choice": "join", "into": case}))
    saved(reached.thu.save("triage", {"referral": reached.lan.refer(basis="child"), "choice": "join", "into": other}))
    joined = [row(reached, Case, each) for each in (case, other)]
    assert all(each.child and each.urgent for each in joined) and set(within(reached, child_clocks.due, joined)) == {case, other}
    saved(reached.thu.save("closing", {"case": other, "choice": "close", "outcome": "safe", "said": "better"}))
    saved(reached.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"}))
    assert within(reached, child_clocks.due, [row(reached, Case, case)]) == {} and rung(reached, 24 * 60) == {}


def test_a_case_that_went_to_another_ward_rings_the_coordinators_who_have_it(reached):  # noqa: F811
    from tests.server.test_cases import abroad
    xuan = abroad(reached)
    subscribe(xuan)
    _record, case = opened(reached, victim_age="under-16")
    within(reached, escalations.watch)
    saved(reached.thu.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac"}))
    saved(xuan.save("handover", {"case": case, "choice": "accept"}))
    before = so_far(reached)
    pass_time(reached, 12 * 60 + 1)
    assert {each.person_id for each in reached.rows(Notice.select().where(Notice.event == "case-waiting")) if each.id not in before} == {xuan.me["person"]}


# ── What waits again ─────────────────────────────────────────────────────────────────────────────────────────────────

def test_what_waits_again_rings_again_once_a_choice_was_taken_back(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    asked = reached.lan.refer(urgency="urgent", basis="danger")
    within(reached, escalations.watch)
    cases = [saved(reached.thu.save("triage", {**subject, "choice": "open"})) for subject in ({"record": record}, {"referral": asked})]
    assert rung(reached, 600) == {} and not reached.rows(Watch.select().where(Watch.done_at.is_null()))
    for case in cases:
        saved(reached.kim.save("triage", {"choice": "undo", "triage": case}))
    assert set(rung(reached, 1)) == {"record-waiting", "referral-waiting", "referral-overdue"}
    # Once: what has its watch again is not woken each second.
    assert within(reached, escalations.watch) == 0
    for subject in ({"record": record}, {"referral": asked}):
        saved(reached.thu.save("triage", {**subject, "choice": "open"}))
    assert rung(reached, 600) == {}


def test_the_clock_of_a_child_that_runs_once_more_is_watched_once_more(reached):  # noqa: F811
    _record, case = opened(reached)
    joined = [saved(reached.thu.save("triage", {"record": reached.lan.record(victim_age="under-16"), "choice": "join", "into": case}))]
    within(reached, escalations.watch)
    saved(reached.thu.save("triage", {"choice": "undo", "triage": joined[0]}))
    [left] = reached.rows(Record.select().where(Record.turn.is_null(False)))
    saved(reached.thu.save("triage", {"record": left.id, "choice": "not-gbv", "reason": "mistake"}))
    assert rung(reached, 13 * 60) == {}
    saved(reached.thu.save("triage", {"record": reached.lan.record(victim_age="under-16"), "choice": "join", "into": case}))
    assert "case-waiting" not in rung(reached, 12 * 60 - 1) and rung(reached, 2)["case-waiting"] == ["kim", "thu"]


# ── Leave ────────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_whoever_is_given_something_while_on_leave_has_somebody_who_is_rung_for_them(reached):  # noqa: F811
    _record, case = opened(reached)
    nurse = colleague(reached, "Anh Tám", "responder", "tramyte")
    referral = referred(reached, case)
    saved(nurse.answer(referral))
    away(reached, reached.hanh)
    before = so_far(reached)
    saved(nurse.save("assignment", {"referral": referral, "person": reached.hanh.me["person"]}))
    assert told(reached, since=before) == {"referral-assigned": ["hanh"]}, "who gave it knows"
    third = colleague(reached, "Chị Chín", "responder", "tramyte")
    roster(reached, "tramyte", "Chị Chín", "Anh Tám")
    before = so_far(reached)
    saved(nurse.save("assignment", {"referral": referral, "person": reached.hanh.me["person"], "over": reached.hanh.me["person"]}))
    assert told(reached, since=before) == {"referral-assigned": ["Chị Chín", "hanh"]}
    assert third.get(f"/referrals/{referral}").status_code == 200
    before = so_far(reached)
    tasked(reached, case, owner=reached.hanh.me["person"])
    assert told(reached, since=before) == {"task-new": ["hanh", "kim"]}, "whosever a task is, coordinators may read it"
    assert within(reached, reminders.tell_tasks) == 1 and told(reached, "task-due", since=before) == ["hanh", "kim", "thu"]
    away(reached, reached.kim)
    before = so_far(reached)
    saved(reached.thu.save("handover", {"case": case, "choice": "offer", "person": reached.kim.me["person"]}))
    assert told(reached, since=before) == {"case-given": ["kim"]}, "the only other coordinator gave it"


@pytest.mark.parametrize("name", watches.KINDS)
def test_what_waits_is_found_along_an_index_of_what_waits(reached, name):  # noqa: F811
    kind = watches.KINDS[name]
    sql, values = kind.waiting(reached.row.id, now()).limit(1).sql()
    first, *_more = within(reached, lambda: [each[-1] for each in database.execute_sql("EXPLAIN QUERY PLAN " + sql, values).fetchall()])
    walked = {"case": "case_file_of_children"}.get(name, f"{kind.model._meta.table_name}_ward_id_turn_id")
    assert first.startswith(f"SEARCH t1 USING INDEX {walked} ")


def test_every_kind_that_is_watched_has_words_for_those_it_rings():
    from pwa.domain.notices import EVENTS
    from pwa.web.words import STEPS
    for name, kind in watches.KINDS.items():
        assert f"{name}-waiting" in EVENTS and set(kind.steps) <= set(STEPS) and set(kind.steps) <= set(watches.RINGS), name
