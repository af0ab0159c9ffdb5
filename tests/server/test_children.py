"""A child is seen as one, whichever way it comes into a case, and stays one."""
import pytest

from db.base import database
from db.models import Case, CaseEvent, CasePerson, DecisionRequest, Incident, Record, Referral
from pwa.domain import child_clocks
from pwa.domain.clock import HOUR, now
from tests.server.test_cases import CONSENT, opened, referred, row, saved
from tests.server.test_classifications import shown

YOUNG = {"victim_age": "under-16"}


def test_a_childs_note_that_joins_or_arrives_makes_it_a_childs_case_and_the_next_look_keeps_it_one(ward):
    _record, joined = opened(ward)
    saved(ward.thu.save("triage", {"record": ward.hoa.record(**YOUNG), "choice": "join", "into": joined}))
    late = ward.lan.seal("record", {"form_name": "observation", "acts": ["hit"], **YOUNG})
    reached = saved(ward.thu.save("triage", {"referral": ward.lan.refer(record=late["id"]), "choice": "open"}))
    assert ward.lan.sync(late).json["receipts"][0]["outcome"] == "stored"
    _record, kept = opened(ward)
    saved(ward.thu.save("triage", {"record": ward.hoa.record(**YOUNG), "choice": "merge", "other": _record}))
    for case in (joined, reached, kept):
        assert row(ward, Case, case).child and row(ward, Case, case).urgent and "papers/1" in ward.thu.get(f"/cases/{case}").text
        saved(ward.thu.save("classification", {**shown(ward, case), "contexts": ["family"]}))
        assert row(ward, Case, case).child and shown(ward, case)["vulnerabilities"] == ["child"]


def test_joining_a_childs_note_by_mistake_is_taken_back_whole(ward):
    _record, case = opened(ward)
    triage = saved(ward.thu.save("triage", {"record": ward.hoa.record(**YOUNG), "choice": "join", "into": case}))
    saved(ward.thu.save("triage", {"choice": "undo", "triage": triage}))
    assert not row(ward, Case, case).child and "vulnerabilities" not in shown(ward, case)


def test_of_merged_cases_whatever_changes_protection_is_known_of_both_and_of_one_again_when_they_come_apart(ward):
    (_record, kept), (_record, gone) = opened(ward), opened(ward, **YOUNG)
    saved(ward.thu.save("person", {"case": gone, "part": "affected", "vulnerabilities": ["pregnant"]}))
    with ward.app.app_context(), database.connection_context():
        Case.update(risk="high").where(Case.id == gone).execute()
        Case.update(risk="unclear").where(Case.id == kept).execute()
    referral = referred(ward, kept, **CONSENT, fields=["risk"])
    assert "Chưa đủ cơ sở kết luận" in ward.hanh.get(f"/referrals/{referral}").text
    merged = saved(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": kept}))
    marks = ward.thu.get(f"/cases/{kept}").text.split('class="marks"')[1].split("</p>")[0]
    assert "Trẻ em" in marks and "Mang thai" in marks and set(shown(ward, kept)["vulnerabilities"]) == {"child", "pregnant"}
    assert "<dd>Cao</dd>" in ward.hanh.get(f"/referrals/{referral}").text
    assert f'"?unit={ward.unit_id("vhxh")}"' in ward.thu.get(f"/cases/{kept}/refer").text
    saved(ward.thu.save("triage", {"choice": "undo", "triage": merged}))
    assert "vulnerabilities" not in shown(ward, kept) and "<dd>Cao</dd>" not in ward.hanh.get(f"/referrals/{referral}").text


def ago(ward, hours, model, row_id, column="received_at"):
    with ward.app.app_context(), database.connection_context():
        assert model.update({column: now() - hours * HOUR}).where(model.id == row_id).execute() == 1


# What may tell of a child in a case that was opened for an adult: how it is written.
TELLERS = {
    "record": lambda ward, case, _record: ward.thu.save("triage", {"record": ward.hoa.record(**YOUNG), "choice": "join", "into": case}),
    "mended": lambda ward, case, record: (ward.lan.record(replaces=record, **YOUNG), "stored"),
    "referral": lambda ward, case, _record: ward.thu.save("triage", {"referral": ward.hoa.refer(basis="child"), "choice": "join", "into": case}),
    "person": lambda ward, case, _record: ward.thu.save("person", {"case": case, "part": "affected", "age": "under-16"}),
    "incident": lambda ward, case, _record: ward.thu.save("incident", {"case": case, "age": "under-16", "main_form": "mental", "forms": ["mental"]}),
    "classification": lambda ward, case, _record: ward.thu.save("classification", {**shown(ward, case), "vulnerabilities": ["child"]}),
}


def runs_out_in(ward, case):
    """Hours until the clock of a child ends, as lists, pages and watches have it; None where it does not run."""
    with ward.app.app_context(), database.connection_context():
        due = child_clocks.due([Case.get_by_id(case)]).get(case)
    return due and round((due - now()) / HOUR)


@pytest.mark.parametrize("teller", TELLERS)
def test_the_clock_of_a_child_begins_with_what_first_told_of_one_and_not_with_what_told_of_an_adult(ward, teller):
    record, case = opened(ward, victim_age="18-59")
    ago(ward, 20, Record, record), ago(ward, 20, Case, case, "opened_at")
    saved(ward.thu.save("person", {"case": case, "part": "affected", "age": "18-59"}))
    saved(ward.thu.save("incident", {"case": case, "age": "18-59", "main_form": "mental", "forms": ["mental"]}))
    assert runs_out_in(ward, case) is None
    saved(TELLERS[teller](ward, case, record))
    assert row(ward, Case, case).child and runs_out_in(ward, case) == 12
    assert "Đã quá hạn" not in ward.thu.get(f"/cases/{case}").text and "data-overdue" not in ward.thu.get("/cases").text
    # Whatever tells of one later, or is put to the Chairman, starts it no earlier and no anew.
    saved(ward.thu.save("triage", {"record": ward.mai.record(**YOUNG), "choice": "join", "into": case}))
    with ward.app.app_context(), database.connection_context():
        for model in (Record, Referral, CasePerson, Incident, CaseEvent):
            at = model.at if model is CaseEvent else model.received_at
            model.update({at: at - 3 * HOUR}).execute()
    assert runs_out_in(ward, case) == 9
    request = saved(ward.thu.save("decision-request", {"case": case, "what": "child-measure", "remark": "Trẻ bị đánh"}))
    assert round((row(ward, DecisionRequest, request).due_at - now()) / HOUR) == 9


def test_a_vu_of_a_child_that_was_none_takes_the_mark_and_the_clock_with_it(ward):
    _record, case = opened(ward)
    young = {"case": case, "age": "under-16", "main_form": "mental", "forms": ["mental"]}
    first = saved(ward.thu.save("incident", young))
    ago(ward, 9, Incident, first)
    second = saved(ward.thu.save("incident", young))
    assert runs_out_in(ward, case) == 3
    # Said anew it is no younger.
    again = saved(ward.thu.save("incident", {**young, "over": first, "note": "Gần chợ"}))
    assert runs_out_in(ward, case) == 3
    saved(ward.thu.save("incident", {**young, "over": again, "removed": "y"}))
    assert row(ward, Case, case).child and runs_out_in(ward, case) == 12
    saved(ward.thu.save("incident", {**young, "over": second, "age": "18-59"}))
    assert not row(ward, Case, case).child and runs_out_in(ward, case) is None


def test_somebody_noted_as_a_child_who_is_none_takes_the_mark_and_the_clock_with_them_but_not_what_others_tell(ward):
    _record, case = opened(ward)
    person = {"case": case, "part": "affected", "age": "under-16", "vulnerabilities": ["pregnant", "disabled"]}
    first, second = (saved(ward.thu.save("person", person)) for _time in range(2))
    saved(ward.thu.save("person", {**person, "over": second, "removed": "y"}))
    assert row(ward, Case, case).child and set(row(ward, Case, case).vulnerabilities) == {"child", "pregnant", "disabled"}
    ago(ward, 9, CasePerson, first)
    assert runs_out_in(ward, case) == 3
    saved(ward.thu.save("classification", {**shown(ward, case), "vulnerabilities": ["child", "disabled"]}))
    saved(ward.thu.save("person", {**person, "over": first, "age": "18-59", "vulnerabilities": []}))
    assert row(ward, Case, case).vulnerabilities == ["child", "disabled"] and runs_out_in(ward, case) == 12, "whoever classified it has said so"
    _record, other = opened(ward)
    wrong = saved(ward.thu.save("person", {**person, "case": other}))
    saved(ward.thu.save("person", {**person, "case": other, "over": wrong, "age": "from-60", "vulnerabilities": []}))
    assert (row(ward, Case, other).child, row(ward, Case, other).vulnerabilities) == (False, ["elderly"]) and runs_out_in(ward, other) is None


def test_a_vu_of_before_starts_no_clock_for_somebody_who_turns_out_to_be_a_child_and_ends_it_with_them(ward):
    _record, case = opened(ward)
    ago(ward, 9, Incident, saved(ward.thu.save("incident", {"case": case, "main_form": "mental", "forms": ["mental"]})))
    young = saved(ward.thu.save("person", {"case": case, "part": "affected", "age": "under-16"}))
    [incident] = ward.rows(Incident.select())
    assert incident.age == "under-16" and runs_out_in(ward, case) == 12
    saved(ward.thu.save("person", {"case": case, "part": "affected", "age": "18-59", "over": young}))
    assert row(ward, Incident, incident.id).age == "18-59" and not row(ward, Case, case).child and runs_out_in(ward, case) is None
