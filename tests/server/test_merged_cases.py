"""Two cases that became one: everything of either can be worked on, and is its own again when they come apart."""
from contextlib import nullcontext

import pytest

from db.base import database
from db.models import Case, CasePerson, Incident, Measure
from pwa.domain import personal_data
from tests.server.test_cases import opened, referred, row, saved
from tests.server.test_closings import CLOSE


def test_what_came_with_a_merged_case_is_worked_on_like_the_rest_and_leaves_with_it(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    person = saved(ward.thu.save("person", {"case": gone, "part": "affected", "sex": "female", "age": "18-59"}))
    incident = saved(ward.thu.save("incident", {"case": gone, "forms": ["physical"], "main_form": "physical"}))
    ward.hanh.answer(referred(ward, gone))
    merged = saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    anew = saved(ward.thu.save("person", {"case": kept, "over": person, "part": "affected", "sex": "female", "age": "under-16"}))
    assert row(ward, Case, kept).child and row(ward, CasePerson, anew).key == row(ward, CasePerson, person).key
    mended = saved(ward.thu.save("incident", {"case": kept, "over": incident, "person": anew, "forms": ["mental"], "main_form": "mental"}))
    assert row(ward, Incident, mended).age == "under-16"
    measure = saved(ward.thu.save("measure", {"case": kept, "measure": "criticism", "incident": mended}))
    assert row(ward, Measure, measure).incident_id == mended
    saved(ward.thu.save("data-request", {"case": kept, "person": anew, "what": "copy", "asked_by": "self"}))
    saved(ward.thu.save("task", {"case": kept, "what": "visit", "due": "today", "owner": ward.hanh.me["person"]}))
    _record, stranger = opened(ward)
    assert ward.thu.save("person", {"case": stranger, "over": anew, "part": "affected"})[1] == "invalid"
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merged}))
    assert row(ward, CasePerson, anew).case_id == row(ward, Incident, mended).case_id == gone


def test_words_of_a_merged_case_stay_while_the_one_it_went_into_is_at_work_and_go_with_it(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward)
    saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    for closed in (False, True):
        if closed:
            saved(ward.thu.save("closing", {"case": kept, **CLOSE}))
        with ward.app.app_context(), database.connection_context():
            with nullcontext() if closed else pytest.raises(personal_data.StillOpen):
                personal_data.erase_case(None, Case.get_by_id(gone))
        assert [bool(row(ward, Case, case).erased_at) for case in (kept, gone)] == [closed, closed]
