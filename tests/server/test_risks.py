"""Risk: assessed by the trained, never called low by DA-5, loud where it must be; history kept."""
import re
from datetime import UTC, datetime

import pytest

from db.base import database
from db.models import Case, CaseEvent, Notice, Person, Record, Risk, Task, Training
from pwa.domain import risks, trainings
from pwa.domain.clock import HOUR, now
from tests.server.test_cases import CONSENT

YES = dict.fromkeys(risks.DA5, "yes")


@pytest.fixture
def ward(ward):
    """Thu is trained in both tools; Kim, a coordinator too, in none."""
    train(ward, "thu", "da5")
    train(ward, "thu", "child")
    return ward


def train(ward, name, tool, on_date="2026-01-05", until=None):
    person = getattr(ward, name).me["person"]
    with ward.app.app_context(), database.connection_context():
        by = Person.get_by_id(person)
        return trainings.note(by, by, tool, on_date, until)


def opened(ward, **record):
    """A case opened from a record; its id."""
    record_id = ward.lan.record(**record)
    case_id, outcome = ward.thu.save("triage", {"choice": "open", "record": record_id})
    assert outcome == "stored"
    return case_id


def case_of(ward, case_id):
    return ward.rows(Case.select().where(Case.id == case_id))[0]


@pytest.mark.parametrize("answers, level", [
    (dict.fromkeys(risks.DA5[:3], "yes"), "high"), (YES, "high"), (dict.fromkeys(risks.DA5[:2], "yes"), "unclear"),
    (dict.fromkeys(risks.DA5, "no"), "unclear"), (dict.fromkeys(risks.DA5, "unknown"), "unclear"), ({"jealous": "no"}, "unclear"),
])
def test_three_yes_are_high_and_fewer_are_never_low(ward, answers, level):
    case = opened(ward)
    assert ward.thu.save("risk", {"case": case, **answers})[1] == "stored"
    assert case_of(ward, case).risk == level
    assert ward.rows(Risk.select())[0].score == sum(answer == "yes" for answer in answers.values())


def test_da5_can_say_nothing_but_high_and_not_enough_to_conclude():
    import itertools
    for answers in itertools.product(("yes", "no", "unknown"), repeat=len(risks.DA5)):
        assert risks.da5(dict(zip(risks.DA5, answers, strict=True)))[0] in ("high", "unclear")


@pytest.mark.parametrize("levels, level", [
    (("high", "low", "low", "low"), "high"), (("medium", "low", "unknown", "low"), "medium"), (("low",) * 4, "low"),
    (("low", "low", "low", "unknown"), "unclear"), (("low", "low", "low", None), "unclear"), (("unknown",) * 4, "unclear"),
])
def test_a_childs_items_each_have_a_level_and_the_worst_decides(ward, levels, level):
    case = opened(ward, victim_age="under-16")
    items = {item: each for item, each in zip(risks.CHILD, levels, strict=True) if each}
    assert ward.thu.save("child-risk", {"case": case, **items})[1] == "stored"
    assert case_of(ward, case).risk == level
    assert risks.totals(items) == {each: levels.count(each) for each in ("high", "medium", "low")}


def test_who_was_not_trained_may_not_assess_and_nothing_of_it_is_lost(ward):
    case = opened(ward)
    receipt = ward.kim.sync(ward.kim.seal("risk", {"case": case, **YES})).json["receipts"][0]
    assert receipt["outcome"] == "forbidden" and "tập huấn" in receipt["errors"][0]
    assert case_of(ward, case).risk is None and not ward.rows(Risk.select())


@pytest.mark.parametrize("tool, kind", [("da5", "child-risk"), ("child", "risk")])
def test_a_training_in_one_tool_is_none_in_the_other(ward, tool, kind):
    case = opened(ward)
    train(ward, "kim", tool)
    assert ward.kim.save(kind, {"case": case, "choked": "no", "harm": "low", "kill": "no"})[1] == "forbidden"


@pytest.mark.parametrize("on_date, until", [("2099-01-01", None), ("2020-01-01", "2020-12-31")])
def test_a_training_counts_from_its_day_to_its_last(ward, on_date, until):
    case = opened(ward)
    train(ward, "kim", "da5", on_date, until)
    assert ward.kim.save("risk", {"case": case, **YES})[1] == "forbidden"


def test_an_assessment_written_while_the_training_counted_is_taken_later(ward):
    case = opened(ward)
    training = train(ward, "kim", "da5", "2020-01-01", "2026-06-30")
    moment = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp() * 1000)
    assert ward.kim.save("risk", {"case": case, **YES}, at=moment)[1] == "stored"
    assert ward.rows(Risk.select())[0].training_id == training.id


@pytest.mark.parametrize("role", ["lan", "mai", "dung", "binh", "van", "son"])
def test_nobody_but_a_coordinator_assesses_a_case(ward, role):
    case = opened(ward)
    assert getattr(ward, role).save("risk", {"case": case, **YES})[1] == "forbidden"


def test_choking_means_medical_advice_at_any_score(ward):
    case = opened(ward)
    ward.thu.save("risk", {"case": case, "choked": "yes", "kill": "no"})
    risk = ward.rows(Risk.select())[0]
    assert risk.level == "unclear" and risk.choked and risks.asks(risk)[0] == "medical"


def test_a_high_risk_rings_the_other_coordinators_and_makes_the_case_urgent(ward):
    kim, case = ward.kim.me["person"], opened(ward)
    ward.thu.save("risk", {"case": case, **YES})
    assert case_of(ward, case).urgent
    assert [notice.urgent for notice in ward.rows(Notice.select().where(Notice.event == "case-risk", Notice.person == kim))] == [True]


@pytest.mark.parametrize("when, hours", [("today", 72), ("yesterday", 48), ("2-days", 24)])
def test_sexual_violence_raises_the_72_hour_flag_counted_from_the_start_of_its_day(ward, when, hours):
    case, at = opened(ward), int(datetime(2026, 11, 24, 3, tzinfo=UTC).timestamp() * 1000)
    ward.thu.save("risk", {"case": case, "kill": "no", "sexual": when}, at=at)
    midnight = int(datetime(2026, 11, 23, 17, tzinfo=UTC).timestamp() * 1000)
    risk = ward.rows(Risk.select())[0]
    assert risk.health_until == midnight + hours * HOUR and "health" in risks.asks(risk)


def test_on_an_unknown_day_the_72_hours_run_from_now_and_long_ago_there_are_none(ward):
    case, at = opened(ward), now() - HOUR
    ward.thu.save("risk", {"case": case, "kill": "no", "sexual": "unknown"}, at=at)
    ward.thu.save("risk", {"case": case, "kill": "no", "sexual": "before"})
    assert [risk.health_until for risk in ward.rows(Risk.select().order_by(Risk.received_at))] == [at + 72 * HOUR, None]


@pytest.mark.parametrize("fields, flagged", [({"acts": ["sexual"], "when": "today"}, True), ({"acts": ["sexual"]}, True),
                                             ({"acts": ["sexual"], "when": "before"}, False), ({"acts": ["hit"], "when": "now"}, False)])
def test_a_record_of_sexual_violence_raises_the_flag_before_anyone_assesses(ward, fields, flagged):
    record = ward.lan.record(**fields)
    assert bool(ward.rows(Record.select().where(Record.id == record))[0].health_until) is flagged


def test_every_assessment_is_kept_and_the_newest_counts(ward):
    case = opened(ward)
    ward.thu.save("risk", {"case": case, **YES})
    ward.thu.save("risk", {"case": case, **dict.fromkeys(risks.DA5, "no")})
    assert case_of(ward, case).risk == "unclear"
    assert [risk.level for risk in ward.rows(Risk.select().order_by(Risk.received_at))] == ["high", "unclear"]
    events = ward.rows(CaseEvent.select().where(CaseEvent.case == case, CaseEvent.kind == "risk").order_by(CaseEvent.at, CaseEvent.number))
    assert [event.choice for event in events] == ["high", "unclear"]


def test_a_high_risk_of_a_child_is_not_hidden_by_a_later_assessment_between_partners(ward):
    case = opened(ward)
    ward.thu.save("child-risk", {"case": case, "harm": "high"})
    ward.thu.save("risk", {"case": case, **dict.fromkeys(risks.DA5, "no")})
    assert case_of(ward, case).risk == "high"
    page = ward.thu.get(f"/cases/{case}").text
    assert "Cao" in page and "Chưa đủ cơ sở kết luận" in page and "Điều phối viên: báo ngay để Chủ tịch" in page
    ward.thu.save("child-risk", {"case": case, **dict.fromkeys(risks.CHILD, "low")})
    assert case_of(ward, case).risk == "unclear"


def test_the_page_says_what_the_level_asks_of_whom_and_who_may_assess(ward):
    case = opened(ward, acts=["sexual"], when="today")
    assert "Có xâm hại tình dục: đến cơ sở y tế trước" in ward.thu.get(f"/cases/{case}").text
    assert "Chỉ người đã được tập huấn" in ward.kim.get(f"/cases/{case}/risk").text
    ward.thu.save("risk", {"case": case, **YES, "note": "Dọa bằng dao"})
    page = ward.kim.get(f"/cases/{case}/risk").text
    assert "Công an phường: ngăn chặn" in page and "khuyên đi khám ngay" in page and "Dọa bằng dao" in page and "5 câu" in page


def test_the_next_look_is_a_task_of_who_assessed(ward):
    case = opened(ward)
    entry = ward.thu.save("risk", {"case": case, **YES, "due": "3-days"})[0]
    [task] = ward.rows(Task.select().where(Task.case == case, Task.what == "reassess"))
    assert task.id == entry and task.owner_id == ward.thu.me["person"] and task.state == "open" and task.due_at > now() + 2 * 24 * HOUR


def test_an_empty_assessment_is_refused(ward):
    case = opened(ward)
    assert ward.thu.save("risk", {"case": case})[1] == ward.thu.save("child-risk", {"case": case})[1] == "invalid"


def test_in_a_closed_case_nothing_is_assessed(ward):
    case = opened(ward)
    ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"})
    assert ward.thu.save("risk", {"case": case, **YES})[1] == "conflict"


def test_answers_are_sealed(ward):
    case = opened(ward)
    ward.thu.save("risk", {"case": case, **YES, "note": "Dọa bằng dao"})
    risk = ward.rows(Risk.select())[0]
    assert b"yes" not in bytes(risk.answers) and b"dao" not in bytes(risk.answers)
    with ward.app.app_context():
        assert risks.answers(risk)["note"] == "Dọa bằng dao"


def test_trainings_are_kept_and_noted_in_the_trail(ward):
    from db.models import Audit
    assert len(ward.rows(Training.select())) == 2
    assert [row.action for row in ward.rows(Audit.select().where(Audit.subject_kind == "training"))] == ["change", "change"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", ward.rows(Training.select())[0].on_date)


# ── Somebody of a unit ───────────────────────────────────────────────────────────────────────────────────────────────

def given(ward, case, to="hanh", **how):
    """A referral of the case that tramyte accepted and gave to somebody."""
    referral, outcome = ward.thu.save("case-referral", {"case": case, "unit": "tramyte", "urgency": "day", "services": ["medical"], **CONSENT,
                                                        "fields": ["what"], **how})
    assert outcome == "stored" and ward.hanh.answer(referral)[1] == "stored"
    assert ward.hanh.save("assignment", {"referral": referral, "person": getattr(ward, to).me["person"]})[1] == "stored"
    return referral


def test_a_trained_responder_assesses_on_the_referral_given_to_her_and_sees_what_she_found_alone(ward):
    train(ward, "hanh", "da5")
    case, kim = opened(ward), ward.kim.me["person"]
    ward.thu.save("child-risk", {"case": case, "harm": "medium", "note": "Bé hay nghỉ học"})
    referral = given(ward, case)
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert 'data-entry-form="risk"' in page and 'data-entry-form="child-risk"' not in page and "Trung bình" not in page
    risk, outcome = ward.hanh.save("risk", {"referral": referral, **YES, "due": "week", "note": "Có dấu tay ở cổ"})
    assert outcome == "stored"
    [made] = ward.rows(Risk.select().where(Risk.id == risk))
    assert (made.case_id, made.author_id, made.level) == (case, ward.hanh.me["person"], "high") and case_of(ward, case).risk == "high"
    assert "Có dấu tay ở cổ" in ward.thu.get(f"/cases/{case}/risk").text
    told = {each.person_id for each in ward.rows(Notice.select().where(Notice.event == "case-risk", Notice.urgent))}
    assert told == {ward.thu.me["person"], kim}
    assert [each.owner_id for each in ward.rows(Task.select().where(Task.what == "reassess"))] == [ward.thu.me["person"]]
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert "Bạn đã đánh giá" in page and "Cao" in page and "Trung bình" not in page and case not in page
    assert ward.hanh.get(f"/cases/{case}/risk").status_code == 404 and "Bé hay nghỉ học" not in page


def test_a_responder_assesses_nothing_that_is_not_given_to_her_or_that_she_was_not_trained_for(ward):
    case = opened(ward)
    referral = given(ward, case)
    assert ward.hanh.save("risk", {"referral": referral, **YES})[1] == "forbidden", "not trained"
    train(ward, "hanh", "da5")
    assert ward.hanh.save("risk", {"case": case, **YES})[1] == "forbidden", "a case is a coordinator's"
    assert ward.hanh.save("child-risk", {"referral": referral, "harm": "low"})[1] == "forbidden", "trained in the other"
    train(ward, "nga", "da5")
    assert ward.nga.save("risk", {"referral": referral, **YES})[1] == "forbidden", "another unit"
    alone = ward.lan.refer(unit="tramyte", urgency="urgent", basis="danger")
    assert ward.hanh.answer(alone)[1] == "stored"
    assert ward.hanh.save("assignment", {"referral": alone, "person": ward.hanh.me["person"]})[1] == "stored"
    assert ward.hanh.save("risk", {"referral": alone, **YES})[1] == "forbidden", "it is of no case yet"
    assert not ward.rows(Risk.select())
    assert ward.hanh.save("answer", {"referral": referral, "choice": "help"})[1] == "stored"
    assert ward.hanh.save("risk", {"referral": referral, **YES})[1] == "forbidden", "it is over"


def test_after_a_withdrawal_no_assessment_is_asked_for(ward):
    train(ward, "hanh", "da5")
    case = opened(ward)
    referral = given(ward, case)
    ward.hanh.save("risk", {"referral": referral, **YES})
    assert ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn"})[1] == "stored"
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert 'data-entry-form="note"' in page and 'data-entry-form="risk"' not in page and "Bạn đã đánh giá" not in page


def test_an_assessment_on_a_merged_case_is_of_the_one_that_stands(ward):
    train(ward, "hanh", "da5")
    case, stands = opened(ward), opened(ward)
    referral = given(ward, case)
    assert ward.thu.save("triage", {"case": case, "choice": "merge", "into": stands})[1] == "stored"
    assert ward.hanh.save("risk", {"referral": referral, **YES})[1] == "stored"
    assert case_of(ward, stands).risk == "high" and "Bạn đã đánh giá" in ward.hanh.get(f"/referrals/{referral}").text
