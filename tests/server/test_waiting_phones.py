"""What a phone delivers that nobody has approved yet: what is its person's own is stored, what decides about others is held."""
import pytest

from db.models import Case, Entry, Held, Record, Referral
from tests.server.test_approvals import invited_by, settle
from tests.server.test_imports import bring, counts, export
from tests.ward import OBSERVATION, REFERRAL


@pytest.fixture
def made_up(cast):
    """A coordinator of the admin's making, whom nobody has approved."""
    return invited_by(cast, cast.son, "thu", "Người không có thật")


@pytest.fixture
def case(cast):
    """A case of Thu's, by id and by the code that people say."""
    opened, outcome = cast.thu.save("triage", {"record": cast.lan.record(), "choice": "open"})
    assert outcome == "stored"
    return cast.rows(Case.select().where(Case.id == opened))[0]


def deciding(phone, case, record):
    """What would change a case, one of each way."""
    other = phone.record()
    return [phone.seal(*each) for each in (
        ("closing", {"case": case.id, "choice": "close", "outcome": "safe", "said": "better"}),
        ("triage", {"record": record, "choice": "join", "into": case.code}), ("triage", {"record": other, "choice": "open"}),
        ("note", {"case": case.id, "text": "Không có gì"}), ("referral", {**REFERRAL, "record": record}),
        ("record", {**OBSERVATION, "replaces": other}), ("withdrawal", {"target": other}))]


def test_a_phone_nobody_has_approved_decides_nothing_about_a_case_and_is_told_nothing_of_it(cast, made_up, case):
    entries = deciding(made_up, case, cast.lan.record())
    cast.thu.save("closing", {"case": case.id, "choice": "close", "outcome": "safe", "said": "better"})
    receipts = made_up.sync(*entries, made_up.seal("record", {"form_name": "observation"})).json["receipts"]
    assert [each["outcome"] for each in receipts] == ["forbidden"] * len(entries) + ["invalid"]
    assert not any(each["errors"] for each in receipts)
    assert cast.rows(Case.select()) == [case] and len(cast.rows(Referral.select())) == 0
    assert len(cast.rows(Entry.select().where(Entry.author == made_up.me["person"]))) == 1


def test_what_is_its_persons_own_is_stored_and_says_where_it_came_from(cast, made_up):
    record = made_up.record(danger="yes")
    referral = made_up.refer(record=record, unit="congan", urgency="urgent", basis="danger")
    [kept], [asked] = cast.rows(Record.select()), cast.rows(Referral.select())
    assert (kept.id, kept.marked, asked.id, asked.marked) == (record, True, referral, True)
    with cast.app.app_context():
        assert asked.unit.code == "vhxh", "a coordinator looks first"
    assert "Gửi từ máy chưa duyệt hoặc đã thu hồi" in cast.thu.get("/todo").text


def test_a_coordinator_reads_what_is_held_and_once_approved_the_phone_sends_it_again(cast, made_up, case):
    closing = made_up.seal("closing", {"case": case.id, "choice": "close", "outcome": "safe", "said": "better"})
    made_up.sync(closing)
    [held] = cast.rows(Held.select())
    page = cast.kim.get(f"/held/{held.id}").text
    assert "Máy này chưa được duyệt hoặc đã bị thu hồi" in page and "Mở trong Sổ của tôi" not in page
    assert f'href="/held/{held.id}"' in cast.kim.get("/todo").text
    settle(cast.kim, made_up, "approve")
    assert f'href="/records/mine#{closing["id"]}"' in made_up.get(f"/held/{held.id}").text
    assert made_up.sync(closing).json["receipts"] == [{"id": closing["id"], "outcome": "stored", "errors": []}]
    assert cast.rows(Case.select())[0].state == "closed" and f'href="/held/{held.id}"' not in cast.kim.get("/todo").text
    assert not cast.rows(Entry.select().where(Entry.id == closing["id"]))[0].marked


def test_what_is_held_goes_when_its_author_lets_it_go_once_approved(cast, made_up, case):
    note = made_up.save("note", {"case": case.id, "text": "x"})[0]
    settle(cast.kim, made_up, "approve")
    assert made_up.save("withdrawal", {"target": note})[1] == "stored"
    assert cast.rows(Held.select())[0].closed_at


def test_a_file_of_a_phone_that_waits_is_taken_in_as_what_it_delivers(cast, made_up, case):
    file = export(made_up, made_up.seal("record", OBSERVATION), made_up.seal("note", {"case": case.id, "text": "x"}))
    answer = bring(cast.thu, file)
    assert counts(answer)["Ghi mới vào sổ"] == "1" and counts(answer)["Giữ lại, cần xem"] == "1" and "chưa được duyệt" in answer.text


def test_a_phone_that_is_approved_is_told_why_as_ever(cast, made_up):
    settle(cast.kim, made_up, "approve")
    [receipt] = made_up.sync(made_up.seal("record", {"form_name": "observation"})).json["receipts"]
    assert receipt["outcome"] == "invalid" and receipt["errors"]
    made_up.record()
    assert not cast.rows(Record.select())[0].marked
