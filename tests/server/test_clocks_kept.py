"""No clock is dropped, begun anew or made longer by what is done to the thing it runs for; and what is late is seen where it waits."""
from db.models import Case, DecisionRequest, Notice, Person, Record, Referral, Task, Watch
from pwa.domain import clock_settings, clocks, escalations, reminders, watches
from pwa.domain.clock import DAY, HOUR, now
from tests.server.test_cases import abroad, opened, referred, row, saved, sentence
from tests.server.test_closings import CLOSE
from tests.server.test_escalations import MINUTE, URGENT, reached, within  # noqa: F401
from tests.server.test_handovers import moved
from tests.server.test_notices import so_far, told
from tests.server.test_watches import MONTH, rung
from tests.unit.test_clocks import at, said

PRESSING = {"danger": "yes", "victim_age": "under-16"}


def late(phone, path="/triage"):
    return "data-overdue" in phone.get(path).text


def earlier(ward, model, row_id, *names, by):
    within(ward, lambda: model.update({name: getattr(model, name) - by for name in names}).where(model.id == row_id).execute())


# ── A record whose referral came to nothing ──────────────────────────────────────────────────────────────────────────

def test_a_pressing_record_whose_referral_was_taken_back_is_watched_as_if_nobody_had_been_asked(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    referral = reached.lan.refer(record=record, **URGENT)
    assert rung(reached, 29) == {} and not late(reached.kim)
    saved(reached.lan.save("withdrawal", {"target": referral}))
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)
    # Another is asked: it is in somebody's hands again.
    reached.lan.refer(record=record, **URGENT)
    assert not late(reached.kim) and "record-waiting" not in rung(reached, 20)


def test_a_pressing_record_that_a_unit_had_and_could_not_help_waits_from_then(reached):  # noqa: F811
    record = reached.lan.record(**PRESSING)
    referral = reached.lan.refer(record=record, **URGENT)
    reached.kim.get(f"/records/{record}")
    saved(reached.dung.answer(referral))
    assert rung(reached, 60 * 24) == {} and not late(reached.kim)
    saved(reached.dung.answer(referral, "fail", why_not="beyond"))
    assert rung(reached, 119) == {} and not late(reached.kim)
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)
    saved(reached.kim.save("triage", {"record": record, "choice": "open"}))
    assert "record-waiting" not in rung(reached, 20)


def test_a_record_that_was_watched_before_it_was_referred_is_watched_again(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    assert rung(reached, 20) == {}
    referral = reached.lan.refer(record=record, **URGENT)
    assert rung(reached, 29) == {}
    saved(reached.lan.save("withdrawal", {"target": referral}))
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)


def test_of_whoever_was_helped_nobody_is_rung(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    referral = reached.lan.refer(record=record, **URGENT)
    saved(reached.dung.answer(referral))
    saved(reached.dung.answer(referral, "help"))
    assert "record-waiting" not in rung(reached, 60 * 5) and not late(reached.kim)


def test_a_note_of_danger_that_is_mended_or_found_to_tell_of_what_a_calm_one_does_keeps_its_clock(reached):  # noqa: F811
    first = reached.lan.record(danger="yes")
    assert rung(reached, 29) == {}
    mended = reached.lan.record(danger="yes", narrative="Nghe tiếng khóc to hơn", replaces=first)
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)
    saved(reached.kim.save("triage", {"record": mended, "choice": "open"}))
    # What tells of danger only since it was mended counts from then.
    calm = reached.lan.record()
    assert rung(reached, 60) == {}
    reached.lan.record(danger="yes", replaces=calm)
    assert rung(reached, 29) == {} and not late(reached.kim)
    other, danger = reached.hoa.record(), reached.hoa.record(danger="yes")
    referral = reached.hoa.refer(record=danger, **URGENT)
    saved(reached.kim.save("triage", {"record": danger, "choice": "merge", "other": other}))
    saved(reached.dung.answer(referral))
    before = so_far(reached)
    rung(reached, 30)
    assert other not in {each.subject_id for each in reached.rows(Notice.select()) if each.id not in before}, "a unit has it in hand"
    saved(reached.dung.answer(referral, "fail", why_not="beyond"))
    before = so_far(reached)
    assert set(rung(reached, 30)) == {"record-waiting"}
    assert other in {each.subject_id for each in reached.rows(Notice.select()) if each.id not in before}


def test_a_note_after_which_care_is_to_be_reached_rings_as_what_presses(reached):  # noqa: F811
    reached.lan.record(acts=["sexual"], when="today")
    assert rung(reached, 29) == {}
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)


# ── What nobody places ───────────────────────────────────────────────────────────────────────────────────────────────

def test_a_plain_note_that_nobody_opens_in_a_day_or_places_in_three_is_late_in_the_list_and_rings_nobody(reached):  # noqa: F811
    record = reached.lan.record()
    assert not late(reached.kim) and not late(reached.kim, "/todo")
    assert rung(reached, MONTH) == {}
    assert [late(phone, path) for phone, path in ((reached.kim, "/triage"), (reached.kim, "/todo"), (reached.lan, "/records/rows"))] == [True] * 3
    saved(reached.kim.save("triage", {"record": record, "choice": "open"}))
    asked = reached.lan.record()
    saved(reached.kim.save("triage", {"record": asked, "choice": "ask", "question": "Ở đâu?"}))
    reached.kim.get(f"/records/{asked}")
    assert not late(reached.kim)
    earlier(reached, Record, asked, "received_at", by=30 * DAY)
    assert late(reached.kim), "a question is no answer"


def test_a_record_that_a_unit_helped_with_still_has_to_be_placed(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    referral = reached.lan.refer(record=record, **URGENT)
    saved(reached.dung.answer(referral))
    saved(reached.dung.answer(referral, "help"))
    earlier(reached, Record, record, "received_at", by=30 * DAY)
    assert late(reached.kim)


# ── Rules of services, and of wards ──────────────────────────────────────────────────────────────────────────────────

def keep(ward, ward_id, service, *lengths):
    within(ward, clock_settings.keep_rule, ward_id, "normal", service, clocks.Rule(*lengths))


def due_of(ward, referral):
    """The deadlines of a referral as its watch has them."""
    found = row(ward, Referral, referral)
    return within(ward, lambda: watches.of_referral(found, clocks.rules(watches.ward_of_clock("referral", found))))


def test_the_long_clock_of_one_service_puts_off_no_other_and_one_for_the_other_side_counts_too(ward):
    keep(ward, ward.row.id, "legal", 1440, 14_400, 60, True)
    keep(ward, ward.row.id, "medical", 30, 60, 60)
    keep(ward, ward.row.id, "behaviour-change", 10, 20, 10)
    _record, case = opened(ward)
    alone, both, other = (referred(ward, case, unit=unit, urgency="normal", **asked) for unit, asked in (
        ("tramyte", {"services": ["medical"]}), ("phunu", {"services": ["medical", "legal"]}),
        ("mttq", {"services": ["legal"], "for_other": ["behaviour-change"]})))
    due = [due_of(ward, each).answered_by for each in (alone, both, other)]
    assert abs(due[1] - due[0]) < MINUTE and due[2] < due[0], due


def test_a_unit_has_the_time_it_was_given_also_when_the_case_goes_to_a_ward_with_other_clocks(ward):
    xuan = abroad(ward)
    _record, case = opened(ward)
    referral = referred(ward, case, urgency="normal")
    there = row(ward, Person, xuan.me["person"]).ward_id
    keep(ward, there, "", 14_000, 14_400, 60)
    before = due_of(ward, referral)
    moved(ward, xuan, case)
    assert due_of(ward, referral) == before
    assert within(ward, escalations.watch) and [watch.due_at for watch in ward.rows(Watch.select().where(Watch.subject_id == referral))] == [before.next]
    earlier(ward, Referral, referral, "received_at", by=30 * DAY)
    assert all(late(phone, path) for phone, path in ((ward.hanh, "/todo"), (xuan, "/cases"), (xuan, f"/cases/{case}")))
    keep(ward, ward.row.id, "", 60, 120, 60)
    assert [watch.due_at <= now() for watch in ward.rows(Watch.select().where(Watch.subject_id == referral))] == [True], "it is looked at anew"


# ── What awaits the decider, and a question to whoever recorded ──────────────────────────────────────────────────────

BAN = {"what": "contact-ban", "asked_by": "victim", "remark": "Cần quyết định"}


def ask(phone, case, hours_ago=0, **fields):
    """The question put to the decider, by the phone's clock so many hours ago; its id."""
    return saved(phone.save("decision-request", {"case": case, **BAN, **fields}, at=now() - hours_ago * HOUR))


def due_by(ward, request):
    return row(ward, DecisionRequest, request).due_at


def test_the_twelve_hours_of_a_ban_run_on_when_it_is_taken_back_and_asked_again(ward):
    _record, case = opened(ward)
    first = ask(ward.thu, case, hours_ago=3)
    saved(ward.thu.save("decision", {"request": first, "choice": "recall"}))
    second = ask(ward.kim, case)
    assert due_by(ward, second) == due_by(ward, first)
    # What has been decided is over, and so is what was taken back longer ago than a ban lasts.
    saved(ward.binh.save("decision", {"request": second, "choice": "refuse", "remark": "Chưa đủ căn cứ"}))
    third = ask(ward.thu, case)
    assert due_by(ward, third) > due_by(ward, second) + 2 * HOUR
    saved(ward.thu.save("decision", {"request": third, "choice": "recall"}))
    for each in (first, second, third):
        earlier(ward, DecisionRequest, each, "since", "due_at", "received_at", "decided_at", by=3 * DAY + HOUR)
    assert due_by(ward, ask(ward.thu, case)) > now() + 11 * HOUR


def test_the_twelve_hours_run_on_in_another_ward_whose_coordinator_has_to_ask_again(ward):
    xuan = abroad(ward)
    _record, case = opened(ward)
    first = ask(ward.thu, case, hours_ago=3)
    assign = ask(ward.thu, case, what="assign")
    moved(ward, xuan, case)
    todo = {task.due_at: task for task in ward.rows(Task.select().where(Task.owner == xuan.me["person"], Task.state == "open"))}
    assert len(todo) == 2 and max(todo) == due_by(ward, assign), "each is asked again by when it is due,"
    assert min(todo) < now() + HOUR, "and what the law wants, at once"
    page = xuan.get(f"/tasks/{todo[min(todo)].id}").text
    assert "Cấm tiếp xúc: đã trình mà chưa quyết định" in page and todo[min(todo)].id in xuan.get("/todo").text
    put_off = {"choice": "snooze", "reason": "busy", "due": "month"}
    assert [xuan.save("completion", {"task": todo[due].id, **put_off})[1] for due in sorted(todo)] == ["invalid", "stored"]
    earlier(ward, DecisionRequest, first, "since", "due_at", "received_at", "decided_at", by=9 * DAY)
    again = ask(xuan, case)
    assert due_by(ward, again) == due_by(ward, first) < now() and late(xuan, "/cases")


def test_what_the_ward_sets_itself_runs_in_its_working_time_and_is_reckoned_anew_when_its_clock_is_changed(ward):
    record, case = opened(ward)
    friday = at("2026-03-06 16:30")
    request = saved(ward.thu.save("decision-request", {"case": case, "what": "assign", "remark": "Cần người lo"}, at=friday))
    ban = saved(ward.thu.save("decision-request", {"case": case, **BAN}, at=friday))
    assert said(due_by(ward, request)) == "2026-03-09 16:30", "eight hours of work, and of the weekend none"
    assert said(due_by(ward, ban)) == "2026-03-07 04:30", "the law counts every hour"
    pressing = ward.lan.record(danger="yes")
    tasks = [saved(ward.thu.save("triage", {"record": each, "choice": "ask", "question": "Ở đâu?"})) for each in (record, pressing)]
    calm, urgent = (row(ward, Task, task) for task in tasks)
    assert calm.due_at == within(ward, clocks.answer_by, ward.row.id, "day", calm.received_at) and urgent.due_at == urgent.received_at + 2 * HOUR
    for urgency, rule in (("day", clocks.Rule(60, 120, 60)), ("urgent", clocks.Rule(10, 60, 10, True))):
        within(ward, clock_settings.keep_rule, ward.row.id, urgency, "", rule)
    assert [said(due_by(ward, each)) for each in (request, ban)] == ["2026-03-09 08:30", "2026-03-07 04:30"]
    shorter = [row(ward, Task, task) for task in tasks]
    assert [each.due_at == each.turn for each in shorter] == [True, True] and shorter[1].due_at == urgent.received_at + HOUR
    assert shorter[0].due_at == within(ward, clocks.answer_by, ward.row.id, "day", calm.received_at) < calm.due_at
    assert "Cũng là hạn của việc trình Chủ tịch phân công" in ward.thu.get("/clocks").text


# ── Tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_unit_that_helps_goes_on_with_what_it_was_given_when_the_case_goes_to_another_ward(reached):  # noqa: F811
    xuan = abroad(reached)
    _record, case = opened(reached)
    saved(reached.hanh.answer(referred(reached, case)))
    theirs = saved(reached.thu.save("task", {"case": case, "what": "visit", "due": "tomorrow", "owner": reached.hanh.me["person"]}))
    own = [saved(phone.save("task", {"case": case, "what": "call", "due": "week"})) for phone in (reached.thu, reached.kim)]
    moved(reached, xuan, case)
    assert [row(reached, Task, each).owner_id for each in (theirs, *own)] == [reached.hanh.me["person"], *[xuan.me["person"]] * 2]
    assert theirs in reached.hanh.get("/todo").text and xuan.get(f"/tasks/{theirs}").status_code == 200
    earlier(reached, Task, theirs, "due_at", "turn", by=3 * DAY)
    before = so_far(reached)
    assert within(reached, reminders.tell_tasks) == 1 and told(reached, "task-due", since=before) == ["hanh"]
    saved(reached.hanh.save("completion", {"task": theirs, "choice": "done", "note": "Đã đến", "next": "visit", "due": "week"}))
    following = reached.rows(Task.select().where(Task.after == theirs))
    assert [(each.owner_id, each.ward_id) for each in following] == [(reached.hanh.me["person"], row(reached, Case, case).ward_id)]


def test_a_case_that_is_opened_again_has_its_tasks_back_or_asks_for_a_next_step(ward):
    _record, case = opened(ward)
    saved(ward.hanh.answer(referral := referred(ward, case)))
    late_one, later, theirs, ended = (saved(ward.thu.save("task", {"case": case, "what": "visit", **fields})) for fields in (
        {"due": "today"}, {"due": "month"}, {"due": "week", "owner": ward.hanh.me["person"]}, {"due": "week"}))
    ban = ask(ward.thu, case, hours_ago=3)
    saved(ward.thu.save("completion", {"task": ended, "choice": "drop", "note": "Không cần nữa"}))
    saved(ward.hanh.answer(referral, "help"))
    saved(ward.thu.save("closing", {"case": case, **CLOSE}))
    earlier(ward, Task, late_one, "due_at", by=9 * DAY)
    before = so_far(ward)
    saved(ward.kim.save("closing", {"case": case, "choice": "reopen", "remark": "Chị ấy gọi lại"}))
    back = {each: row(ward, Task, each) for each in (late_one, later, theirs, ended)}
    assert [each.state for each in back.values()] == ["open", "open", "open", "dropped"]
    assert [each.turn == each.due_at > now() for each in back.values()] == [True, True, True, False], "what was due meanwhile is due today"
    thu, kim = ward.thu.me["person"], ward.kim.me["person"]
    assert [each.owner_id for each in back.values()] == [thu, thu, kim, thu], "the unit has helped already"
    assert told(ward, "task-new", since=before) == ["thu", "thu"], "of each that is theirs"
    [again] = ward.rows(Task.select().where(Task.case == case, Task.what == "paper", Task.state == "open"))
    assert again.owner_id == kim and due_by(ward, ask(ward.kim, case)) == due_by(ward, ban)
    for each in (late_one, later, theirs, again.id):
        saved(ward.kim.save("completion", {"task": each, "choice": "done", "next": "none"}))
    saved(ward.kim.save("decision", {"request": ward.rows(DecisionRequest.select().where(DecisionRequest.state == "waiting"))[0].id, "choice": "recall"}))
    saved(ward.thu.save("closing", {"case": case, **CLOSE}))
    saved(ward.thu.save("closing", {"case": case, "choice": "reopen", "remark": "Còn việc"}))
    [following] = ward.rows(Task.select().where(Task.case == case, Task.state == "open"))
    assert (following.what, following.owner_id) == ("other", thu) and "Chưa có việc tiếp theo" not in ward.thu.get("/cases").text


def test_what_a_decision_asks_for_is_a_task_of_whoever_answers_for_the_case_when_it_is_made(ward):
    ward.binh, ward.kim  # noqa: B018 – there to decide, and to be given it
    _record, case = opened(ward)
    request = ask(ward.thu, case)
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "person": ward.kim.me["person"]}))
    saved(ward.binh.save("decision", {"request": request, "choice": "approve", "days": "2"}))
    assert {task.owner_id for task in ward.rows(Task.select().where(Task.case == case))} == {ward.kim.me["person"]}


def test_what_helps_only_until_a_moment_is_not_put_off_beyond_it(ward):
    _record, case = opened(ward, acts=["sexual"], when="today")
    [care] = ward.rows(Task.select().where(Task.what == "care"))
    later = {"task": care.id, "choice": "snooze", "reason": "busy"}
    for due in ("week", "month"):
        outcome, said_why = sentence(ward.thu, "completion", {**later, "due": due})
        assert outcome == "invalid" and "Việc này phải làm trước" in said_why
    assert row(ward, Task, care.id).due_at == care.due_at
    saved(ward.thu.save("completion", {**later, "due": "tomorrow"}))
    assert row(ward, Task, care.id).due_at < care.due_at and all("Y tế trước" in ward.thu.get(path).text for path in ("/cases", "/cases?mine=1"))
    # Too late, it is put off as anything is.
    earlier(ward, Task, care.id, "until", by=4 * DAY)
    saved(ward.thu.save("completion", {**later, "due": "month"}))
