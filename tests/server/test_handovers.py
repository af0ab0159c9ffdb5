"""A case that has gone to another ward: everything in it can still be read, closed, and stopped, by whoever answers for it now."""
import pytest

from db.base import database
from db.models import Case, Handover
from pwa.domain import break_glass
from tests.server.test_break_glass import code_of, open_case
from tests.server.test_cases import abroad, opened, referred, row, saved
from tests.server.test_closings import CLOSE

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
    assert case not in xuan.get("/cases").text and xuan.save("handover", {"case": case, "choice": "accept"})[1] == "forbidden"
    if end == "undo":
        return
    again = {"close": ("closing", {"case": case, "choice": "reopen", "remark": "Lại bị đánh"}), "merge": ("triage", {"choice": "undo", "triage": ended})}
    saved(ward.kim.save(*again[end]))
    assert xuan.save("handover", {"case": case, "choice": "accept"})[1] == "forbidden"
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
