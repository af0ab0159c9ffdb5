"""Case work, rule by rule: every choice, what it does, what refuses it, and what the second of two is told."""
import json
import re

import pytest

from db.base import database
from db.models import (Answer, Audit, Case, CaseEvent, CasePerson, Consent, Handover, Held, Incident, Measure, Notice, Record, Referral, Service,
                       Task, Triage, Unit)
from pwa.cli import _seed
from pwa.crypto import columns
from pwa.domain import access, cases, classifications, measures, people, queue, services, similar, states, timeline
from pwa.domain.clock import DAY, now
from pwa.domain.invitations import LETTERS
from tests.ward import Phone

DANGER = {"danger": "yes"}


def saved(outcome):
    entry_id, word = outcome
    assert word == "stored", word
    return entry_id


def opened(ward, **fields):
    """(record, case) of a record Lan made and Thu opened a case for."""
    record = ward.lan.record(**fields)
    return record, saved(ward.thu.save("triage", {"record": record, "choice": "open"}))


def row(ward, model, row_id):
    [found] = ward.rows(model.select().where(model.id == row_id))
    return found


def told(ward, case):
    """(kind, choice) of a case's timeline, oldest first."""
    return [(each.kind, each.choice) for each in
            ward.rows(CaseEvent.select().where(CaseEvent.case == case).order_by(CaseEvent.at, CaseEvent.number))]


def sentence(phone, kind, fields):
    """(outcome, what the phone is told) of one entry."""
    [receipt] = phone.sync(phone.seal(kind, fields)).json["receipts"]
    return receipt["outcome"], " ".join(receipt["errors"])


def referred(ward, case, **fields):
    return saved(ward.thu.save("case-referral", {"case": case, "unit": "tramyte", "urgency": "day", "services": ["medical"], **fields}))


CONSENT = {"decision": "agreed", "asked_of": "self", "limits_said": "y"}


# ── Triage ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_new_record_waits_urgent_and_oldest_first(ward):
    calm, calmer = ward.lan.record(), ward.lan.record()
    urgent = ward.hoa.record(**DANGER)
    page = ward.thu.get("/triage").text
    assert page.index(urgent) < page.index(calm) < page.index(calmer)


def test_a_case_gets_a_code_without_letters_that_look_alike_and_no_name_in_any_list(ward):
    record, case = opened(ward, narrative="Chị Tư bị đánh", safe_contact="Gọi chị Sáu")
    code = row(ward, Case, case).code
    assert len(code) == 6 and set(code) <= set(LETTERS) and not set(code) & set("IO01")
    page = ward.thu.get("/cases").text
    assert cases.shown(code) in page and "Chị Tư" not in page and "chị Sáu" not in page


def test_no_list_shows_a_word_that_somebody_wrote_but_ones_own_book(ward):
    words = "Chị Tư nhà số chín"
    first = ward.lan.record(acts=[], narrative=words, victim_sex="female", when="today")
    ward.hoa.record(acts=[], narrative=words)
    _record, case = opened(ward, acts=[], narrative=words)
    referral = referred(ward, case)
    saved(ward.hanh.answer(referral))
    for owner in (ward.thu, ward.hanh):
        saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "today", "owner": owner.me["person"], "note": words}))
    saved(ward.thu.save("triage", {"record": first, "choice": "ask", "question": words}))
    person = saved(ward.thu.save("person", {"case": case, "part": "affected", "name": words}))
    saved(ward.thu.save("data-request", {"case": case, "person": person, "what": "copy", "asked_by": "self", "remark": words}))
    lists = [(phone, path) for phone in (ward.thu, ward.hanh, ward.lan) for path in ("/todo", "/triage", "/cases", "/notices")]
    assert not [path for phone, path in lists if words in phone.get(path).text]
    page = re.sub(r"\s+", " ", ward.thu.get("/triage").text)
    assert "Nữ · Hôm nay · Có lời kể<" in page and ">Có lời kể<" in page, "what is known in codes is there"
    todo = ward.thu.get("/todo").text
    assert ">Có ghi chú<" in todo and "Trả lời người đề nghị về dữ liệu" in todo, "what the ward's own server put names nobody"
    assert f'data-slot="summary">{words}<' in ward.thu.get(f"/cases/{case}").text, "which is no list"
    assert words in ward.lan.get("/records/rows").text and words in ward.thu.get(f"/records/{first}").text


def test_opening_takes_the_record_out_of_the_queue_and_the_opener_answers_for_the_case(ward):
    record, case = opened(ward, **DANGER, tdp="tdp-3")
    found = row(ward, Record, record)
    assert (found.turn, found.became, found.case_id) == (None, "case", case)
    opened_case = row(ward, Case, case)
    assert opened_case.coordinator_id == ward.thu.me["person"] and opened_case.urgent and opened_case.area.code == "tdp-3"
    assert record not in ward.thu.get("/triage").text


def test_opening_accepts_what_was_asked_of_the_coordinators_and_nothing_else(ward):
    record = ward.lan.record(**DANGER)
    ours = ward.lan.refer(record=record)
    theirs = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger")
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    assert row(ward, Referral, ours).state == "accepted" and row(ward, Referral, theirs).state == "sent"
    assert {each.case_id for each in ward.rows(Referral.select())} == {case}


def test_a_referral_without_a_record_becomes_a_case_too(ward):
    referral = ward.lan.refer()
    case = saved(ward.thu.save("triage", {"referral": referral, "choice": "open"}))
    assert row(ward, Referral, referral).case_id == case and told(ward, case)[0] == ("triage", "open")


REFERRED = {"open": lambda ward: {}, "join": lambda ward: {"into": opened(ward)[1]}}


@pytest.mark.parametrize("choice", REFERRED)
@pytest.mark.parametrize("unit", ["vhxh", "congan"])
def test_a_referral_without_a_record_is_opened_or_joined_on_its_page_and_for_a_day_taken_back(ward, choice, unit):
    referral = ward.lan.refer(unit=unit, urgency="urgent", basis="danger")
    page, unseen = ward.thu.get(f"/referrals/{referral}").text, ward.dung.get(f"/referrals/{referral}").text
    assert f'name="choice" value="{choice}"' in page and "Phân loại chuyển gửi này" not in unseen
    before = row(ward, Referral, referral)
    triage = saved(ward.thu.save("triage", {"referral": referral, "choice": choice, **REFERRED[choice](ward)}))
    kept = row(ward, Triage, triage)
    assert (row(ward, Referral, referral).case_id, row(ward, Case, kept.case_id).urgent) == (kept.case_id, True)
    assert row(ward, Referral, referral).state == ("accepted" if unit == "vhxh" else before.state)
    page = ward.thu.get(f"/referrals/{referral}").text
    assert f'name="triage" value="{triage}"' in page and "Phân loại chuyển gửi này" not in page
    saved(ward.kim.save("triage", {"choice": "undo", "triage": triage}))
    after = row(ward, Referral, referral)
    assert after.case_id is None and (after.turn, after.owner_id, after.answered_at) == (before.turn, before.owner_id, before.answered_at)
    assert after.state in ("sent", "seen") and row(ward, Triage, triage).undone_at and told(ward, kept.case_id)[-1] == ("triage", "undo")
    assert "Phân loại chuyển gửi này" in ward.thu.get(f"/referrals/{referral}").text and referral in ward.thu.get("/todo").text


def test_undoing_leaves_what_the_coordinators_have_said_since(ward):
    referral = ward.lan.refer()
    case = saved(ward.thu.save("triage", {"referral": referral, "choice": "open"}))
    saved(ward.thu.answer(referral, "help"))
    saved(ward.thu.save("triage", {"choice": "undo", "triage": case}))
    assert (row(ward, Referral, referral).state, row(ward, Referral, referral).case_id) == ("helped", None)


def test_a_record_that_comes_after_its_referral_follows_it_into_the_case_and_out_of_it(ward):
    late = ward.lan.seal("record", {"form_name": "observation", "acts": ["hit"], "danger": "yes"})
    referral = ward.lan.refer(record=late["id"])
    case = saved(ward.thu.save("triage", {"referral": referral, "choice": "open"}))
    assert ward.lan.sync(late).json["receipts"][0]["outcome"] == "stored"
    found = row(ward, Record, late["id"])
    assert (found.case_id, found.became, found.turn) == (case, "case", None) and row(ward, Case, case).urgent
    assert told(ward, case)[-1] == ("record", "arrived") and late["id"] in ward.thu.get(f"/cases/{case}").text
    saved(ward.thu.save("triage", {"choice": "undo", "triage": case}))
    found = row(ward, Record, late["id"])
    assert (found.case_id, found.became) == (None, None) and found.turn is not None and late["id"] in ward.thu.get("/triage").text


def test_a_referral_whose_record_is_here_is_decided_about_with_its_record(ward):
    record = ward.lan.record()
    referral = ward.lan.refer(record=record)
    assert "Phân loại chuyển gửi này" not in ward.thu.get(f"/referrals/{referral}").text
    case = saved(ward.thu.save("triage", {"referral": referral, "choice": "open"}))
    assert row(ward, Record, record).case_id == row(ward, Referral, referral).case_id == case
    assert ward.kim.save("triage", {"record": record, "choice": "open"})[1] == "conflict"


def test_forbidden_triage_of_a_referral_that_a_case_made(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    assert ward.kim.save("triage", {"referral": referral, "choice": "open"})[1] == "forbidden"
    assert "Phân loại chuyển gửi này" not in ward.thu.get(f"/referrals/{referral}").text


def test_a_record_joins_a_case_by_its_code_however_it_is_typed(ward):
    _record, case = opened(ward)
    other = ward.hoa.record(**DANGER)
    code = row(ward, Case, case).code.lower()
    saved(ward.thu.save("triage", {"record": other, "choice": "join", "into": f" {code[:3]} - {code[3:]} "}))
    assert row(ward, Record, other).case_id == case and row(ward, Case, case).urgent


def test_invalid_a_code_that_is_nobodys(ward):
    outcome, told_to = sentence(ward.thu, "triage", {"record": ward.lan.record(), "choice": "join", "into": "ZZZZZZ"})
    assert outcome == "invalid" and "mã" in told_to


def test_what_is_not_gbv_still_goes_to_whoever_should_have_it(ward):
    record = ward.lan.record(victim_age="under-16")
    saved(ward.thu.save("triage", {"record": record, "choice": "not-gbv", "reason": "child-matter", "unit": "phunu", "basis": "child"}))
    [referral] = ward.rows(Referral.select())
    assert (referral.record_id, referral.unit.code, referral.state) == (record, "phunu", "sent")
    assert row(ward, Record, record).became == "elsewhere"
    assert "Đã chuyển đúng nơi" in ward.lan.get("/records/rows").text


def test_invalid_not_gbv_without_anywhere_to_go(ward):
    outcome, told_to = sentence(ward.thu, "triage", {"record": ward.lan.record(), "choice": "not-gbv", "reason": "social"})
    assert outcome == "invalid" and "nơi" in told_to


def test_a_question_arrives_as_a_task_of_the_one_who_recorded_and_the_record_goes_on_waiting(ward):
    record = ward.lan.record()
    question = saved(ward.thu.save("triage", {"record": record, "choice": "ask", "question": "Nhà đó có trẻ nhỏ không?"}))
    assert row(ward, Record, record).turn is not None
    assert question in ward.lan.get("/todo").text and "Nhà đó có trẻ nhỏ không?" in ward.lan.get(f"/tasks/{question}").text
    assert {each.event for each in ward.rows(Notice.select().where(Notice.person == ward.lan.me["person"]))} == {"question"}
    saved(ward.lan.save("completion", {"task": question, "choice": "done", "what": "question", "note": "Có, hai cháu"}))
    assert "Có, hai cháu" in ward.thu.get(f"/records/{record}").text and row(ward, Record, record).became is None


def test_conflict_a_second_question_before_the_first_is_answered(ward):
    record = ward.lan.record()
    saved(ward.thu.save("triage", {"record": record, "choice": "ask", "question": "Một?"}))
    assert ward.kim.save("triage", {"record": record, "choice": "ask", "question": "Hai?"})[1] == "conflict"


def test_the_same_place_within_days_and_the_same_number_are_suggested_without_opening_anything(ward, monkeypatch):
    first = ward.lan.record(tdp="tdp-1", place="home")
    same_number = ward.hoa.record(tdp="tdp-9", safe_contact="Gọi 0912 345 678")
    again = ward.hoa.record(tdp="tdp-1", place="home", safe_contact="0912.345.678")
    far = ward.lan.record(tdp="tdp-2", place="home")
    [record] = ward.rows(Record.select().where(Record.id == again))
    monkeypatch.setattr(columns, "unseal", lambda *_place: pytest.fail("decrypted"))
    found = {each.id for each in ward.rows(similar.records(record))}
    assert found == {first, same_number} and far not in found


def test_what_a_school_notes_lies_in_the_school_with_or_without_a_grade_and_within_days(ward):
    school = {"form_name": "school", "acts": ["insult"], "place": "class", "narrative": ""}
    graded, bare, home, twin = (ward.mai.record(**{**school, **more}) for more in ({"grade": "6-9"}, {}, {"place": "home"}, {}))
    # Written down at the police: of which school, nobody said.
    elsewhere = ward.dung.record(**school, grade="6-9")
    old = ward.mai.record(**school)
    with ward.app.app_context(), database.connection_context():
        Record.update(received_at=now() - 4 * DAY).where(Record.id == old).execute()
        found = {each.id for each in similar.records(Record.get_by_id(bare))}
    assert found == {graded, twin} and row(ward, Record, elsewhere).place_key is None and row(ward, Record, home).place_key
    page = ward.thu.get(f"/records/{bare}").text
    assert f'name="other" value="{twin}"' in page and f'name="other" value="{home}"' not in page


def test_a_case_whose_person_has_the_same_number_is_offered_to_join(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "phone": "0912 345 678"}))
    record = ward.lan.record(safe_contact="chị Sáu, 0912345678, buổi trưa")
    page = ward.thu.get(f"/records/{record}").text
    assert "Cùng số điện thoại với người trong hồ sơ" in page and f'name="into" value="{case}"' in page
    saved(ward.thu.save("triage", {"record": record, "choice": "join", "into": case}))
    assert row(ward, Record, record).case_id == case
    other = ward.lan.record(safe_contact="0987654321")
    assert "Cùng số điện thoại" not in ward.thu.get(f"/records/{other}").text


def test_a_service_is_counted_for_whoever_gave_it_also_when_a_coordinator_writes_it_down(ward):
    _record, case = opened(ward)
    given = {"case": case, "services": ["counselling"], "step": "received"}
    for unit in ("phunu", None):
        saved(ward.thu.save("service", {**given, **({"unit": unit} if unit else {})}))
    referral = referred(ward, case)
    saved(ward.hanh.answer(referral))
    saved(ward.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received"}))
    units = {unit.id: unit.code for unit in ward.rows(Unit.select())}
    found = [units[each.unit_id] for each in ward.rows(Service.select().where(Service.step == "received").order_by(Service.received_at))]
    assert found == ["phunu", "vhxh", "tramyte"]


def test_a_record_days_away_is_not_the_same_matter(ward):
    first, again = (ward.lan.record(tdp="tdp-1", place="home") for _time in range(2))
    with ward.app.app_context():
        Record.update(received_at=now() - 4 * DAY).where(Record.id == first).execute()
    assert f'name="other" value="{first}"' not in ward.thu.get(f"/records/{again}").text


def test_a_merged_duplicate_goes_where_the_other_one_goes(ward):
    first, again = ward.lan.record(tdp="tdp-1"), ward.hoa.record(tdp="tdp-1")
    saved(ward.thu.save("triage", {"record": again, "choice": "merge", "other": first}))
    case = saved(ward.thu.save("triage", {"record": first, "choice": "open"}))
    assert {each.case_id for each in ward.rows(Record.select())} == {case}
    assert row(ward, Record, again).became == "duplicate"


def test_an_urgent_duplicate_moves_the_other_one_up(ward):
    calm, urgent = ward.lan.record(), ward.hoa.record(**DANGER)
    saved(ward.thu.save("triage", {"record": urgent, "choice": "merge", "other": calm}))
    assert queue.is_urgent(row(ward, Record, calm).turn)


def test_a_record_mended_after_triage_stays_in_its_case(ward):
    record, case = opened(ward)
    mended = ward.lan.record(replaces=record, narrative="Nói rõ hơn")
    found = row(ward, Record, mended)
    assert (found.case_id, found.turn) == (case, None) and ("record", "mended") in told(ward, case)


def test_triage_of_a_record_mended_meanwhile_is_about_the_new_one(ward):
    record = ward.lan.record()
    mended = ward.lan.record(replaces=record)
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    assert row(ward, Record, mended).case_id == case


# ── Hoàn tác ─────────────────────────────────────────────────────────────────────────────────────────────────────────

UNDOABLE = {
    "open": lambda ward, record: {"record": record, "choice": "open"},
    "join": lambda ward, record: {"record": record, "choice": "join", "into": opened(ward)[1]},
    "not-gbv": lambda ward, record: {"record": record, "choice": "not-gbv", "reason": "social", "unit": "phunu"},
    "ask": lambda ward, record: {"record": record, "choice": "ask", "question": "?"},
    "merge": lambda ward, record: {"record": record, "choice": "merge", "other": ward.hoa.record()},
}


@pytest.mark.parametrize("choice", UNDOABLE)
def test_every_choice_is_taken_back_within_a_day_and_stays_written(ward, choice):
    record = ward.lan.record(**DANGER)
    before = row(ward, Record, record).__data__
    triage = saved(ward.thu.save("triage", UNDOABLE[choice](ward, record)))
    saved(ward.kim.save("triage", {"choice": "undo", "triage": triage}))
    after = row(ward, Record, record).__data__
    assert {name: after[name] for name in ("turn", "became", "case_id", "duplicate_of")} == {
        name: before[name] for name in ("turn", "became", "case_id", "duplicate_of")}
    kept = row(ward, Triage, triage)
    assert kept.undone_at and kept.undone_by_id == ward.kim.me["person"] and record in ward.thu.get("/triage").text
    if kept.case_id:
        assert told(ward, kept.case_id)[-1] == ("triage", "undo")


@pytest.mark.parametrize("choice", UNDOABLE)
def test_conflict_a_choice_of_the_day_before_is_not_taken_back(ward, choice):
    triage = saved(ward.thu.save("triage", UNDOABLE[choice](ward, ward.lan.record())))
    with ward.app.app_context():
        Triage.update(received_at=now() - DAY - 1000).where(Triage.id == triage).execute()
    assert ward.thu.save("triage", {"choice": "undo", "triage": triage})[1] == "conflict"
    assert row(ward, Triage, triage).undone_at is None


def test_undoing_a_referral_elsewhere_withdraws_it(ward):
    triage = saved(ward.thu.save("triage", {"record": ward.lan.record(), "choice": "not-gbv", "reason": "social", "unit": "phunu"}))
    saved(ward.thu.save("triage", {"choice": "undo", "triage": triage}))
    assert [each.state for each in ward.rows(Referral.select())] == ["withdrawn"]


@pytest.mark.parametrize("choice", [{"choice": "not-gbv", "reason": "social", "unit": "phunu"}, {"choice": "ask", "question": "Ở đâu?"}])
def test_undoing_a_choice_about_a_record_that_was_mended_since_is_about_the_mended_one(ward, choice):
    record = ward.lan.record()
    triage, _outcome = ward.thu.save("triage", {"record": record, **choice})
    mended = ward.lan.record(replaces=record)
    assert ward.thu.save("triage", {"choice": "undo", "triage": triage})[1] == "stored"
    rows = {row.id: row for row in ward.rows(Record.select().where(Record.id.in_([record, mended])))}
    assert (rows[mended].became, rows[mended].turn is not None, rows[record].turn) == (None, True, None)


def test_conflict_a_case_that_has_asked_somebody_is_closed_not_undone(ward):
    _record, case = opened(ward)
    referred(ward, case)
    outcome, told_to = sentence(ward.thu, "triage", {"choice": "undo", "triage": case})
    assert outcome == "conflict" and "kết thúc" in told_to and row(ward, Case, case).state == "open"


def test_two_coordinators_offline_both_are_kept_and_the_second_hears_what_the_first_did_and_chooses(ward):
    record = ward.lan.record()
    late = ward.kim.seal("triage", {"record": record, "choice": "not-gbv", "reason": "social", "unit": "phunu"})
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    [receipt] = ward.kim.sync(late).json["receipts"]
    assert receipt["outcome"] == "conflict" and cases.shown(row(ward, Case, case).code) in receipt["errors"][0]
    assert told(ward, case)[-1] == ("conflict", "triage")
    page = ward.kim.get(f"/records/{record}").text
    assert "Giữ việc đã làm trước" in page and "Làm theo bản của tôi" in page
    assert "Làm theo bản của tôi" not in ward.thu.get(f"/records/{record}").text
    # Kim chooses her own: the first is taken back, in the same entry.
    saved(ward.kim.save("triage", {"record": record, "choice": "not-gbv", "reason": "social", "unit": "phunu", "instead": case, "replaces": late["id"]}))
    assert row(ward, Case, case).state == "undone" and row(ward, Record, record).became == "elsewhere"
    assert [each.closed_at is not None for each in ward.rows(Held.select())] == [True]


def test_the_second_keeps_what_the_first_did_and_nothing_waits_any_more(ward):
    record, _case = opened(ward)
    late, outcome = ward.kim.save("triage", {"record": record, "choice": "open"})
    assert outcome == "conflict"
    saved(ward.kim.save("withdrawal", {"target": late}))
    assert "Làm theo bản của tôi" not in ward.kim.get(f"/records/{record}").text


def test_a_rule_that_refuses_late_leaves_nothing_half_done(ward):
    """The first is taken back in the same entry: when the second part is refused, the first stands."""
    record, case = opened(ward)
    assert ward.kim.save("triage", {"record": record, "choice": "not-gbv", "reason": "social", "instead": case})[1] == "invalid"
    assert row(ward, Case, case).state == "open" and row(ward, Triage, case).undone_at is None and row(ward, Record, record).became == "case"


# ── People, incidents, classification ────────────────────────────────────────────────────────────────────────────────

def test_names_and_contacts_are_sealed_and_shown_to_the_coordinator(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "name": "Nguyễn Thị Tư", "phone": "0912 345 678", "safe_contact": "Qua chị Sáu"}))
    page = ward.thu.get(f"/cases/{case}").text
    assert "Nguyễn Thị Tư" in page and "Qua chị Sáu" in page
    stored = json.dumps([{name: str(value) for name, value in each.items()} for each in ward.rows(CasePerson.select().dicts())], ensure_ascii=False)
    assert "Tư" not in stored and "912345678" not in stored.replace(" ", "") and "Sáu" not in stored


def test_what_changes_what_the_law_allows_is_known_of_the_case(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "age": "under-16", "vulnerabilities": ["pregnant"]}))
    found = row(ward, Case, case)
    assert found.child and set(found.vulnerabilities) == {"child", "pregnant"}


def test_the_same_person_in_two_cases_has_one_pseudonym_and_one_household(ward):
    _record, earlier = opened(ward)
    saved(ward.thu.save("person", {"case": earlier, "part": "affected", "sex": "female"}))
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "known_from": row(ward, Case, earlier).code}))
    saved(ward.thu.save("person", {"case": case, "part": "child"}))
    first, again, child = ward.rows(CasePerson.select().order_by(CasePerson.received_at, CasePerson.part))
    assert first.key == again.key != child.key and first.household_key == again.household_key == row(ward, Case, earlier).household_key


def test_who_turns_out_to_be_known_is_so_in_what_was_written_before_too(ward):
    earlier, case = opened(ward)[1], opened(ward)[1]
    gone = saved(ward.thu.save("person", {"case": earlier, "part": "affected"}))
    saved(ward.thu.save("person", {"case": earlier, "part": "affected", "over": gone, "removed": "y"}))
    first = saved(ward.thu.save("person", {"case": earlier, "part": "affected", "phone": "0912345678"}))
    person = saved(ward.thu.save("person", {"case": case, "part": "affected"}))
    incident = saved(ward.thu.save("incident", {"case": case, "person": person, "main_form": "physical", "forms": ["physical"]}))
    known = {"case": case, "part": "affected", "over": person, "known_from": row(ward, Case, earlier).code}
    person = saved(ward.thu.save("person", known))
    same = row(ward, CasePerson, first)
    now = row(ward, Incident, incident)
    assert row(ward, CasePerson, person).key == same.key == now.person_key and now.household_key == same.household_key
    # Two in the earlier case: it takes the number to know which.
    saved(ward.thu.save("person", {"case": earlier, "part": "affected", "phone": "0987654321"}))
    assert ward.thu.save("person", known | {"over": person})[1] == "invalid"
    again = saved(ward.thu.save("person", known | {"over": person, "phone": "0912 345 678"}))
    assert row(ward, CasePerson, again).key == same.key


def test_what_was_noted_by_mistake_is_taken_out_of_what_is_counted_and_stays_on_the_timeline(ward):
    _record, case = opened(ward)
    incident = saved(ward.thu.save("incident", {"case": case, "main_form": "physical", "forms": ["physical"], "on_date": "2026-10-01", "note": "Nhầm nhà"}))
    measure = saved(ward.thu.save("measure", {"case": case, "measure": "sanction", "body": "police", "note": "Nhầm người"}))
    page = ward.thu.get(f"/cases/{case}/measure?over={measure}").text
    assert "Nhầm người" in page and "Ghi nhầm: bỏ biện pháp này" in page and "Ghi nhầm" not in ward.thu.get(f"/cases/{case}/measure").text
    mended = saved(ward.thu.save("measure", {"case": case, "measure": "contact-ban", "over": measure}))
    assert ward.kim.save("measure", {"case": case, "measure": "sanction", "over": measure})[1] == "conflict"
    assert ward.kim.save("measure", {"case": case, "measure": "sanction", "over": case})[1] == "invalid"
    with ward.app.app_context(), database.connection_context():
        assert [each.id for each in measures.of_case([case])] == [mended]
    saved(ward.thu.save("measure", {"case": case, "measure": "contact-ban", "over": mended, "removed": "y"}))
    saved(ward.thu.save("incident", {"case": case, "over": incident, "removed": "y"}))
    page = ward.thu.get(f"/cases/{case}").text
    assert "Bỏ một vụ ghi nhầm" in page and "Bỏ một biện pháp ghi nhầm" in page and "Chưa có biện pháp nào" in page and 'class="incident"' not in page


def counted(ward, case):
    """{(service, step, unit)} of what is counted of a case."""
    with ward.app.app_context(), database.connection_context():
        return {(each.service, each.step, each.unit.code) for each in services.of_case([case])}


def test_a_service_noted_by_mistake_is_changed_or_taken_out_by_those_who_keep_the_case_and_stays_on_the_timeline(ward):
    _record, case = opened(ward)
    both = saved(ward.thu.save("service", {"case": case, "services": ["legal", "shelter"], "step": "received", "unit": "phunu", "note": "Nhầm người"}))
    legal, shelter = (each.id for each in sorted(ward.rows(Service.select().where(Service.entry_id == both)), key=lambda each: each.service))
    page = ward.thu.get(f"/cases/{case}/step?over={legal}").text
    assert "Nhầm người" in page and "Ghi nhầm: bỏ dịch vụ này" in page and 'value="phunu" selected' in page
    assert "Ghi nhầm" not in ward.thu.get(f"/cases/{case}/service").text and f"/step?over={shelter}" in ward.thu.get(f"/cases/{case}").text
    # Whoever leaves the place blank has not said that another gave it.
    mended = saved(ward.kim.save("service", {"case": case, "services": ["legal"], "step": "refused", "over": legal}))
    assert counted(ward, case) == {("legal", "refused", "phunu"), ("shelter", "received", "phunu")}
    late = {"case": case, "services": ["legal"], "step": "needed", "over": legal}
    assert ward.thu.save("service", late)[1] == "conflict" and ward.thu.save("service", late | {"over": case})[1] == "invalid"
    page = ward.thu.get(f"/cases/{case}").text
    assert "dịch vụ này đã được ghi lại" in page and f'name="over" value="{mended}"' in page
    saved(ward.thu.save("service", {"case": case, "services": ["counselling"], "step": "needed", "over": shelter, "removed": "y"}))
    saved(ward.thu.save("service", {"case": case, "services": ["legal"], "step": "refused", "over": mended, "removed": "y"}))
    page = ward.thu.get(f"/cases/{case}").text
    assert counted(ward, case) == set() and "Chưa ghi dịch vụ nào" in page and "Sửa dịch vụ đã ghi" not in page
    assert "Sửa một dịch vụ" in page and page.count("Bỏ một dịch vụ ghi nhầm") == 2 and "Nhầm người" in page
    assert len(ward.rows(Service.select())) == 5, "nothing is overwritten"


def test_what_a_unit_gave_before_there_was_a_case_goes_into_it_and_out_again_with_the_referral(ward):
    record = ward.lan.record(**DANGER)
    referral = ward.lan.refer(record=record, unit="tramyte", urgency="urgent", basis="danger", services=["medical"])
    saved(ward.hanh.answer(referral))
    given = {"referral": referral, "services": ["medical"], "step": "received"}
    saved(ward.hanh.save("service", given))
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    steps = {("medical", step, "tramyte") for step in ("needed", "offered", "received")}
    assert counted(ward, case) == steps and "Chưa ghi dịch vụ nào" not in ward.thu.get(f"/cases/{case}").text
    saved(ward.thu.save("triage", {"choice": "undo", "triage": case}))
    _record, other = opened(ward)
    saved(ward.thu.save("triage", {"record": record, "choice": "join", "into": other}))
    assert counted(ward, case) == set() and counted(ward, other) == steps


def test_a_unit_mends_what_it_noted_at_its_own_referral_and_nothing_else(ward):
    _record, case = opened(ward)
    referral, other = referred(ward, case), referred(ward, case, unit="phunu", services=["counselling"])
    saved(ward.hanh.answer(referral)), saved(ward.nga.answer(other))
    given = {"referral": referral, "services": ["medical"], "step": "received"}
    saved(ward.hanh.save("service", given | {"on_date": "2026-01-06", "note": "Nhầm ngày"}))
    [noted] = ward.rows(Service.select().where(Service.step == "received"))
    [asked] = ward.rows(Service.select().where(Service.step == "needed", Service.service == "medical"))
    page = ward.hanh.get(f"/referrals/{referral}").text
    form = page.split(f'name="over" value="{noted.id}"')[1].split("</form>")[0]
    assert all(word in form for word in ('value="2026-01-06"', "Nhầm ngày", "Ghi nhầm: bỏ dịch vụ này"))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "what a label names is there once"
    assert noted.id not in ward.thu.get(f"/referrals/{referral}").text
    # Neither what another unit gave, nor what the coordinators count as asked for.
    assert ward.nga.save("service", given | {"over": noted.id})[1] == "forbidden"
    assert ward.nga.save("service", given | {"referral": other, "over": noted.id})[1] == "invalid"
    assert ward.hanh.save("service", given | {"over": asked.id})[1] == "invalid"
    mended = saved(ward.hanh.save("service", given | {"on_date": "2026-01-07", "over": noted.id}))
    late = ward.hanh.seal("service", given | {"on_date": "2026-01-08", "over": noted.id})
    assert ward.hanh.sync(late).json["receipts"][0]["outcome"] == "conflict"
    assert f'name="over" value="{mended}"' in ward.hanh.get(f"/referrals/{referral}").text.split("Bản của bạn đến sau")[1]
    saved(ward.hanh.save("service", given | {"over": mended, "removed": "y"}))
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert "Dịch vụ đã ghi" not in page and told(ward, case)[-3:] == [("service", "changed"), ("conflict", "service"), ("service", "removed")]
    assert ("medical", "received", "tramyte") not in counted(ward, case) and ("medical", "needed", "tramyte") in counted(ward, case)


def test_conflict_a_person_written_anew_by_two(ward):
    _record, case = opened(ward)
    person = saved(ward.thu.save("person", {"case": case, "part": "other"}))
    saved(ward.thu.save("person", {"case": case, "part": "other", "sex": "male", "over": person}))
    assert ward.kim.save("person", {"case": case, "part": "other", "sex": "female", "over": person})[1] == "conflict"
    assert told(ward, case)[-1] == ("conflict", "person")
    assert len(ward.rows(CasePerson.select().where(CasePerson.replaced_by.is_null()))) == 1


def test_an_incident_takes_sex_age_and_keys_from_the_people_and_leaves_the_rest_unknown(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "sex": "female", "age": "18-59", "disabled": "yes"}))
    saved(ward.thu.save("person", {"case": case, "part": "other", "sex": "male"}))
    saved(ward.thu.save("incident", {"case": case, "forms": ["physical", "mental"], "main_form": "physical", "mediated": "yes", "mediated_by": "community",
                                     "pressured": "yes"}))
    [incident] = ward.rows(Incident.select())
    affected, other = ward.rows(CasePerson.select().order_by(CasePerson.part))
    assert (incident.sex, incident.age, incident.disabled, incident.other_sex, incident.other_age) == ("female", "18-59", "yes", "male", None)
    assert (incident.person_key, incident.other_key) == (affected.key, other.key) and incident.on_date is None
    assert "Không rõ ngày" in ward.thu.get(f"/cases/{case}").text


def test_a_vu_knows_of_its_people_what_is_known_now_whichever_was_written_first_and_keeps_what_was_said_of_it(ward):
    _record, case = opened(ward)
    first, second = (saved(ward.thu.save("incident", {"case": case, "main_form": "physical", **more})) for more in ({}, {"age": "from-60"}))
    person = saved(ward.thu.save("person", {"case": case, "part": "affected", "sex": "female"}))
    saved(ward.thu.save("person", {"case": case, "part": "other", "sex": "male", "relation": "partner"}))
    kept = row(ward, CasePerson, person)
    for incident, age in ((first, None), (second, "from-60")):
        found = row(ward, Incident, incident)
        assert (found.person_key, found.person_id, found.household_key) == (kept.key, person, kept.household_key)
        assert (found.sex, found.age, found.other_sex, found.relation) == ("female", age, "male", "partner")
    # A second person leaves the vụ with the first, and of whom nobody knows it is says nothing.
    saved(ward.thu.save("person", {"case": case, "part": "affected", "sex": "male"}))
    later = saved(ward.thu.save("incident", {"case": case, "main_form": "mental"}))
    anew = saved(ward.thu.save("person", {"case": case, "part": "affected", "sex": "other", "age": "18-59", "over": person}))
    assert [(row(ward, Incident, each).sex, row(ward, Incident, each).age) for each in (first, second, later)] == [
        ("other", "18-59"), ("other", "from-60"), (None, None)]
    assert row(ward, Incident, first).person_id == anew and f'value="{anew}" selected' in ward.thu.get(f"/cases/{case}/incident?over={first}").text


def test_invalid_a_main_form_that_is_not_one_of_the_forms(ward):
    _record, case = opened(ward)
    assert ward.thu.save("incident", {"case": case, "forms": ["mental"], "main_form": "sexual"})[1] == "invalid"


def test_invalid_a_day_that_has_not_come(ward):
    _record, case = opened(ward)
    assert ward.thu.save("incident", {"case": case, "on_date": "2199-01-01"})[1] == "invalid"


def test_measures_are_noted_with_day_and_body(ward):
    _record, case = opened(ward)
    incident = saved(ward.thu.save("incident", {"case": case}))
    saved(ward.thu.save("measure", {"case": case, "measure": "contact-ban", "on_date": "2026-01-05", "body": "ward", "incident": incident}))
    [measure] = ward.rows(Measure.select())
    assert (measure.measure, measure.on_date, measure.body, measure.incident_id) == ("contact-ban", "2026-01-05", "ward", incident)


def test_mediation_is_nowhere_offered(ward):
    from pwa.domain import lists
    offered = {label for name in ("services", "services_for_other", "task", "next_step", "measures") for _code, label in lists.choices(name)}
    assert not [label for label in offered if "hòa giải" in label.lower()]


@pytest.mark.parametrize("answers, expected", [
    ({"rape": "yes"}, "rape"), ({"rape": "no", "sexual-assault": "yes", "physical-assault": "yes"}, "sexual-assault"),
    (dict.fromkeys(classifications.QUESTIONS, "no"), "not-gbv"), ({**dict.fromkeys(classifications.QUESTIONS, "no"), "psychological": "yes"}, "psychological"),
    ({"rape": "no"}, None), ({}, None), (dict.fromkeys(classifications.QUESTIONS, "unknown"), None)])
def test_the_first_yes_is_the_type_and_what_is_not_known_stays_unknown(answers, expected):
    assert classifications.first_yes(answers) == expected


def test_invalid_a_yes_behind_a_question_nobody_answered(ward):
    _record, case = opened(ward)
    outcome, told_to = sentence(ward.thu, "classification", {"case": case, "q_physical_assault": "yes"})
    assert outcome == "invalid" and "Chưa rõ" in told_to


def test_unknown_is_always_an_answer(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("classification", {"case": case, "gbv_unknown": "y", "contexts": ["family"]}))
    assert row(ward, Case, case).gbv_type is None and row(ward, Case, case).contexts == ["family"]


def test_conflict_two_who_classified_without_knowing_of_one_another(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("classification", {"case": case, "gbv_unknown": "y"}))
    assert ward.kim.save("classification", {"case": case, "q_rape": "yes"})[1] == "conflict"
    first = ward.rows(CaseEvent.select().where(CaseEvent.kind == "classification"))[0].entry_id
    saved(ward.kim.save("classification", {"case": case, "q_rape": "yes", "over": first}))
    assert row(ward, Case, case).gbv_type == "rape"


# ── Consent and referral ─────────────────────────────────────────────────────────────────────────────────────────────

PERSON = {"part": "affected", "sex": "female", "age": "18-59", "name": "Nguyễn Thị Tư", "phone": "0912 345 678", "safe_contact": "Qua chị Sáu",
          "address": "Số chín ngõ hai"}
SHOWN = {"what": "Đánh, làm đau", "who": "Nữ, 18–59", "where": "Tổ dân phố 1", "name": "Nguyễn Thị Tư", "contact": "Qua chị Sáu", "address": "Số chín ngõ hai"}


def consented(ward, fields, **more):
    _record, case = opened(ward, tdp="tdp-1", victim_sex="female")
    saved(ward.thu.save("person", {"case": case, **PERSON}))
    return case, referred(ward, case, **{**CONSENT, "fields": fields, **more})


@pytest.mark.parametrize("field", SHOWN)
def test_a_receiver_is_shown_exactly_the_fields_the_consent_names(ward, field):
    _case, referral = consented(ward, [field])
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert {name for name, text in SHOWN.items() if text in page} == {field}


def test_without_consent_nothing_that_identifies_anybody_is_shown(ward):
    _record, case = opened(ward, tdp="tdp-1")
    saved(ward.thu.save("person", {"case": case, **PERSON}))
    page = ward.hanh.get(f"/referrals/{referred(ward, case)}").text
    assert not [text for text in SHOWN.values() if text in page] and "Cấp cứu, khám chữa bệnh" in page


def test_declined_the_referral_goes_without_details_and_says_not_to_go_there(ward):
    _case, referral = consented(ward, ["name", "contact"], decision="declined")
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert "Không liên hệ, không đến nhà" in page and not [text for text in SHOWN.values() if text in page]


def test_withdrawal_stops_every_later_page_and_tells_the_receiver(ward):
    case, referral = consented(ward, list(SHOWN))
    assert "Nguyễn Thị Tư" in ward.hanh.get(f"/referrals/{referral}").text
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn"}))
    page = ward.hanh.get(f"/referrals/{referral}").text
    assert "đã rút lại đồng ý" in page and not [text for text in SHOWN.values() if text in page]
    assert "consent-withdrawn" in {each.event for each in ward.rows(Notice.select().where(Notice.person == ward.hanh.me["person"]))}


def test_a_consent_for_one_receiver_is_none_for_the_next(ward):
    _case, referral = consented(ward, list(SHOWN))
    saved(ward.hanh.answer(referral, "pass", next_unit="phunu"))
    page = ward.nga.get(f"/referrals/{referral}").text
    assert not [text for text in SHOWN.values() if text in page]


def test_a_withdrawal_is_never_held_up_but_sharing_more_without_having_seen_it_is(ward):
    case, _referral = consented(ward, ["who"])
    saved(ward.kim.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn"}))
    wider = {"case": case, "unit": "tramyte", **CONSENT, "fields": ["name"], "over": ward.rows(Consent.select())[0].id}
    assert ward.thu.save("consent", wider)[1] == "conflict"
    assert told(ward, case)[-1] == ("conflict", "consent")


@pytest.mark.parametrize("basis", ["danger", "child"])
def test_the_law_in_the_place_of_consent_needs_its_reason(ward, basis):
    _record, case = opened(ward, victim_age="under-16")
    legal = {"case": case, "unit": "congan", "urgency": "urgent", "decision": "agreed", "consent_basis": basis, "fields": ["contact"]}
    outcome, told_to = sentence(ward.thu, "case-referral", legal)
    assert outcome == "invalid" and "lý do" in told_to
    referral = saved(ward.thu.save("case-referral", {**legal, "consent_note": "Nguy hiểm đêm nay"}))
    [consent] = ward.rows(Consent.select())
    assert (consent.basis, columns.unseal("consent.note", consent.id, consent.note)) == (basis, "Nguy hiểm đêm nay")
    assert row(ward, Referral, referral).basis == basis and row(ward, Referral, referral).urgent


def test_invalid_consent_to_a_name_before_the_limits_were_said(ward):
    _record, case = opened(ward)
    outcome, told_to = sentence(ward.thu, "consent", {"case": case, "unit": "tramyte", "decision": "agreed", "asked_of": "self", "fields": ["name"]})
    assert outcome == "invalid" and "nói rõ" in told_to


def test_a_unit_where_the_other_side_has_people_needs_a_second_thought(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "other", "ties": ["congan"]}))
    asked = {"case": case, "unit": "congan", "urgency": "normal"}
    outcome, told_to = sentence(ward.thu, "case-referral", asked)
    assert outcome == "invalid" and "Công an phường" in told_to
    assert "Cẩn thận" in ward.thu.get(f"/cases/{case}/refer?unit={ward.unit_id('congan')}").text
    saved(ward.thu.save("case-referral", {**asked, "despite": "y"}))


def test_suggestions_follow_type_and_skip_units_with_ties(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("classification", {"case": case, "q_rape": "no", "q_sexual_assault": "no", "q_physical_assault": "yes"}))
    page = ward.thu.get(f"/cases/{case}/refer").text
    clinic, aid = (f'"?unit={ward.unit_id(code)}"' for code in ("tramyte", "tgpl"))
    assert clinic in page and aid not in page
    saved(ward.thu.save("person", {"case": case, "part": "other", "ties": ["tramyte"]}))
    assert clinic not in ward.thu.get(f"/cases/{case}/refer").text


def test_a_shelter_is_suggested_through_the_coordinator_without_an_address(ward):
    page = ward.thu.get(f"/cases/{opened(ward)[1]}/refer").text
    assert "Địa chỉ tin cậy" in page


def test_the_unit_assigns_gives_services_and_says_that_it_helped(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    saved(ward.hanh.answer(referral))
    saved(ward.hanh.save("assignment", {"referral": referral, "person": ward.hanh.me["person"]}))
    saved(ward.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received", "on_date": "2026-01-06", "result": "done"}))
    saved(ward.hanh.answer(referral, "help"))
    found = row(ward, Referral, referral)
    assert (found.state, found.assignee_id, found.turn) == ("helped", ward.hanh.me["person"], None)
    assert sorted((each.service, each.step) for each in ward.rows(Service.select())) == [
        ("medical", "needed"), ("medical", "offered"), ("medical", "received")]
    assert [choice for kind, choice in told(ward, case) if kind == "answer"] == ["accept", "help"]


def test_invalid_could_not_help_without_a_reason(ward):
    referral = referred(ward, opened(ward)[1])
    saved(ward.hanh.answer(referral))
    assert ward.hanh.answer(referral, "fail")[1] == "invalid"
    saved(ward.hanh.answer(referral, "fail", why_not="unsafe"))
    assert row(ward, Referral, referral).state == "not-helped"


def test_a_service_the_person_does_not_want_is_counted_as_refused(ward):
    referral = referred(ward, opened(ward)[1])
    saved(ward.hanh.answer(referral, "decline", reason="unwanted"))
    assert {each.step for each in ward.rows(Service.select())} == {"needed", "offered", "refused"}


def test_conflict_two_colleagues_assign_at_once(ward):
    referral = referred(ward, opened(ward)[1])
    saved(ward.hanh.answer(referral))
    saved(ward.hanh.save("assignment", {"referral": referral, "person": ward.hanh.me["person"]}))
    outcome, told_to = sentence(ward.hanh, "assignment", {"referral": referral, "person": ward.hanh.me["person"]})
    assert outcome == "conflict" and "phân công" in told_to


def test_an_accepted_referral_is_handed_over_with_its_history_and_somebody_owns_it_all_the_while(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    accepted = saved(ward.hanh.answer(referral))
    assert ward.hanh.answer(referral, "pass", next_unit="phunu")[1] == "conflict"
    saved(ward.hanh.answer(referral, "pass", next_unit="phunu", over=accepted))
    found = row(ward, Referral, referral)
    assert (found.state, found.unit.code, found.owner.code) == ("passed", "phunu", "tramyte") and found.turn is not None
    saved(ward.nga.answer(referral))
    assert [each.choice for each in ward.rows(Answer.select().order_by(Answer.received_at))] == ["accept", "pass", "accept"]


def test_the_second_of_two_answers_hears_what_the_first_was(ward):
    referral = referred(ward, opened(ward)[1], unit="vhxh")
    saved(ward.thu.answer(referral))
    outcome, told_to = sentence(ward.kim, "answer", {"referral": referral, "choice": "accept"})
    assert outcome == "conflict" and "đã tiếp nhận" in told_to and "Phòng Văn hóa – Xã hội" in told_to


# ── Follow-up, closing ───────────────────────────────────────────────────────────────────────────────────────────────

def test_what_is_done_asks_for_the_next_step_and_makes_it(ward):
    _record, case = opened(ward)
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "tomorrow", "note": "Giờ ra chơi"}))
    assert ward.thu.save("completion", {"task": task, "choice": "done", "note": "Đã gọi"})[1] == "invalid"
    saved(ward.thu.save("completion", {"task": task, "choice": "done", "note": "Đã gọi", "next": "visit", "due": "week"}))
    done, following = row(ward, Task, task), ward.rows(Task.select().where(Task.after == task))[0]
    assert (done.state, done.turn) == ("done", None) and (following.what, following.state, following.owner_id) == ("visit", "open", done.owner_id)


def test_whoever_is_to_call_reads_the_safe_way_on_the_task_and_a_unit_that_only_helps_does_not(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "phone": "0912 345 678", "safe_contact": "Qua chị Sáu, buổi trưa"}))
    saved(ward.hanh.answer(referred(ward, case)))
    task, theirs = (saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today", **more}))
                    for more in ({}, {"owner": ward.hanh.me["person"]}))
    page = ward.thu.get(f"/tasks/{task}").text
    assert "Qua chị Sáu, buổi trưa" in page and 'href="tel:0912345678"' in page
    looked = Audit.select().where(Audit.person_id == ward.thu.me["person"], Audit.action == "read", Audit.subject_kind == "case")
    assert [each.subject_id for each in ward.rows(looked)] == [case]
    assert "chị Sáu" not in ward.hanh.get(f"/tasks/{theirs}").text and ward.hanh.get(f"/tasks/{theirs}").status_code == 200


def test_no_next_step_is_an_answer_too(ward):
    _record, case = opened(ward)
    task = saved(ward.thu.save("task", {"case": case, "what": "paper", "due": "today"}))
    saved(ward.thu.save("completion", {"task": task, "choice": "done", "next": "none"}))
    assert len(ward.rows(Task.select())) == 1


def test_a_task_is_left_for_later_only_with_a_reason(ward):
    # Of tomorrow, because what is due today is due later once it is evening.
    task = saved(ward.thu.save("task", {"case": opened(ward)[1], "what": "visit", "due": "tomorrow"}))
    before = row(ward, Task, task).due_at
    assert ward.thu.save("completion", {"task": task, "choice": "snooze", "due": "week"})[1] == "invalid"
    saved(ward.thu.save("completion", {"task": task, "choice": "snooze", "due": "week", "reason": "unsafe"}))
    after = row(ward, Task, task)
    assert after.due_at - before == 6 * DAY and after.turn == after.due_at and after.snoozed == 1


def test_conflict_a_task_done_twice_keeps_both_words(ward):
    _record, case = opened(ward)
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today"}))
    saved(ward.thu.save("completion", {"task": task, "choice": "done", "next": "none"}))
    late, outcome = ward.kim.save("completion", {"task": task, "choice": "done", "next": "none", "note": "Tôi cũng đã gọi"})
    assert outcome == "conflict" and told(ward, case)[-1] == ("conflict", "completion")
    [held] = ward.rows(Held.select().where(Held.entry_id == late))
    assert "Tôi cũng đã gọi" in ward.thu.get(f"/held/{held.id}").text


def test_invalid_a_task_for_somebody_who_does_not_help_in_the_case(ward):
    _record, case = opened(ward)
    assert ward.thu.save("task", {"case": case, "what": "visit", "due": "today", "owner": ward.hanh.me["person"]})[1] == "invalid"
    saved(ward.hanh.answer(referred(ward, case)))
    task = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "today", "owner": ward.hanh.me["person"]}))
    # Which of the families it is for: the unit's own referral says.
    assert re.search(r'href="/referrals/[^"]+">Mở chuyển gửi', ward.hanh.get(f"/tasks/{task}").text)
    assert "Mở chuyển gửi" not in ward.thu.get(f"/tasks/{task}").text
    assert task in ward.hanh.get("/todo").text and ward.hanh.get(f"/cases/{case}").status_code == 404


def test_invalid_closing_while_somebody_has_not_answered(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    closing = {"case": case, "choice": "close", "outcome": "safe", "said": "better"}
    outcome, told_to = sentence(ward.thu, "closing", closing)
    assert outcome == "invalid" and "1 chuyển gửi" in told_to
    saved(ward.hanh.answer(referral))
    assert ward.thu.save("closing", closing)[1] == "invalid"
    saved(ward.hanh.answer(referral, "help"))
    saved(ward.thu.save("closing", closing))
    assert row(ward, Case, case).state == "closed" and row(ward, Referral, referral).state == "closed"


def test_closing_drops_what_was_to_be_done_and_says_how_it_went(ward):
    record, case = opened(ward)
    referral = ward.lan.refer(record=record)
    saved(ward.thu.answer(referral))
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today"}))
    saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better", "remark": "Đã yên"}))
    assert row(ward, Task, task).state == "dropped" and task not in ward.thu.get("/todo").text
    assert row(ward, Referral, referral).state == "closed" and "Đã kết thúc" in ward.lan.get("/records/rows").text
    assert ward.thu.save("incident", {"case": case})[1] == "conflict"
    saved(ward.thu.save("note", {"case": case, "text": "Ghi thêm sau khi kết thúc"}))


def test_a_closed_case_leaves_phones(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today"}))
    saved(ward.hanh.answer(referral))
    kept = {f"/cases/{case}", f"/referrals/{referral}", f"/tasks/{task}"}

    def pages(phone):
        return {page["path"]: page["id"] for page in phone.get("/pages").json["pages"]}
    before, theirs = pages(ward.thu), pages(ward.hanh)
    assert kept <= before.keys() and f"/referrals/{referral}" in theirs
    saved(ward.hanh.answer(referral, "help"))
    saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"}))
    # Told at the next sync, also to a phone that is locked.
    ward.thu.lock(), ward.hanh.lock()
    assert {before[path] for path in kept} <= set(ward.thu.sync().json["drop"])
    assert theirs[f"/referrals/{referral}"] in ward.hanh.sync().json["drop"]


def test_a_closed_case_is_opened_again_by_whoever_then_answers_for_it(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "stopped", "said": "nothing"}))
    assert ward.kim.save("closing", {"case": case, "choice": "reopen"})[1] == "invalid"
    saved(ward.kim.save("closing", {"case": case, "choice": "reopen", "remark": "Chị ấy gọi lại"}))
    found = row(ward, Case, case)
    assert (found.state, found.outcome, found.coordinator_id) == ("open", None, ward.kim.me["person"])


def test_conflict_closing_twice(ward):
    _record, case = opened(ward)
    closing = {"case": case, "choice": "close", "outcome": "safe", "said": "better"}
    saved(ward.thu.save("closing", closing))
    assert ward.kim.save("closing", closing)[1] == "conflict" and told(ward, case)[-1] == ("conflict", "closing")


# ── One matter in two cases, a case for another ward ─────────────────────────────────────────────────────────────────

def test_merged_cases_show_one_history_and_come_apart_again(ward):
    _record, first = opened(ward)
    _record, second = opened(ward)
    saved(ward.thu.save("note", {"case": second, "text": "Ở hồ sơ thứ hai"}))
    merging = saved(ward.thu.save("triage", {"case": second, "choice": "merge", "into": row(ward, Case, first).code}))
    assert "Ở hồ sơ thứ hai" in ward.thu.get(f"/cases/{first}").text and row(ward, Case, second).state == "merged"
    referral = saved(ward.thu.save("case-referral", {"case": first, "unit": "phunu", "urgency": "normal"}))
    assert ward.thu.save("note", {"case": second, "text": "Muộn"})[1] == "stored"
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merging}))
    assert row(ward, Case, second).state == "open" and row(ward, Referral, referral).case_id == first
    assert "Ở hồ sơ thứ hai" not in ward.thu.get(f"/cases/{first}").text


def test_a_consent_taken_back_after_a_merge_stops_what_either_case_allowed(ward):
    _record, first = opened(ward)
    _record, second = opened(ward)
    saved(ward.thu.save("person", {"case": second, "part": "affected", "name": "Chị Năm"}))
    referral = referred(ward, second, **CONSENT, fields=["name"])
    saved(ward.hanh.answer(referral))
    merging = saved(ward.thu.save("triage", {"case": second, "choice": "merge", "into": first}))
    assert "Chị Năm" in ward.hanh.get(f"/referrals/{referral}").text
    marks = kept(ward.hanh, referral)
    saved(ward.kim.save("consent", {"case": first, "unit": "tramyte", "decision": "withdrawn"}))
    assert [each.event for each in ward.rows(Notice.select().where(Notice.person == ward.hanh.me["person"], Notice.event == "consent-withdrawn"))]
    # What her phone keeps is fetched anew, and when the cases come apart nothing is allowed again.
    assert "Chị Năm" not in ward.hanh.get(f"/referrals/{referral}").text and kept(ward.hanh, referral) != marks
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merging}))
    assert "Chị Năm" not in ward.hanh.get(f"/referrals/{referral}").text


def kept(phone, referral):
    """The mark of the copy a phone keeps of a referral."""
    [mark] = [page["etag"] for page in phone.get("/pages").json["pages"] if page["path"] == f"/referrals/{referral}"]
    return mark


def test_what_a_phone_keeps_of_a_referral_changes_with_the_consent(ward):
    _record, case = opened(ward)
    referral = referred(ward, case, **CONSENT, fields=["what"])
    marks = kept(ward.hanh, referral)
    assert kept(ward.hanh, referral) == marks
    before = {page["id"] for page in ward.hanh.get("/pages").json["pages"] if page["path"] == f"/referrals/{referral}"}
    saved(ward.thu.save("note", {"case": case, "text": "Đã gọi"}))
    ward.hanh.lock()
    assert not before & set(ward.hanh.sync().json.get("drop", ()))
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn"}))
    # A locked phone cannot fetch the page anew, but lets go of the one it has.
    assert before <= set(ward.hanh.sync().json["drop"])
    ward.hanh.unlock()
    assert kept(ward.hanh, referral) != marks and not before & set(ward.hanh.sync().json.get("drop", ()))


def test_what_a_unit_notes_of_a_referral_without_a_case_comes_to_the_page_its_phone_keeps(ward):
    referral = ward.lan.refer(unit="tramyte", urgency="urgent", basis="danger")
    saved(ward.hanh.answer(referral))
    before = kept(ward.hanh, referral)
    given = {"referral": referral, "services": ["medical"], "step": "received"}
    saved(ward.hanh.save("service", given))
    noted = kept(ward.hanh, referral)
    [row_id] = [each.id for each in ward.rows(Service.select())]
    saved(ward.hanh.save("service", given | {"over": row_id, "removed": "y"}))
    assert len({str(each) for each in (before, noted, kept(ward.hanh, referral))}) == 3


def test_the_forms_of_a_case_are_kept_once_and_tell_of_none(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, "part": "other", "ties": ["congan"], "name": "Anh Bảy"}))
    # Somebody to hand over to.
    assert ward.kim
    paths = [page["path"] for page in ward.thu.get("/pages").json["pages"]]
    forms = [path for path in paths if path.startswith("/cases/*/")]
    assert forms == [f"/cases/*/{name}" for name in access.KEPT_FORMS] and f"/cases/{case}" in paths
    for path in forms:
        page = ward.thu.get(path)
        assert page.status_code == 200 and case not in page.text and "Anh Bảy" not in page.text
        assert 'name="case" value="*"' in page.text
    for phone in (ward.hanh, ward.lan):
        assert not [page["path"] for page in phone.get("/pages").json["pages"] if page["path"].startswith("/cases")]
    assert ward.thu.get("/cases/*/close").status_code == 404
    # A form that was never told which case is refused in words, and nothing is written.
    assert sentence(ward.thu, "note", {"case": "*", "text": "x"})[0] == "invalid"


def test_a_case_another_ward_offers_is_kept_until_it_is_answered(ward):
    _record, case = opened(ward)
    xuan = abroad(ward)
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac"}))
    assert f"/cases/{case}" in [page["path"] for page in xuan.get("/pages").json["pages"]]
    saved(xuan.save("handover", {"case": case, "choice": "decline"}))
    assert f"/cases/{case}" not in [page["path"] for page in xuan.get("/pages").json["pages"]]


def test_a_late_answer_of_a_unit_that_was_asked_is_a_conflict_and_not_a_trespass(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    saved(ward.thu.answer(referral, "pass", next_unit="phunu"))
    outcome, said = sentence(ward.hanh, "answer", {"referral": referral, "choice": "accept"})
    assert outcome == "conflict" and "đã chuyển nơi khác" in said and "không còn chờ đơn vị của bạn" in said
    assert told(ward, case)[-1] == ("conflict", "answer")
    assert sentence(ward.dung, "answer", {"referral": referral, "choice": "accept"})[0] == "forbidden"


def test_a_merged_case_is_closed_only_when_both_have_their_answers(ward):
    _record, first = opened(ward)
    _record, second = opened(ward)
    saved(ward.thu.save("case-referral", {"case": second, "unit": "phunu", "urgency": "normal"}))
    saved(ward.thu.save("triage", {"case": second, "choice": "merge", "into": first}))
    assert ward.thu.save("closing", {"case": first, "choice": "close", "outcome": "safe", "said": "better"})[1] == "invalid"


def abroad(ward):
    """A coordinator of another ward."""
    with ward.app.app_context():
        other = people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
        person = people.add(other, "coordinator", "vhxh", "Chị Xuân")
        from pwa.cli import _link
        return Phone(ward.app, _link(person))


def test_a_case_for_another_ward_keeps_history_and_need_to_know(ward):
    record, case = opened(ward, narrative="Nghe tiếng khóc bên kia sông")
    saved(ward.thu.save("note", {"case": case, "text": "Chị ấy về nhà mẹ"}))
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today"}))
    xuan = abroad(ward)
    assert xuan.get(f"/cases/{case}").status_code == 404
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac"}))
    assert ward.thu.get(f"/cases/{case}").status_code == 200 and case in xuan.get("/cases").text
    saved(xuan.save("handover", {"case": case, "choice": "accept"}))
    assert "Chị ấy về nhà mẹ" in xuan.get(f"/cases/{case}").text and "bên kia sông" in xuan.get(f"/records/{record}").text
    assert ward.thu.get(f"/cases/{case}").status_code == 404 and case not in ward.thu.get("/cases").text
    assert row(ward, Task, task).owner_id == row(ward, Case, case).coordinator_id == xuan.me["person"]
    assert ward.thu.save("note", {"case": case, "text": "x"})[1] == "forbidden"


@pytest.mark.parametrize("who, choice, state", [("xuan", "decline", "declined"), ("thu", "recall", "recalled")])
def test_a_handover_that_is_not_taken_leaves_the_case_where_it_was(ward, who, choice, state):
    _record, case = opened(ward)
    xuan = abroad(ward)
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac"}))
    saved({"xuan": xuan, "thu": ward.thu}[who].save("handover", {"case": case, "choice": choice}))
    assert [each.state for each in ward.rows(Handover.select())] == [state]
    assert row(ward, Case, case).offered_to_id is None and xuan.get(f"/cases/{case}").status_code == 404
    assert xuan.save("handover", {"case": case, "choice": "accept"})[1] == "conflict" and row(ward, Case, case).ward_id == ward.row.id


def test_a_colleague_takes_a_case_with_what_was_to_be_done(ward):
    _record, case = opened(ward)
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today"}))
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "person": ward.kim.me["person"]}))
    assert row(ward, Case, case).coordinator_id == row(ward, Task, task).owner_id == ward.kim.me["person"]
    assert case in ward.kim.get("/cases?mine=1").text and case not in ward.thu.get("/cases?mine=1").text


# ── What everybody else sees ─────────────────────────────────────────────────────────────────────────────────────────

def test_the_recorder_sees_one_line_of_what_became_of_it_and_never_the_case(ward):
    record, case = opened(ward)
    code = row(ward, Case, case).code
    page = ward.lan.get("/records/rows").text
    assert "Đã tiếp nhận" in page and case not in page and cases.shown(code) not in page
    shown = ward.lan.get(f"/records/{record}").text
    assert case not in shown and cases.shown(code) not in shown
    saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"}))
    assert "Đã kết thúc" in ward.lan.get("/records/rows").text


def test_a_timeline_tells_who_what_and_when_and_its_words_are_sealed(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("note", {"case": case, "text": "Chị ấy muốn ở lại nhà mẹ"}))
    event = ward.rows(CaseEvent.select().where(CaseEvent.kind == "note"))[0]
    assert b"nh\xc3\xa0 m\xe1\xba\xb9" not in bytes(event.words) and timeline.words(event) == "Chị ấy muốn ở lại nhà mẹ"


def test_every_state_is_reached_from_the_first_and_every_one_but_the_last_leads_on():
    """The data itself: no state unreachable, none a dead end but those that end."""
    for name, table in (("CASE", states.CASE), ("REFERRAL", states.REFERRAL), ("TASK", states.TASK), ("HANDOVER", states.HANDOVER)):
        reached, fresh = set(), {next(iter(table))}
        while fresh:
            reached |= fresh
            fresh = {after for state in fresh for after in table[state].values()} - reached
        assert reached == set(table), name


def test_every_state_is_reached_by_what_people_do(ward):
    """One walk through all of them, so that none stands in the data alone."""
    seen = {"CASE": set(), "REFERRAL": set(), "TASK": set(), "HANDOVER": set()}

    def look():
        for name, model in (("CASE", Case), ("REFERRAL", Referral), ("TASK", Task), ("HANDOVER", Handover)):
            seen[name] |= {each.state for each in ward.rows(model.select(model.state))}

    def does(phone, kind, **fields):
        entry_id = saved(phone.save(kind, fields))
        look()
        return entry_id

    (_record, case), (_other, second), (_third, mistaken) = opened(ward), opened(ward), opened(ward)
    xuan = abroad(ward)
    merging = does(ward.thu, "triage", case=second, choice="merge", into=case)
    does(ward.thu, "triage", choice="undo", triage=merging)
    does(ward.thu, "triage", choice="undo", triage=mistaken)
    asked = {unit: does(ward.thu, "case-referral", case=case, unit=unit, urgency="normal") for unit in ("tramyte", "phunu", "congan")}
    taken_back = ward.lan.refer()
    does(ward.lan, "withdrawal", target=taken_back)
    ward.hanh.get(f"/referrals/{asked['tramyte']}")
    look()
    does(ward.hanh, "answer", referral=asked["tramyte"], choice="decline", reason="outside-area")
    does(ward.thu, "answer", referral=asked["tramyte"], choice="pass", next_unit="tramyte")
    does(ward.hanh, "answer", referral=asked["tramyte"], choice="accept")
    does(ward.hanh, "answer", referral=asked["tramyte"], choice="help")
    for phone, unit in ((ward.nga, "phunu"), (ward.dung, "congan")):
        does(phone, "answer", referral=asked[unit], choice="accept")
        does(phone, "answer", referral=asked[unit], choice="fail", why_not="moved")
    for choice, more in (("done", {"next": "none"}), ("drop", {"note": "Không cần"})):
        does(ward.thu, "completion", task=does(ward.thu, "task", case=case, what="call", due="today"), choice=choice, **more)
    for phone, choice in ((ward.thu, "recall"), (xuan, "decline"), (xuan, "accept")):
        does(ward.thu, "handover", case=second, choice="offer", ward="phuong-khac")
        does(phone, "handover", case=second, choice=choice)
    does(ward.thu, "closing", case=case, choice="close", outcome="partly", said="same")
    look()
    assert seen == {name: set(getattr(states, name)) for name in seen}
