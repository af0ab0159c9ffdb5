"""The decider: three questions, their clocks, and nothing else; what must be told at once is told."""
import re

import pytest

from db.base import database
from db.models import Audit, Case, CaseEvent, Decision, DecisionRequest, Held, Measure, Notice, Person, Record, Referral, Task, Telling
from pwa.cli import _link
from pwa.domain import people, todo
from pwa.domain.clock import HOUR, now
from tests.server.test_risks import opened
from tests.ward import Phone

SECRET = "Chị ấy xin được yên ba ngày"
ASK = {"assign": {}, "contact-ban": {"asked_by": "victim"}, "child-measure": {}}
GRANT = {"assign": {"unit": "congan"}, "contact-ban": {"days": "3"}, "child-measure": {"measures": ["emergency"]}}


def asked(ward, what="contact-ban", **fields):
    """(case, request) of a question put to the decider."""
    ward.binh  # noqa: B018 – enrolled before anything is asked of him
    case = opened(ward)
    request, outcome = ward.thu.save("decision-request", {"case": case, "what": what, "remark": SECRET, **ASK[what], **fields})
    assert outcome == "stored"
    return case, request


def request_of(ward, request_id):
    return ward.rows(DecisionRequest.select().where(DecisionRequest.id == request_id))[0]


def decide(ward, request, choice="approve", who="binh", **fields):
    return getattr(ward, who).save("decision", {"request": request, "choice": choice, **fields})[1]


@pytest.mark.parametrize("what", ASK)
def test_a_question_waits_for_the_decider_with_its_clock_and_rings_him(ward, what):
    _case, request = asked(ward, what)
    page = ward.binh.get("/todo").text
    assert f"/decisions/{request}" in page and "Chờ bạn quyết định" in page
    shown = ward.binh.get(f"/decisions/{request}").text
    assert SECRET in shown and "Hạn " in shown
    [notice] = ward.rows(Notice.select().where(Notice.person == ward.binh.me["person"], Notice.event == "decision-asked"))
    assert notice.subject_id == request and notice.urgent is (what != "assign")


def test_a_ban_has_twelve_hours_from_the_request_by_the_phones_clock(ward):
    case = opened(ward)
    at = now() - 3 * HOUR
    request, _outcome = ward.thu.save("decision-request", {"case": case, "what": "contact-ban", "remark": SECRET, "asked_by": "victim"}, at=at)
    row = request_of(ward, request)
    assert row.due_at == at + 12 * HOUR and row.by_law


def test_a_childs_measure_has_twelve_hours_from_when_the_ward_knew(ward):
    case, request = asked(ward, "child-measure")
    record = ward.rows(Record.select().where(Record.case_id == case))[0]
    row = request_of(ward, request)
    assert row.due_at == record.received_at + 12 * HOUR and row.by_law


def test_for_assigning_the_ward_sets_its_own_clock_and_says_so(ward):
    _case, request = asked(ward, "assign")
    assert not request_of(ward, request).by_law
    assert "Thời hạn của phường tự đặt" in ward.binh.get(f"/decisions/{request}").text


def test_a_clock_that_ran_out_is_seen(ward):
    _case, request = asked(ward)
    with ward.app.app_context(), database.connection_context():
        DecisionRequest.update(due_at=now() - HOUR, turn=now() - HOUR).execute()
    assert "Quá hạn từ" in ward.binh.get(f"/decisions/{request}").text and "Quá hạn" in ward.binh.get("/todo").text
    first, asker, colleague = (phone.get("/todo").text for phone in (ward.binh, ward.thu, ward.kim))
    assert first.index("Chờ bạn quyết định") < first.index("Quá hạn") and 'class="row alarming"' in first
    assert "Đã trình, quá hạn quyết định" in asker and request in asker and request not in colleague
    case = request_of(ward, request).case_id
    assert all("data-overdue" in ward.kim.get(path).text for path in ("/cases", f"/cases/{case}"))


@pytest.mark.parametrize("what", ASK)
def test_an_approval_is_kept_told_and_leaves_the_list(ward, what):
    case, request = asked(ward, what)
    assert decide(ward, request, **GRANT[what], number="12/QĐ-UBND") == "stored"
    row = request_of(ward, request)
    assert (row.state, row.turn, row.decided_by_id) == ("approved", None, ward.binh.me["person"])
    assert f"/decisions/{request}" not in ward.binh.get("/todo").text
    assert "12/QĐ-UBND" in ward.thu.get(f"/decisions/{request}").text
    assert [event.choice for event in ward.rows(CaseEvent.select().where(CaseEvent.case == case, CaseEvent.kind == "decision").order_by(CaseEvent.at))] == ["asked", "approve"]
    assert ward.rows(Notice.select().where(Notice.person == ward.thu.me["person"], Notice.event == "decision-made"))


def test_an_approved_ban_is_a_measure_of_at_most_three_days_with_what_follows_as_tasks(ward):
    case, request = asked(ward)
    assert decide(ward, request, days="3") == "stored"
    [measure] = ward.rows(Measure.select().where(Measure.case == case))
    assert (measure.measure, measure.body) == ("contact-ban", "ward")
    send, end = ward.rows(Task.select().where(Task.case == case).order_by(Task.due_at))
    assert send.owner_id == end.owner_id == ward.thu.me["person"] and end.due_at - send.due_at == 71 * HOUR


@pytest.mark.parametrize("days", ["4", "0", "", "x"])
def test_no_ban_is_longer_than_three_days_or_without_a_length(ward, days):
    _case, request = asked(ward)
    assert decide(ward, request, days=days) == "invalid"


@pytest.mark.parametrize("what", ["assign", "child-measure"])
def test_an_approval_says_what_is_approved(ward, what):
    _case, request = asked(ward, what)
    assert decide(ward, request) == "invalid"


@pytest.mark.parametrize("what", ASK)
def test_a_refusal_gives_its_reason(ward, what):
    _case, request = asked(ward, what)
    assert decide(ward, request, "refuse") == "invalid"
    assert decide(ward, request, "refuse", remark="Chưa đủ căn cứ") == "stored"
    assert request_of(ward, request).state == "refused" and "Chưa đủ căn cứ" in ward.thu.get(f"/decisions/{request}").text


def test_a_question_taken_back_asks_nothing_any_more_and_says_so_to_whoever_was_told_of_it(ward):
    case, request = asked(ward)
    [notice] = ward.rows(Notice.select().where(Notice.person == ward.binh.me["person"], Notice.event == "decision-asked"))
    assert decide(ward, request, "recall", who="thu") == "stored"
    assert decide(ward, request, days="1") == "conflict"
    assert ward.binh.get(f"/n/{notice.id}").location == f"/decisions/{request}"
    assert over(ward, ward.binh, case, request, "Đề nghị này đã được rút lúc")
    assert all(phone.get(f"/decisions/{request}").status_code == 404 for phone in (ward.van, ward.son, ward.dung, ward.lan))


def over(ward, phone, case, request, word):
    """Whether a page says that a question is over, and nothing of the case."""
    page = re.search(r'<article id="decision".*?</article>', phone.get(f"/decisions/{request}").text, re.S).group(0)
    code = ward.rows(Case.select().where(Case.id == case))[0].code
    assert not any(each in page for each in (SECRET, code, f"{code[:3]}-{code[3:]}", case, "Cấm tiếp xúc", "Đồng ý"))
    return word in page and ". Bạn không phải làm gì nữa." in page


@pytest.fixture
def deputy(ward):
    """A Phó Chủ tịch with authority: another person than Bình."""
    with ward.app.app_context():
        return Phone(ward.app, _link(people.add(ward.row, "decider", "ubnd", "Anh Phó")))


FIRST = {"approve": ({"days": "1"}, "việc này đã được quyết định: đồng ý."), "refuse": ({"remark": "Chưa đủ căn cứ"}, "việc này đã được quyết định: không đồng ý."),
         "recall": ({}, "đề nghị này đã được rút.")}


@pytest.mark.parametrize("first", FIRST)
def test_of_two_decisions_the_second_is_told_what_the_first_was(ward, deputy, first):
    """Both phones had no network; the second is kept, and its author leaves it at that."""
    case, request = asked(ward)
    late = deputy.seal("decision", {"request": request, "choice": "refuse", "remark": "Không"})
    assert decide(ward, request, first, who="thu" if first == "recall" else "binh", **FIRST[first][0]) == "stored"
    receipt = deputy.sync(late).json["receipts"][0]
    assert receipt["outcome"] == "conflict" and receipt["errors"][0].startswith("Lúc ") and FIRST[first][1] in receipt["errors"][0]
    assert len(ward.rows(Decision.select())) == 1
    assert [event.kind for event in ward.rows(CaseEvent.select().where(CaseEvent.case == case).order_by(CaseEvent.at, CaseEvent.number))][-1] == "conflict"
    page = deputy.get(f"/decisions/{request}").text
    assert "Bản của bạn đến sau" in page and FIRST[first][1] in page and "Giữ việc đã làm trước" in page and "hãy gọi điều phối viên để trình lại" in page
    assert "Làm theo bản của tôi" not in page and SECRET not in page and ward.thu.get("/todo").text.count(f"/held/{held(ward, late)}") == 1
    assert deputy.save("withdrawal", {"target": late["id"]})[1] == "stored"
    assert "Bản của bạn đến sau" not in deputy.get(f"/decisions/{request}").text
    if first != "recall":
        assert over(ward, deputy, case, request, "Việc này đã có người quyết định lúc")


def held(ward, entry):
    return ward.rows(Held.select().where(Held.entry_id == entry["id"]))[0].id


def test_a_coordinator_who_takes_back_what_has_been_decided_is_told_so(ward):
    _case, request = asked(ward)
    late = ward.kim.seal("decision", {"request": request, "choice": "recall"})
    assert decide(ward, request, days="1") == "stored"
    receipt = ward.kim.sync(late).json["receipts"][0]
    assert receipt["outcome"] == "conflict" and "đã được quyết định: đồng ý." in receipt["errors"][0]
    assert "Bản của bạn đến sau" in ward.kim.get(f"/decisions/{request}").text and request_of(ward, request).state == "approved"


def test_a_question_put_again_in_other_words_takes_the_first_back_and_keeps_its_clock(ward):
    case, request = asked(ward)
    again = {"case": case, "what": "contact-ban", "remark": "Chị ấy xin thêm", "asked_by": "victim"}
    assert ward.kim.save("decision-request", {**again, "over": case})[1] == "conflict", "what it knows of is no question"
    second, outcome = ward.kim.save("decision-request", {**again, "over": request})
    assert outcome == "stored" and request_of(ward, request).state == "recalled"
    assert request_of(ward, second).due_at == request_of(ward, request).due_at, "no clock begins anew"
    assert second in ward.binh.get("/todo").text and request not in ward.binh.get("/todo").text


def test_what_awaits_a_decider_is_kept_on_their_phone_until_it_does_not(ward):
    _case, request = asked(ward)

    def kept():
        return [page for page in ward.binh.get("/pages").json["pages"] if page["path"] == f"/decisions/{request}"]
    [page] = kept()
    assert page["title"].startswith("Trình quyết định ")
    decide(ward, request, days="1")
    assert kept() == []


@pytest.mark.parametrize("who", ["thu", "dung", "lan", "mai", "son", "van"])
def test_nobody_else_decides(ward, who):
    _case, request = asked(ward)
    assert decide(ward, request, days="1", who=who) == "forbidden"
    assert request_of(ward, request).state == "waiting"


def test_the_decider_takes_nothing_back_and_asks_nothing(ward):
    case, request = asked(ward)
    assert decide(ward, request, "recall") == "forbidden"
    assert ward.binh.save("decision-request", {"case": case, "what": "assign", "remark": "x"})[1] == "forbidden"


def test_the_same_question_is_not_put_twice_while_it_waits(ward):
    case, request = asked(ward)
    again = {"case": case, "what": "contact-ban", "remark": SECRET, "asked_by": "victim"}
    assert ward.kim.save("decision-request", again)[1] == "conflict"
    decide(ward, request, days="1")
    assert ward.kim.save("decision-request", again)[1] == "stored"


def test_an_agency_may_ask_for_a_ban_only_with_the_consent_of_the_person(ward):
    case = opened(ward)
    ask = {"case": case, "what": "contact-ban", "remark": SECRET, "asked_by": "agency"}
    assert ward.thu.save("decision-request", ask)[1] == "invalid"
    assert ward.thu.save("decision-request", {**ask, "agreed": "y"})[1] == "stored"


def test_the_decider_sees_nothing_of_the_case_but_what_was_put_to_him(ward):
    record = ward.lan.record(narrative="Chị Tư khóc suốt đêm")
    case = ward.thu.save("triage", {"choice": "open", "record": record})[0]
    request = ward.thu.save("decision-request", {"case": case, "what": "assign", "remark": SECRET})[0]
    assert "Tư" not in ward.binh.get(f"/decisions/{request}").text
    for path in (f"/cases/{case}", f"/records/{record}"):
        assert ward.binh.get(path).status_code == 404
    decide(ward, request, unit="congan")
    after = ward.binh.get(f"/decisions/{request}").text
    assert SECRET not in after and "Đồng ý" in after


def test_a_case_that_waits_for_no_decision_is_not_there_for_him(ward):
    opened(ward)
    case = ward.rows(Case.select())[0]
    assert cases_seen(ward.binh.get("/todo").text, case) == 0


def cases_seen(page, case):
    return page.count(case.id) + page.count(case.code)


def test_a_long_list_of_his_goes_on_on_a_page_of_its_own(ward):
    wanted = {asked(ward, "assign")[1] for _number in range(todo.FIRST + 1)}
    first = ward.binh.get("/todo").text
    following = re.search(r'href="(/todo\?of=decide[^"]+)"', first).group(1).replace("&amp;", "&")
    second = ward.binh.get(following).text
    shown = [re.findall(r'href="/decisions/([0-9a-f-]{36})"', page) for page in (first, second)]
    assert [len(each) for each in shown] == [todo.FIRST, 1] and {*shown[0], *shown[1]} == wanted


# ── What the Chairman is told at once ────────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def head(ward):
    """Hoa is the head of her tổ dân phố: a legal receiver of a tin báo."""
    phone, person = ward.hoa, ward.hoa.me["person"]
    with ward.app.app_context(), database.connection_context():
        Person.update(capacity="tdp-head").where(Person.id == person).execute()
    return phone


def test_a_report_is_told_to_the_decider_at_once_without_a_word_of_it(ward, head):
    ward.binh  # noqa: B018
    record = head.record(source="told", narrative="Chị Tư khóc", danger="yes")
    [telling] = ward.rows(Telling.select())
    assert telling.record_id == record and telling.danger
    page = ward.binh.get("/todo").text
    assert "Tin báo phải báo ngay" in page and "Tổ dân phố 2" in page and "Tư" not in page and "Đánh" not in page
    [notice] = ward.rows(Notice.select().where(Notice.person == ward.binh.me["person"]))
    assert (notice.event, notice.urgent) == ("report-told", True)


def test_it_counts_as_told_when_he_has_opened_it(ward, head):
    head.record(source="told")
    [telling] = ward.rows(Telling.select())
    assert ward.thu.get(f"/tellings/{telling.id}").status_code == 200
    assert ward.rows(Telling.select())[0].told_at is None
    assert "Đã báo lúc" in ward.binh.get(f"/tellings/{telling.id}").text
    [told] = ward.rows(Telling.select())
    assert told.told_to_id == ward.binh.me["person"] and told.turn is None
    assert "/tellings/" not in ward.binh.get("/todo").text
    assert [row.subject_id for row in ward.rows(Audit.select().where(Audit.subject_kind == "telling", Audit.action == "change"))] == [telling.id]


def test_a_copy_his_phone_keeps_has_told_nobody(ward, head):
    ward.binh  # noqa: B018
    head.record(source="told")
    [telling] = ward.rows(Telling.select())
    assert ward.binh.get(f"/tellings/{telling.id}", **{"Sotay-Keep": "1"}).status_code == 200
    assert ward.rows(Telling.select())[0].told_at is None
    assert ward.binh.get("/notices/unread").json["unread"] == 1
    ward.binh.get(f"/tellings/{telling.id}")
    assert ward.binh.get("/notices/unread").json["unread"] == 0


def test_an_observation_is_no_report_and_a_mended_report_is_told_once(ward, head):
    ward.lan.record(source="told")
    assert not ward.rows(Telling.select())
    first = head.record(source="told")
    head.record(source="told", replaces=first)
    assert len(ward.rows(Telling.select())) == 1


def test_the_childs_clock_runs_from_whatever_told_the_ward_first(ward):
    def told_before(model, row_id, hours):
        with ward.app.app_context(), database.connection_context():
            model.update(received_at=now() - hours * HOUR).where(model.id == row_id).execute()

    def stored(outcome):
        assert outcome[1] == "stored"
        return outcome[0]

    def since(case):
        request = stored(ward.thu.save("decision-request", {"case": case, "what": "child-measure", "remark": "Trẻ bị đánh"}))
        stored(ward.thu.save("decision", {"request": request, "choice": "recall"}))
        return (now() - ward.rows(DecisionRequest.select().where(DecisionRequest.id == request))[0].since) // HOUR

    referral = ward.lan.refer(basis="child")
    told_before(Referral, referral, 3)
    case = stored(ward.thu.save("triage", {"referral": referral, "choice": "open"}))
    assert since(case) == 3
    first = ward.lan.record(victim_age="under-16")
    told_before(Record, first, 5)
    mended = ward.lan.record(victim_age="under-16", replaces=first)
    gone = stored(ward.thu.save("triage", {"record": mended, "choice": "open"}))
    stored(ward.thu.save("triage", {"choice": "merge", "case": gone, "into": case}))
    assert since(case) == 5


@pytest.mark.parametrize("what", ASK)
def test_whatever_is_approved_is_something_to_do_for_whoever_asked(ward, what):
    case, request = asked(ward, what)
    assert ward.binh.save("decision", {"request": request, "choice": "approve", **GRANT[what]})[1] == "stored"
    found = ward.rows(Task.select().where(Task.case == case, Task.state == "open"))
    assert found and {each.owner_id for each in found} == {ward.thu.me["person"]}
    assert min(each.due_at for each in found) - now() <= HOUR and found[0].id in ward.thu.get("/todo").text
