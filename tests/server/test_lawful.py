"""Sharing because the law allows it: nobody was asked, and every page and paper says so."""
from io import BytesIO

from docx import Document

from db.base import database
from db.models import Case, CaseEvent, Consent, DataRequest, Referral
from pwa.crypto import columns
from pwa.domain import personal_data
from tests.server.test_cases import CONSENT, PERSON, opened, row, saved, sentence

LAWFUL = {"decision": "law", "consent_basis": "danger", "fields": ["contact", "risk"], "consent_note": "Đêm nay anh ta quay lại"}


def test_without_asking_the_law_alone_lets_the_police_know_and_no_page_or_copy_calls_it_a_yes(ward):
    _record, case = opened(ward)
    person = saved(ward.thu.save("person", {"case": case, **PERSON}))
    asked = {"case": case, "unit": "congan", "urgency": "urgent"}
    lost = ({"fields": ["contact"]}, {"consent_basis": "danger"}, {"consent_note": "Nguy hiểm"}, {"purpose": "Bảo vệ"}, {"asked_of": "self"})
    for fields in lost:
        outcome, why = sentence(ward.thu, "case-referral", {**asked, **fields})
        assert outcome == "invalid" and "Người đó trả lời" in why, fields
    for fields, said in (({"consent_basis": ""}, "Luật nào"), ({"consent_note": ""}, "lý do"), ({"asked_of": "self"}, "Đã hỏi thì")):
        outcome, why = sentence(ward.thu, "case-referral", {**asked, **LAWFUL, **fields})
        assert outcome == "invalid" and said in why, fields
    referral = saved(ward.thu.save("case-referral", {**asked, **LAWFUL}))
    theirs, ours = ward.dung.get(f"/referrals/{referral}").text, ward.thu.get(f"/cases/{case}").text
    assert "0912 345 678" in theirs and "Bảo vệ khẩn cấp tính mạng" in theirs and "Nguyễn Thị Tư" not in theirs
    assert row(ward, Referral, referral).basis == "danger" and "Không hỏi – luật cho phép" in ours and "Đồng ý chia sẻ</b>" not in ours
    [consent] = ward.rows(Consent.select())
    assert (consent.decision, consent.basis) == ("law", "danger") and columns.unseal("consent.note", consent.id, consent.note)
    saved(ward.thu.save("data-request", {"case": case, "person": person, "what": "copy", "asked_by": "self"}))
    [request] = ward.rows(DataRequest.select())
    copy = "\n".join(each.text for each in Document(BytesIO(ward.thu.get(f"/data-requests/{request.id}/copy").data)).paragraphs)
    assert "Không hỏi – luật cho phép" in copy and "Bảo vệ khẩn cấp tính mạng" in copy and ": Đồng ý\n" not in copy
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", "decision": "withdrawn"}))
    assert "0912 345 678" not in ward.dung.get(f"/referrals/{referral}").text


def test_a_yes_of_a_phone_that_knows_no_better_is_kept_as_what_it_was(ward):
    """Forms of before had no other word: who asked nobody and named a law ticked Đồng ý."""
    _record, case = opened(ward, victim_age="under-16")
    old = {"case": case, "consent_basis": "child", "decision": "agreed", "consent_note": "Người giám hộ bị nghi", "fields": ["who"]}
    for unit, asked_of, kept in (("congan", "nobody", "law"), ("tramyte", "", "law"), ("phunu", "both", "agreed")):
        consent = saved(ward.thu.save("consent", {**old, "unit": unit, "asked_of": asked_of, "limits_said": "y"}))
        assert row(ward, Consent, consent).decision == kept
    told = [each.choice for each in ward.rows(CaseEvent.select().where(CaseEvent.kind == "consent").order_by(CaseEvent.at))]
    assert told == ["law", "law", "agreed"]
    assert ward.thu.save("consent", {"case": case, "unit": "tgpl", **CONSENT, "asked_of": "representative", "fields": ["who"]})[1] == "stored"


def test_why_what_for_and_who_was_asked_stands_where_the_case_is_kept_and_what_for_at_the_receiver(ward):
    _record, case = opened(ward)
    asked = {"case": case, "unit": "tramyte", "urgency": "day", **CONSENT, "fields": ["who"], "asked_on": "2026-01-05",
             "purpose": "Khám vết thương", "consent_note": "Chị dặn chỉ gặp bác sĩ nữ"}
    referral = saved(ward.thu.save("case-referral", asked))
    ours, theirs = ward.thu.get(f"/cases/{case}").text, ward.hanh.get(f"/referrals/{referral}").text
    said = ("Để làm gì: Khám vết thương", "Đã hỏi: Chính người đó", "đã nói trước giới hạn")
    facts, line = ours.split('class="case-timeline"')
    [kept] = ward.rows(Consent.select())
    assert kept.purpose is None and columns.unseal("consent.note", kept.id, kept.note)["purpose"] == "Khám vết thương"
    assert all(words in facts for words in said) and "Chị dặn chỉ gặp bác sĩ nữ" in facts and "Chị dặn chỉ gặp bác sĩ nữ" in line
    assert "Chính người đó" in line and "05/01" in line
    assert "Khám vết thương" in theirs and "bác sĩ nữ" not in theirs
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn", "purpose": "Thôi khám"}))
    theirs = ward.hanh.get(f"/referrals/{referral}").text
    assert "Khám vết thương" not in theirs and "Thôi khám" not in theirs
    # What stood in clear before is shown as it was, and goes when words go.
    ward.rows(Consent.update(purpose="Ghi từ trước", note=None).where(Consent.decision == "withdrawn").returning(Consent.id))
    assert "Ghi từ trước" in ward.thu.get(f"/cases/{case}").text
    saved(ward.thu.save("withdrawal", {"target": referral}))
    saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"}))
    with ward.app.app_context(), database.connection_context():
        personal_data.erase_case(None, Case.get_by_id(case))
    assert not any(each.purpose or each.note for each in ward.rows(Consent.select()))


def test_the_law_on_children_is_for_children_and_a_child_alone_agrees_to_nothing(ward):
    _record, grown = opened(ward)
    lawful = {"unit": "tramyte", "decision": "law", "consent_basis": "child", "consent_note": "Mẹ bị nghi", "fields": ["who"]}
    own = {"unit": "tramyte", **CONSENT, "fields": ["who"]}
    outcome, why = sentence(ward.thu, "consent", {"case": grown, **lawful})
    assert outcome == "invalid" and "chưa ghi trẻ em nào" in why
    saved(ward.thu.save("consent", {"case": grown, **own}))
    saved(ward.thu.save("person", {"case": grown, "part": "affected", "age": "18-59"}))
    saved(ward.thu.save("person", {"case": grown, "part": "child"}))
    last = ward.rows(Consent.select())[0].id
    saved(ward.thu.save("consent", {"case": grown, **lawful, "over": last}))
    saved(ward.thu.save("consent", {"case": grown, **own, "unit": "tgpl"}))
    _record, young = opened(ward, victim_age="under-16")
    outcome, why = sentence(ward.thu, "case-referral", {"case": young, "urgency": "day", **own})
    assert outcome == "invalid" and "người đại diện" in why and not ward.rows(Referral.select().where(Referral.case_id == young))
    saved(ward.thu.save("case-referral", {"case": young, "urgency": "day", **own, "asked_of": "both"}))
    saved(ward.thu.save("consent", {"case": young, **lawful, "unit": "tgpl"}))
