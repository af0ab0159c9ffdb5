"""An adult who wants no contact: whoever might call or go there reads so first."""
from tests.server.test_cases import CONSENT, opened, referred, saved

HOME, QUIET = "Không liên hệ, không đến nhà.", "Không gọi, không đến nhà"


def test_no_contact_said_to_the_recorder_stands_in_the_case_its_tasks_and_at_every_unit_without_an_own_consent(ward):
    record, case = opened(ward, contact_consent="no", victim_age="18-59")
    task = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "week"}))
    plain, pressing = referred(ward, case), ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger")
    assert HOME in ward.thu.get(f"/cases/{case}").text and HOME in ward.thu.get(f"/tasks/{task}").text
    assert QUIET in ward.hanh.get(f"/referrals/{plain}").text and QUIET not in ward.dung.get(f"/referrals/{pressing}").text
    saved(ward.thu.save("consent", {"case": case, "unit": "phunu", **CONSENT, "fields": ["who"]}))
    agreed = referred(ward, case, unit="phunu")
    assert HOME not in ward.thu.get(f"/cases/{case}").text and HOME not in ward.thu.get(f"/tasks/{task}").text
    assert QUIET in ward.hanh.get(f"/referrals/{plain}").text and QUIET not in ward.nga.get(f"/referrals/{agreed}").text


def test_before_there_is_a_case_too_and_never_of_a_child_or_of_what_is_taken_back(ward):
    record = ward.lan.record(contact_consent="no")
    bare = ward.lan.refer(record=record, basis="not-asked")
    assert QUIET in ward.thu.get(f"/referrals/{bare}").text
    _record, young = opened(ward, contact_consent="no", victim_age="under-16")
    _record, unsaid = opened(ward, contact_consent="not-asked")
    told, gone = opened(ward, contact_consent="no")
    saved(ward.lan.save("withdrawal", {"target": told}))
    assert not any(HOME in ward.thu.get(f"/cases/{case}").text for case in (young, unsaid, gone))
