"""No clock is dropped, begun anew or made longer by what is done to the thing it runs for; and what is late is seen where it waits."""
from db.models import Record
from pwa.domain.clock import DAY
from tests.server.test_cases import saved
from tests.server.test_escalations import URGENT, pass_time, reached, within  # noqa: F401
from tests.server.test_watches import MONTH, rung

PRESSING = {"danger": "yes", "victim_age": "under-16"}


def late(phone, path="/triage"):
    return "data-overdue" in phone.get(path).text


def earlier(ward, model, row_id, *names, by):
    within(ward, lambda: model.update({name: getattr(model, name) - by for name in names}).where(model.id == row_id).execute())


# ── A record whose referral came to nothing ──────────────────────────────────────────────────────────────────────────

def test_a_pressing_record_whose_referral_was_taken_back_is_watched_as_if_nobody_had_been_asked(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    referral = reached.lan.refer(record=record, **URGENT)
    assert rung(reached, 29) == {} and not late(reached.kim)
    saved(reached.lan.save("withdrawal", {"target": referral}))
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)
    # Another is asked: it is in somebody's hands again.
    reached.lan.refer(record=record, **URGENT)
    assert not late(reached.kim) and "record-waiting" not in rung(reached, 20)


def test_a_pressing_record_that_a_unit_had_and_could_not_help_waits_from_then(reached):  # noqa: F811
    record = reached.lan.record(**PRESSING)
    referral = reached.lan.refer(record=record, **URGENT)
    reached.kim.get(f"/records/{record}")
    saved(reached.dung.answer(referral))
    assert rung(reached, 60 * 24) == {} and not late(reached.kim)
    saved(reached.dung.answer(referral, "fail", why_not="beyond"))
    assert rung(reached, 119) == {} and not late(reached.kim)
    assert rung(reached, 1) == {"record-waiting": ["kim", "thu"]} and late(reached.kim)
    saved(reached.kim.save("triage", {"record": record, "choice": "open"}))
    assert "record-waiting" not in rung(reached, 20)


def test_whoever_was_helped_waits_for_no_one_and_a_list_asks_once_for_all_its_records(reached):  # noqa: F811
    for _each in range(3):
        record = reached.lan.record(danger="yes")
        referral = reached.lan.refer(record=record, **URGENT)
        saved(reached.dung.answer(referral))
        saved(reached.dung.answer(referral, "help"))
    assert "record-waiting" not in rung(reached, 60 * 5) and not late(reached.kim)


# ── What nobody places ───────────────────────────────────────────────────────────────────────────────────────────────

def test_a_plain_note_that_nobody_opens_in_a_day_or_places_in_three_is_late_in_the_list_and_rings_nobody(reached):  # noqa: F811
    record = reached.lan.record()
    assert not late(reached.kim) and not late(reached.kim, "/todo")
    assert rung(reached, MONTH) == {}
    assert [late(phone, path) for phone, path in ((reached.kim, "/triage"), (reached.kim, "/todo"), (reached.lan, "/records/rows"))] == [True] * 3
    saved(reached.kim.save("triage", {"record": record, "choice": "open"}))
    asked = reached.lan.record()
    saved(reached.kim.save("triage", {"record": asked, "choice": "ask", "question": "Ở đâu?"}))
    reached.kim.get(f"/records/{asked}")
    assert not late(reached.kim)
    earlier(reached, Record, asked, "received_at", by=30 * DAY)
    assert late(reached.kim), "a question is no answer"


def test_a_record_that_a_unit_helped_with_still_has_to_be_placed(reached):  # noqa: F811
    record = reached.lan.record(danger="yes")
    referral = reached.lan.refer(record=record, **URGENT)
    saved(reached.dung.answer(referral))
    saved(reached.dung.answer(referral, "help"))
    earlier(reached, Record, record, "received_at", by=30 * DAY)
    assert late(reached.kim)
