"""What proves that an entry was written where the book was open, and what becomes of one that is not proved."""
import json
import uuid

import pytest

from db.models import Case, Enrolment, Entry, Held, Notice, Record, Referral
from pwa.crypto import envelope
from pwa.domain import held, proofs
from pwa.domain.clock import DAY, now
from tests.server.test_cases import CONSENT, opened, row, saved
from tests.server.test_imports import bring, counts, export
from tests.ward import OBSERVATION, REFERRAL, Phone

LOCKED = {"secret": ""}
SAID = "Chưa xác minh người ghi"
URGENT = {**REFERRAL, "unit": "congan", "urgency": "urgent", "basis": "danger"}


def before(ward, name="lan"):
    """A phone whose app was of a version that knew no proofs when it began; what it has learnt since is the test's to say."""
    phone = Phone(ward.app)
    answer = phone.begin(ward.invite(name), proves="")
    phone.me = answer.json
    return phone


def change(ward, phone, **values):
    with ward.app.app_context():
        Enrolment.update(**values).where(Enrolment.id == phone.me["enrolment"]).execute()


def due(ward, phone):
    return row(ward, Enrolment, phone.me["enrolment"]).proof_due_at


def marks(ward, entry_id, model=Record):
    """(of a revoked phone, of a writer nobody has verified)"""
    found = row(ward, model, entry_id)
    return found.marked, found.unverified


# ── Where the key is ─────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_key_of_proofs_is_told_where_a_phone_reads_and_nowhere_else(ward):
    lan, secret = ward.lan, ward.lan.me["write"]
    assert lan.get("/me").json["me"]["write"] == secret == lan.unlock().json["write"]
    assert secret not in lan.sync(lan.seal("record", OBSERVATION)).text + lan.get("/").text + lan.get("/phone").text
    lan.lock()
    for answer in (lan.get("/me"), lan.sync(lan.seal("record", OBSERVATION)), lan.unlock("000000"), lan.get("/sync/key")):
        assert secret not in answer.text and "write" not in answer.text
    assert lan.unlock().json["write"] == secret


def test_whoever_reads_on_a_shared_phone_is_not_told_the_key_of_the_other(ward):
    shared = Phone(ward.app, ward.invite("lan"))
    lan = shared.me
    shared.enrol(ward.invite("hoa"))
    assert shared.get("/me").json["me"]["write"] == shared.me["write"] != lan["write"]
    told = shared.get("/me", **{"Sotay-Enrolment": lan["enrolment"]}).json["me"]
    assert told["enrolment"] == lan["enrolment"] and "write" not in told


# ── Every cell ───────────────────────────────────────────────────────────────────────────────────────────────────────

def test_what_is_proved_is_as_it_ever_was(ward):
    record, referral = ward.lan.record(), ward.lan.refer(unit="congan", urgency="urgent", basis="danger")
    mended, outcome = ward.lan.save("record", {**OBSERVATION, "replaces": record})
    assert outcome == "stored" and marks(ward, mended) == marks(ward, referral, Referral) == (False, False)
    assert ward.lan.save("withdrawal", {"target": mended})[1] == "stored"
    with ward.app.app_context():
        assert row(ward, Referral, referral).unit.code == "congan"
    assert not any(entry.marked for entry in ward.rows(Entry.select())) and not ward.rows(Held.select())


def test_a_record_without_a_proof_is_stored_and_says_so(ward):
    record, outcome = ward.lan.save("record", OBSERVATION, **LOCKED)
    assert outcome == "stored" and marks(ward, record) == (False, True)
    assert SAID in ward.thu.get(f"/records/{record}").text
    assert "Gửi từ máy đã thu hồi" not in ward.thu.get("/todo").text + ward.lan.get("/records/rows").text


def test_a_referral_without_a_proof_is_looked_at_by_the_coordinators_first_and_says_so(ward):
    ward.dung, ward.thu  # noqa: B018 – both are to have a phone before the entry arrives
    referral, outcome = ward.lan.save("referral", URGENT, **LOCKED)
    assert outcome == "stored" and marks(ward, referral, Referral) == (False, True)
    rung = {notice.person_id for notice in ward.rows(Notice.select().where(Notice.event == "referral-new"))}
    assert ward.thu.me["person"] in rung and ward.dung.me["person"] not in rung
    assert ward.dung.get(f"/referrals/{referral}").status_code == 404
    assert SAID in ward.thu.get(f"/referrals/{referral}").text and SAID in ward.thu.get("/todo").text


def test_what_undoes_something_waits_for_the_coordinator_without_a_proof(ward):
    record, gone = ward.lan.record(narrative="Bản thật"), ward.lan.record()
    for kind, fields in (("withdrawal", {"target": gone}), ("record", {**OBSERVATION, "narrative": "Không có gì", "replaces": record})):
        entry, outcome = ward.lan.save(kind, fields, **LOCKED)
        assert outcome == "forbidden"
        [waiting] = ward.rows(Held.select().where(Held.entry_id == entry))
        page = ward.thu.get(f"/held/{waiting.id}").text
        assert SAID in page and "thu hồi" not in page
        assert waiting.closed_at is None and entry in ward.thu.get("/todo").text
    for each in (record, gone):
        assert row(ward, Record, each).withdrawn_at is None and row(ward, Record, each).replaced_by is None
        assert ward.thu.get(f"/records/{each}").status_code == 200
    # Taken back by herself it leaves the list, as ever.
    assert ward.lan.save("withdrawal", {"target": entry})[1] == "stored"
    assert row(ward, Held, waiting.id).closed_at and entry not in ward.thu.get("/todo").text


def test_a_locked_coordinators_phone_does_nothing_in_a_case(ward):
    _record, case = opened(ward)
    ward.thu.lock()
    for kind, fields in (("note", {"text": "giả"}), ("handover", {"choice": "offer", "person": ward.kim.me["person"]}),
                         ("closing", {"choice": "close", "outcome": "safe", "said": "better"}),
                         ("consent", {"unit": "tramyte", **CONSENT, "fields": ["what", "name"]})):
        assert ward.thu.save(kind, {"case": case, **fields}, **LOCKED)[1] == "forbidden"
    found = row(ward, Case, case)
    assert (found.state, found.coordinator_id, found.offered_to_id) == ("open", ward.thu.me["person"], None)
    # Hers, once the book is open again.
    ward.thu.unlock()
    saved(ward.thu.save("note", {"case": case, "text": "thật"}))


def forged(ward, how):
    """A withdrawal of something Lan recorded, with what looks like a proof."""
    record = ward.lan.record()
    if how in ("another's", "made up"):
        return record, ward.lan.seal("withdrawal", {"target": record}, secret=ward.hoa.me["write"] if how == "another's" else "0" * 64)
    entry_id, enrolment = str(uuid.uuid4()), ward.lan.me["enrolment"]
    said = json.dumps({"seq": 9, "at": 1, "kind": "withdrawal", "form": f"target={record}"}).encode()
    proved = proofs.prove(ward.lan.me["write"], said, entry_id, enrolment)
    plaintext = {"another entry's": proofs.prove(ward.lan.me["write"], said, str(uuid.uuid4()), enrolment),
                 "of other words": proved.replace(b'"at": 1', b'"at": 2'), "with more behind": proved[:-1] + b',"seq":10}',
                 "not text": said[:-1] + b',"proof":7}', "not ascii": said[:-1] + ',"proof":"ký"}'.encode(),
                 "empty": said[:-1] + b',"proof":""}'}[how]
    return record, {"id": entry_id, "key_id": ward.lan.me["key"]["key_id"],
                    "sealed": envelope.seal_entry(ward.lan.point, plaintext, entry_id, None, enrolment)}


@pytest.mark.parametrize("how", ["another's", "made up", "another entry's", "of other words", "with more behind", "not text", "not ascii", "empty"])
def test_a_wrong_proof_is_none(ward, how):
    record, entry = forged(ward, how)
    assert [each["outcome"] for each in ward.lan.sync(entry).json["receipts"]] == ["forbidden"]
    assert row(ward, Record, record).withdrawn_at is None and len(ward.rows(Held.select())) == 1


def test_a_proof_speaks_for_what_it_was_made_for_even_when_another_carries_it(ward):
    phone, old = ward.lan, ward.lan.me["enrolment"]
    record = phone.record()
    waiting = phone.seal("withdrawal", {"target": record})
    unproved = phone.seal("record", OBSERVATION, **LOCKED)
    phone.enrol(ward.invite("lan"))
    assert [each["outcome"] for each in phone.sync({**waiting, "enrolment": old}, {**unproved, "enrolment": old}).json["receipts"]] == ["stored", "stored"]
    assert row(ward, Record, record).withdrawn_at and marks(ward, unproved["id"]) == (False, True)


@pytest.mark.parametrize("at", [0, 2**53 - 1], ids=["at zero", "far ahead"])
def test_a_wrong_clock_changes_nothing(ward, at):
    record = ward.lan.save("record", OBSERVATION, at=at)[0]
    assert marks(ward, record) == (False, False)
    assert ward.lan.save("withdrawal", {"target": record}, at=at)[1] == "stored"


def test_the_same_again_is_the_same_proved_or_not(ward):
    for how in ({}, LOCKED):
        entry = ward.lan.seal("record", OBSERVATION, **how)
        assert [ward.lan.sync(entry).json["receipts"][0]["outcome"] for _time in range(2)] == ["stored", "duplicate"]
    undoing = ward.lan.seal("withdrawal", {"target": entry["id"]}, **LOCKED)
    assert [ward.lan.sync(undoing).json["receipts"][0]["outcome"] for _time in range(2)] == ["forbidden", "forbidden"]
    assert len(ward.rows(Held.select())) == 1


def test_of_a_revoked_phone_a_proof_changes_nothing(ward):
    record = ward.lan.record()
    entries = [ward.lan.seal(kind, fields, **how) for how in ({}, LOCKED) for kind, fields in (("record", OBSERVATION), ("withdrawal", {"target": record}))]
    ward.revoke(ward.lan)
    assert [each["outcome"] for each in ward.lan.sync(*entries).json["receipts"]] == ["stored", "forbidden"] * 2
    assert marks(ward, entries[0]["id"]) == (True, False) and marks(ward, entries[2]["id"]) == (True, True)


def test_an_imported_entry_is_proved_or_marked_like_a_delivered_one(cast):
    record, old = cast.lan.record(), before(cast, "hoa")
    of_old = old.record()
    file = export(cast.lan, *[cast.lan.seal("record", OBSERVATION, **how) for how in ({}, LOCKED)], cast.lan.seal("withdrawal", {"target": record}, **LOCKED))
    assert {name: number for name, number in counts(bring(cast.thu, file)).items() if number != "0"} == {
        "Mục trong tệp": "3", "Ghi mới vào sổ": "2", "Giữ lại, cần xem": "1"}
    assert sorted(each.unverified for each in cast.rows(Record.select())) == [False, False, False, True]
    # Of a phone that has never given one, none is asked for.
    file = export(old, old.seal("record", OBSERVATION, **LOCKED), old.seal("withdrawal", {"target": of_old}, **LOCKED))
    assert counts(bring(cast.thu, file))["Ghi mới vào sổ"] == "2"


# ── Phones of before ─────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_phone_that_has_never_given_a_proof_is_asked_for_none(ward):
    phone = before(ward)
    record, outcome = phone.save("record", OBSERVATION, **LOCKED)
    assert (outcome, marks(ward, record), due(ward, phone)) == ("stored", (False, False), None)
    assert phone.save("withdrawal", {"target": record}, **LOCKED)[1] == "stored"
    assert phone.save("record", OBSERVATION, version=1)[1] == "stored"


def test_from_its_first_proof_on_a_phone_is_asked_for_them_with_a_days_patience(ward, monkeypatch):
    phone = before(ward)
    # Mended in place once the phone had its key, in the middle of what waited.
    batch = [phone.seal("record", OBSERVATION, **how) for how in (LOCKED, {}, LOCKED)]
    assert {each["outcome"] for each in phone.sync(*batch).json["receipts"]} == {"stored"}
    assert now() < due(ward, phone) <= now() + DAY
    # A page of the version before may stand open beside the one that proved.
    last, _outcome = phone.save("record", OBSERVATION, **LOCKED)
    assert not any(each.unverified for each in ward.rows(Record.select()))
    asked = due(ward, phone)
    phone.record()
    assert due(ward, phone) == asked, "only the first counts"
    monkeypatch.setattr(proofs, "now", lambda: asked)
    assert phone.save("withdrawal", {"target": last}, **LOCKED)[1] == "forbidden"
    assert phone.save("record", OBSERVATION, version=1)[1] == "stored" and sum(each.unverified for each in ward.rows(Record.select())) == 1
    assert phone.save("withdrawal", {"target": last})[1] == "stored"


def test_a_wrong_proof_is_not_a_first_one(ward):
    phone = before(ward)
    assert phone.save("record", OBSERVATION, secret="0" * 64)[1] == "stored"
    assert due(ward, phone) is None


def test_a_phone_that_asks_again_for_a_lost_answer_is_taken_as_what_it_says_then(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    phone.begin(link, proves="")
    phone.enrol(link)
    assert due(ward, phone) <= now()


def test_a_ward_restored_from_a_backup_knows_the_proofs_it_has_not_heard_of(ward):
    record, waiting = ward.lan.record(), ward.lan.seal("record", OBSERVATION)
    change(ward, ward.lan, proof_due_at=None)
    assert ward.lan.unlock().json["write"] == ward.lan.me["write"]
    assert ward.lan.sync(waiting).json["receipts"][0]["outcome"] == "stored" and due(ward, ward.lan)
    assert ward.lan.save("withdrawal", {"target": record})[1] == "stored"


# ── Sealed on another enrolment of the same person ───────────────────────────────────────────────────────────────────

def test_what_was_sealed_on_no_enrolment_there_is_is_asked_for_what_its_carrier_gives(ward):
    record, nobody = ward.lan.record(), str(uuid.uuid4())
    for phone, outcome in ((ward.lan, "forbidden"), (before(ward), "stored")):
        entry = phone.seal("withdrawal", {"target": record}, enrolment=nobody, **LOCKED)
        assert phone.sync({**entry, "enrolment": nobody}).json["receipts"][0]["outcome"] == outcome
    # Of a ward restored to before that enrolment: what it proved is proved.
    lost = ward.lan.seal("record", OBSERVATION, enrolment=nobody, secret=proofs.key(nobody))
    ward.lan.sync({**lost, "enrolment": nobody})
    assert marks(ward, lost["id"]) == (False, False)


def test_what_an_old_enrolment_left_on_the_phone_comes_unmarked_with_the_next_one_for_a_week(ward):
    phone = before(ward)
    old, record = phone.me["enrolment"], phone.record()
    change(ward, phone, proof_due_at=None)
    entries = [{**phone.seal("record", OBSERVATION, **LOCKED), "enrolment": old},
               {**phone.seal("withdrawal", {"target": record}, **LOCKED), "enrolment": old}]
    phone.enrol(ward.invite("lan"))
    assert phone.sync(entries[0]).json["receipts"][0]["outcome"] == "stored" and marks(ward, entries[0]["id"]) == (False, False)
    # Later it is no longer believed: nothing has been waiting for so long.
    change(ward, phone, created_at=now() - proofs.SUCCESSION)
    assert phone.sync(entries[1]).json["receipts"][0]["outcome"] == "forbidden"
    assert held.body(ward.rows(Held.select())[0])
