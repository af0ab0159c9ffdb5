"""What a unit may read ends with its part in the matter, and never tells who recorded."""
import pytest

from db.models import Task
from tests.server.test_cases import CONSENT, PERSON, opened, referred, row, saved

NAMED = ("Nguyễn Thị Tư", "0912 345 678", "Số chín ngõ hai", "Đánh, làm đau", "Đến cửa sau", "Chờ ở cổng chợ")
GONE = "những gì đã được chia sẻ không hiện nữa"


@pytest.fixture
def shared(ward):
    """(ward, case, referral) of a unit that was told everything."""
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, **PERSON}))
    referral = referred(ward, case, **CONSENT, fields=["what", "name", "contact", "address"], note="Đến cửa sau")
    saved(ward.thu.save("note", {"referral": referral, "text": "Chờ ở cổng chợ"}))
    assert all(words in page(ward.hanh, referral) for words in NAMED)
    return ward, case, referral


def page(phone, referral):
    return phone.get(f"/referrals/{referral}").text


ENDS = {
    "taken back": lambda ward, referral: saved(ward.thu.save("withdrawal", {"target": referral})),
    "declined by somebody close": lambda ward, referral: saved(ward.hanh.answer(referral, "decline", reason="related")),
    "declined": lambda ward, referral: saved(ward.hanh.answer(referral, "decline", reason="no-capacity")),
    "sent on by somebody close": lambda ward, referral: saved(ward.hanh.answer(referral, "decline", reason="related", next_unit="phunu")),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_unit_that_is_no_longer_asked_reads_nothing_of_what_was_shared(shared, end):
    ward, _case, referral = shared
    ENDS[end](ward, referral)
    theirs, ours = page(ward.hanh, referral), page(ward.thu, referral)
    assert not any(words in theirs for words in NAMED) and GONE in theirs
    assert "Đến cửa sau" in ours and GONE not in ours


def test_a_unit_that_sends_it_to_the_right_place_and_still_answers_for_it_goes_on_reading(shared):
    ward, _case, referral = shared
    saved(ward.hanh.answer(referral, "pass", next_unit="phunu"))
    ward.nga.get(f"/referrals/{referral}")
    assert all(words in page(ward.hanh, referral) for words in NAMED[:4]) and GONE not in page(ward.hanh, referral)
    saved(ward.nga.answer(referral))
    assert ward.hanh.get(f"/referrals/{referral}").status_code == 404


def test_a_volunteers_referral_that_is_taken_back_shows_nothing_of_its_record(ward):
    record = ward.lan.record(danger="yes", tdp="tdp-2")
    referral = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger", note="Nhà cuối ngõ")
    assert "Tổ dân phố 2" in page(ward.dung, referral) and "Nhà cuối ngõ" in page(ward.dung, referral)
    saved(ward.lan.save("withdrawal", {"target": referral}))
    assert "Tổ dân phố 2" not in page(ward.dung, referral) and "Nhà cuối ngõ" not in page(ward.dung, referral)
    assert "Nhà cuối ngõ" in page(ward.lan, referral)


def test_no_unit_learns_that_the_one_who_recorded_is_kin_and_of_staff_only_what_is_shared_of_the_other_side(ward):
    school = {"form_name": "school", "danger": "yes", "acts": ["hit"], "cautions": ["pregnant", "staff", "kin"]}
    kin, staff, pregnant = "Tôi quen, họ hàng", "Nhân viên trường có liên quan", "Mang thai"
    record = saved(ward.mai.save("record", school))
    volunteers = ward.mai.refer(record=record, unit="congan", urgency="urgent", basis="danger")
    theirs, own = page(ward.dung, volunteers), page(ward.mai, volunteers)
    assert pregnant in theirs and kin not in theirs and staff not in theirs and kin in own and staff in own
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    without = referred(ward, case, **CONSENT, fields=["cautions"])
    assert pregnant in page(ward.hanh, without) and kin not in page(ward.hanh, without) and staff not in page(ward.hanh, without)
    both = referred(ward, case, unit="phunu", **CONSENT, fields=["cautions", "other"])
    assert staff in page(ward.nga, both) and kin not in page(ward.nga, both)
    assert kin in ward.thu.get(f"/records/{record}").text


def test_what_people_of_a_unit_were_still_to_do_ends_with_its_last_referral_and_ours_goes_on(shared):
    ward, case, referral = shared
    second = referred(ward, case)
    for each in (referral, second):
        saved(ward.hanh.answer(each))
    asked = {"case": case, "what": "visit", "due": "week", "note": "Nhà số chín"}
    theirs, ours = saved(ward.thu.save("task", {**asked, "owner": ward.hanh.me["person"]})), saved(ward.thu.save("task", asked))
    saved(ward.thu.save("withdrawal", {"target": referral}))
    assert row(ward, Task, theirs).state == "open"
    saved(ward.thu.save("withdrawal", {"target": second}))
    assert (row(ward, Task, theirs).state, row(ward, Task, ours).state) == ("dropped", "open")
    seen = ward.hanh.get(f"/tasks/{theirs}").text
    assert "Nhà số chín" not in seen and "Chuyển gửi đã được rút lại." in seen and "Nhà số chín" in ward.thu.get(f"/tasks/{theirs}").text
