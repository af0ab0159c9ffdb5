"""What a unit reads of what others wrote, and where a case is not sent without a second thought."""
from db.models import Notice, Referral, Task
from tests.server.test_cases import CONSENT, opened, referred, row, saved, sentence


def test_the_words_of_one_unit_are_not_for_the_unit_that_is_asked_next(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    ward.hanh.answer(referral)
    saved(ward.hanh.save("note", {"referral": referral, "text": "Có vết bầm cũ"}))
    saved(ward.thu.save("note", {"referral": referral, "text": "Nhớ hẹn tái khám"}))
    saved(ward.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received", "result": "going-on",
                                     "note": "Đã chụp phim"}))
    last = ward.hanh.get(f"/referrals/{referral}").text
    seen = last.split('name="choice" value="pass"')[1].split('name="over" value="')[1].split('"')[0]
    saved(ward.hanh.save("answer", {"referral": referral, "choice": "pass", "over": seen, "next_unit": "phunu", "note": "Chồng hay tới đây"}))
    saved(ward.thu.save("note", {"referral": referral, "text": "Gọi buổi sáng thôi"}))
    theirs = ("Có vết bầm cũ", "Đã chụp phim", "Chồng hay tới đây", "Nhớ hẹn tái khám")
    page, whole, own = (phone.get(f"/referrals/{referral}").text for phone in (ward.nga, ward.thu, ward.hanh))
    assert not any(words in page for words in theirs) and all(words in whole and words in own for words in theirs)
    assert "Gọi buổi sáng thôi" in page and "Cấp cứu, khám chữa bệnh</b>: Đã nhận" in page and "Đã tiếp nhận" in page


def test_after_a_withdrawal_the_unit_reads_nothing_that_was_written_before_and_has_nothing_to_do(ward):
    _record, case = opened(ward)
    referral = referred(ward, case, **CONSENT, fields=["who"], note="Đến sau giờ làm")
    ward.hanh.answer(referral)
    saved(ward.thu.save("note", {"referral": referral, "text": "Chị ấy làm ca đêm"}))
    saved(ward.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received", "note": "Đã chụp phim"}))
    theirs = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "today", "owner": ward.hanh.me["person"], "note": "Mang thuốc"}))
    ours = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today"}))
    written, page = ("Đến sau giờ làm", "Chị ấy làm ca đêm", "Đã chụp phim"), ward.hanh.get(f"/referrals/{referral}").text
    assert all(words in page for words in written) and "Mang thuốc" in ward.hanh.get(f"/tasks/{theirs}").text
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn"}))
    saved(ward.thu.save("note", {"referral": referral, "text": "Xin dừng, cảm ơn chị"}))
    page, whole, task = (ward.hanh.get(f"/referrals/{referral}").text, ward.thu.get(f"/referrals/{referral}").text,
                         ward.hanh.get(f"/tasks/{theirs}").text)
    assert not any(words in page for words in written) and all(words in whole for words in written)
    assert "Xin dừng, cảm ơn chị" in page and "Cấp cứu, khám chữa bệnh</b>: Đã nhận" in page
    assert (row(ward, Task, theirs).state, row(ward, Task, ours).state) == ("dropped", "open")
    assert "Mang thuốc" not in task and "Người đó đã rút lại đồng ý." in task
    assert ward.rows(Notice.select().where(Notice.subject_id == theirs, Notice.event == "consent-withdrawn"))


def test_no_referral_of_either_of_two_merged_cases_goes_where_the_other_side_has_people_unless_a_coordinator_knows(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    saved(ward.thu.save("person", {"case": gone, "part": "other", "ties": ["phunu", "congan"]}))
    taken, refused = referred(ward, kept), referred(ward, kept)
    ward.hanh.answer(taken)
    saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    assert ward.thu.save("case-referral", {"case": kept, "unit": "phunu", "urgency": "day"})[1] == "invalid"
    page, theirs = ward.thu.get(f"/referrals/{refused}").text, ward.hanh.get(f"/referrals/{refused}").text
    assert "Cẩn thận: người có hành vi bạo lực" in page and 'name="despite"' in page
    assert "Cẩn thận" not in theirs and 'name="despite"' not in theirs
    for fields in ({"choice": "decline", "reason": "wrong-place", "next_unit": "phunu"}, {"choice": "pass", "next_unit": "congan", "despite": "y"}):
        outcome, why = sentence(ward.hanh, "answer", {"referral": refused, **fields})
        assert outcome == "invalid" and "qua điều phối viên" in why and "người thân" not in why
    onward = {"referral": refused, "choice": "pass", "next_unit": "phunu", "over": refused}
    outcome, why = sentence(ward.thu, "answer", onward)
    assert outcome == "invalid" and "Hội LHPN" in why
    saved(ward.thu.save("answer", {**onward, "despite": "y"}))
    assert row(ward, Referral, refused).unit.code == "phunu"


def test_a_record_in_a_case_is_referred_from_the_case_and_past_its_warning_by_nobody(ward):
    record, case = opened(ward, danger="yes")
    saved(ward.thu.save("person", {"case": case, "part": "other", "ties": ["congan"]}))
    ours, own = ward.thu.get(f"/records/{record}").text, ward.lan.get(f"/records/{record}").text
    assert f'href="/cases/{case}/refer"' in ours and "/referrals/new#record" not in ours and "/referrals/new#record" in own
    pressing = {"record": record, "urgency": "urgent", "basis": "danger", "services": ["protection"]}
    outcome, why = sentence(ward.thu, "referral", {**pressing, "unit": "tramyte"})
    assert outcome == "invalid" and "từ đó" in why
    # Whoever recorded learns of no tie, and an emergency waits for nobody: it goes to the coordinators, at once.
    assert sentence(ward.lan, "referral", {**pressing, "unit": "congan"}) == sentence(ward.lan, "referral", {**pressing, "unit": "tramyte"})
    taken, straight = ward.rows(Referral.select().order_by(Referral.received_at))
    assert (taken.unit.code, straight.unit.code) == ("vhxh", "tramyte") and taken.urgent and taken.case_id == case
    assert ward.dung.get(f"/referrals/{taken.id}").status_code == 404 and "người thân" not in ward.lan.get(f"/referrals/{taken.id}").text
    rung = ward.rows(Notice.select().where(Notice.subject_id == taken.id, Notice.urgent))
    assert ward.thu.me["person"] in {each.person_id for each in rung} and ward.dung.me["person"] not in {each.person_id for each in rung}


def test_whoever_has_read_it_hears_of_a_withdrawal_also_after_the_end_and_after_sending_it_on(ward):
    _record, case = opened(ward)
    helped, passed, back = (referred(ward, case, unit=unit, **CONSENT, fields=["who"]) for unit in ("tramyte", "congan", "tgpl"))
    ward.hanh.answer(helped)
    ward.hanh.answer(helped, "help")
    saved(ward.dung.answer(passed, "pass", next_unit="phunu"))
    ward.nga.answer(passed)
    ward.nga.answer(passed, "help")
    saved(ward.thu.save("withdrawal", {"target": back}))
    saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"}))

    def told(phone, referral):
        asked = Notice.select().where(Notice.person == phone.me["person"], Notice.event == "consent-withdrawn", Notice.subject_id == referral)
        return len(ward.rows(asked))
    for unit, phone, referral in (("tramyte", ward.hanh, helped), ("congan", ward.dung, passed)):
        saved(ward.thu.save("consent", {"case": case, "unit": unit, "decision": "withdrawn"}))
        assert told(phone, referral) == 1, unit
    # Who may not open it any more reads its code, and whom to ask.
    assert "Hãy gọi điều phối viên của phường" in ward.dung.get("/notices").text
    assert "đã rút lại đồng ý" in ward.hanh.get(f"/referrals/{helped}").text and not told(ward.nga, passed)


def test_a_withdrawal_of_what_a_volunteers_chip_had_shared_is_told_too(ward):
    record = ward.lan.record(danger="yes", tdp="tdp-2")
    referral = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="agreed")
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    assert "Tổ dân phố 2" in ward.dung.get(f"/referrals/{referral}").text
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", "decision": "withdrawn"}))
    assert "Tổ dân phố 2" not in ward.dung.get(f"/referrals/{referral}").text
    assert ward.rows(Notice.select().where(Notice.person == ward.dung.me["person"], Notice.event == "consent-withdrawn"))
