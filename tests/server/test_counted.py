"""What the yearly tables count: people and households of every vụ, services of every case, whenever they were written down."""
import pytest

from db.base import database
from db.models import Case, Incident, Service
from pwa.domain import services
from tests.server.test_cases import opened, row, saved


def incidents(ward):
    return ward.rows(Incident.select().where(Incident.replaced_by.is_null()).order_by(Incident.received_at))


# ── Vụ and people ────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_vu_noted_before_the_person_is_counted_for_them_and_for_their_household(ward):
    _record, first = opened(ward)
    saved(ward.thu.save("person", {"case": first, "part": "affected", "phone": "0912345678"}))
    saved(ward.thu.save("incident", {"case": first, "main_form": "physical", "on_date": "2026-10-01"}))
    _record, second = opened(ward)
    saved(ward.thu.save("incident", {"case": second, "main_form": "physical", "on_date": "2026-11-01", "other_sex": "male"}))
    known = {"phone": "0912345678", "known_from": row(ward, Case, first).code}
    person = saved(ward.thu.save("person", {"case": second, "part": "affected", "sex": "female", "age": "18-59", **known}))
    saved(ward.thu.save("person", {"case": second, "part": "other", "sex": "female", "relation": "partner"}))
    one, two = incidents(ward)
    assert one.person_key == two.person_key and one.household_key == two.household_key and two.person_id == person
    # What the form itself said stays.
    assert (two.sex, two.age, two.other_sex, two.relation) == ("female", "18-59", "male", "partner") and two.other_key
    # With somebody else in the same part nobody knows whom it is about.
    saved(ward.thu.save("incident", {"case": second, "main_form": "mental"}))
    saved(ward.thu.save("person", {"case": second, "part": "affected", "sex": "male"}))
    assert [each.person_key for each in incidents(ward)] == [one.person_key] * 3


def test_a_vu_follows_whoever_is_written_down_anew_but_for_what_its_own_form_said(ward):
    _record, case = opened(ward)
    person = saved(ward.thu.save("person", {"case": case, "part": "affected", "sex": "female", "age": "18-59"}))
    saved(ward.thu.save("incident", {"case": case, "main_form": "physical", "age": "16-17"}))
    anew = saved(ward.thu.save("person", {"case": case, "part": "affected", "over": person, "sex": "male", "age": "under-16", "disabled": "yes"}))
    [vu] = incidents(ward)
    assert (vu.sex, vu.age, vu.disabled, vu.person_id) == ("male", "16-17", "yes", anew)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "over": anew, "removed": "y"}))
    [vu] = incidents(ward)
    assert (vu.sex, vu.age, vu.person_id, vu.person_key) == (None, "16-17", None, None) and vu.household_key == row(ward, Case, case).household_key


def test_with_two_who_may_be_meant_a_vu_is_counted_for_neither(ward):
    _record, case = opened(ward)
    for sex in ("female", "male"):
        saved(ward.thu.save("person", {"case": case, "part": "affected", "sex": sex}))
    saved(ward.thu.save("incident", {"case": case, "main_form": "physical"}))
    saved(ward.thu.save("person", {"case": case, "part": "affected", "sex": "female"}))
    [vu] = incidents(ward)
    assert (vu.person_key, vu.sex) == (None, None)


# ── Services ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def stand(ward, case):
    with ward.app.app_context(), database.connection_context():
        return {service: sorted(steps) for service, steps in services.standing(services.of_case([case])).items()}


def asked(ward):
    """(record, referral): asked of the health station before any case, and helped there."""
    record = ward.lan.record(danger="yes")
    referral = ward.lan.refer(record=record, unit="tramyte", urgency="urgent", basis="danger", services=["medical", "counselling"])
    saved(ward.hanh.answer(referral, "accept"))
    saved(ward.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received", "unit": "congan"}))
    return record, referral


@pytest.mark.parametrize("choice", ["open", "join", "merge"])
def test_services_asked_and_given_before_there_was_a_case_are_counted_for_it_until_it_is_taken_back(ward, choice):
    record, _referral = asked(ward)
    other, case = opened(ward)
    how = {"open": {}, "join": {"into": case}, "merge": {"other": other}}[choice]
    triage = saved(ward.thu.save("triage", {"record": record, "choice": choice, **how}))
    case = triage if choice == "open" else case
    steps = {"medical": ["needed", "offered", "received"], "counselling": ["needed", "offered"]}
    assert stand(ward, case) == steps and "Cấp cứu" in ward.thu.get(f"/cases/{case}").text
    # Whose help it was says nobody but who gave it.
    assert {each.unit.code for each in ward.rows(Service.select())} == {"tramyte"}
    saved(ward.thu.save("triage", {"choice": "undo", "triage": triage}))
    assert stand(ward, case) == {}
    again = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    assert stand(ward, again) == steps and len(ward.rows(Service.select())) == 5


def test_what_was_asked_of_the_coordinators_is_needed_and_not_yet_offered_and_a_mended_referral_counts_once(ward):
    record = ward.lan.record()
    first = ward.lan.refer(record=record, services=["legal", "shelter"])
    ward.lan.refer(record=record, services=["legal"], replaces=first)
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    assert stand(ward, case) == {"legal": ["needed"]}
    # What whoever recorded it asks once there is a case is asked in it.
    ward.lan.refer(record=record, services=["shelter"])
    assert stand(ward, case) == {"legal": ["needed"], "shelter": ["needed"]}
