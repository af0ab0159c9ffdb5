"""No clock is dropped, begun anew or made longer by what is done to the thing it runs for; and what is late is seen where it waits."""
from db.models import Case, Person, Record, Referral, Task, Watch
from pwa.domain import clock_settings, clocks, escalations, reminders, watches
from pwa.domain.clock import DAY, now
from tests.server.test_cases import abroad, opened, referred, row, saved
from tests.server.test_escalations import MINUTE, URGENT, reached, within  # noqa: F401
from tests.server.test_handovers import moved
from tests.server.test_notices import so_far, told
from tests.server.test_watches import MONTH, rung

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


def test_whoever_was_helped_waits_for_no_one_and_a_list_asks_once_for_all_its_records(reached):  # noqa: F811
    for _each in range(3):
        record = reached.lan.record(danger="yes")
        referral = reached.lan.refer(record=record, **URGENT)
        saved(reached.dung.answer(referral))
        saved(reached.dung.answer(referral, "help"))
    assert "record-waiting" not in rung(reached, 60 * 5) and not late(reached.kim)


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
    lengths = [(due_of(ward, each).answered_by - row(ward, Referral, each).received_at) // MINUTE for each in (alone, both, other)]
    assert lengths[0] == lengths[1] > lengths[2], lengths


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
