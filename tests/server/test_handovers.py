"""A case that has gone to another ward: everything in it can still be read, closed, and stopped, by whoever answers for it now."""
import pytest

from tests.server.test_cases import abroad, opened, referred, saved
from tests.server.test_break_glass import code_of, open_case

from db.base import database
from pwa.domain import break_glass

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
