"""Can the ward be reached: what the admin sees, what the command says, and who is told when a push service refuses us."""
import re

import pytest

from db.base import database
from db.models import Delivery, Enrolment, Message, Notice, Person, Referral, Subscription, Task
from pwa.domain import deliveries, health, reach, reminders
from pwa.domain.clock import DAY, now
from pwa.domain.deliveries import Result
from pwa.domain.duty import Book
from tests.server.test_duty import at, keep
from tests.server.test_escalations import URGENT, _unit, roster, second_officer, within
from tests.server.test_notices import claim, settle, so_far, spread, subscribe, told


def of(ward, code):
    return next(row for row in within(ward, health.of_ward, ward.row.id) if row.unit.code == code)


@pytest.fixture
def command(cast):
    from flask.cli import ScriptInfo

    def make(*words):
        return cast.app.test_cli_runner().invoke(args=list(words), obj=ScriptInfo(create_app=lambda: cast.app))
    return make


def test_a_unit_is_reached_by_whoever_has_a_phone_that_can_be_rung(cast):
    assert of(cast, "vhxh").unreachable and (of(cast, "vhxh").people, of(cast, "vhxh").rung) == (2, 0)
    subscribe(cast.thu)
    assert not of(cast, "vhxh").unreachable and of(cast, "vhxh").rung == 1
    cast.revoke(cast.thu)
    assert of(cast, "vhxh").unreachable


def reached(ward, phone):
    return within(ward, reach.rung, [phone.me["person"]]) == {phone.me["person"]}


def test_a_phone_whose_push_service_refused_its_last_ring_reaches_nobody_until_one_is_taken_or_shown(cast):
    """Known failures count: the roster goes on to the next, and the coordinators read whom to call."""
    second = second_officer(cast)
    subscribe(cast.dung)
    roster(cast, "congan", "dung", "Anh Tư")
    def first():
        return sorted(name for name, phone in cast._phones.items()
                      if phone.me["person"] in within(cast, lambda: Book(cast.row.id, now()).on_duty(_unit("congan"))))
    def rung():
        return next(each for each in claim(cast) if each.device_id == phone_of(cast, cast.dung))
    assert first() == ["dung"]
    cast.lan.refer(**URGENT)
    spread(cast)
    ring = rung()
    for cause in ("403", "401", "400", "redirect", "key"):
        settle(cast, ring, "refused", cause=cause)
        assert not reached(cast, cast.dung), cause
    assert first() == ["Anh Tư", "dung"], "passed over, and told"
    cast.revoke(second)
    assert 'data-out-of-reach="congan"' in cast.thu.get("/todo").text
    # The next one is tried all the same.
    cast.lan.refer(**URGENT)
    spread(cast)
    again = rung()
    settle(cast, again, "sent")
    assert reached(cast, cast.dung) and 'data-out-of-reach="congan"' not in cast.thu.get("/todo").text
    settle(cast, again, "refused", cause="403")
    assert not reached(cast, cast.dung)
    assert cast.dung.post("/notices/arrivals", {"ring": again.id}).status_code == 204
    assert reached(cast, cast.dung), "the phone says that it rang"


@pytest.mark.parametrize("cause", ["timeout", "unreachable", "429", "500", "503"])
def test_a_push_service_that_fails_for_a_moment_is_waited_for_and_one_that_goes_on_failing_is_not(cast, cause):
    subscribe(cast.dung)
    cast.lan.refer(**URGENT)
    spread(cast)
    ring = next(each for each in claim(cast) if each.device_id == phone_of(cast, cast.dung))
    settle(cast, ring, "retry", cause=cause)
    assert reached(cast, cast.dung)
    within(cast, lambda: Delivery.update(created_at=Delivery.created_at - 6 * 60_000).execute())
    assert not reached(cast, cast.dung)
    within(cast, lambda: Delivery.update(next_at=now() - 1).execute())
    settle(cast, next(each for each in claim(cast) if each.id == ring.id), "sent")
    assert reached(cast, cast.dung)


def test_a_phone_that_waits_for_approval_is_not_rung_and_reaches_nobody(cast):
    """What was told meanwhile stands in the inbox; once it is let in, it rings."""
    cast.revoke(cast.dung)
    waiting = cast.phone("dung", approved=False)
    subscribe(waiting)
    subscribe(cast.mai)
    cast.lan.refer(**URGENT)
    def mine():
        return [ring for ring in spread(cast) if ring.device_id == phone_of(cast, waiting)]
    assert mine() == [] and not reached(cast, waiting)
    assert 'data-out-of-reach="congan"' in cast.thu.get("/todo").text
    within(cast, lambda: Subscription.update(shown_at=now()).execute())
    assert not within(cast, reach.heard, [waiting.me["person"]], 0)
    within(cast, lambda: Enrolment.update(approved_at=None, verifier=None).where(Enrolment.id == cast.mai.me["enrolment"]).execute())
    assert reached(cast, cast.mai), "a phone of before the PIN, of somebody who reads nobody else's records, waits for nobody"
    within(cast, lambda: Person.update(handler_since=now()).where(Person.id == cast.mai.me["person"]).execute())
    assert not reached(cast, cast.mai), "a named handler does"
    within(cast, lambda: Enrolment.update(approved_at=now()).where(Enrolment.id == waiting.me["enrolment"]).execute())
    cast.lan.refer(**URGENT)
    assert len(mine()) == 1 and reached(cast, waiting) and within(cast, reach.heard, [waiting.me["person"]], 0)


def test_a_ring_that_is_shown_stands_for_those_it_took_the_place_of(cast):
    """A push service keeps the newest of one topic: of the same urgency, older, and taken by it."""
    subscribe(cast.thu)
    subscribe(cast.kim)
    for number, fields in enumerate(({"danger": "yes"}, {}, {"danger": "yes"}, {"danger": "yes"}, {"danger": "yes"})):
        cast.lan.record(**fields)
        spread(cast)
        within(cast, lambda number=number: Delivery.update(created_at=number).where(Delivery.created_at > 1000).execute())
    within(cast, lambda: Delivery.update(outcome="sent").where(Delivery.created_at != 2).execute())
    mine = [ring for ring in cast.rows(Delivery.select().order_by(Delivery.created_at)) if ring.device_id == phone_of(cast, cast.thu)]
    assert cast.thu.post("/notices/arrivals", {"ring": mine[3].id, "opened": True}).status_code == 204
    after = {ring.id: ring for ring in cast.rows(Delivery.select())}
    shown = [bool(after[ring.id].shown_at) for ring in mine]
    assert shown == [True, False, False, True, False], "another topic, one that was never taken, and a newer one say nothing of it"
    assert [each.id for each in after.values() if each.opened_at] == [mine[3].id]
    assert not any(each.shown_at for each in after.values() if each.device_id == phone_of(cast, cast.kim))


def test_failures_are_counted_by_cause_and_what_ends_soon_by_phone(cast, command):
    subscribe(cast.thu)
    cast.lan.record()
    spread(cast)
    [ring] = claim(cast)
    settle(cast, ring, "retry", cause="timeout")
    assert dict(of(cast, "vhxh").failures) == {"timeout": 1}
    cast.lan.record()
    spread(cast)
    [ring] = claim(cast)
    settle(cast, ring, "retry", cause="timeout")
    made = dict(notice=ring.notice_id, person=cast.thu.me["person"], channel="sms", created_at=now())
    said = [("1", "401", "refused"), ("2", "401", "refused"), ("3", "503", "retry"), ("4", None, "sent")]
    within(cast, lambda: Message.insert_many([dict(made, id=each, cause=cause, outcome=outcome) for each, cause, outcome in said]).execute())
    assert dict(of(cast, "vhxh").failures) == {"timeout": 2, "sms 401": 2, "sms 503": 1}
    assert "failures today: timeout x 2, sms 401 x 2, sms 503 x 1;" in command("push", "check").output
    assert "timeout × 2, sms 401 × 2, sms 503 × 1" in re.sub(r"\s+", " ", cast.son.get("/push/check").text)
    within(cast, lambda: Subscription.update(expires_at=now() + DAY, created_at=now() - 40 * DAY).execute())
    assert (of(cast, "vhxh").expiring, of(cast, "vhxh").silent) == (1, 1)


def test_the_admin_reads_who_lacks_a_bell_by_name_unit_by_unit(cast):
    """And nobody else does: the page is the admin's (tests/access.toml)."""
    def lacking():
        page = cast.son.get("/push/check").text
        rows = re.findall(r'data-unit="([a-z0-9-]+)">(.*?)</div>', page, re.S)
        return {unit: found.group(1) for unit, row in rows if (found := re.search(r"data-lacking>([^<]*)<", row))}
    assert lacking()["vhxh"] == "Chưa có máy nhận được thông báo: kim, thu"
    subscribe(cast.thu)
    subscribe(cast.dung)
    assert lacking()["vhxh"] == "Chưa có máy nhận được thông báo: kim" and "congan" not in lacking()
    within(cast, lambda: Subscription.update(cause="403", failed_at=now()).execute())
    assert lacking()["congan"] == "Chưa có máy nhận được thông báo: dung"
    assert "Không gọi được ai" in cast.son.get("/push/check").text


def test_the_last_confirmed_ring_is_shown(cast):
    subscribe(cast.thu)
    cast.lan.record()
    [ring] = spread(cast)
    cast.thu.client.post("/notices/arrivals", base_url=cast.thu.base, headers={"Origin": cast.thu.base, "Sec-Fetch-Site": "same-origin"}, json={"ring": ring.id})
    assert of(cast, "vhxh").last_shown
    page = cast.son.get("/push/check").text
    assert "Máy nhận gần nhất" in page and cast.thu.me["person"] not in page


def test_a_phone_confirms_only_its_own_rings(cast):
    subscribe(cast.thu)
    cast.lan.record()
    [ring] = spread(cast)
    for phone, status in ((cast.kim, 204), (cast.stranger(), 401)):
        answer = phone.client.post("/notices/arrivals", base_url=phone.base, headers={"Origin": phone.base, "Sec-Fetch-Site": "same-origin"}, json={"ring": ring.id})
        assert answer.status_code == status
    assert cast.rows(Delivery.select())[0].shown_at is None
    assert cast.thu.client.post("/notices/arrivals", base_url=cast.thu.base, headers={"Origin": "https://example.org"}, json={"ring": ring.id}).status_code == 400


@pytest.mark.parametrize("said", [[], 5, {}, {"ring": 5}, {"ring": "x"}, {"ring": "\ud800"}, {"ring": "\0" * 36}, {"ring": "x" * 36},
                                  {"ring": None, "opened": True}])
def test_a_confirmation_that_says_nothing_changes_nothing(cast, said):
    answer = cast.thu.client.post("/notices/arrivals", base_url=cast.thu.base, headers={"Origin": cast.thu.base, "Sec-Fetch-Site": "same-origin"}, json=said)
    assert answer.status_code == 204


def test_a_ring_that_was_confirmed_is_not_sent_again_though_its_worker_died(cast):
    subscribe(cast.thu)
    cast.lan.record()
    spread(cast)
    [ring] = claim(cast)
    cast.thu.client.post("/notices/arrivals", base_url=cast.thu.base, headers={"Origin": cast.thu.base, "Sec-Fetch-Site": "same-origin"}, json={"ring": ring.id})
    within(cast, lambda: Delivery.update(next_at=now() - 1).where(Delivery.done_at.is_null()).execute())
    assert claim(cast) == []
    # And a late "retry" of a slow push service does not wake it.
    within(cast, deliveries.turn, [Result(ring, "retry", None, "timeout")], 0)
    assert claim(cast) == []


def test_the_admins_are_told_at_once_when_our_signature_is_refused_and_not_again_within_the_hour(cast):
    before = so_far(cast)
    assert within(cast, health.alarm, "fcm.googleapis.com")
    assert told(cast, since=before) == {"push-refused": ["son"]}
    assert not within(cast, health.alarm, "fcm.googleapis.com")
    assert within(cast, health.alarm, "web.push.apple.com")
    assert cast.son.get("/n/" + cast.rows(Notice.select().where(Notice.event == "push-refused"))[0].id).location.startswith("/notices#")


def test_the_command_says_the_same_and_fails_while_a_unit_cannot_be_reached(cast, command):
    done = command("push", "check")
    assert done.exit_code == 1 and "thanh-sen/congan: 0 rung + 0 written to of 1" in done.output and "NOBODY CAN BE REACHED" in done.output
    for name in ("thu", "dung", "hanh", "nga", "binh"):
        subscribe(getattr(cast, name))
    subscribe(cast.van)
    subscribe(cast.son)
    done = command("push", "check")
    assert done.exit_code == 0, done.output
    assert "Dũng" not in done.output and "dung" not in done.output


def test_the_coordinators_screen_says_whom_nobody_can_reach_and_the_numbers_to_call(cast):
    keep(cast.dung, phone="0912345678")
    assert "Không gọi được ai" not in cast.thu.get("/todo").text
    cast.lan.refer(**URGENT)
    page = cast.thu.get("/todo").text
    assert "Không gọi được ai của Công an phường. Hãy gọi ngay." in page
    assert 'href="tel:0912345678"' in page and 'href="tel:113"' in page
    assert "điều phối viên thấy số này" in cast.dung.get("/preferences").text
    keep(cast.dung, phone="0912345678", unshared="y")
    assert "tel:0912345678" not in cast.thu.get("/todo").text and "checked" in re.search(r'<input[^>]*name="unshared"[^>]*>', cast.dung.get("/preferences").text)[0]
    assert "Không gọi được ai" not in cast.hanh.get("/todo").text
    subscribe(cast.dung)
    assert "Không gọi được ai" not in cast.thu.get("/todo").text


def test_what_is_urgent_and_no_phone_confirmed_in_time_has_to_be_called_about(cast):
    from tests.server.test_escalations import pass_time
    silent = "Chưa máy nào của Công an phường báo đã nhận việc gấp. Hãy gọi ngay."
    subscribe(cast.dung)
    keep(cast.dung, phone="0912345678")
    cast.lan.refer(**URGENT)
    # What is not urgent may be confirmed when the phone is next at hand.
    cast.thu.refer(unit="tramyte")
    subscribe(cast.hanh)
    ring = next(each for each in spread(cast) if each.urgent and each.device_id == phone_of(cast, cast.dung))
    pass_time(cast, 4)
    assert silent not in cast.thu.get("/todo").text
    pass_time(cast, 2)
    page = cast.thu.get("/todo").text
    assert silent in page and 'href="tel:0912345678"' in page and "Trạm Y tế phường báo" not in page
    assert cast.dung.post("/notices/arrivals", {"ring": ring.id}).status_code == 204
    assert silent not in cast.thu.get("/todo").text, "it rang: the clock of seeing goes on"
    # The next one, which no phone confirms, until somebody looks.
    referral = cast.lan.refer(**URGENT)
    within(cast, lambda: Subscription.update(shown_at=1).execute())
    pass_time(cast, 6)
    assert silent in cast.thu.get("/todo").text
    for each in cast.rows(Referral.select().where(Referral.urgent)):
        assert cast.dung.get(f"/referrals/{each.id}").status_code == 200
    assert referral and silent not in cast.thu.get("/todo").text


def phone_of(ward, phone):
    [row] = ward.rows(Enrolment.select().where(Enrolment.id == phone.me["enrolment"]))
    return row.device_id


def test_an_overdue_referral_says_so_wherever_it_stands(cast):
    from tests.server.test_escalations import pass_time
    referral = cast.lan.refer(**URGENT)
    case, _outcome = cast.thu.save("triage", {"referral": referral, "choice": "open"})
    pages = ((cast.lan, "/records/rows"), (cast.thu, "/todo"), (cast.thu, f"/referrals/{referral}"), (cast.dung, "/todo"),
             (cast.thu, "/cases"), (cast.thu, f"/cases/{case}"))
    assert not any("data-overdue" in phone.get(path).text for phone, path in pages)
    pass_time(cast, 31)
    assert all("data-overdue" in phone.get(path).text for phone, path in pages)
    page = cast.thu.get(f"/referrals/{referral}").text
    assert "Chưa ai trả lời: đã gọi cả đơn vị" in page and "Không gọi được ai" in page
    assert "đã gọi cả đơn vị" not in cast.lan.get(f"/referrals/{referral}").text
    cast.dung.answer(referral)
    assert not any("data-overdue" in phone.get(path).text for phone, path in pages)


def test_a_revoked_phone_is_announced_on_the_persons_others(cast):
    before = so_far(cast)
    from pwa.domain import enrolments
    within(cast, enrolments.revoke, cast.thu.me["enrolment"])
    assert told(cast, since=before) == {"device-revoked": ["thu"]}


@pytest.mark.parametrize(("moment", "wards"), [("2026-10-26 09:00", 0), ("2026-10-27 09:00", 1), ("2026-10-27 20:00", 0), ("2026-11-10 09:00", 1), ("2026-11-11 09:00", 0)])
def test_the_report_of_the_year_is_remembered_in_time_and_once(cast, moment, wards):
    before = so_far(cast)
    assert within(cast, reminders.tell_due, at(moment)) == wards
    assert within(cast, reminders.tell_due, at(moment)) == 0
    assert told(cast, since=before) == ({"report-due": ["kim", "thu"]} if wards else {})


def test_a_task_that_comes_due_is_rung_once_and_again_after_it_was_put_off(cast):
    record = cast.lan.record()
    case, _outcome = cast.thu.save("triage", {"record": record, "choice": "open"})
    task, _outcome = cast.thu.save("task", {"case": case, "what": "call", "due": "today"})
    [due] = [row.due_at for row in cast.rows(Task.select().where(Task.id == task))]
    before = so_far(cast)
    assert within(cast, reminders.tell_tasks, due - 1) == 0
    with_clock = max(due, now())
    assert within(cast, reminders.tell_tasks, with_clock) == 1
    assert told(cast, since=before) == {"task-due": ["thu"]}
    within(cast, lambda: Notice.update(created_at=due + 1).where(Notice.event == "task-due").execute())
    assert within(cast, reminders.tell_tasks, with_clock) == 0
    within(cast, lambda: Task.update(due_at=due + 1000, turn=due + 1000).where(Task.id == task).execute())
    assert within(cast, reminders.tell_tasks, due + 2000) == 1


def test_the_inbox_is_ones_own_and_reading_clears_it_everywhere(cast):
    referral = cast.lan.refer()
    other = cast.phone("thu")
    # Of the referral, and of the other phone.
    assert cast.thu.get("/notices/unread").json == other.get("/notices/unread").json == {"unread": 2, "read": False}
    assert other.get(f"/referrals/{referral}").status_code == 200
    [notice] = cast.rows(Notice.select().where(Notice.person == cast.thu.me["person"], Notice.subject_id == referral))
    assert cast.thu.get(f"/notices/unread?shown={notice.id}").json == {"unread": 1, "read": True}
    assert cast.kim.get(f"/notices/unread?shown={notice.id}").json == {"unread": 1, "read": False}, "another's notice"
    assert cast.kim.get("/notices/unread").json == {"unread": 1, "read": False}
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', cast.kim.get("/notices").text).group(1)
    answer = cast.kim.client.post("/notices/read", base_url=cast.kim.base, data={"csrf_token": token}, headers={"Referer": cast.kim.base + "/notices"})
    assert answer.status_code == 303 and cast.kim.get("/notices/unread").json == {"unread": 0, "read": False}


def test_a_test_rings_this_phone_alone_and_is_not_unread(cast):
    subscribe(cast.thu)
    other = cast.phone("thu")
    subscribe(other)
    # What the new phone itself was a reason to tell is told.
    known = {ring.id for ring in spread(cast)}
    answer = cast.thu.client.post("/push/test", base_url=cast.thu.base, headers={"Origin": cast.thu.base, "Sec-Fetch-Site": "same-origin"}, json={})
    assert answer.status_code == 202
    [ring] = [ring for ring in spread(cast) if ring.id not in known]
    assert ring.id == answer.json["ring"] and ring.device_id == within(cast, lambda: Subscription.select().order_by(Subscription.created_at).first().device_id)
    assert cast.thu.get("/notices/unread").json == {"unread": 1, "read": False}
    with cast.app.app_context():
        database.close()
