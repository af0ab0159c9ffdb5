"""Hoàn tác: a choice taken back leaves everything as it was, also what it had moved along, and what has come of it since."""
import pytest

from db.models import Case, DecisionRequest, Notice, Record, Referral, Triage
from tests.server.test_cases import DANGER, abroad, opened, row, saved, sentence, told
from tests.server.test_closings import CLOSE


def merged(ward, record, other):
    return saved(ward.thu.save("triage", {"record": record, "choice": "merge", "other": other}))


def undone(ward, triage):
    return saved(ward.kim.save("triage", {"choice": "undo", "triage": triage}))


def lies(ward, record):
    found = row(ward, Record, record)
    return found.became, found.duplicate_of, found.case_id, found.turn


def test_duplicates_that_a_merge_moved_on_come_back_with_their_referrals_also_out_of_a_case(ward):
    first, again, other = ward.lan.record(), ward.hoa.record(**DANGER), ward.mai.record()
    ours = ward.hoa.refer(record=again)
    merged(ward, again, first)
    before = {each: lies(ward, each) for each in (first, again, other)}
    merging = merged(ward, first, other)
    assert lies(ward, again)[1] == lies(ward, first)[1] == other and lies(ward, other)[3] < 0
    undone(ward, merging)
    assert {each: lies(ward, each) for each in before} == before
    # The same once the other one has gone into a case, and the record that was brought along has been mended.
    merging, asked = merged(ward, first, other), row(ward, Referral, ours)
    case = saved(ward.thu.save("triage", {"record": other, "choice": "open"}))
    mended = ward.hoa.record(replaces=again, **DANGER)
    assert row(ward, Case, case).urgent and row(ward, Referral, ours).state == "accepted" and row(ward, Record, again).case_id == case
    undone(ward, merging)
    assert lies(ward, mended)[:3] == ("duplicate", first, None) and lies(ward, first)[3] < 0 and lies(ward, other)[2] == case
    left = row(ward, Referral, ours)
    assert (left.case_id, left.state, left.turn, left.owner_id) == (None, "seen", asked.turn, asked.owner_id)
    assert row(ward, Record, again).case_id is None and not row(ward, Case, case).urgent and told(ward, case)[-1] == ("triage", "undo")
    assert first in ward.thu.get("/triage").text and first not in ward.thu.get(f"/cases/{case}").text


def test_a_merge_into_what_is_in_a_case_brings_everything_and_presses_until_it_is_taken_back(ward):
    (_record, case), first, again = opened(ward), ward.lan.record(), ward.hoa.record(**DANGER)
    [inside] = [each.id for each in ward.rows(Record.select().where(Record.case_id == case))]
    ours, theirs = ward.lan.refer(record=first), ward.hoa.refer(record=again, unit="congan", urgency="urgent", basis="danger")
    merged(ward, again, first)
    merging = merged(ward, first, inside)
    assert {row(ward, Referral, each).case_id for each in (ours, theirs)} == {case} and row(ward, Referral, ours).state == "accepted"
    assert row(ward, Case, case).urgent
    undone(ward, merging)
    assert {row(ward, Referral, each).case_id for each in (ours, theirs)} == {None} and row(ward, Referral, ours).turn
    assert not row(ward, Case, case).urgent and lies(ward, again)[:3] == ("duplicate", first, None)


@pytest.mark.parametrize("late", [False, True])
def test_a_case_presses_after_an_undo_only_for_what_is_left_in_it(ward, late):
    _record, case = opened(ward)
    joins = [saved(ward.thu.save("triage", {"record": ward.hoa.record(**DANGER), "choice": "join", "into": case})) for _time in range(2)]
    undone(ward, joins[late])
    assert row(ward, Case, case).urgent
    undone(ward, joins[not late])
    assert not row(ward, Case, case).urgent
    again = saved(ward.thu.save("triage", {"record": ward.hoa.record(**DANGER), "choice": "join", "into": case}))
    saved(ward.thu.save("case-referral", {"case": case, "unit": "tramyte", "urgency": "urgent"}))
    undone(ward, again)
    assert row(ward, Case, case).urgent


def test_cases_that_come_apart_press_each_for_itself(ward):
    (_record, case), (_record, pressing) = opened(ward), opened(ward, victim_age="under-16")
    joined = saved(ward.thu.save("triage", {"record": ward.hoa.record(**DANGER), "choice": "join", "into": pressing}))
    merging = saved(ward.thu.save("triage", {"case": pressing, "choice": "merge", "into": case}))
    assert (row(ward, Case, case).urgent, row(ward, Case, case).child) == (True, True)
    saved(ward.thu.save("classification", {"case": case, "gbv_unknown": "y"}))
    assert row(ward, Case, case).child
    undone(ward, joined)
    assert row(ward, Case, case).urgent
    undone(ward, merging)
    assert (row(ward, Case, case).urgent, row(ward, Case, case).child) == (False, False)
    assert (row(ward, Case, pressing).urgent, row(ward, Case, pressing).child) == (True, True)


def test_what_awaits_the_decider_is_recalled_with_the_case_and_they_are_told(ward):
    ward.binh  # noqa: B018 – there to decide, and to be told
    for end in ("undo", "close"):
        _record, case = opened(ward)
        request = saved(ward.thu.save("decision-request", {"case": case, "what": "contact-ban", "asked_by": "victim", "remark": "Bị dọa"}))
        saved(ward.kim.save(*{"undo": ("triage", {"choice": "undo", "triage": case}), "close": ("closing", {"case": case, **CLOSE})}[end]))
        found = row(ward, DecisionRequest, request)
        assert (found.state, found.turn) == ("recalled", None) and request not in ward.binh.get("/todo").text
        events = [each.event for each in ward.rows(Notice.select().where(Notice.person == ward.binh.me["person"], Notice.subject_id == request))]
        assert events == ["decision-asked", "decision-made"] and ("decision", "recall") in told(ward, case)


def test_conflict_a_case_in_which_the_chairman_has_decided_is_closed_not_undone(ward):
    _record, case = opened(ward)
    request = saved(ward.thu.save("decision-request", {"case": case, "what": "assign", "remark": "Cần người lo"}))
    saved(ward.binh.save("decision", {"request": request, "choice": "approve", "unit": "congan"}))
    outcome, said = sentence(ward.thu, "triage", {"choice": "undo", "triage": case})
    assert outcome == "conflict" and "Chủ tịch đã quyết định" in said and row(ward, Case, case).state == "open"


@pytest.mark.parametrize("choice", ["join", "merge", "case"])
def test_conflict_nothing_is_taken_out_of_a_case_that_was_closed_or_is_in_another_ward(ward, choice):
    inside, case = opened(ward)
    subject = opened(ward)[1] if choice == "case" else ward.hoa.record()
    how = {"join": {"record": subject, "choice": "join", "into": case}, "merge": {"record": subject, "choice": "merge", "other": inside},
           "case": {"case": subject, "choice": "merge", "into": case}}[choice]
    triage = saved(ward.thu.save("triage", how))
    saved(ward.thu.save("closing", {"case": case, **CLOSE}))
    assert "mở lại" in sentence(ward.thu, "triage", {"choice": "undo", "triage": triage})[1]
    saved(ward.thu.save("closing", {"case": case, "choice": "reopen", "remark": "Lại bị đánh"}))
    xuan = abroad(ward)
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac"}))
    saved(xuan.save("handover", {"case": case, "choice": "accept"}))
    assert sentence(ward.thu, "triage", {"choice": "undo", "triage": triage})[0] in ("conflict", "forbidden")
    assert xuan.save("triage", {"choice": "undo", "triage": triage})[1] == "forbidden"
    assert "Hoàn tác" not in xuan.get(f"/cases/{case}").text and row(ward, Triage, triage).undone_at is None


def test_what_was_merged_with_a_record_that_changes_or_goes_is_never_left_alone(ward):
    first, again = ward.lan.record(), ward.hoa.record()
    merging = merged(ward, again, first)
    mended = ward.lan.record(replaces=first)
    assert lies(ward, again)[1] == mended
    late = ward.mai.record()
    merged(ward, late, first)
    assert lies(ward, late)[1] == mended
    saved(ward.lan.save("withdrawal", {"target": mended}))
    assert lies(ward, again)[:3] == lies(ward, late)[:3] == (None, None, None) and again in ward.thu.get("/triage").text
    assert ward.thu.save("triage", {"record": late, "choice": "merge", "other": mended})[1] == "invalid"
    case = saved(ward.thu.save("triage", {"record": again, "choice": "open"}))
    assert ward.thu.save("triage", {"choice": "undo", "triage": merging})[1] == "conflict" and row(ward, Record, again).case_id == case


def test_a_question_about_a_record_that_was_mended_since_is_still_about_it(ward):
    record = ward.lan.record()
    question = saved(ward.thu.save("triage", {"record": record, "choice": "ask", "question": "Ở đâu?"}))
    mended = ward.lan.record(replaces=record)
    assert "Ở đâu?" in ward.thu.get(f"/records/{mended}").text
    saved(ward.lan.save("completion", {"task": question, "choice": "done", "what": "question", "note": "Gần chợ"}))
    assert row(ward, Record, mended).became is None and "Gần chợ" in ward.thu.get(f"/records/{mended}").text
