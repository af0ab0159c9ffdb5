"""A no stands: whatever is undone, merged, passed on or written late, nobody reads again what the person has taken back."""
import pytest

from db.models import Answer, Consent, DecisionRequest, Measure, Notice, Task
from tests.server.test_cases import CONSENT, DANGER, PERSON, abroad, opened, referred, row, saved, sentence, told
from tests.server.test_closings import CLOSE
from tests.server.test_handovers import moved
from tests.ward import REFERRAL

PLACE, NOTE, STOPPED = "Tổ dân phố 2", "Nhà cuối ngõ", "Người đó đã rút lại đồng ý"


def page(phone, referral):
    return phone.get(f"/referrals/{referral}").text


def reads(phone, referral):
    """(place told of the record, note of who referred, that it was taken back) as somebody sees a referral."""
    text = page(phone, referral)
    return PLACE in text, NOTE in text, STOPPED in text


def asked(ward):
    """(record, referral) of Lan, which the police have accepted on her chip alone."""
    record = ward.lan.record(**DANGER, tdp="tdp-2")
    referral = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger", note=NOTE)
    saved(ward.dung.answer(referral))
    assert reads(ward.dung, referral) == (True, True, False)
    return record, referral


def undo(ward, triage):
    saved(ward.kim.save("triage", {"choice": "undo", "triage": triage}))


def withdrawn(ward, case, unit="congan"):
    return saved(ward.thu.save("consent", {"case": case, "unit": unit, "decision": "withdrawn"}))


def event(ward, phone, name):
    return ward.rows(Notice.select().where(Notice.person == phone.me["person"], Notice.event == name))


# ── What comes out of a case, and cases that come apart ──────────────────────────────────────────────────────────────

@pytest.mark.parametrize("into", ["a", "b"])
# ── What is written late, or together ────────────────────────────────────────────────────────────────────────────────

# ── Who reads ────────────────────────────────────────────────────────────────────────────────────────────────────────

ENDS = {
    "taken back": lambda ward, case, referral: saved(ward.thu.save("withdrawal", {"target": referral})),
    "withdrawn": lambda ward, case, referral: withdrawn(ward, case),
    "related": lambda ward, case, referral: saved(ward.dung.answer(referral, "pass", next_unit="phunu", over=last(ward, referral),
                                                                   reason="related")),
}


def last(ward, referral):
    return ward.rows(Answer.select().where(Answer.referral == referral, Answer.choice == "accept"))[0].id


@pytest.mark.parametrize("end", ENDS)
# ── What rests on it ─────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("decision", ["withdrawn", "declined"])
def test_the_warning_that_nobody_is_to_call_comes_back_with_the_withdrawal(ward):
    _record, case = opened(ward, contact_consent="no")

    def warns():
        return "Không liên hệ, không đến nhà" in ward.thu.get(f"/cases/{case}").text
    assert warns()
    consent = saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", **CONSENT, "fields": ["what"]}))
    assert not warns()
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn", "over": consent}))
    assert warns()
