"""Retention: what is kept long enough is shown first and taken out by a person's hand; what is younger or open stays."""
import re
import threading
import uuid

import pytest

from db.base import database
from db.models import (Answer, Audit, BreakGlass, Case, CaseEvent, Delivery, Held, Lease, Message, Notice, Record, Referral, Service)
from pwa import ticker
from pwa.crypto import columns
from pwa.domain import deliveries, leases, records, referrals, retention
from pwa.domain.clock import DAY, HOUR, now
from tests.server.test_notices import subscribe
from tests.server.test_risks import opened


@pytest.fixture
def old(ward):
    """A closed case, a record that went elsewhere, a settled refusal and a notice: all old; and the same, young."""
    cases = [opened(ward, narrative="Lời kể trong hồ sơ") for _turn in range(2)]
    for case in cases:
        ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"})
    elsewhere = [ward.lan.record(narrative="Lời kể ở nơi khác") for _turn in range(2)]
    for record in elsewhere:
        assert ward.thu.save("triage", {"choice": "not-gbv", "record": record, "reason": "mistake"})[1] == "stored"
    waiting = ward.lan.record(narrative="Lời kể còn chờ")
    for _turn in range(2):
        bad = ward.lan.seal("record", {"form_name": "observation"})
        ward.lan.sync(bad)
        ward.lan.save("record", {"form_name": "observation", "acts": ["hit"]}, entry_id=bad["id"])
    long_ago = now() - 3000 * DAY
    with ward.app.app_context(), database.connection_context():
        Case.update(closed_at=long_ago).where(Case.id == cases[0]).execute()
        Record.update(received_at=long_ago).where(Record.id.in_([elsewhere[0], waiting])).execute()
        first = Held.select().order_by(Held.id).first()
        Held.update(closed_at=long_ago).where(Held.id == first.id).execute()
        Notice.update(spread_at=now()).execute()
        notice = Notice.select().first()
        Notice.update(created_at=long_ago).where(Notice.id == notice.id).execute()
    return ward, cases, elsewhere, waiting


def narratives(ward):
    found = ward.rows(Record.select())
    with ward.app.app_context():
        return {record.id: records.answers(record).get("narrative") for record in found}


def test_the_preview_names_what_is_due_and_touches_nothing(old):
    ward, cases, _elsewhere, _waiting = old
    before = narratives(ward)
    page = ward.son.get("/retention").text
    codes = {case.id: case.code for case in ward.rows(Case.select())}
    shown = re.findall(r"<code>([^<]+)</code>", page)
    assert shown == [codes[cases[0]][:3] + "-" + codes[cases[0]][3:]]
    with ward.app.app_context(), database.connection_context():
        assert retention.preview(ward.row.id) == {"cases": [codes[cases[0]]], "records": 1, "held": 1, "notices": 1}
    assert narratives(ward) == before and "Lời kể" not in page


def apply(phone, **fields):
    token = re.search(r'name="csrf_token" value="([^"]+)"', phone.get("/retention").text).group(1)
    return phone.client.post("/retention", base_url=phone.base, data={"csrf_token": token, **fields}, headers={"Referer": phone.base + "/retention"})


def test_applying_takes_out_what_was_shown_and_nothing_else(old):
    ward, cases, elsewhere, waiting = old
    held, notices = len(ward.rows(Held.select())), len(ward.rows(Notice.select()))
    assert apply(ward.son).status_code == 422
    assert apply(ward.son, sure="y").status_code == 200
    left = narratives(ward)
    assert left[elsewhere[0]] is None and left[elsewhere[1]] == "Lời kể ở nơi khác" and left[waiting] == "Lời kể còn chờ"
    in_case = {record.case_id: left[record.id] for record in ward.rows(Record.select().where(Record.case_id.is_null(False)))}
    assert in_case == {cases[0]: None, cases[1]: "Lời kể trong hồ sơ"}
    assert len(ward.rows(Held.select())) == held - 1 and len(ward.rows(Notice.select())) == notices - 1
    [row] = ward.rows(Audit.select().where(Audit.subject_kind == "retention"))
    assert row.detail == {"cases": 1, "records": 1, "held": 1, "notices": 1} and row.person_id == ward.son.me["person"]
    assert "Chưa có gì quá hạn" in ward.son.get("/retention").text


def test_the_command_previews_and_applies(old):
    ward, *_rest = old
    runner = ward.app.test_cli_runner()
    database.close()
    shown = runner.invoke(args=["retention"])
    assert shown.exit_code == 0 and "1 cases" in shown.output and "nothing was done" in shown.output
    assert runner.invoke(args=["retention", "--apply"]).exit_code == 0
    assert "0 cases" in runner.invoke(args=["retention"]).output
    assert not ward.rows(Delivery.select().where(Delivery.notice.is_null()))


def test_words_of_referrals_and_cases_that_came_to_nothing_and_of_emergencies_go_too(ward):
    ended, waits = (ward.lan.refer(unit="congan", urgency="urgent", basis="danger", note="Nhà cuối ngõ") for _turn in range(2))
    ward.dung.answer(ended)
    ward.dung.save("note", {"referral": ended, "text": "Anh ta say"})
    ward.dung.save("service", {"referral": ended, "services": ["protection"], "step": "received", "note": "Đã lập biên bản"})
    ward.dung.answer(ended, "help", note="Đã về nhà mẹ")
    undone, kept = opened(ward), opened(ward)
    ward.thu.save("note", {"case": undone, "text": "Ghi nhầm hồ sơ"})
    assert ward.thu.save("triage", {"choice": "undo", "triage": undone})[1] == "stored"
    social = ward.lan.record(narrative="Xin thẻ bảo hiểm")
    ward.thu.save("triage", {"choice": "not-gbv", "record": social, "reason": "social", "unit": "vhxh"})
    with ward.app.app_context(), database.connection_context():
        glass = str(uuid.uuid4())
        BreakGlass.create(id=glass, case=undone, person=ward.thu.me["person"], created_at=1, until=2,
                          reason=columns.seal("break_glass.reason", glass, "Chị ấy gọi cứu"))
        assert not retention.preview(ward.row.id)["cases"]
        for model, field in ((Referral, "received_at"), (Record, "received_at"), (Case, "changed_at")):
            model.update({field: 1}).execute()
        code = Case.get_by_id(undone).code
        assert (retention.preview(ward.row.id)["cases"], retention.preview(ward.row.id)["records"]) == ([code], 1)
        retention.apply(ward.row.id)
        assert retention.preview(ward.row.id) | {"notices": 0} == {"cases": [], "records": 0, "held": 0, "notices": 0}
        given = {each.id: referrals.answers(each).get("note") for each in Referral.select()}
        assert given == {ended: None, waits: "Nhà cuối ngõ"} and not any(each.note for each in [*Answer.select(), *Service.select()])
        assert columns.unseal("break_glass.reason", glass, BreakGlass.get_by_id(glass).reason) == ""
        assert not any(each.words for each in CaseEvent.select().where(CaseEvent.case == undone)) and not Case.get_by_id(kept).erased_at
        assert records.answers(Record.get_by_id(social))["narrative"] == "Xin thẻ bảo hiểm", "somebody is still to see to it"


def test_nothing_goes_that_somebody_is_still_to_see_to_and_nothing_stays_because_nobody_can(ward):
    first, duplicate, ended = ward.lan.record(narrative="một"), ward.hoa.record(narrative="hai"), ward.lan.record(narrative="ba")
    assert ward.thu.save("triage", {"record": duplicate, "choice": "merge", "other": first})[1] == "stored"
    assert ward.thu.save("triage", {"record": ended, "choice": "not-gbv", "reason": "social", "unit": "phunu", "basis": "agreed", "note": "Nhờ thăm"})[1] == "stored"
    case = opened(ward)
    assert ward.lan.save("record", {"form_name": "observation", "narrative": "x" * 600})[1] == "invalid"
    assert ward.thu.save("note", {"case": case, "text": "x" * 3000})[1] == "invalid"
    with ward.app.app_context(), database.connection_context():
        for model in (Referral, Record, Held):
            model.update(received_at=now() - 364 * DAY).execute()
        assert retention.preview(ward.row.id) | {"notices": 0} == {"cases": [], "records": 0, "held": 0, "notices": 0}
        for model in (Referral, Record, Held):
            model.update(received_at=now() - 400 * DAY).execute()
        assert retention.preview(ward.row.id) | {"notices": 0} == {"cases": [], "records": 0, "held": 1, "notices": 0}
        retention.apply(ward.row.id)
        assert [each.kind for each in Held.select()] == ["note"], "of a case at work"
    [referral] = ward.rows(Referral.select())
    assert all(narratives(ward).values())
    assert [ward.nga.answer(referral.id, choice)[1] for choice in ("accept", "help")] == ["stored", "stored"]
    assert ward.thu.save("triage", {"record": first, "choice": "not-gbv", "reason": "mistake"})[1] == "stored"
    assert ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"})[1] == "stored"
    with ward.app.app_context(), database.connection_context():
        assert {name: retention.preview(ward.row.id)[name] for name in ("records", "held")} == {"records": 4, "held": 1}
        retention.apply(ward.row.id)
    assert [each for each in narratives(ward).values() if each] == ["Nghe tiếng khóc"] and not ward.rows(Held.select())


# ── Notices, every hour ──────────────────────────────────────────────────────────────────────────────────────────────

def aged(ward, days):
    """Every notice is of so many days ago."""
    with ward.app.app_context(), database.connection_context():
        moment = now() - days * DAY
        Notice.update(created_at=moment, spread_at=moment).execute()


def hourly(ward):
    ticker.tick(ward.app, ticker.prune)
    return {(row.person_id, row.event) for row in ward.rows(Notice.select())}


def another_hour(ward):
    with ward.app.app_context(), database.connection_context():
        Lease.update(beat_at=Lease.beat_at - HOUR).where(Lease.name == "prune").execute()


def test_old_notices_go_every_hour_and_what_still_waits_keeps_its_own(cast):
    subscribe(cast.thu)
    record = cast.lan.record()
    cast.thu.save("triage", {"record": record, "choice": "ask", "question": "Ở đâu?"})
    assert cast.thu.post("/push/test", {}).status_code == 202
    with cast.app.app_context(), database.connection_context():
        deliveries.spread()
        notice = Notice.get(Notice.event == "record-new")
        Message.create(id=str(uuid.uuid4()), notice=notice, person=notice.person_id, channel="sms", created_at=1)
    before = hourly(cast)
    assert {event for _person, event in before} == {"record-new", "question", "test"}
    # Young ones stay, whatever the hour; within the hour nobody looks again.
    aged(cast, 179)
    another_hour(cast)
    assert hourly(cast) == {each for each in before if each[1] != "test"}, "a test is of no use the day after"
    aged(cast, 181)
    assert len(hourly(cast)) == len(before) - 1
    another_hour(cast)
    assert hourly(cast) == {(cast.lan.me["person"], "question")}, "the question still waits for Lan"
    assert not cast.rows(Delivery.select().where(Delivery.notice.not_in(Notice.select(Notice.id)))) and not cast.rows(Message.select())
    assert [(row.person_id, row.detail) for row in cast.rows(Audit.select().where(Audit.subject_kind == "retention"))] == [
        (None, {"notices": 1}), (None, {"notices": 2})]


def test_the_hourly_turn_is_taken_by_one_of_however_many_workers(ward):
    gate, taken = threading.Barrier(4), []

    def work():
        with ward.app.app_context(), database.connection_context():
            gate.wait()
            taken.append(leases.turn("prune", HOUR))
    for start in (0, 1):
        workers = [threading.Thread(target=work) for _n in range(4)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        assert sorted(taken[4 * start:]) == [False, False, False, True]
        another_hour(ward)
    with ward.app.app_context(), database.connection_context():
        assert leases.turn("prune", HOUR)
        # A clock that ran ahead took a turn that is still to come.
        Lease.update(beat_at=now() + DAY).where(Lease.name == "prune").execute()
        assert leases.turn("prune", HOUR) and not leases.turn("prune", HOUR)


@pytest.mark.parametrize("who", ["lan", "thu", "dung", "binh", "van"])
def test_nobody_but_the_person_responsible_for_data_has_the_page(ward, who):
    assert getattr(ward, who).get("/retention").status_code == 404
