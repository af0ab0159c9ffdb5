"""A child is seen as one, whichever way it comes into a case, and stays one."""
from db.base import database
from db.models import Case
from tests.server.test_cases import CONSENT, opened, referred, row, saved
from tests.server.test_classifications import shown

YOUNG = {"victim_age": "under-16"}


def test_a_childs_note_that_joins_or_arrives_makes_it_a_childs_case_and_the_next_look_keeps_it_one(ward):
    _record, joined = opened(ward)
    saved(ward.thu.save("triage", {"record": ward.hoa.record(**YOUNG), "choice": "join", "into": joined}))
    late = ward.lan.seal("record", {"form_name": "observation", "acts": ["hit"], **YOUNG})
    reached = saved(ward.thu.save("triage", {"referral": ward.lan.refer(record=late["id"]), "choice": "open"}))
    assert ward.lan.sync(late).json["receipts"][0]["outcome"] == "stored"
    _record, kept = opened(ward)
    saved(ward.thu.save("triage", {"record": ward.hoa.record(**YOUNG), "choice": "merge", "other": _record}))
    for case in (joined, reached, kept):
        assert row(ward, Case, case).child and row(ward, Case, case).urgent and "mau-01" in ward.thu.get(f"/cases/{case}").text
        saved(ward.thu.save("classification", {**shown(ward, case), "contexts": ["family"]}))
        assert row(ward, Case, case).child and shown(ward, case)["vulnerabilities"] == ["child"]


def test_joining_a_childs_note_by_mistake_is_taken_back_whole(ward):
    _record, case = opened(ward)
    triage = saved(ward.thu.save("triage", {"record": ward.hoa.record(**YOUNG), "choice": "join", "into": case}))
    saved(ward.thu.save("triage", {"choice": "undo", "triage": triage}))
    assert not row(ward, Case, case).child and "vulnerabilities" not in shown(ward, case)


def test_of_merged_cases_whatever_changes_protection_is_known_of_both_and_of_one_again_when_they_come_apart(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward, **YOUNG)
    saved(ward.thu.save("person", {"case": gone, "part": "affected", "vulnerabilities": ["pregnant"]}))
    with ward.app.app_context(), database.connection_context():
        Case.update(risk="high").where(Case.id == gone).execute()
        Case.update(risk="unclear").where(Case.id == kept).execute()
    referral = referred(ward, kept, **CONSENT, fields=["risk"])
    assert "Chưa đủ cơ sở kết luận" in ward.hanh.get(f"/referrals/{referral}").text
    merged = saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    marks = ward.thu.get(f"/cases/{kept}").text.split('class="marks"')[1].split("</p>")[0]
    assert "Trẻ em" in marks and "Mang thai" in marks and set(shown(ward, kept)["vulnerabilities"]) == {"child", "pregnant"}
    assert "<dd>Cao</dd>" in ward.hanh.get(f"/referrals/{referral}").text
    assert "?unit=vhxh" in ward.thu.get(f"/cases/{kept}/refer").text
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merged}))
    assert "vulnerabilities" not in shown(ward, kept) and "<dd>Cao</dd>" not in ward.hanh.get(f"/referrals/{referral}").text
