"""What waits in vain: who is rung next, and when; once, in order, never early, whatever happens to worker and clock."""
import pytest

from db.base import database
from db.models import (Audit, Case, CaseEvent, DecisionRequest, Delivery, Leave, Message, Notice, Record, Referral, Shift, Step, Subscription,
                       Task, Telling, Ward, Watch)
from pwa.domain import calendars, escalations, leases, reach, reminders
from pwa.domain.clock import now
from tests.server.test_notices import subscribe, told, so_far
from tests.ward import REFERRAL

MINUTE = 60_000
# What says when something began, or is due.
MOVED = ((Referral, ("received_at", "answered_at", "seen_at", "resulted_at", "since", "unseen_since")), (Notice, ("created_at",)), (Watch, ("asked_at",)),
         (Record, ("received_at", "since", "unseen_since")), (Telling, ("received_at",)), (DecisionRequest, ("since", "due_at", "turn")),
         (Task, ("due_at", "turn")), (Case, ("opened_at",)), (CaseEvent, ("at",)))
URGENT = {**REFERRAL, "unit": "congan", "urgency": "urgent", "basis": "danger"}


def within(ward, deed, *values):
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        return deed(*values)


def pass_time(ward, minutes):
    """Everything that waits has waited so much longer; then the ticker looks."""
    def deed():
        escalations.watch()
        leases._move(-minutes * MINUTE)
        for model, names in MOVED:
            for name in names:
                field = getattr(model, name)
                model.update({field: field - minutes * MINUTE}).where(field.is_null(False)).execute()
        escalations.watch()
        return escalations.fire_due()
    return within(ward, deed)


def steps(ward):
    return [step.name for step in ward.rows(Step.select().order_by(Step.fired_at, Step.due_at))]


def roster(ward, unit, *names, days="0123456H", starts=0, ends=0):
    """The people of a unit in this order, around the clock unless said."""
    def deed():
        for position, name in enumerate(names):
            person = ward._phones[name].me["person"]
            Shift.create(id=f"{unit}-{name}", unit=_unit(unit), person=person, position=position, days=days, starts=starts, ends=ends)
    within(ward, deed)


def _unit(code):
    from db.models import Unit
    return Unit.get(Unit.code == code).id


@pytest.fixture
def reached(cast):
    """Everyone has a phone that can be rung."""
    for name in ("thu", "kim", "dung", "hanh", "binh", "van"):
        subscribe(getattr(cast, name))
    return cast


def second_officer(ward, name="Anh Tư"):
    """Another person of the police; the phone."""
    from pwa.cli import _link
    from pwa.domain import people
    from tests.ward import Phone
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        link = _link(people.add(ward.row, "responder", "congan", name))
    phone = Phone(ward.app, link)
    subscribe(phone)
    ward._phones[name] = phone
    return phone


def test_an_emergency_unseen_for_half_an_hour_rings_up_the_ladder(reached):
    reached.lan.refer(**URGENT)
    assert pass_time(reached, 29) == 0 and steps(reached) == []
    before = so_far(reached)
    assert pass_time(reached, 1) == 1
    # Nobody else is on the roster: the whole unit.
    assert steps(reached) == ["unit"]
    assert told(reached, since=before) == {"referral-waiting": ["dung"], "referral-overdue": ["kim", "lan", "thu"]}
    for minutes, expected in ((9, []), (1, ["coordinators"]), (9, []), (1, ["leader"]), (600, [])):
        before = steps(reached)
        pass_time(reached, minutes)
        assert steps(reached) == before + expected


def test_a_ward_that_changes_its_clocks_hurries_no_step_along(reached):
    """Whatever waits is looked at anew: between two steps lies the ward's gap all the same."""
    reached.lan.refer(**URGENT)
    assert pass_time(reached, 30) == 1
    within(reached, escalations.look_again, reached.row.id)
    assert within(reached, escalations.fire_due) == 0 and steps(reached) == ["unit"]
    assert pass_time(reached, 9) == 0
    assert pass_time(reached, 1) == 1 and steps(reached) == ["unit", "coordinators"]


def test_the_last_step_is_the_leader_who_sees_a_code_and_no_case(reached):
    referral = reached.lan.refer(**URGENT)
    for minutes in (30, 10, 10):
        before = so_far(reached)
        pass_time(reached, minutes)
    assert told(reached, since=before) == {"referral-waiting": ["binh", "van"]}
    inbox = reached.van.get("/notices").text
    assert escalations.code_of(referral) in inbox
    assert reached.van.get(f"/referrals/{referral}").status_code == 404
    for leader in (reached.van, reached.binh):
        [notice] = reached.rows(Notice.select().where(Notice.person == leader.me["person"], Notice.event == "referral-waiting"))
        assert leader.get(f"/n/{notice.id}").headers["Location"] == f"/notices#{notice.id}"


def test_a_decider_who_is_rung_at_last_sees_the_code_and_the_number_and_knocks_at_no_door_in_vain(reached):
    """Of a referral and of a record; what they may read, their own, is a link as ever."""
    within(reached, lambda: Ward.update(duty_phone="0239 3855 113").execute())
    for person in (reached.thu, reached.kim, reached.dung):
        reached.revoke(person)
    told_of = (reached.lan.refer(**URGENT), reached.lan.record(danger="yes"))
    own = reached.binh.refer(**URGENT)
    for _step in range(3):
        pass_time(reached, 30)
    page = reached.binh.get("/notices").text
    for subject in told_of:
        [notice] = reached.rows(Notice.select().where(Notice.person == reached.binh.me["person"], Notice.subject_id == subject))
        assert escalations.code_of(subject) in page and f'href="/n/{notice.id}"' not in page
        assert reached.binh.get(f"/n/{notice.id}").location == f"/notices#{notice.id}"
        assert reached.rows(Notice.select().where(Notice.id == notice.id))[0].read_at
    assert page.count('href="tel:02393855113"') == len(told_of) and escalations.code_of(own) not in page
    mine = reached.rows(Notice.select().where(Notice.person == reached.binh.me["person"], Notice.subject_id == own))[0]
    assert f'href="/n/{mine.id}"' in page and reached.binh.get(f"/n/{mine.id}").location == f"/referrals/{own}"
    assert not reached.rows(Audit.select().where(Audit.action == "refuse"))


def test_the_next_of_the_roster_is_rung_before_the_whole_unit(reached):
    second = second_officer(reached)
    roster(reached, "congan", "dung", "Anh Tư")
    before = so_far(reached)
    reached.lan.refer(**URGENT)
    assert told(reached, "referral-new", since=before) == ["dung", "kim", "thu"]
    before = so_far(reached)
    pass_time(reached, 30)
    assert steps(reached) == ["next"] and told(reached, "referral-waiting", since=before) == ["Anh Tư"]
    before = so_far(reached)
    pass_time(reached, 10)
    assert steps(reached) == ["next", "unit"] and told(reached, "referral-waiting", since=before) == ["Anh Tư", "dung"]
    assert second.get("/notices").status_code == 200


def test_whoever_is_on_leave_is_not_the_one_who_is_rung(reached):
    second_officer(reached)
    roster(reached, "congan", "dung", "Anh Tư")
    today = within(reached, lambda: calendars.local(now()).date().isoformat())
    within(reached, lambda: Leave.create(id="x", person=reached.dung.me["person"], first=today, last=today))
    before = so_far(reached)
    reached.lan.refer(**URGENT)
    assert told(reached, "referral-new", since=before) == ["Anh Tư", "kim", "thu"]


def test_a_roster_that_names_nobody_for_this_hour_rings_everyone(reached):
    second_officer(reached)
    minute = within(reached, lambda: calendars.local(now()))
    later = (minute.hour * 60 + minute.minute + 120) % 1440
    roster(reached, "congan", "dung", starts=later, ends=(later + 60) % 1440)
    before = so_far(reached)
    reached.lan.refer(**URGENT)
    assert told(reached, "referral-new", since=before) == ["Anh Tư", "dung", "kim", "thu"]


def test_an_answer_ends_it(reached):
    referral = reached.lan.refer(**URGENT)
    pass_time(reached, 29)
    reached.dung.answer(referral)
    assert pass_time(reached, 600) == 0 and steps(reached) == []


def test_looking_stops_the_clock_of_seeing_and_the_clock_of_answering_runs(reached):
    referral = reached.lan.refer(**URGENT)
    pass_time(reached, 10)
    assert reached.dung.get(f"/referrals/{referral}").status_code == 200
    assert pass_time(reached, 60) == 0
    assert pass_time(reached, 49) == 0
    assert pass_time(reached, 1) == 1 and steps(reached) == ["unit"]


def test_what_was_handed_back_to_the_coordinators_is_seen_when_one_of_them_opens_it_and_stays_declined(reached):
    referral = reached.lan.refer(**{**URGENT, "unit": "tramyte"})
    assert reached.hanh.answer(referral, "decline", reason="no-capacity")[1] == "stored"
    pass_time(reached, 10)
    assert reached.thu.get(f"/referrals/{referral}").status_code == 200
    [row] = reached.rows(Referral.select())
    assert row.state == "declined" and row.seen_at
    reached.kim.get(f"/referrals/{referral}")
    assert reached.rows(Referral.select())[0].seen_at == row.seen_at, "the first look counts"
    assert pass_time(reached, 109) == 0, "the clock of answering runs, not that of seeing"
    assert pass_time(reached, 1) == 1
    back = reached.thu.refer(**{**URGENT, "unit": "tramyte"})
    assert reached.hanh.answer(back, "decline", reason="no-capacity")[1] == "stored"
    reached.thu.get(f"/referrals/{back}")
    assert reached.rows(Referral.select().where(Referral.id == back))[0].seen_at, "also when it was the coordinator's own"


def test_whoever_is_asked_next_gets_the_whole_time(reached):
    referral = reached.lan.refer(**URGENT)
    pass_time(reached, 29)
    assert reached.dung.answer(referral, "pass", next_unit="tramyte")[1] == "stored"
    assert pass_time(reached, 29) == 0
    before = so_far(reached)
    assert pass_time(reached, 1) == 1
    assert told(reached, "referral-waiting", since=before) == ["hanh"]


def test_a_withdrawn_referral_rings_nobody(reached):
    referral = reached.lan.refer(**URGENT)
    reached.lan.save("withdrawal", {"target": referral})
    assert pass_time(reached, 600) == 0


@pytest.mark.parametrize("fields", [{"danger": "yes"}, {"victim_age": "under-16"}])
def test_a_record_of_danger_or_of_a_child_that_nobody_opens_rings_the_coordinators(reached, fields):
    record = reached.lan.record(**fields)
    before = so_far(reached)
    assert pass_time(reached, 30) == 1
    assert told(reached, "record-waiting", since=before) == ["kim", "thu"]
    assert reached.thu.get(f"/records/{record}").status_code == 200
    assert pass_time(reached, 30) == 0
    reached.thu.refer(record=record, unit="congan")
    within(reached, lambda: Referral.update(state="accepted").execute())
    assert pass_time(reached, 600) == 0


def test_a_record_of_danger_that_has_become_a_case_rings_nobody(reached):
    record = reached.lan.record(danger="yes")
    assert reached.thu.save("triage", {"record": record, "choice": "open"})[1] == "stored"
    assert pass_time(reached, 600) == 0


def test_a_record_of_danger_the_coordinator_only_asked_about_still_waits(reached):
    record = reached.lan.record(danger="yes")
    assert reached.thu.save("triage", {"record": record, "choice": "ask", "question": "Ở đâu?"})[1] == "stored"
    assert pass_time(reached, 30) + pass_time(reached, 600) >= 1


def test_a_record_without_danger_waits_in_the_list_only(reached):
    reached.lan.record()
    assert pass_time(reached, 10_000) == 0


def test_steps_that_reach_nobody_do_not_hold_up_the_next(cast):
    """Nobody has a phone but the coordinators."""
    subscribe(cast.thu)
    cast.lan.refer(**URGENT)
    assert pass_time(cast, 30) == 1
    found = {step.name: step.reachable for step in cast.rows(Step.select())}
    assert found == {"unit": 0, "coordinators": 1}


def test_one_row_that_cannot_be_read_does_not_stop_the_clocks_of_others(reached, caplog):
    """Of two that wait, the first is of an urgency that no clock knows."""
    odd, well = reached.lan.refer(**URGENT), reached.lan.refer(**{**URGENT, "unit": "tramyte"})
    within(reached, lambda: Referral.update(urgency="odd", urgent=False).where(Referral.id == odd).execute())
    assert pass_time(reached, 30) == 1
    assert {row.subject_id for row in reached.rows(Watch.select().join(Step))} == {well}
    assert f"watching referral {odd} failed: KeyError" in caplog.text and "Khóc" not in caplog.text
    [row] = reached.rows(Watch.select().where(Watch.subject_id == odd))
    assert row.due_at > now() + 50_000, "it is put off, or a hundred of them would stand before all others"


def test_one_task_that_cannot_be_told_of_stops_no_other_reminder(reached, caplog):
    case, _outcome = reached.thu.save("triage", {"record": reached.lan.record(), "choice": "open"})
    lost, well = (reached.thu.save("task", {"case": case, "what": "call", "due": "today"})[0] for _n in range(2))

    def lose():
        # Nobody the database knows has it: no notice of it can be written.
        database.execute_sql("PRAGMA foreign_keys = OFF")
        Task.update(owner="nobody", turn=1).where(Task.id == lost).execute()
        database.execute_sql("PRAGMA foreign_keys = ON")
    within(reached, lose)
    within(reached, lambda: Task.update(due_at=now() - 1, turn=now() - 1).where(Task.id == well).execute())
    assert within(reached, reminders.tell_tasks) == 1
    assert [row.subject_id for row in reached.rows(Notice.select().where(Notice.event == "task-due"))] == [well]
    assert f"the reminder of task {lost} failed: IntegrityError" in caplog.text


def test_a_phone_that_confirmed_nothing_for_a_month_though_it_was_rung_reaches_nobody(reached):
    """The ladder does not wait for it: the police's one phone lies in a drawer."""
    from tests.server.test_notices import claim, settle, spread
    first = reached.lan.refer(**URGENT)
    reached.dung.answer(first)
    spread(reached)
    mine = [ring for ring in claim(reached) if ring.notice_id in {each.id for each in reached.rows(
        Notice.select().where(Notice.person == reached.dung.me["person"]))}]
    for ring in mine:
        settle(reached, ring, "sent")
    assert mine and within(reached, reach.rung, [reached.dung.me["person"]])
    month = 31 * 24 * 60 * MINUTE
    within(reached, lambda: Subscription.update(created_at=Subscription.created_at - month).execute())
    assert not within(reached, lambda: Delivery.select().where(Delivery.created_at < now() - 24 * 60 * MINUTE).exists())
    assert within(reached, reach.rung, [reached.dung.me["person"]]), "it was rung only just now"
    within(reached, lambda: Delivery.update(created_at=now() - 25 * 60 * MINUTE).where(Delivery.outcome == "sent").execute())
    assert not within(reached, reach.rung, [reached.dung.me["person"]])
    assert within(reached, reach.rung, [reached.hanh.me["person"]]), "that one had nothing to confirm"
    reached.lan.refer(**URGENT)
    assert pass_time(reached, 30) == 1
    assert steps(reached) == ["unit", "coordinators"], "not after another ten minutes"
    for ring in mine:
        assert reached.dung.post("/notices/arrivals", {"ring": ring.id}).status_code == 204
    assert within(reached, reach.rung, [reached.dung.me["person"]])


def test_a_step_is_taken_once_by_however_many_workers(reached):
    import threading
    reached.lan.refer(**URGENT)
    within(reached, escalations.watch)
    within(reached, lambda: leases._move(-31 * MINUTE))
    gate = threading.Barrier(4)

    def work():
        gate.wait()
        within(reached, escalations.fire_due)
        with reached.app.app_context():
            database.close()
    workers = [threading.Thread(target=work) for _n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert steps(reached) == ["unit"]
    assert len(reached.rows(Notice.select().where(Notice.event == "referral-waiting"))) == 1


# ── Clocks that are set ──────────────────────────────────────────────────────────────────────────────────────────────

class Clock:
    """A system's clock and the one that cannot be set."""

    def __init__(self):
        self.wall = self.elapsed = 1_800_000_000_000

    def run(self, milliseconds):
        self.wall += milliseconds
        self.elapsed += milliseconds


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000, 86_400_000, -30 * 86_400_000, 5_000])
def test_a_clock_that_is_set_is_noticed_and_one_that_runs_is_not(jump):
    clock = Clock()
    steady = leases.Steady(lambda: clock.wall, lambda: clock.elapsed)
    assert steady.step() == 0
    for _second in range(5):
        clock.run(1_000)
        assert steady.step() == 0
    clock.run(1_000)
    clock.wall += jump
    assert steady.step() == jump
    clock.run(1_000)
    assert steady.step() == 0


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000, 86_400_000, -86_400_000])
def test_a_clock_that_is_set_neither_repeats_nor_skips_nor_hurries_a_step(reached, jump):
    reached.lan.refer(**URGENT)
    start = now()
    within(reached, escalations.watch)
    assert within(reached, leases.keep, "clocks", 0, start)
    # Twenty minutes in, somebody sets the clock.
    later = start + 20 * MINUTE + jump
    assert within(reached, leases.keep, "clocks", jump, later)
    assert within(reached, escalations.fire_due, later) == 0
    assert within(reached, escalations.fire_due, start + 29 * MINUTE + jump) == 0
    assert within(reached, escalations.fire_due, start + 30 * MINUTE + jump + 1_000) == 1
    assert within(reached, escalations.fire_due, start + 30 * MINUTE + jump + 2_000) == 0
    assert steps(reached) == ["unit"]
    # And back to the right time.
    assert within(reached, leases.keep, "clocks", -jump, start + 31 * MINUTE)
    assert within(reached, escalations.fire_due, start + 31 * MINUTE) == 0
    assert within(reached, escalations.fire_due, start + 41 * MINUTE) == 1
    assert steps(reached) == ["unit", "coordinators"]


def test_one_worker_has_the_clocks_and_the_next_takes_over_when_it_falls_silent(ward):
    start = now()
    assert within(ward, leases.keep, "clocks", 0, start, "one")
    assert not within(ward, leases.keep, "clocks", 0, start + 1_000, "two")
    assert within(ward, leases.keep, "clocks", 0, start + 2_000, "one")
    assert not within(ward, leases.keep, "clocks", 0, start + leases.LENGTH + 1_000, "two")
    assert within(ward, leases.keep, "clocks", 0, start + leases.LENGTH + 2_500, "two")
    assert not within(ward, leases.keep, "clocks", 0, start + leases.LENGTH + 3_000, "one")


def test_a_lease_of_a_clock_that_ran_ahead_does_not_stop_the_clocks(ward, monkeypatch):
    """Whoever took it is gone, or nobody knows yet: it is waited for as long as for any lease."""
    start, elapsed = now(), 0
    monkeypatch.setattr(leases, "_elapsed", lambda: elapsed)
    monkeypatch.setattr(leases, "_ahead", {})
    assert within(ward, leases.keep, "clocks", 0, start + 86_400_000, "ahead")
    assert not within(ward, leases.keep, "clocks", 0, start, "right")
    elapsed = leases.LENGTH - 1
    assert not within(ward, leases.keep, "clocks", 0, start + elapsed, "right")
    elapsed = leases.LENGTH
    assert within(ward, leases.keep, "clocks", 0, start + elapsed, "right")
    assert not within(ward, leases.keep, "clocks", 0, start + elapsed, "other")


@pytest.mark.parametrize("ahead", [50_000, 70_000, 180_000])
def test_two_machines_whose_clocks_differ_take_no_step_before_its_time(reached, monkeypatch, caplog, ahead):
    """Each looks once a second: one of them has the clocks, and nothing that waits is moved."""
    reached.lan.refer(**URGENT)
    start, elapsed = now(), 0
    monkeypatch.setattr(leases, "_elapsed", lambda: elapsed)
    monkeypatch.setattr(leases, "_ahead", {})
    within(reached, escalations.watch)
    [due] = [row.due_at for row in reached.rows(Watch.select())]
    holders = []
    for second in range(60):
        elapsed = second * 1_000
        for holder, at in (("right", start), ("ahead", start + ahead)):
            if within(reached, leases.keep, "clocks", 0, at + elapsed, holder):
                holders.append(holder)
                assert within(reached, escalations.fire_due, at + elapsed) == 0
    assert set(holders[1:]) == {"ahead"} and steps(reached) == []
    assert [row.due_at for row in reached.rows(Watch.select())] == [due]
    assert caplog.text.count("s ahead of this one's") == 1
    # That machine is switched off: the other goes on by its own clock, which nobody has set.
    assert not within(reached, leases.keep, "clocks", 0, start + elapsed, "right")
    elapsed += leases.LENGTH
    assert within(reached, leases.keep, "clocks", 0, start + elapsed, "right")
    assert [row.due_at for row in reached.rows(Watch.select())] == [due]


def test_a_clock_set_back_while_no_worker_looked_is_made_good_when_one_starts(reached, monkeypatch):
    """Whatever waits to be rung, written or taken is moved along, as when somebody looks on."""
    reached.lan.refer(**URGENT)
    start, elapsed, back = now(), 0, -3_600_000
    monkeypatch.setattr(leases, "_elapsed", lambda: elapsed)
    monkeypatch.setattr(leases, "_ahead", {})
    within(reached, escalations.watch)
    ring_at = dict(reached.rows(Notice.select(Notice.id, Notice.ring_at).tuples()))
    spread_one, *waiting = ring_at
    some = dict(notice=spread_one, created_at=start, next_at=start + 5_000)

    def wait():
        device = Subscription.select().first().device_id
        Delivery.create(id="d", device=device, **some)
        Message.create(id="m", person=reached.thu.me["person"], channel="sms", **some)
        Notice.update(spread_at=start).where(Notice.id == spread_one).execute()
    within(reached, wait)
    due = reached.rows(Watch.select())[0].due_at
    assert within(reached, leases.keep, "clocks", 0, start, "before")
    assert not within(reached, leases.keep, "clocks", 0, start + back, "after")
    elapsed = 3_000
    assert within(reached, leases.keep, "clocks", 0, start + back + elapsed, "after")
    by = back + elapsed
    assert reached.rows(Watch.select())[0].due_at == due + by
    assert [row.next_at for row in reached.rows(Delivery.select()) + reached.rows(Message.select())] == [start + 5_000 + by] * 2
    moved = dict(reached.rows(Notice.select(Notice.id, Notice.ring_at).tuples()))
    assert waiting and all(moved[each] == ring_at[each] + by for each in waiting)
    assert moved[spread_one] == ring_at[spread_one], "it has rung"


# ── The ward's own clocks ────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def command(reached):
    from flask.cli import ScriptInfo
    return lambda *words: reached.app.test_cli_runner().invoke(args=list(words), obj=ScriptInfo(create_app=lambda: reached.app))


def test_the_ward_keeps_clocks_of_its_own_and_escalation_goes_by_them(reached, command):
    assert "urgent *: seen 30, answered 120, then a step every 10 (any hour)" in command("clocks", "list").output
    done = command("clocks", "set", "--urgency", "urgent", "--seen", "5", "--answered", "20", "--gap", "3", "--any-hour")
    assert (done.exit_code, done.output) == (0, "kept\n")
    reached.lan.refer(**URGENT)
    assert pass_time(reached, 4) == 0
    assert pass_time(reached, 1) == 1 and steps(reached) == ["unit"]
    pass_time(reached, 3)
    assert steps(reached) == ["unit", "coordinators"]


def test_a_clock_of_one_service_is_that_of_referrals_that_ask_for_it(reached, command):
    assert command("clocks", "set", "--urgency", "normal", "--service", "post-rape", "--seen", "30", "--answered", "60", "--gap", "10", "--any-hour").exit_code == 0
    reached.thu.refer(unit="congan", services=["legal"])
    assert pass_time(reached, 31) == 0
    reached.thu.refer(unit="tramyte", services=["legal", "post-rape"])
    before = so_far(reached)
    assert pass_time(reached, 31) == 1
    assert told(reached, "referral-waiting", since=before) == ["hanh"]


def test_a_referral_whose_words_are_damaged_is_rung_for_by_the_clock_of_its_urgency(reached, command):
    assert command("clocks", "set", "--urgency", "urgent", "--service", "legal", "--seen", "5", "--answered", "60", "--gap", "10", "--any-hour").exit_code == 0
    referral = reached.lan.refer(**URGENT)
    within(reached, lambda: Referral.update(answers=Referral.select(Referral.answers).where(Referral.id == referral).get().answers[:-1] + b"x").execute())
    assert pass_time(reached, 29) == 0
    assert pass_time(reached, 1) == 1 and steps(reached) == ["unit"]


@pytest.mark.parametrize("words", [("--urgency", "never", "--seen", "5", "--answered", "20", "--gap", "3"),
                                   ("--urgency", "day", "--service", "x", "--seen", "5", "--answered", "20", "--gap", "3"),
                                   ("--urgency", "day", "--seen", "50", "--answered", "20", "--gap", "3"),
                                   ("--urgency", "day", "--seen", "5", "--answered", "20", "--gap", "0")])
def test_a_clock_that_cannot_be_is_refused(command, words):
    done = command("clocks", "set", *words)
    assert done.exit_code == 1 and "Error" in done.output
