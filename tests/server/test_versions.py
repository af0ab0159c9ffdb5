"""Several versions of one entry: whatever names one of them speaks of the one that stands."""
import pytest

from db.models import Held, Notice, Record, Referral
from tests.server.test_cases import row, saved
from tests.server.test_escalations import URGENT
from tests.ward import OBSERVATION


def test_a_referral_that_names_an_earlier_version_is_of_the_one_that_stands_and_goes_into_its_case(ward):
    first = ward.lan.record(danger="yes")
    second = ward.lan.record(danger="yes", replaces=first)
    referral = ward.lan.refer(record=first)
    assert row(ward, Referral, referral).record_id == second and row(ward, Record, second).referred_at
    case = saved(ward.thu.save("triage", {"record": second, "choice": "open"}))
    assert row(ward, Referral, referral).case_id == case


@pytest.mark.parametrize("refusals, together", [(1, False), (2, False), (2, True)])
def test_a_referral_of_a_record_that_was_refused_is_linked_to_the_one_that_mends_it(ward, refusals, together):
    bad, before = [], {}
    for _refusal in range(refusals):
        bad.append(ward.lan.seal("record", {"form_name": "observation", **before}))
        before = {"replaces": bad[-1]["id"]}
    referral = ward.lan.seal("referral", {**URGENT, "record": bad[0]["id"]})
    good = ward.lan.seal("record", {**OBSERVATION, **before})
    for entries in ([(*bad, referral, good)] if together else [[each] for each in (*bad, referral, good)]):
        ward.lan.sync(*entries)
    [record] = ward.rows(Record.select())
    assert record.id == good["id"] and record.referred_at and row(ward, Referral, referral["id"]).record_id == record.id
    assert OBSERVATION["narrative"] in ward.thu.get(f"/referrals/{referral['id']}").text


def test_taking_back_a_version_that_was_mended_elsewhere_is_a_conflict_and_tells_nobody_anything(ward):
    ward.dung  # noqa: B018 – there to be told
    first, asked = ward.lan.record(), ward.lan.refer(**URGENT)
    second, again = ward.lan.record(replaces=first), saved(ward.lan.save("referral", {**URGENT, "replaces": asked}))
    before = len(ward.rows(Notice.select()))
    for target in (first, asked):
        entry = ward.lan.seal("withdrawal", {"target": target})
        [receipt] = ward.lan.sync(entry).json["receipts"]
        assert receipt["outcome"] == "conflict" and "Bản mới vẫn còn" in receipt["errors"][0]
    assert len(ward.rows(Notice.select())) == before and len(ward.rows(Held.select())) == 2
    assert row(ward, Record, second).turn and row(ward, Referral, again).state == "sent"
    # Taken back from two phones, it is taken back once.
    for _phone in range(2):
        saved(ward.lan.save("withdrawal", {"target": again}))
    told = [notice.person_id for notice in ward.rows(Notice.select().where(Notice.event == "referral-withdrawn"))]
    assert len(told) == len(set(told)) > 0


def test_what_its_author_took_back_before_it_came_stays_taken_back_whoever_else_tries(ward):
    entry = ward.lan.seal("record", OBSERVATION)
    for phone in (ward.hoa, ward.lan, ward.hoa):
        saved(phone.save("withdrawal", {"target": entry["id"]}))
    ward.lan.sync(entry)
    assert row(ward, Record, entry["id"]).withdrawn_at


def test_an_answer_to_a_referral_that_was_mended_meanwhile_is_sent_to_the_version_that_waits(ward):
    first = ward.lan.refer(**URGENT)
    again = saved(ward.lan.save("referral", {**URGENT, "replaces": first}))
    [receipt] = ward.dung.sync(ward.dung.seal("answer", {"referral": first, "choice": "accept"})).json["receipts"]
    assert receipt["outcome"] == "conflict" and "mở bản mới" in receipt["errors"][0] and "rút lại" not in receipt["errors"][0]
    assert again in ward.dung.get("/todo").text
    saved(ward.dung.answer(again))
