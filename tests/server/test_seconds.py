"""Two people act on one thing without knowing of one another: both stay written, the second is told, and may have it their way."""
import html
import re
from types import SimpleNamespace

import pytest

from db.models import Answer, Case, Consent, DecisionRequest, Handover, Held, Incident, Notice, Record, Referral, Service, Task, Ward
from pwa.cli import _link
from pwa.domain import decisions, people, tasks
from tests.server.test_cases import CONSENT, abroad, opened, referred, row, saved, sentence, told
from tests.ward import Phone

DOES = "Làm theo bản của tôi"


def way(phone, path):
    """[(kind, fields)] of the buttons that do it the second's way, as the page of `path` offers them."""
    page, found = phone.get(path).text, []
    for form in re.findall(r'<form class="entry".*?</form>', page, re.S):
        if DOES in form:
            kind = re.search(r'data-entry-form="([^"]+)"', form).group(1)
            found.append((kind, [tuple(map(html.unescape, pair)) for pair in re.findall(r'name="([^"]+)" value="([^"]*)"', form)]))
    return found


def many(pairs):
    """What a form posts: a name that comes twice has two values."""
    return {name: [value for each, value in pairs if each == name] for name, _value in pairs}


# ── One scene per kind of entry: (page, who comes second, what they wrote, the first's doing, what stands in the end) ────────

def of_case(kind, second, first, stands, before=None):
    def scene(ward):
        _record, case = opened(ward)
        base = saved(ward.thu.save(kind, {"case": case, **before})) if before else None
        known = {"over": base} if base else {}
        return SimpleNamespace(
            kind=kind, path=f"/cases/{case}", case=case, who=ward.kim, late={"case": case, **known, **second},
            first=lambda: saved(ward.thu.save(kind, {"case": case, **known, **first})), stands=lambda: stands(ward, case))
    return scene


def newest(ward, model, case):
    return ward.rows(model.select().where(model.case == case, model.replaced_by.is_null()))


def person_stands(ward, case):
    page = ward.thu.get(f"/cases/{case}").text
    return "Tên thứ hai" in page and "Tên thứ nhất" not in page


def handover(ward):
    _record, case = opened(ward)
    abroad(ward)
    offer = {"case": case, "choice": "offer", "ward": "phuong-khac"}
    return SimpleNamespace(
        kind="handover", path=f"/cases/{case}", case=case, who=ward.kim, late=offer | {"note": "Chị đã về đó"},
        first=lambda: saved(ward.thu.save("handover", offer)),
        stands=lambda: [each.state for each in ward.rows(Handover.select().order_by(Handover.received_at))] == ["recalled", "offered"])


def triage_of_record(ward):
    record = ward.lan.record()
    scene = SimpleNamespace(kind="triage", path=f"/records/{record}", case=None, who=ward.kim,
                            late={"record": record, "choice": "not-gbv", "reason": "social", "unit": "phunu"})

    def first():
        scene.case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    scene.first = first
    scene.stands = lambda: row(ward, Case, scene.case).state == "undone" and row(ward, Record, record).became == "elsewhere"
    return scene


def triage_of_referral(ward):
    referral, (_record, other) = ward.lan.refer(), opened(ward)
    scene = SimpleNamespace(kind="triage", path=f"/referrals/{referral}", case=None, who=ward.kim,
                            late={"referral": referral, "choice": "join", "into": other})

    def first():
        scene.case = saved(ward.thu.save("triage", {"referral": referral, "choice": "open"}))
    scene.first = first
    scene.stands = lambda: (row(ward, Case, scene.case).state, row(ward, Referral, referral).case_id) == ("undone", other)
    return scene


def colleague(ward):
    """A second person of the health station."""
    with ward.app.app_context():
        return Phone(ward.app, _link(people.add(ward.row, "responder", "tramyte", "Lê Văn Tám")))


def answer(choice, first, second, state):
    def scene(ward):
        _record, case = opened(ward)
        referral, other = referred(ward, case), colleague(ward)
        if choice != "accept":
            saved(ward.hanh.answer(referral))
        return SimpleNamespace(
            kind="answer", path=f"/referrals/{referral}", case=case, who=other, late={"referral": referral, **second},
            first=lambda: saved(ward.hanh.answer(referral, choice, **first)),
            stands=lambda: (row(ward, Referral, referral).state, row(ward, Referral, referral).unit.code) == state)
    return scene


def assignment(ward):
    _record, case = opened(ward)
    referral, other = referred(ward, case), colleague(ward)
    saved(ward.hanh.answer(referral))
    return SimpleNamespace(
        kind="assignment", path=f"/referrals/{referral}", case=case, who=other, late={"referral": referral, "person": other.me["person"]},
        first=lambda: saved(ward.hanh.save("assignment", {"referral": referral, "person": ward.hanh.me["person"]})),
        stands=lambda: row(ward, Referral, referral).assignee_id == other.me["person"])


def completion(ward):
    _record, case = opened(ward)
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "today"}))

    def stands():
        # The step the first put after it is dropped, the second's is there.
        following = {each.what: each.state for each in ward.rows(Task.select().where(Task.after == task))}
        with ward.app.app_context():
            return following == {"visit": "dropped", "call": "open"} and tasks.answer(row(ward, Task, task)) == "Chị không bắt máy"
    return SimpleNamespace(
        kind="completion", path=f"/tasks/{task}", case=case, who=ward.kim, stands=stands,
        late={"task": task, "choice": "done", "note": "Chị không bắt máy", "next": "call", "due": "tomorrow"},
        first=lambda: saved(ward.thu.save("completion", {"task": task, "choice": "done", "note": "Đã gọi", "next": "visit", "due": "week"})))


def question(ward):
    """Two coordinators put the same question in their own words."""
    _record, case = opened(ward)
    ask = {"case": case, "what": "contact-ban", "asked_by": "victim"}

    def stands():
        found = ward.rows(DecisionRequest.select().order_by(DecisionRequest.received_at))
        with ward.app.app_context():
            return [(each.state, decisions.words(each, "decision_request.words")) for each in found] == [("recalled", "Lời thứ nhất"), ("waiting", "Lời thứ hai")]
    return SimpleNamespace(kind="decision-request", path=f"/cases/{case}", case=case, who=ward.kim, late=ask | {"remark": "Lời thứ hai"},
                           first=lambda: saved(ward.thu.save("decision-request", ask | {"remark": "Lời thứ nhất"})), stands=stands)


SCENES = {
    "question to the decider": question,
    "person": of_case("person", {"part": "affected", "name": "Tên thứ hai"}, {"part": "affected", "name": "Tên thứ nhất"}, person_stands,
                      before={"part": "affected"}),
    "incident": of_case("incident", {"main_form": "sexual"}, {"main_form": "physical"},
                        lambda ward, case: [each.main_form for each in newest(ward, Incident, case)] == ["sexual"],
                        before={"main_form": "mental"}),
    "classification": of_case("classification", {"q_rape": "no", "q_sexual_assault": "no", "q_physical_assault": "yes"}, {"q_rape": "yes"},
                              lambda ward, case: row(ward, Case, case).gbv_type == "physical-assault"),
    "consent": of_case("consent", {"unit": "tramyte", **CONSENT, "fields": ["what", "where"]},
                       {"unit": "tramyte", **CONSENT, "fields": ["what", "who"]},
                       lambda ward, case: [each.fields for each in newest(ward, Consent, case)] == [["what", "where"]],
                       before={"unit": "tramyte", **CONSENT, "fields": ["what"]}),
    "closing": of_case("closing", {"choice": "close", "outcome": "partly", "said": "nothing"},
                       {"choice": "close", "outcome": "safe", "said": "better"},
                       lambda ward, case: (row(ward, Case, case).state, row(ward, Case, case).outcome) == ("closed", "partly")),
    "handover": handover, "triage of a record": triage_of_record, "triage of a referral": triage_of_referral,
    "answer passed on": answer("accept", {}, {"choice": "decline", "reason": "wrong-place", "next_unit": "phunu"}, ("passed", "phunu")),
    "answer failed": answer("help", {}, {"choice": "fail", "why_not": "moved"}, ("not-helped", "tramyte")),
    "answer helped": answer("fail", {"why_not": "moved"}, {"choice": "help"}, ("helped", "tramyte")),
    "assignment": assignment, "completion": completion,
}


@pytest.mark.parametrize("name", SCENES)
def test_the_second_is_told_and_does_it_their_way_on_purpose_and_all_of_it_stays_written(ward, name):
    scene = SCENES[name](ward)
    late = scene.who.seal(scene.kind, scene.late)
    scene.first()
    [receipt] = scene.who.sync(late).json["receipts"]
    assert receipt["outcome"] == "conflict" and len(" ".join(receipt["errors"])) > 30
    before = told(ward, scene.case)
    assert before[-1] == ("conflict", scene.kind)
    assert way(ward.thu, scene.path) == [], "only the second is asked"
    [(kind, fields)] = way(scene.who, scene.path)
    assert kind == scene.kind and dict(fields)["replaces"] == late["id"] and not scene.stands()
    saved(scene.who.save(kind, many(fields)))
    assert scene.stands() and told(ward, scene.case)[:len(before)] == before and len(told(ward, scene.case)) > len(before)
    assert way(scene.who, scene.path) == [] and all(each.closed_at for each in ward.rows(Held.select()))


@pytest.mark.parametrize("name", SCENES)
def test_the_second_leaves_it_as_the_first_did_it(ward, name):
    scene = SCENES[name](ward)
    late = scene.who.seal(scene.kind, scene.late)
    scene.first()
    scene.who.sync(late)
    saved(scene.who.save("withdrawal", {"target": late["id"]}))
    assert way(scene.who, scene.path) == [] and not scene.stands()


def test_a_third_who_acts_in_between_is_not_overlooked_either(ward):
    scene = SCENES["classification"](ward)
    late = scene.who.seal(scene.kind, scene.late)
    first = scene.first()
    scene.who.sync(late)
    [(kind, fields)] = way(scene.who, scene.path)
    saved(ward.thu.save(kind, {"case": scene.case, "gbv_unknown": "y", "over": first or dict(fields)["over"]}))
    assert scene.who.save(kind, many(fields))[1] == "conflict" and not scene.stands()


def test_no_tap_shares_again_what_somebody_has_said_no_to_meanwhile(ward):
    scene = SCENES["consent"](ward)
    late = scene.who.seal("consent", scene.late)
    saved(ward.thu.save("consent", {"case": scene.case, "unit": "tramyte", "decision": "withdrawn", "consent_note": "Thôi"}))
    assert scene.who.sync(late).json["receipts"][0]["outcome"] == "conflict" and way(scene.who, scene.path) == []


def test_a_referral_with_a_consent_of_before_is_sent_with_the_one_of_now(ward):
    _record, case = opened(ward)
    agreed = {"case": case, "unit": "tramyte", **CONSENT}
    base = saved(ward.thu.save("consent", {**agreed, "fields": ["what"]}))
    late = ward.kim.seal("case-referral", {**agreed, "over": base, "urgency": "normal", "services": ["medical", "legal"], "fields": ["what", "who"]})
    saved(ward.thu.save("consent", {**agreed, "over": base, "fields": ["where"]}))
    assert ward.kim.sync(late).json["receipts"][0]["outcome"] == "conflict" and not ward.rows(Referral.select())
    [(kind, fields)] = way(ward.kim, f"/cases/{case}")
    saved(ward.kim.save(kind, many(fields)))
    assert [each.fields for each in newest(ward, Consent, case)] == [["what", "who"]] and len(ward.rows(Referral.select())) == 1


@pytest.mark.parametrize("kind, fields", [("measure", {"measure": "criticism"}), ("incident", {"main_form": "physical"}),
                                          ("service", {"services": ["legal"], "step": "needed"}), ("task", {"what": "call", "due": "week"})])
def test_what_was_written_for_a_case_that_was_closed_meanwhile_is_written_once_it_is_open_again(ward, kind, fields):
    _record, case = opened(ward)
    late = ward.kim.seal(kind, {"case": case, **fields})
    saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"}))
    assert ward.kim.sync(late).json["receipts"][0]["outcome"] == "conflict"
    page = ward.kim.get(f"/cases/{case}").text
    assert "Bản của bạn đến sau" in page and way(ward.kim, f"/cases/{case}") == []
    saved(ward.kim.save("closing", {"case": case, "choice": "reopen", "remark": "Còn việc"}))
    [(kind, posted)] = way(ward.kim, f"/cases/{case}")
    saved(ward.kim.save(kind, many(posted)))
    assert told(ward, case)[-1][0] == kind and way(ward.kim, f"/cases/{case}") == []


@pytest.mark.parametrize("kind, fields", [("measure", {"measure": "criticism"}), ("person", {"part": "affected", "name": "Chị Tư"}),
                                          ("classification", {"gbv_unknown": "y"}), ("task", {"what": "call", "due": "week"})])
def test_what_was_written_for_a_case_that_was_merged_meanwhile_is_written_where_it_goes_on(ward, kind, fields):
    (_record, case), (_record, into) = opened(ward), opened(ward)
    saved(ward.thu.save("classification", {"case": into, "gbv_unknown": "y"}))
    late, close = ward.kim.seal(kind, {"case": case, **fields}), ward.kim.seal("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"})
    saved(ward.thu.save("triage", {"case": case, "choice": "merge", "into": into}))
    assert {each["outcome"] for each in ward.kim.sync(late, close).json["receipts"]} == {"conflict"}
    # A case is closed on purpose, and not because another one was to be.
    [(kind, posted)] = way(ward.kim, f"/cases/{into}")
    assert way(ward.kim, f"/cases/{case}") == [(kind, posted)]
    saved(ward.kim.save(kind, many(posted)))
    assert told(ward, into)[-1][0] == kind and row(ward, Case, into).state == "open" and way(ward.kim, f"/cases/{into}") == []


def test_a_record_mended_on_two_phones_is_mended_the_second_way_when_its_author_chooses_so(ward):
    record, case = opened(ward)
    other = ward.phone("lan")
    saved(ward.lan.save("record", {"form_name": "observation", "narrative": "Bản một", "replaces": record}))
    late, outcome = other.save("record", {"form_name": "observation", "narrative": "Bản hai", "replaces": record})
    assert outcome == "conflict" and told(ward, case)[-1] == ("conflict", "record")
    chosen = saved(other.save("record", {"form_name": "observation", "narrative": "Bản hai", "replaces": late}))
    assert [each.id for each in ward.rows(Record.select().where(Record.replaced_by.is_null()))] == [chosen]
    assert row(ward, Record, chosen).case_id == case and "Bản hai" in ward.thu.get(f"/records/{chosen}").text
    assert all(each.closed_at for each in ward.rows(Held.select()))


def test_what_the_chairman_has_decided_is_not_decided_again_by_a_tap(ward):
    _record, case = opened(ward)
    request = saved(ward.thu.save("decision-request", {"case": case, "what": "assign", "remark": "Cần phân công"}))
    deputy = ward.phone("binh")
    saved(ward.binh.save("decision", {"request": request, "choice": "approve", "unit": "congan"}))
    assert deputy.save("decision", {"request": request, "choice": "refuse", "remark": "Không"})[1] == "conflict"
    assert way(deputy, f"/decisions/{request}") == []


def passed_on(ward, referral):
    last = ward.rows(Answer.select().where(Answer.referral == referral, Answer.choice == "accept"))[-1].id
    saved(ward.hanh.answer(referral, "pass", next_unit="phunu", over=last))
    saved(ward.nga.answer(referral, "accept"))


def taken_back(ward, referral):
    saved(ward.thu.save("withdrawal", {"target": referral}))


@pytest.mark.parametrize("gone, did", [(passed_on, "Hội LHPN phường, đã tiếp nhận"), (taken_back, "đã được rút lại")])
def test_what_a_unit_saw_and_gave_before_it_knew_that_it_is_no_longer_asked_is_kept_and_nobody_is_assigned(ward, gone, did):
    _record, case = opened(ward)
    referral, other = referred(ward, case), colleague(ward)
    saved(ward.hanh.answer(referral, "accept"))
    late = [other.seal("note", {"referral": referral, "text": "Đã khám, có vết bầm"}),
            other.seal("service", {"referral": referral, "services": ["medical"], "step": "received", "unit": "congan"}),
            other.seal("assignment", {"referral": referral, "person": other.me["person"]})]
    gone(ward, referral)
    rung = len(ward.rows(Notice.select().where(Notice.person == ward.nga.me["person"])))
    receipts = other.sync(*late).json["receipts"]
    assert [each["outcome"] for each in receipts] == ["stored", "stored", "conflict"]
    assert did in receipts[2]["errors"][0] and row(ward, Referral, referral).assignee_id is None
    assert told(ward, case)[-3:] == [("note", None), ("service", "received"), ("conflict", "assignment")]
    assert "Đã khám, có vết bầm" in ward.thu.get(f"/cases/{case}").text
    [given] = ward.rows(Service.select().where(Service.step == "received"))
    assert given.unit.code == "tramyte"
    # Its words are not for the unit that was asked next.
    assert len(ward.rows(Notice.select().where(Notice.person == ward.nga.me["person"]))) == rung and "vết bầm" not in ward.nga.get(f"/referrals/{referral}").text


def test_a_unit_that_has_not_accepted_or_was_never_asked_writes_nothing_of_it(ward):
    _record, case = opened(ward)
    referral = referred(ward, case)
    for phone in (ward.hanh, ward.nga):
        for kind, fields in (("note", {"text": "Đã gặp"}), ("service", {"services": ["medical"], "step": "received"}),
                             ("assignment", {"person": phone.me["person"]})):
            assert phone.save(kind, {"referral": referral, **fields})[1] == "forbidden"
    # Sent on by a colleague in between: theirs came too late, and is no trespass.
    saved(ward.hanh.answer(referral, "decline", reason="no-capacity"))
    for kind, fields in (("note", {"text": "Đã gặp"}), ("service", {"services": ["medical"], "step": "received"})):
        outcome, said = sentence(ward.hanh, kind, {"referral": referral, **fields})
        assert outcome == "conflict" and "đã từ chối" in said and told(ward, case)[-1] == ("conflict", kind)
    assert ward.hanh.get(f"/referrals/{referral}").text.count("Bản của bạn đến sau") == 2 and way(ward.hanh, f"/referrals/{referral}") == []


def second_coordinator_abroad(ward):
    with ward.app.app_context():
        return Phone(ward.app, _link(people.add(Ward.get(Ward.code == "phuong-khac"), "coordinator", "vhxh", "Anh Yên")))


@pytest.mark.parametrize("first, second, did", [("decline", "accept", "đã không nhận"), ("accept", "decline", "đã nhận"), ("accept", "accept", "đã nhận")])
def test_the_second_answer_to_a_handover_is_told_what_the_first_was_and_stands_on_the_timeline(ward, first, second, did):
    xuan = abroad(ward)
    yen, (_record, case) = second_coordinator_abroad(ward), opened(ward)
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac"}))
    saved(xuan.save("handover", {"case": case, "choice": first}))
    outcome, said = sentence(yen, "handover", {"case": case, "choice": second})
    assert outcome == "conflict" and re.search(r"Lúc \d\d/\d\d \d\d:\d\d ", said) and did in said
    assert told(ward, case)[-1] == ("conflict", "handover")
    if first == "accept":
        # Whoever offered it did not know either; whoever was never asked learns nothing.
        assert sentence(ward.thu, "handover", {"case": case, "choice": "recall"})[0] == "conflict"
    _record, other = opened(ward)
    assert yen.save("handover", {"case": other, "choice": second})[1] == "forbidden"


@pytest.mark.parametrize("name, did", [
    ("person", "Người bị bạo lực"), ("incident", "Thể chất, không rõ ngày"), ("classification", "Hiếp dâm"), ("closing", "An toàn, đã được giúp"),
    ("consent", "Trạm Y tế phường: Đồng ý, Việc đã xảy ra, khi nào, Giới tính, tuổi"), ("handover", "Phường Khác"), ("completion", "ghi là xong"),
    ("assignment", "hanh")])
def test_the_second_hears_what_the_first_did_and_when(ward, name, did):
    scene = SCENES[name](ward)
    late = scene.who.seal(scene.kind, scene.late)
    scene.first()
    [receipt] = scene.who.sync(late).json["receipts"]
    [said] = receipt["errors"]
    assert re.match(r"Lúc \d\d/\d\d \d\d:\d\d ", said) and did in said


def test_the_second_who_changes_a_measure_or_takes_it_out_hears_what_it_is_now(ward):
    _record, case = opened(ward)
    first = saved(ward.thu.save("measure", {"case": case, "measure": "criticism"}))
    second = saved(ward.thu.save("measure", {"case": case, "measure": "education", "over": first}))
    assert "Giáo dục tại phường" in sentence(ward.kim, "measure", {"case": case, "measure": "sanction", "over": first})[1]
    saved(ward.thu.save("measure", {"case": case, "measure": "education", "over": second, "removed": "y"}))
    assert "đã được bỏ" in sentence(ward.kim, "measure", {"case": case, "measure": "sanction", "over": first})[1]


def test_whoever_writes_into_a_merged_case_hears_when_and_which_it_went_into(ward):
    (_record, first), (_record, second), (_record, third) = opened(ward), opened(ward), opened(ward)
    for case, into in ((first, second), (second, third)):
        saved(ward.thu.save("triage", {"choice": "merge", "case": case, "into": into}))
    outcome, said = sentence(ward.kim, "incident", {"case": first, "main_form": "physical"})
    code = row(ward, Case, third).code
    assert outcome == "conflict" and re.match(r"Lúc \d\d/\d\d \d\d:\d\d ", said) and f"vào hồ sơ {code[:3]}-{code[3:]}" in said


def test_the_second_who_takes_back_a_referral_hears_that_it_was_taken_back_or_what_came_of_it(ward):
    _record, case = opened(ward)
    back, done = referred(ward, case), referred(ward, case, unit="phunu")
    taken_back(ward, back)
    outcome, said = sentence(ward.kim, "withdrawal", {"target": back})
    assert outcome == "conflict" and "đã được rút lại" in said and "kết quả" not in said and "gọi cho nơi đó" not in said
    saved(ward.nga.answer(done, "accept"))
    saved(ward.nga.answer(done, "help"))
    outcome, said = sentence(ward.kim, "withdrawal", {"target": done})
    assert outcome == "conflict" and "Hội LHPN phường, đã giúp" in said and "gọi cho nơi đó" in said
    page = ward.kim.get(f"/referrals/{done}").text
    assert "Bản của bạn đến sau" in page and "Giữ việc đã làm trước" in page and way(ward.kim, f"/referrals/{done}") == []


def referral_of(ward):
    _record, case = opened(ward)
    return case, "case-referral", {"case": case, "unit": "tramyte", "urgency": "day", "services": ["medical"]}


def data_request_of(ward):
    _record, case = opened(ward)
    person = saved(ward.thu.save("person", {"case": case, "part": "affected"}))
    return case, "data-request", {"case": case, "person": person, "what": "delete", "asked_by": "self"}


@pytest.mark.parametrize("made, did, rows", [(referral_of, "Cấp cứu, khám chữa bệnh", Service), (data_request_of, "hạn", Task)])
def test_two_who_ask_for_the_same_are_not_counted_twice_but_on_purpose(ward, made, did, rows):
    case, kind, fields = made(ward)
    late = ward.kim.seal(kind, fields)
    saved(ward.thu.save(kind, fields))
    [receipt] = ward.kim.sync(late).json["receipts"]
    assert receipt["outcome"] == "conflict" and did in receipt["errors"][0] and len(ward.rows(rows.select())) == 2
    assert told(ward, case)[-1] == ("conflict", kind)
    # Whoever asked first asks again as they please, and anybody for something else.
    other = {"services": ["counselling"]} if kind == "case-referral" else {"what": "correct"}
    saved(ward.kim.save(kind, {**fields, **other}))
    [(_kind, posted)] = way(ward.kim, f"/cases/{case}")
    saved(ward.kim.save(kind, many(posted)))
    assert len(ward.rows(rows.select())) == 6 and way(ward.kim, f"/cases/{case}") == []
