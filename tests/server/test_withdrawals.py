"""Taken back: what rests on it hears of it."""
from db.models import Notice
from tests.server.test_cases import opened, saved, told


def test_what_is_taken_back_inside_a_case_stands_on_its_timeline_and_whoever_answers_for_it_is_told(ward):
    record, gone = opened(ward)
    _record, case = opened(ward)
    volunteers = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger")
    saved(ward.kim.save("triage", {"choice": "merge", "case": gone, "into": case}))
    saved(ward.lan.save("withdrawal", {"target": record}))
    saved(ward.lan.save("withdrawal", {"target": volunteers}))
    assert told(ward, gone)[-2:] == [("record", "withdrawn"), ("referral", "withdrawn")]
    page = ward.thu.get(f"/cases/{case}").text
    assert "Người ghi đã rút lại ghi nhận" in page and "Rút lại chuyển gửi" in page
    [notice] = ward.rows(Notice.select().where(Notice.event == "record-withdrawn"))
    assert (notice.person_id, notice.subject_id) == (ward.thu.me["person"], record)
