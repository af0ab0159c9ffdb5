"""A case that has gone to another ward: everything in it can still be read, closed, and stopped, by whoever answers for it now."""
import re

import pytest

from db.base import database
from db.models import Answer, Case, Consent, ContactKey, DecisionRequest, Handover, Notice, Person, Referral
from pwa.crypto import search
from pwa.domain import break_glass, escalations, searches
from pwa.domain.clock import now
from tests.server.test_break_glass import code_of, open_case
from tests.server.test_cases import CONSENT, abroad, opened, referred, row, saved, sentence
from tests.server.test_closings import CLOSE
from tests.ward import REFERRAL

OFFER = {"choice": "offer", "ward": "phuong-khac"}


@pytest.fixture
def xuan(ward):
    """A coordinator of another ward."""
    return abroad(ward)


def moved(ward, xuan, case):
    saved(ward.thu.save("handover", {"case": case, **OFFER}))
    saved(xuan.save("handover", {"case": case, "choice": "accept"}))


def test_units_of_the_ward_before_are_named_on_every_page_of_a_moved_case(ward, xuan):
    record, case = opened(ward, tdp="tdp-3")
    referral = referred(ward, case)
    saved(ward.thu.save("person", {"case": case, "part": "other", "ties": ["congan"]}))
    moved(ward, xuan, case)
    station, post = "Trạm Y tế phường", "Công an phường"
    page = xuan.get(f"/cases/{case}")
    assert page.status_code == 200 and f"{station} (" in page.text and f"{post} (" in page.text
    for path in (f"/records/{record}", f"/referrals/{referral}"):
        assert xuan.get(path).status_code == 200, path
    assert f"{station} (" in xuan.get(f"/referrals/{referral}").text


def test_a_case_opened_in_an_emergency_names_the_units_of_its_ward(ward, xuan):
    _record, case = opened(ward)
    referral = referred(ward, case)
    with ward.app.app_context(), database.connection_context():
        break_glass.set_neighbours(ward.row, ["phuong-khac"])
    assert open_case(xuan, code_of(ward, case)).status_code == 302
    assert xuan.get(f"/cases/{case}").status_code == 200 and "Trạm Y tế phường (" in xuan.get(f"/referrals/{referral}").text


@pytest.mark.parametrize("end", ["close", "merge", "undo"])
def test_a_case_that_has_ended_is_offered_to_nobody_and_opened_again_only_anew(ward, xuan, end):
    _record, case = opened(ward)
    saved(ward.thu.save("handover", {"case": case, **OFFER}))
    how = {"close": ("closing", {"case": case, **CLOSE}), "undo": ("triage", {"choice": "undo", "triage": case}),
           "merge": ("triage", {"choice": "merge", "case": case, "into": opened(ward)[1]})}
    ended = saved(ward.thu.save(*how[end]))
    assert [each.state for each in ward.rows(Handover.select())] == ["recalled"] and row(ward, Case, case).offered_to_id is None
    assert case not in xuan.get("/cases").text and xuan.save("handover", {"case": case, "choice": "accept"})[1] == "conflict"
    assert row(ward, Case, case).ward_id == ward.row.id
    if end == "undo":
        return
    again = {"close": ("closing", {"case": case, "choice": "reopen", "remark": "Lại bị đánh"}), "merge": ("triage", {"choice": "undo", "triage": ended})}
    saved(ward.kim.save(*again[end]))
    assert xuan.save("handover", {"case": case, "choice": "accept"})[1] == "conflict" and row(ward, Case, case).ward_id == ward.row.id
    moved(ward, xuan, case)
    assert row(ward, Case, case).coordinator_id == xuan.me["person"]


def test_only_the_newest_offer_to_a_ward_and_of_an_open_case_is_taken(ward, xuan):
    _record, case = opened(ward)
    first = saved(ward.thu.save("handover", {"case": case, **OFFER}))
    with ward.app.app_context(), database.connection_context():
        # As it was left before an end took its offers with it.
        Case.update(offered_to=None).execute()
    second = saved(ward.thu.save("handover", {"case": case, **OFFER}))
    with ward.app.app_context(), database.connection_context():
        Case.update(state="closed").execute()
    assert xuan.save("handover", {"case": case, "choice": "accept"})[1] == "conflict"
    with ward.app.app_context(), database.connection_context():
        Case.update(state="open").execute()
    saved(xuan.save("handover", {"case": case, "choice": "accept"}))
    assert {each.id: each.state for each in ward.rows(Handover.select())} == {first: "recalled", second: "accepted"}


def notices_of(ward, phone, event):
    return ward.rows(Notice.select().where(Notice.person == phone.me["person"], Notice.event == event))


def test_a_moved_case_is_answered_for_and_closed_by_the_ward_that_has_it(ward, xuan):
    record = ward.lan.record()
    ours = ward.lan.refer(record=record)
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    waits, taken = referred(ward, case), referred(ward, case, unit="phunu")
    assert row(ward, Referral, ours).state == "accepted"
    moved(ward, xuan, case)
    ward.nga.answer(taken)
    assert notices_of(ward, xuan, "referral-accepted")
    ward.nga.answer(taken, "help")
    assert xuan.save("closing", {"case": case, **CLOSE})[1] == "invalid"
    assert "Rút lại chuyển gửi" in xuan.get(f"/referrals/{waits}").text
    ward.hanh  # noqa: B018 – there to be told
    saved(xuan.save("note", {"referral": waits, "text": "Hồ sơ đã về phường tôi"}))
    saved(xuan.save("withdrawal", {"target": waits}))
    assert notices_of(ward, ward.hanh, "referral-note") and notices_of(ward, ward.hanh, "referral-withdrawn")
    saved(xuan.save("closing", {"case": case, **CLOSE}))
    assert row(ward, Referral, ours).state in ("helped", "closed")


def test_what_awaits_the_decider_of_the_ward_before_goes_back_at_the_move(ward, xuan):
    ward.binh  # noqa: B018 – there to decide, and to be told
    _record, case = opened(ward)
    request = saved(ward.thu.save("decision-request", {"case": case, "what": "assign", "remark": "Cần người lo"}))
    moved(ward, xuan, case)
    found = row(ward, DecisionRequest, request)
    assert (found.state, found.turn) == ("recalled", None) and request not in ward.binh.get("/todo").text
    assert all(notices_of(ward, phone, "decision-made") for phone in (ward.binh, ward.thu))
    assert ward.binh.save("decision", {"request": request, "choice": "approve", "unit": "congan"})[1] == "conflict"
    assert xuan.get(f"/decisions/{request}").status_code == 200
    for phone, more in ((ward.thu, "Hồ sơ không còn ở phường của bạn."), (ward.binh, "")):
        over = re.search(r'<article id="decision".*?</article>', phone.get(f"/decisions/{request}").text, re.S).group(0)
        assert "Đề nghị này đã được rút lúc" in over and more in over
        assert not any(each in over for each in ("Cần người lo", case, row(ward, Case, case).code[:3] + "-", "Phân công"))
    saved(xuan.save("decision-request", {"case": case, "what": "assign", "remark": "Cần người lo"}))


def test_consent_to_a_unit_of_the_ward_before_is_taken_back_by_the_new_coordinator_and_stops(ward, xuan):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "name": "Trần Thị Tư"}))
    referral = referred(ward, case, **CONSENT, fields=["name"])
    ward.hanh.answer(referral)
    assert "Trần Thị Tư" in ward.hanh.get(f"/referrals/{referral}").text
    moved(ward, xuan, case)
    [given] = ward.rows(Consent.select())
    form = xuan.get(f"/cases/{case}/consent?unit=tramyte&over={given.id}").text
    assert f"&amp;over={given.id}" in xuan.get(f"/cases/{case}").text and f'value="{given.id}"' in form
    about = {"case": case, "unit": "tramyte", "over": given.id}
    assert xuan.save("consent", {**about, **CONSENT})[1] == "invalid"
    saved(xuan.save("consent", {**about, "decision": "withdrawn"}))
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert "Trần Thị Tư" not in page and "đã rút lại đồng ý" in page and notices_of(ward, ward.hanh, "consent-withdrawn")
    assert {each.unit_id for each in ward.rows(Consent.select())} == {given.unit_id}


def test_data_requests_and_numbers_go_with_the_case_and_leave_the_ward_before_with_nothing(ward, xuan):
    _record, case = opened(ward, safe_contact="Gọi 0987 654 321")
    person = saved(ward.thu.save("person", {"case": case, "part": "affected", "phone": "0912345678"}))
    asked = saved(ward.thu.save("data-request", {"case": case, "person": person, "what": "delete", "asked_by": "self"}))
    moved(ward, xuan, case)
    for path in (f"/data-requests/{asked}", f"/data-requests/{asked}/copy"):
        assert (ward.thu.get(path).status_code, xuan.get(path).status_code) == (404, 200), path
    with ward.app.app_context(), database.connection_context():
        new, old = (Person.get_by_id(phone.me["person"]) for phone in (xuan, ward.thu))
        for number in ("0912 345 678", "0987654321"):
            assert [each.id for each in searches.find(new, {"phone": number})] == [case]
        there = {search.phone_hash(old.ward_id, number) for number in ("84912345678", "84987654321")}
        kept = {each.key for each in ContactKey.select()}
    assert not kept & there and len(kept) == 2


def test_the_ward_before_reads_nothing_of_a_moved_case_any_more_and_the_recorder_one_line(ward, xuan):
    """Decision 42, for a coordinator who only coordinated, and for one who recorded and referred in the case herself."""
    record, own = ward.lan.record(narrative="Nghe tiếng khóc bên kia sông"), ward.thu.record(narrative="Chị ấy đến phòng")
    question = saved(ward.thu.save("triage", {"record": record, "choice": "ask", "question": "Nhà nào?"}))
    saved(ward.lan.save("completion", {"task": question, "choice": "done", "what": "question", "note": "Nhà cuối ngõ"}))
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    joined = saved(ward.thu.save("triage", {"record": own, "choice": "join", "into": case}))
    mended = ward.lan.record(replaces=record, narrative="Tiếng khóc, rồi tiếng đổ vỡ")
    saved(ward.thu.save("person", {"case": case, "part": "affected", "name": "Trần Thị Tư"}))
    referral = referred(ward, case, **CONSENT, fields=["name"])
    ward.hanh.answer(referral, note="Đã băng bó")
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today", "note": "Gọi chị gái"}))
    saved(ward.thu.save("completion", {"task": task, "choice": "done", "next": "none"}))
    moved(ward, xuan, case)
    for path in (f"/records/{record}", f"/records/{mended}", f"/referrals/{referral}", f"/tasks/{task}", f"/tasks/{question}"):
        assert (ward.kim.get(path).status_code, xuan.get(path).status_code) == (404, 200), path
    assert "Nhà cuối ngõ" in xuan.get(f"/records/{mended}").text and "Hoàn tác" not in xuan.get(f"/records/{mended}").text
    # What she wrote herself she keeps, as any recorder does; who answers for it she learns in one line.
    mine, asked = ward.thu.get(f"/records/{own}").text, ward.thu.get(f"/referrals/{referral}").text
    assert "Chị ấy đến phòng" in mine and 'data-slot="line">Phường đang lo việc này<' in mine and case not in mine and "Hoàn tác" not in mine
    assert not [word for word in ("Trần Thị Tư", "Đã băng bó", case, "Ghi thay") if word in asked] and 'data-state="accepted"' in asked
    assert ward.thu.get(f"/records/{own}/seen").status_code == 404
    assert "Phường Khác" not in ward.lan.get("/records/rows").text and "Phường đang lo việc này" in ward.lan.get("/records/rows").text
    assert ward.thu.save("triage", {"choice": "undo", "triage": joined})[1] == "conflict"
    assert ward.thu.save("triage", {"record": record, "choice": "ask", "question": "Còn gì?"})[1] == "forbidden"
    assert ward.thu.save("referral", {**REFERRAL, "record": record})[1] == "forbidden"
    lists = "".join(ward.kim.get(path).text for path in ("/todo", "/triage", "/cases")) + str(ward.kim.get("/pages").json)
    assert not [each for each in (case, record, mended, referral, task, question) if each in lists]
    # Back again, and everything is readable where it was.
    saved(xuan.save("handover", {"case": case, "choice": "offer", "ward": "thanh-sen"}))
    saved(ward.kim.save("handover", {"case": case, "choice": "accept"}))
    for path in (f"/records/{record}", f"/referrals/{referral}", f"/tasks/{task}"):
        assert (ward.kim.get(path).status_code, xuan.get(path).status_code) == (200, 404), path


def test_units_of_the_ward_before_go_on_and_the_new_coordinator_answers_for_them_and_has_what_comes_back(ward, xuan):
    record = ward.lan.record()
    ours = ward.lan.refer(record=record)
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    asked = {unit: referred(ward, case, unit=unit) for unit in ("tramyte", "phunu", "congan")}
    moved(ward, xuan, case)
    left = row(ward, Referral, ours)
    assert (left.unit.ward.code, left.owner.ward.code, left.state) == ("phuong-khac", "phuong-khac", "accepted")
    assert all(each in xuan.get("/todo").text and each not in ward.kim.get("/todo").text for each in (ours, *asked.values()))
    # Written down for a unit that never opens the app; refused by another; the third has answered itself.
    assert "Ghi thay Trạm Y tế phường (" in xuan.get(f"/referrals/{asked['tramyte']}").text
    assert ward.kim.save("answer", {"referral": asked["tramyte"], "choice": "accept", "behalf": "yes"})[1] == "forbidden"
    for choice in ("accept", "help"):
        saved(xuan.save("answer", {"referral": asked["tramyte"], "choice": choice, "behalf": "yes"}))
    saved(ward.nga.answer(asked["phunu"], "decline", reason="no-capacity"))
    back = row(ward, Referral, asked["phunu"])
    assert (back.state, back.unit.code, back.unit.ward.code) == ("declined", "vhxh", "phuong-khac")
    assert notices_of(ward, xuan, "referral-declined") and not notices_of(ward, ward.kim, "referral-declined")
    saved(xuan.save("answer", {"referral": asked["phunu"], "choice": "pass", "next_unit": "phunu"}))
    assert row(ward, Referral, asked["phunu"]).unit.ward.code == "phuong-khac" and asked["phunu"] not in ward.nga.get("/todo").text
    assert "không còn chờ đơn vị của bạn" in sentence(ward.nga, "answer", {"referral": asked["phunu"], "choice": "accept"})[1]
    saved(ward.dung.answer(asked["congan"]))
    saved(ward.dung.answer(asked["congan"], "pass", next_unit="tramyte", over=answered(ward, asked["congan"])))
    assert row(ward, Referral, asked["congan"]).unit.ward.code == "thanh-sen"
    # What the recorder asks from now on about it goes to those who have it.
    again = ward.lan.refer(record=record)
    assert (row(ward, Referral, again).unit.ward.code, row(ward, Referral, again).case_id) == ("phuong-khac", case)
    assert notices_of(ward, xuan, "referral-new") and again not in ward.kim.get("/todo").text
    ward.lan.record(replaces=record, danger="yes")
    assert notices_of(ward, xuan, "record-new") and row(ward, Case, case).urgent


def answered(ward, referral):
    return max(ward.rows(Answer.select().where(Answer.referral == referral)), key=lambda each: each.received_at).id


def test_what_waits_in_vain_in_a_moved_case_rings_the_unit_that_was_asked_and_the_coordinators_who_have_it(ward, xuan):
    ward.hanh, ward.kim  # noqa: B018 – there to be rung, or not
    _record, case = opened(ward)
    referral = referred(ward, case, urgency="urgent")
    with ward.app.app_context(), database.connection_context():
        assert escalations.watch()
    moved(ward, xuan, case)
    with ward.app.app_context(), database.connection_context():
        for hours in (1, 4, 8, 12):
            escalations.fire_due(now() + hours * 3_600_000)
    rung = {each.person_id for each in ward.rows(Notice.select().where(Notice.subject_id == referral, Notice.event == "referral-waiting"))}
    assert {xuan.me["person"], ward.hanh.me["person"]} <= rung and not {ward.thu.me["person"], ward.kim.me["person"]} & rung
