"""What waits goes on waiting: mended it keeps its clock, and when what was done about it is taken back it is rung for again."""
import pytest

from db.models import Notice, Person, Record, Referral, Step, Watch
from pwa.domain import escalations
from tests.server.test_cases import row, saved
from tests.server.test_clocks_kept import late
from tests.server.test_escalations import URGENT, pass_time, reached, roster, second_officer, steps, within  # noqa: F401
from tests.server.test_watches import rung
from tests.ward import OBSERVATION

DANGER = {**OBSERVATION, "danger": "yes"}


def mended(phone, kind, before, **fields):
    """The id of the version that takes the place of this one."""
    new, outcome = phone.save(kind, {**fields, "replaces": before})
    assert outcome == "stored"
    return new


def watched(ward):
    """The ticker has looked."""
    within(ward, escalations.watch)


# ── Waiting again ────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_pressing_record_whose_case_is_undone_is_rung_for_again_by_the_clock_it_had(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    watched(reached)
    triage = saved(reached.thu.save("triage", {"record": record, "choice": "open"}))
    assert rung(reached, 31) == {} and [bool(watch.done_at) for watch in reached.rows(Watch.select())] == [True]
    saved(reached.kim.save("triage", {"choice": "undo", "triage": triage}))
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)
    assert [rung(reached, minutes) for minutes in (9, 1, 9, 1)] == [{}, {"record-waiting": ["kim", "thu"]}, {}, {"record-waiting": ["binh", "van"]}]
    # Everybody has been rung: it has to be undone once more for anybody to be rung again, and then from the first on.
    assert rung(reached, 600) == {}
    again = saved(reached.kim.save("triage", {"record": record, "choice": "open"}))
    saved(reached.kim.save("triage", {"choice": "undo", "triage": again}))
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]}
    assert steps(reached) == ["unit", "coordinators", "leader", "unit"]


def test_a_duplicate_of_what_its_author_takes_back_is_rung_for_again(reached):  # noqa: F811
    first, second = reached.lan.record(danger="yes"), reached.mai.record(danger="yes")
    watched(reached)
    saved(reached.thu.save("triage", {"record": second, "choice": "merge", "other": first}))
    triage = saved(reached.thu.save("triage", {"record": first, "choice": "not-gbv", "reason": "mistake"}))
    assert rung(reached, 31) == {}
    saved(reached.thu.save("triage", {"choice": "undo", "triage": triage}))
    saved(reached.lan.save("withdrawal", {"target": first}))
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]}
    assert {watch.subject_id for watch in reached.rows(Watch.select().join(Step))} == {second}


def test_a_record_whose_referral_came_to_nothing_after_its_watch_had_ended_or_rung_everybody_is_rung_for_again(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    watched(reached)
    for _again in range(2):
        referral = reached.lan.refer(record=record, **URGENT)
        saved(reached.dung.answer(referral))
        assert "record-waiting" not in rung(reached, 130)
        saved(reached.dung.answer(referral, "fail", why_not="beyond"))
        assert "record-waiting" not in rung(reached, 29)
        assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]}
        rung(reached, 10), rung(reached, 10)
        assert rung(reached, 600) == {}
    referral = reached.lan.refer(record=record, **URGENT)
    saved(reached.lan.save("withdrawal", {"target": referral}))
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]}


def test_what_everybody_was_rung_for_is_rung_for_again_when_a_unit_gives_back_a_duplicate_of_it(reached):  # noqa: F811
    first, second = reached.lan.record(danger="yes"), reached.mai.record(danger="yes")
    saved(reached.thu.save("triage", {"record": second, "choice": "merge", "other": first}))
    for _step in range(4):
        rung(reached, 30)
    referral = reached.mai.refer(record=second, **URGENT)
    saved(reached.dung.answer(referral))
    saved(reached.dung.answer(referral, "fail", why_not="beyond"))
    before = steps(reached)
    assert "leader" in before and "record-waiting" not in rung(reached, 29)
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and steps(reached)[len(before):] == ["unit"]


# ── Mended ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_danger_that_is_mended_again_and_again_is_late_by_the_clock_of_its_first_version(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    other = reached.mai.record(danger="yes")
    for minutes, expected in ((29, []), (1, ["unit", "unit"]), (9, []), (1, ["coordinators", "coordinators"]), (10, ["leader", "leader"]), (600, [])):
        # Also by way of a version that tells of none.
        for fields in (OBSERVATION, DANGER):
            record = mended(reached.lan, "record", record, **fields)
        before = steps(reached)
        pass_time(reached, minutes)
        assert steps(reached) == before + expected
    assert [step.watch.subject_id for step in within(reached, escalations.steps_of, record)] == [record] * 3
    first, second = (row(reached, Record, each) for each in (record, other))
    assert first.turn < second.turn, "it keeps its place in the queue"


def test_what_was_seen_is_to_be_seen_anew_and_answered_by_the_same_time(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    assert reached.kim.get(f"/records/{record}").status_code == 200
    assert rung(reached, 100) == {}
    record = mended(reached.lan, "record", record, **DANGER)
    assert not late(reached.kim) and rung(reached, 19) == {}
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)


def test_who_was_told_of_an_earlier_version_is_not_the_next_to_be_rung(reached):  # noqa: F811
    roster(reached, "vhxh", "kim", "thu")
    record = reached.lan.record(danger="yes")
    record = mended(reached.lan, "record", record, **DANGER)
    assert rung(reached, 30) == {"record-waiting": ["thu"]}


def test_what_presses_only_now_presses_from_now(reached):  # noqa: F811
    """A tin báo that has waited for days, mended to tell of danger."""
    within(reached, lambda: Person.update(capacity="tdp-head").where(Person.id == reached.hoa.me["person"]).execute())
    report = reached.hoa.record(source="told")
    for _each in range(6):
        rung(reached, 10 * 24 * 60)
    before = steps(reached)
    assert "leader" in before, "everybody has been rung already"
    mended(reached.hoa, "record", report, **{**DANGER, "source": "told"})
    assert rung(reached, 29).get("record-waiting") is None and steps(reached) == before
    assert rung(reached, 1)["record-waiting"] == ["kim", "thu"]


def test_an_urgent_referral_mended_for_the_same_unit_goes_on_by_its_clock_and_one_for_another_begins(reached):  # noqa: F811
    second_officer(reached)
    referral = reached.lan.refer(**URGENT)
    assert "referral-waiting" not in rung(reached, 29)
    referral = mended(reached.lan, "referral", referral, **URGENT, note="Thêm")
    assert "referral-waiting" in rung(reached, 1)
    assert [watch.subject_id for watch in reached.rows(Watch.select())] == [referral]
    elsewhere = mended(reached.lan, "referral", referral, **{**URGENT, "unit": "tramyte"})
    assert "referral-waiting" not in rung(reached, 29)
    sooner = mended(reached.lan, "referral", reached.lan.refer(**{**URGENT, "unit": "vhxh", "urgency": "normal", "basis": "agreed"}),
                    **{**URGENT, "unit": "vhxh"})
    assert row(reached, Referral, sooner).since is None and row(reached, Referral, elsewhere).since is None


@pytest.mark.parametrize("rung_before, later", [(False, False), (True, False), (True, True)], ids=["waiting", "all rung", "mended"])
def test_a_tin_bao_found_to_tell_of_what_a_danger_does_rings_as_that_does(reached, rung_before, later):  # noqa: F811
    within(reached, lambda: Person.update(capacity="tdp-head").where(Person.id == reached.hoa.me["person"]).execute())
    report = reached.hoa.record(source="told")
    watched(reached)
    for _each in range(6 if rung_before else 0):
        rung(reached, 10 * 24 * 60)
    danger = reached.lan.record(**({} if later else {"danger": "yes"}))
    assert "record-waiting" not in rung(reached, 29)
    saved(reached.thu.save("triage", {"record": danger, "choice": "merge", "other": report}))
    if later:
        assert "record-waiting" not in rung(reached, 1) and row(reached, Record, report).turn > 0
        mended(reached.lan, "record", danger, **DANGER)
    assert row(reached, Record, report).turn < 0
    before = reached.rows(Notice.select())
    rung(reached, 1)
    assert report in {each.subject_id for each in reached.rows(Notice.select()) if each not in before and each.event == "record-waiting"}
