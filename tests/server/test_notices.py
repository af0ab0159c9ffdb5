"""Who is told of what, in the same transaction; and how a notice becomes a ring that is never lost."""
import os
import threading
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from db.base import database, write
from db.models import Delivery, Entry, Enrolment, Notice, Referral, Subscription
from pwa.domain import deliveries
from pwa.domain.clock import DAY, now
from pwa.domain.deliveries import Result
from pwa.web.enrolments import b64
from tests.ward import OBSERVATION, REFERRAL

URGENT = {**REFERRAL, "unit": "congan", "urgency": "urgent", "basis": "danger"}


def names(ward, notices):
    people = {phone.me["person"]: name for name, phone in ward._phones.items()}
    return sorted(people[notice.person_id] for notice in notices)


def told(ward, event=None, since=()):
    """Who has been told, of what: {event: [names]}, beside the notices known before."""
    found = {}
    for notice in ward.rows(Notice.select().order_by(Notice.created_at)):
        if notice.id not in since:
            found.setdefault(notice.event, []).append(notice)
    return {each: names(ward, notices) for each, notices in found.items()} if event is None else names(ward, found.get(event, []))


def so_far(ward):
    return {notice.id for notice in ward.rows(Notice.select())}


# ── Who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_of_a_record_the_coordinators_are_told(cast):
    record = cast.lan.record()
    assert told(cast) == {"record-new": ["kim", "thu"]}
    assert {(notice.subject_kind, notice.subject_id) for notice in cast.rows(Notice.select())} == {("record", record)}


def test_a_coordinator_who_records_is_not_told_of_it(cast):
    cast.thu.record()
    assert told(cast) == {"record-new": ["kim"]}


def test_of_a_referral_the_unit_and_the_coordinators_are_told(cast):
    cast.lan.refer(**URGENT)
    assert told(cast) == {"referral-new": ["dung", "kim", "thu"]}


def test_a_responder_who_refers_to_their_own_unit_is_not_told(cast):
    cast.dung.refer(**URGENT)
    assert told(cast) == {"referral-new": ["kim", "thu"]}


def test_only_those_of_a_unit_who_can_answer_are_told(cast):
    """Bình decides and Vân reads figures in the same office: neither can answer."""
    cast.thu.refer(unit="ubnd")
    assert told(cast) == {"referral-new": ["kim"]}


def test_of_an_acceptance_the_one_who_referred_and_the_coordinators_are_told(cast):
    referral = cast.lan.refer(**URGENT)
    before = so_far(cast)
    cast.dung.answer(referral)
    assert told(cast, since=before) == {"referral-accepted": ["kim", "lan", "thu"]}


def test_a_coordinator_who_accepts_is_not_told(cast):
    referral = cast.lan.refer()
    before = so_far(cast)
    cast.thu.answer(referral)
    assert told(cast, since=before) == {"referral-accepted": ["kim", "lan"]}


def test_of_a_refusal_the_one_who_referred_and_the_coordinators_are_told(cast):
    referral = cast.lan.refer(**{**URGENT, "unit": "tramyte"})
    before = so_far(cast)
    cast.hanh.answer(referral, "decline", reason="no-capacity")
    assert told(cast, since=before) == {"referral-declined": ["kim", "lan", "thu"]}


def test_of_passing_on_the_next_unit_the_coordinators_and_the_one_who_referred_are_told(cast):
    referral = cast.lan.refer(**URGENT)
    before = so_far(cast)
    cast.dung.answer(referral, "pass", next_unit="tramyte")
    assert told(cast, since=before) == {"referral-new": ["hanh", "kim", "thu"], "referral-passed": ["lan"]}


def test_what_became_of_it_is_told_to_the_one_who_referred_and_the_coordinators(cast):
    for choice, fields, event in (("help", {}, "referral-helped"), ("fail", {"why_not": "unsafe"}, "referral-not-helped")):
        referral = cast.lan.refer(**URGENT)
        assert cast.dung.answer(referral)[1] == "stored"
        before = so_far(cast)
        assert cast.dung.answer(referral, choice, **fields)[1] == "stored"
        assert told(cast, since=before) == {event: ["kim", "lan", "thu"]}


def test_whoever_was_given_a_referral_is_told_that_its_person_takes_the_consent_back_also_when_not_on_duty(cast):
    from tests.server.test_cases import CONSENT, saved
    from tests.server.test_escalations import roster, second_officer
    subscribe(cast.dung)
    second = second_officer(cast)
    case = saved(cast.thu.save("triage", {"record": cast.lan.record(), "choice": "open"}))
    referral = saved(cast.thu.save("case-referral", {"case": case, "unit": "congan", "urgency": "normal", **CONSENT}))
    saved(cast.dung.answer(referral))
    saved(cast.dung.save("assignment", {"referral": referral, "person": second.me["person"]}))
    with_database(cast, roster, cast, "congan", "dung")
    before = so_far(cast)
    saved(cast.thu.save("consent", {"case": case, "unit": "congan", "decision": "withdrawn"}))
    assert told(cast, since=before) == {"consent-withdrawn": ["Anh Tư", "dung", "kim"]}


def test_a_question_its_answer_and_a_case_handed_over_are_told_to_those_they_concern(cast):
    from pwa.cli import _seed
    from pwa.domain import people
    def tells(deed):
        before = so_far(cast)
        entry_id, outcome = deed()
        assert outcome == "stored"
        return entry_id, told(cast, since=before)
    record = cast.lan.record()
    question, found = tells(lambda: cast.thu.save("triage", {"record": record, "choice": "ask", "question": "Ở đâu?"}))
    assert found == {"question": ["lan"]}
    _id, found = tells(lambda: cast.lan.save("completion", {"task": question, "choice": "done", "what": "question", "note": "Ở nhà"}))
    assert found == {"task-answered": ["thu"]}
    case, _found = tells(lambda: cast.thu.save("triage", {"record": record, "choice": "open"}))
    _id, found = tells(lambda: cast.thu.save("handover", {"case": case, "choice": "offer", "person": cast.kim.me["person"]}))
    assert found == {"case-given": ["kim"]}
    def abroad():
        other = people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
        return people.add(other, "coordinator", "vhxh", "Chị Bên").id
    theirs, before = with_database(cast, abroad), so_far(cast)
    assert cast.kim.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac"})[1] == "stored"
    fresh = [notice for notice in cast.rows(Notice.select()) if notice.id not in before]
    assert [(notice.person_id, notice.event) for notice in fresh] == [(theirs, "case-offered")]


def test_of_a_withdrawn_referral_those_who_had_it_are_told(cast):
    referral = cast.lan.refer(**URGENT)
    before = so_far(cast)
    cast.lan.save("withdrawal", {"target": referral})
    assert told(cast, since=before) == {"referral-withdrawn": ["dung", "kim", "thu"]}


def test_after_it_was_passed_on_a_withdrawal_tells_the_unit_that_is_asked_now(cast):
    referral = cast.lan.refer(**URGENT)
    cast.dung.answer(referral, "pass", next_unit="tramyte")
    before = so_far(cast)
    assert cast.lan.save("withdrawal", {"target": referral})[1] in ("stored", "conflict")
    assert "dung" not in told(cast, "referral-new", since=before)


def test_mending_a_record_tells_nobody_again_unless_it_says_more(cast):
    first = cast.lan.record()
    before = so_far(cast)
    second = cast.lan.record(replaces=first, narrative="Chữ đúng hơn")
    assert told(cast, since=before) == {}
    cast.lan.record(replaces=second, danger="yes")
    assert told(cast, since=before) == {"record-new": ["kim", "thu"]}


@pytest.mark.parametrize("what", ["duplicate", "invalid", "forbidden", "conflict"])
def test_an_entry_that_is_not_stored_tells_nobody(cast, what):
    entry = cast.lan.seal("record", OBSERVATION)
    cast.lan.sync(entry)
    before = so_far(cast)
    again = {"duplicate": lambda: cast.lan.sync(entry),
             "invalid": lambda: cast.lan.sync(cast.lan.seal("record", {"form_name": "observation"})),
             "forbidden": lambda: cast.van.sync(cast.van.seal("record", OBSERVATION)),
             "conflict": lambda: cast.lan.sync(cast.lan.seal("record", {**OBSERVATION, "danger": "yes"}, entry_id=entry["id"]))}[what]()
    assert [receipt["outcome"] for receipt in again.json["receipts"]] == [what]
    assert so_far(cast) == before


def test_nobody_is_told_of_what_they_did_themselves(cast):
    """Whatever happens, in the whole life of a referral."""
    def acts(phone, deed):
        before = so_far(cast)
        deed()
        fresh = [notice for notice in cast.rows(Notice.select()) if notice.id not in before]
        assert fresh and phone.me["person"] not in {notice.person_id for notice in fresh}
    found = {}
    acts(cast.thu, lambda: found.update(record=cast.thu.record()))
    acts(cast.thu, lambda: found.update(id=cast.thu.refer(unit="congan", record=found["record"])))
    acts(cast.dung, lambda: cast.dung.answer(found["id"], "pass", next_unit="vhxh"))
    acts(cast.kim, lambda: cast.kim.answer(found["id"], "pass", next_unit="phunu"))
    acts(cast.nga, lambda: cast.nga.answer(found["id"]))


def test_nobody_of_another_ward_is_told(cast):
    from pwa.cli import _link, _seed
    from pwa.domain import people
    from tests.ward import Phone
    with cast.app.app_context():
        other = people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
        links = [_link(people.add(other, role, unit, "Người khác")) for role, unit in (("coordinator", "vhxh"), ("responder", "congan"))]
    strangers = {Phone(cast.app, link).me["person"] for link in links}
    cast.lan.record(danger="yes")
    cast.lan.refer(**URGENT)
    assert not strangers & {notice.person_id for notice in cast.rows(Notice.select())}


@pytest.mark.parametrize("fields, urgent", [
    ({"danger": "yes"}, True), ({"victim_age": "under-16"}, True), ({"danger": "no"}, False), ({"danger": "unknown"}, False), ({"victim_age": "16-17"}, False)], ids=str)
def test_danger_and_a_child_are_urgent(cast, fields, urgent):
    cast.lan.record(**fields)
    assert [notice.urgent for notice in cast.rows(Notice.select())] == [urgent, urgent]


@pytest.mark.parametrize("fields, urgent", [({"danger": "yes"}, True), ({"under_16": "yes"}, True), ({"grade": "1-5"}, False)], ids=str)
def test_at_school_danger_and_a_child_are_urgent(cast, fields, urgent):
    cast.mai.save("record", {"form_name": "school", "acts": ["hit"], **fields})
    assert [notice.urgent for notice in cast.rows(Notice.select())] == [urgent, urgent]


@pytest.mark.parametrize("fields, urgent", [({"urgency": "urgent"}, True), ({"basis": "danger"}, True), ({"urgency": "day"}, False),
                                            ({"basis": "child"}, True)], ids=str)
def test_a_referral_in_danger_or_of_a_child_is_urgent(cast, fields, urgent):
    cast.lan.refer(**fields)
    assert {notice.urgent for notice in cast.rows(Notice.select())} == {urgent}


# ── In one transaction ───────────────────────────────────────────────────────────────────────────────────────────────

def test_without_its_notices_an_entry_is_not_stored(cast):
    """An entry whose notice cannot be written is no success: it is held, and the others of its batch are not."""
    bad, good = cast.lan.seal("referral", REFERRAL), cast.lan.seal("record", OBSERVATION)
    with cast.app.app_context():
        database.connect(reuse_if_open=True)
        database.execute_sql(f"CREATE TRIGGER broken BEFORE INSERT ON notice WHEN NEW.subject_id = '{bad['id']}' BEGIN SELECT RAISE(ABORT, 'x'); END")
    receipts = {receipt["id"]: receipt["outcome"] for receipt in cast.lan.sync(bad, good).json["receipts"]}
    assert receipts == {bad["id"]: "invalid", good["id"]: "stored"}
    assert [entry.id for entry in cast.rows(Entry.select())] == [good["id"]] and not cast.rows(Referral.select())


def test_whoever_sees_the_entry_sees_its_notices(cast):
    """Another connection, as the worker's: at every statement either both are there or neither."""
    with cast.app.app_context():
        database.connect(reuse_if_open=True)
        seen, path = [], database.obj.database

        def look(_statement):
            import sqlite3
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
                seen.append(tuple(other.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("entry", "record", "notice")))
        database.connection().set_trace_callback(look)
        cast.lan.record()
        database.connection().set_trace_callback(None)
        look("")
    assert set(seen) == {(0, 0, 0), (1, 1, 2)} and seen[-1] == (1, 1, 2)


# ── Rings ────────────────────────────────────────────────────────────────────────────────────────────────────────────

def subscribe(phone, endpoint=None):
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    answer = phone.client.post("/push/subscription", base_url=phone.base, headers={"Origin": phone.base, "Sec-Fetch-Site": "same-origin"}, json={
        "endpoint": endpoint or f"https://updates.push.services.mozilla.com/wpush/v2/{uuid.uuid4()}",
        "keys": {"p256dh": b64(point), "auth": b64(os.urandom(16))}})
    assert answer.status_code == 201, answer.text


def with_database(ward, deed, *values):
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        return deed(*values)


def spread(ward):
    with_database(ward, deliveries.spread)
    return ward.rows(Delivery.select())


def claim(ward, room=100):
    """The rings a worker takes now."""
    return with_database(ward, deliveries.turn, (), room)[1]


def settle(ward, ring, outcome, retry_after=None, cause=None):
    """In how many seconds the ring is due again, or None."""
    [wait], _taken = with_database(ward, deliveries.turn, [Result(ring, outcome, retry_after, cause)], 0)
    return wait


def change(ward, query):
    with_database(ward, query.execute)


@pytest.fixture
def rung(ward):
    """Thu's phone can be rung, and there is one thing to ring her for."""
    subscribe(ward.thu)
    ward.lan.record()
    return ward


def test_a_notice_becomes_one_ring_per_device_of_its_person(ward):
    first, second = ward.thu, ward.phone("thu")
    subscribe(first)
    subscribe(second)
    ward.kim  # noqa: B018 – told too, but has no phone that can be rung
    ward.lan.record()
    rings = spread(ward)
    assert len(rings) == 2 and len({ring.device_id for ring in rings}) == 2
    assert all(notice.spread_at for notice in ward.rows(Notice.select()))
    assert len(spread(ward)) == 2, "a notice is spread once"


def test_many_notices_are_one_ring_led_by_the_most_urgent(ward):
    subscribe(ward.thu)
    ward.lan.record()
    urgent = ward.lan.record(danger="yes")
    ward.lan.record()
    [ring] = spread(ward)
    assert ring.urgent and ward.rows(Notice.select().where(Notice.id == ring.notice_id))[0].subject_id == urgent


def test_a_revoked_phone_is_not_rung(ward):
    subscribe(ward.thu)
    ward.revoke(ward.thu)
    ward.lan.record()
    assert spread(ward) == []


def test_two_people_of_one_phone_are_rung_each_for_their_own(ward):
    phone = ward.lan
    subscribe(phone)
    phone.enrol(ward.invite("hoa"))
    assert len(ward.rows(Subscription.select())) == 1
    for other in (ward.phone("lan"), ward.phone("hoa")):
        ward.thu.answer(other.refer())
    rings = spread(ward)
    people = {notice.id: notice.person_id for notice in ward.rows(Notice.select())}
    assert len(rings) == 2 and len({people[ring.notice_id] for ring in rings}) == 2
    assert len({ring.device_id for ring in rings}) == 1


def test_a_ring_is_claimed_by_one_worker_alone(rung):
    spread(rung)
    [ring] = claim(rung)
    assert ring.endpoint.startswith("https://updates.push.services.mozilla.com/")
    assert claim(rung) == []
    assert rung.rows(Delivery.select())[0].next_at > now()


def test_two_workers_at_once_claim_a_ring_once(rung):
    spread(rung)
    found, gate = [], threading.Barrier(4)

    def work():
        gate.wait()
        with rung.app.app_context():
            database.connect(reuse_if_open=True)
            found.extend(deliveries.turn((), 100)[1])
            database.close()
    workers = [threading.Thread(target=work) for _n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 1


def test_two_workers_at_once_spread_a_notice_once(rung):
    gate = threading.Barrier(4)

    def work():
        gate.wait()
        with rung.app.app_context():
            database.connect(reuse_if_open=True)
            deliveries.spread()
            database.close()
    workers = [threading.Thread(target=work) for _n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(rung.rows(Delivery.select())) == 1


def test_a_ring_whose_worker_died_is_claimed_again_after_its_lease(rung):
    spread(rung)
    claim(rung)
    change(rung, Delivery.update(next_at=Delivery.next_at - deliveries.LEASE))
    assert [ring.attempts for ring in claim(rung)] == [1]
    assert rung.rows(Delivery.select())[0].attempts == 2


@pytest.mark.parametrize("outcome", ["sent", "gone", "refused"])
def test_a_settled_ring_never_rings_again(rung, outcome):
    spread(rung)
    [ring] = claim(rung)
    assert settle(rung, ring, outcome) is None
    [row] = rung.rows(Delivery.select())
    assert row.outcome == outcome and row.done_at and row.next_at is None
    assert claim(rung) == []


def test_a_ring_to_be_tried_again_waits_and_is_claimed_again(rung):
    spread(rung)
    [ring] = claim(rung)
    seconds = settle(rung, ring, "retry")
    [row] = rung.rows(Delivery.select())
    assert row.done_at is None and row.next_at > now() and seconds > 0
    assert claim(rung) == []
    change(rung, Delivery.update(next_at=now()))
    assert len(claim(rung)) == 1


def test_the_pause_grows_from_try_to_try_up_to_an_hour():
    """With its jitter: each span lies beyond the one before the last."""
    spans = [[deliveries.pause(attempts) for _time in range(300)] for attempts in range(15)]
    for earlier, later in zip(spans, spans[2:], strict=False):
        assert min(later) >= min(max(earlier), deliveries.LAST_RETRY // 2)
    assert min(spans[0]) >= deliveries.FIRST_RETRY // 2
    assert max(map(max, spans)) <= deliveries.LAST_RETRY and min(spans[-1]) >= deliveries.LAST_RETRY // 2
    assert len(set(spans[-1])) > 1, "phones must not return in step"


def test_each_try_of_a_ring_waits_longer(rung):
    spread(rung)
    waits = []
    for _try in range(8):
        change(rung, Delivery.update(next_at=now()))
        [ring] = claim(rung)
        waits.append(settle(rung, ring, "retry"))
    assert waits[2] > waits[0] and waits[4] > waits[2] and waits[6] > waits[4]


def test_a_push_service_that_names_a_time_is_waited_for(rung):
    spread(rung)
    [ring] = claim(rung)
    assert settle(rung, ring, "retry", 7_200) == 7_200
    assert rung.rows(Delivery.select())[0].next_at > now() + 7_000_000


def test_a_ring_is_given_up_when_push_services_would_have_dropped_it(rung):
    spread(rung)
    change(rung, Delivery.update(created_at=now() - deliveries.TTL))
    [ring] = claim(rung)
    assert settle(rung, ring, "retry") is None
    [row] = rung.rows(Delivery.select())
    assert row.done_at and row.next_at is None


def test_a_phone_closed_for_weeks_is_still_rung(rung):
    spread(rung)
    change(rung, Delivery.update(created_at=now() - 27 * DAY))
    [ring] = claim(rung)
    assert settle(rung, ring, "retry") > 0


def test_a_ring_that_waits_to_be_tried_again_is_not_sent_once_all_it_rings_for_was_read(rung):
    other = rung.lan.record()
    spread(rung)
    [ring] = claim(rung)
    [first] = rung.rows(Notice.select().where(Notice.person == rung.thu.me["person"], Notice.subject_id != other))
    settle(rung, ring, "retry")
    again = Delivery.update(next_at=now() - 1)
    for subject, due in ((first.subject_id, [ring.id]), (other, [])):
        rung.thu.get(f"/records/{subject}")
        change(rung, again)
        assert [each.id for each in claim(rung)] == due
    assert [(row.outcome, row.next_at) for row in rung.rows(Delivery.select())] == [("read", None)]
    assert not with_database(rung, deliveries.is_due)


def test_opening_a_task_or_a_case_is_reading_what_was_told_of_it(cast):
    record = cast.lan.record()
    question = cast.thu.save("triage", {"record": record, "choice": "ask", "question": "Ở đâu?"})[0]
    case = cast.thu.save("triage", {"record": record, "choice": "open"})[0]
    cast.thu.save("handover", {"case": case, "choice": "offer", "person": cast.kim.me["person"]})
    for phone, event, path in ((cast.lan, "question", f"/tasks/{question}"), (cast.kim, "case-given", f"/cases/{case}")):
        about = Notice.select().where(Notice.person == phone.me["person"], Notice.event == event)
        assert phone.get(path, **{"Sotay-Keep": "1"}).status_code == 200
        assert [each.read_at for each in cast.rows(about.clone())] == [None], "the phone only kept a copy"
        assert phone.get(path).status_code == 200
        assert all(each.read_at for each in cast.rows(about.clone()))


def test_a_ring_for_a_device_without_a_subscription_is_settled(rung):
    spread(rung)
    change(rung, Subscription.delete())
    assert claim(rung) == []
    [row] = rung.rows(Delivery.select())
    assert row.outcome == "gone" and row.next_at is None


def test_the_urgent_is_claimed_before_the_older(ward):
    subscribe(ward.thu)
    subscribe(ward.kim)
    ward.lan.record()
    spread(ward)
    subscribe(ward.dung)
    ward.lan.refer(**URGENT)
    spread(ward)
    urgents = [ring.urgent for ring in claim(ward)]
    assert urgents == sorted(urgents, reverse=True) and set(urgents) == {True, False}


def test_more_rings_than_one_claim_takes_are_all_claimed(rung):
    spread(rung)
    [ring] = rung.rows(Delivery.select().dicts())
    with rung.app.app_context():
        database.connect(reuse_if_open=True)
        with write():
            Delivery.insert_many([{**ring, "id": str(uuid.uuid4())} for _n in range(120)]).execute()
    claimed = []
    while due := claim(rung):
        claimed += [each.id for each in due]
    assert len(claimed) == len(set(claimed)) == 121


# ── Where a ring leads ───────────────────────────────────────────────────────────────────────────────────────────────

def test_a_tap_leads_to_what_the_notice_is_of(cast):
    record, referral = cast.lan.record(), cast.lan.refer()
    for notice in cast.rows(Notice.select().where(Notice.person == cast.thu.me["person"])):
        answer = cast.thu.get(f"/n/{notice.id}")
        expected = {"record": f"/records/{record}", "referral": f"/referrals/{referral}"}[notice.subject_kind]
        assert answer.status_code == 302 and answer.headers["Location"] == expected
        assert cast.thu.get(expected).status_code == 200


def test_on_a_phone_of_several_people_a_tap_opens_for_the_one_who_was_rung(ward):
    phone = ward.thu
    thu = phone.me["enrolment"]
    phone.enrol(ward.invite("nga"))
    record = ward.lan.record()
    [notice] = ward.rows(Notice.select().join(Enrolment, on=(Enrolment.person == Notice.person)).where(Enrolment.id == thu))
    locked = phone.get(f"/n/{notice.id}")
    assert locked.status_code == 401 and locked.data == phone.get("/lock").data
    assert phone.unlock(enrolment=thu).status_code == 200
    assert phone.get(f"/n/{notice.id}").headers["Location"] == f"/records/{record}"
    assert phone.get(f"/records/{record}").status_code == 200
