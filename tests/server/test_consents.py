"""What a unit reads of what others wrote: its own words, and what the coordinators tell it."""
from tests.server.test_cases import opened, referred, saved


def test_the_words_of_one_unit_are_not_for_the_unit_that_is_asked_next(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    ward.hanh.answer(referral)
    saved(ward.hanh.save("note", {"referral": referral, "text": "Có vết bầm cũ"}))
    saved(ward.thu.save("note", {"referral": referral, "text": "Nhớ hẹn tái khám"}))
    saved(ward.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received", "result": "going-on",
                                     "note": "Đã chụp phim"}))
    last = ward.hanh.get(f"/referrals/{referral}").text
    seen = last.split('name="over" value="')[1].split('"')[0]
    saved(ward.hanh.save("answer", {"referral": referral, "choice": "pass", "over": seen, "next_unit": "phunu", "note": "Chồng hay tới đây"}))
    saved(ward.thu.save("note", {"referral": referral, "text": "Gọi buổi sáng thôi"}))
    theirs = ("Có vết bầm cũ", "Đã chụp phim", "Chồng hay tới đây", "Nhớ hẹn tái khám")
    page, whole, own = (phone.get(f"/referrals/{referral}").text for phone in (ward.nga, ward.thu, ward.hanh))
    assert not any(words in page for words in theirs) and all(words in whole and words in own for words in theirs)
    assert "Gọi buổi sáng thôi" in page and "Cấp cứu, khám chữa bệnh</b>: Đã nhận" in page and "Đã tiếp nhận" in page
