"""Rights over one's data: noted with the law's clock, everything held is given, and taken out leaves nothing but codes."""
import json
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document
from peewee import BlobField
from playhouse.migrations import Runner

from db.base import MIGRATIONS, database
from db.models import ALL, Audit, Case, CasePerson, Consent, ContactKey, DataRequest, Decision, DecisionRequest, Held, Incident, Record, Task, Unit, Unsealed
from pwa.crypto import columns
from pwa.domain import case_people, data_requests, decisions, held, retention, rotation, unsealed
from pwa.domain.clock import DAY
from tests.server.test_risks import train

WORDS = ["Chị Tư khóc suốt đêm", "Gọi chị Sáu 0912345678", "Trần Thị Tư", "số 9 ngõ 4", "Ghi chú vụ việc", "Theo dõi tuần một", "Đã tham vấn xong", "Dọa bằng dao",
         "Xin cấm ba ngày", "Nhớ mang giấy", "Chỉ nói với trạm y tế", "Phạt hai triệu", "Nhờ gọi buổi sáng"]


@pytest.fixture
def full(ward):
    """A case with somebody's words in every place a coordinator can write them: (ward, case, the person affected)."""
    train(ward, "thu", "da5")
    record = ward.lan.record(narrative=WORDS[0], safe_contact=WORDS[1])
    ward.lan.refer(record=record, note=WORDS[12])
    case = ward.thu.save("triage", {"choice": "open", "record": record})[0]
    person = ward.thu.save("person", {"case": case, "part": "affected", "sex": "female", "age": "18-59", "name": WORDS[2], "phone": "0912345678", "address": WORDS[3]})[0]
    entries = [("incident", {"on_date": "2026-10-01", "forms": ["physical"], "main_form": "physical", "note": WORDS[4]}), ("note", {"text": WORDS[5]}),
               ("service", {"services": ["counselling"], "step": "received", "note": WORDS[6]}), ("risk", {"kill": "yes", "note": WORDS[7]}),
               ("decision-request", {"what": "contact-ban", "asked_by": "victim", "remark": WORDS[8]}),
               ("task", {"what": "visit", "due": "week", "note": WORDS[9]}),
               ("consent", {"unit": "tramyte", "decision": "agreed", "consent_basis": "agreed", "limits_said": "y", "asked_of": "self", "fields": ["what"], "consent_note": WORDS[10]}),
               ("measure", {"measure": "sanction", "note": WORDS[11]})]
    for kind, fields in entries:
        assert ward.thu.save(kind, {"case": case, **fields})[1] == "stored", kind
    return ward, case, person


def ask(ward, case, person, what, **fields):
    request, outcome = ward.thu.save("data-request", {"case": case, "person": person, "what": what, "asked_by": "self", **fields})
    assert outcome == "stored"
    return request


def request_of(ward, request):
    return ward.rows(DataRequest.select().where(DataRequest.id == request))[0]


def post(phone, path, **fields):
    page = phone.get(path.removesuffix("/erase")).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    return phone.client.post(path, base_url=phone.base, data={"csrf_token": token, **fields}, headers={"Referer": phone.base + path})


def close(ward, case):
    assert ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"})[1] == "stored"


@pytest.mark.parametrize("what, days, shared, extended", [("withdraw", 15, 20, 15), ("restrict", 15, 20, 15), ("delete", 20, 30, 20), ("copy", 10, 10, 0), ("correct", 10, 10, 0)])
def test_each_request_has_the_clock_of_the_law_alone_and_with_others(full, what, days, shared, extended):
    ward, case, person = full
    rows = [request_of(ward, ask(ward, case, person, what, **more)) for more in ({}, {"shared": "y"})]
    assert [row.due_at - row.made_at for row in rows] == [days * DAY, shared * DAY]
    answer = post(ward.thu, f"/data-requests/{rows[0].id}", choice="extend", remark="Cần hỏi nơi khác")
    assert answer.status_code == (302 if extended else 422)
    assert request_of(ward, rows[0].id).due_at == rows[0].due_at + extended * DAY
    assert post(ward.thu, f"/data-requests/{rows[0].id}", choice="extend", remark="Lần nữa").status_code == 422


def test_the_reply_within_two_working_days_and_the_deed_are_tasks(full):
    ward, case, person = full
    ask(ward, case, person, "delete")
    reply, deed = ward.rows(Task.select().where(Task.case == case, Task.what == "paper").order_by(Task.due_at))
    assert reply.owner_id == deed.owner_id == ward.thu.me["person"]
    assert reply.due_at < deed.due_at == request_of(ward, ward.rows(DataRequest.select())[0].id).due_at


@pytest.mark.parametrize("asked, evening", [("2026-11-24T03:00", "2026-11-26"), ("2026-11-26T03:00", "2026-11-30"), ("2026-11-28T03:00", "2026-12-01"), ("2027-02-03T03:00", "2027-02-12")])
def test_working_days_pass_over_the_weekend_and_tet(ward, asked, evening):
    with ward.app.app_context():
        moment = int(datetime.fromisoformat(asked).replace(tzinfo=UTC).timestamp() * 1000)
        assert datetime.fromtimestamp(data_requests.working_days_later(moment, 2) / 1000, UTC).isoformat(timespec="minutes") == evening + "T10:00+00:00"


def test_everything_held_on_the_person_is_given_to_them_at_a_desk_and_noted(full):
    ward, case, person = full
    request = ask(ward, case, person, "copy")
    answer = ward.thu.get(f"/data-requests/{request}/copy")
    document = Document(BytesIO(answer.data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for word in (WORDS[0], WORDS[1], WORDS[2], WORDS[3], WORDS[5], "0912345678", "Trạm Y tế phường", "Tham vấn tâm lý", "Thể chất",
                 "Đánh, làm đau", "Người đó đồng ý", "Chính người đó", WORDS[7], WORDS[8], WORDS[10], WORDS[12], "Cấm tiếp xúc"):
        assert word in text, word
    [row] = ward.rows(Audit.select().where(Audit.action == "export"))
    assert row.subject_id == request
    assert ward.thu.get(f"/data-requests/{request}/copy", **{"User-Agent": "Android Mobile"}).status_code == 403


def test_what_is_held_in_another_case_of_the_same_person_is_given_too(full):
    ward, case, person = full
    earlier = ward.thu.save("triage", {"choice": "open", "record": ward.lan.record(narrative="Lần trước cũng vậy")})[0]
    [code] = [each.code for each in ward.rows(Case.select().where(Case.id == case))]
    assert ward.thu.save("person", {"case": earlier, "part": "affected", "phone": "0912345678", "known_from": code})[1] == "stored"
    answer = ward.thu.get(f"/data-requests/{ask(ward, case, person, 'copy')}/copy")
    assert "Lần trước cũng vậy" in "\n".join(paragraph.text for paragraph in Document(BytesIO(answer.data)).paragraphs)


def test_of_the_other_side_only_what_is_held_on_them_is_given(full):
    ward, case, _person = full
    other = ward.thu.save("person", {"case": case, "part": "other", "name": "Ông Tám"})[0]
    answer = ward.thu.get(f"/data-requests/{ask(ward, case, other, 'copy')}/copy")
    text = "\n".join(paragraph.text for paragraph in Document(BytesIO(answer.data)).paragraphs)
    assert "Ông Tám" in text and not any(word in text for word in WORDS)


def test_an_answer_is_kept_and_ends_the_request(full):
    ward, case, person = full
    request = ask(ward, case, person, "correct")
    assert post(ward.thu, f"/data-requests/{request}", choice="refuse").status_code == 422
    assert post(ward.thu, f"/data-requests/{request}", choice="done", remark="Đã sửa tuổi").status_code == 302
    assert request_of(ward, request).state == "done" and "Đã sửa tuổi" in ward.thu.get(f"/data-requests/{request}").text
    assert 'action="/data-requests/' not in ward.thu.get(f"/data-requests/{request}").text


def everything(ward):
    """Every sealed value of the ward, opened, as one text."""
    texts = []
    with ward.app.app_context(), database.connection_context():
        for place, field, bound in rotation.sealed_columns():
            for row in field.model.select(bound, field).where(field.is_null(False)).tuples():
                texts.append(json.dumps(columns.unseal(place, *row), ensure_ascii=False))
    return "\n".join(texts)


def test_after_erasing_no_word_name_or_contact_is_left_anywhere_and_codes_still_count(full):
    ward, case, person = full
    held = ward.kim.save("incident", {"case": case, "over": person, "note": WORDS[4]})
    assert held[1] != "stored"
    request = ask(ward, case, person, "delete")
    assert all(word in everything(ward) for word in WORDS)
    close(ward, case)
    assert post(ward.thu, f"/data-requests/{request}/erase").status_code == 422
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    left = everything(ward)
    assert [word for word in WORDS if word in left] == []
    [incident], [affected] = ward.rows(Incident.select()), ward.rows(CasePerson.select())
    assert (incident.main_form, incident.sex, incident.age) == ("physical", "female", "18-59") and affected.details is None
    assert ward.rows(Record.select().where(Record.case_id == case)) and not ward.rows(ContactKey.select())
    assert "Đánh, làm đau" in ward.thu.get(f"/cases/{case}").text and ward.rows(Case.select())[0].erased_at
    assert [row.detail for row in ward.rows(Audit.select().where(Audit.action == "change", Audit.subject_kind == "case"))] == [{"erased": 1}]


def test_what_a_record_said_before_it_was_mended_goes_too_and_who_looked_at_it_is_shown(full):
    ward, case, person = full
    [record] = ward.rows(Record.select().where(Record.case_id == case))
    mended = ward.lan.record(narrative="Bản sửa", replaces=record.id)
    ward.lan.record(narrative="Sửa lần nữa", replaces=mended)
    request = ask(ward, case, person, "delete")
    assert "kim" not in ward.thu.get(f"/cases/{case}/seen").text
    ward.kim.get(f"/records/{record.id}")
    assert "kim" in ward.thu.get(f"/cases/{case}/seen").text
    close(ward, case)
    assert WORDS[0] in everything(ward) and "Bản sửa" in everything(ward)
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    assert not [words for words in (*WORDS, "Bản sửa", "Sửa lần nữa") if words in everything(ward)]


def test_what_is_written_after_an_erasure_can_be_erased_too(full):
    ward, case, person = full
    request = ask(ward, case, person, "delete")
    close(ward, case)
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    assert f'action="/data-requests/{request}/erase"' not in ward.thu.get(f"/data-requests/{request}").text
    assert ward.thu.save("note", {"case": case, "text": "Chị Tư gọi lại"})[1] == "stored"
    assert "Sau đó đã có ghi thêm" in ward.thu.get(f"/data-requests/{request}").text
    with ward.app.app_context(), database.connection_context():
        Case.update(closed_at=1).execute()
        assert [each.id for each in retention.due_cases(ward.row.id)] == [case]
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    assert "Chị Tư gọi lại" not in everything(ward)


def test_the_other_sides_request_takes_out_only_what_names_them(full):
    ward, case, _person = full
    other = ward.thu.save("person", {"case": case, "part": "other", "name": "Ông Tám", "phone": "0987654321"})[0]
    request = ask(ward, case, other, "delete")
    assert "Hồ sơ đang mở" in ward.thu.get(f"/data-requests/{request}").text
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 422
    close(ward, case)
    assert "Lời kể của người khác trong hồ sơ được giữ" in ward.thu.get(f"/data-requests/{request}").text
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    left = everything(ward)
    assert "Ông Tám" not in left and all(words in left for words in WORDS)
    [row] = ward.rows(CasePerson.select().where(CasePerson.id == other))
    assert not ward.rows(ContactKey.select().where(ContactKey.subject_id == row.id)) and "không còn giữ tên, liên hệ" in ward.thu.get(f"/data-requests/{request}").text


def test_the_tasks_of_a_request_go_with_it_and_do_not_end_it(full):
    ward, case, person = full
    request = ask(ward, case, person, "delete")
    reply, deed = ward.rows(Task.select().where(Task.case == case, Task.what == "paper").order_by(Task.due_at))
    for choice, more in (("done", {"next": "none"}), ("snooze", {"reason": "away", "due": "week"}), ("drop", {"note": "Thôi"})):
        assert ward.thu.save("completion", {"task": deed.id, "choice": choice, **more})[1] == "invalid", choice
    assert ward.thu.save("completion", {"task": reply.id, "choice": "drop", "note": "Thôi"})[1] == "invalid"
    assert ward.thu.save("completion", {"task": reply.id, "choice": "done", "next": "none"})[1] == "stored"
    assert f'href="/data-requests/{request}"' in ward.thu.get(f"/tasks/{deed.id}").text
    assert post(ward.thu, f"/data-requests/{request}", choice="extend", remark="Cần hỏi nơi khác").status_code == 302
    [later] = ward.rows(Task.select().where(Task.id == deed.id))
    assert later.due_at == later.turn == request_of(ward, request).due_at == deed.due_at + 20 * DAY
    assert post(ward.thu, f"/data-requests/{request}", choice="refuse", remark="Hồ sơ đang mở").status_code == 302
    assert [(task.state, task.turn) for task in ward.rows(Task.select().where(Task.what == "paper"))] == [("done", None)] * 2


def etags(phone):
    return {page["path"]: page["etag"] for page in phone.get("/pages").json["pages"]}


def test_what_was_erased_leaves_the_phones_that_keep_it_too(full):
    ward, case, person = full
    referral = ward.thu.save("case-referral", {"case": case, "unit": "phunu", "urgency": "normal", "services": ["counselling"], "note": WORDS[12]})[0]
    assert [ward.nga.answer(referral, choice)[1] for choice in ("accept", "help")] == ["stored", "stored"]
    close(ward, case)
    [record] = [each.id for each in ward.rows(Record.select().where(Record.case_id == case))]
    before = etags(ward.lan)
    request = ask(ward, case, person, "delete")
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    assert etags(ward.lan)[f"/records/{record}"] != before[f"/records/{record}"]
    assert not {f"/referrals/{referral}", f"/cases/{case}"} & etags(ward.thu).keys()


def test_every_place_words_are_sealed_in_was_filled_in_these_tests(full):
    """So that a new column cannot be forgotten by erasing: what a case can hold is in the fixture, or said here to be none of a case."""
    ward, _case, _person = full
    with ward.app.app_context(), database.connection_context():
        filled = {place for place, field, _bound in rotation.sealed_columns() if field.model.select().where(field.is_null(False)).exists()}
    # How somebody who works for the ward is reached is no part of a case.
    elsewhere = {"contact.phone", "contact.mail", "held.body", "answer.note", "handover.note", "task.answer", "decision.words", "data_request.words", "data_request.answer", "break_glass.reason",
                 "held.errors", "case_person.ties", "decision.number"}
    assert filled | elsewhere == {f"{model._meta.table_name}.{field.name}" for model in ALL for field in model._meta.sorted_fields if isinstance(field, BlobField)}


def test_an_open_case_is_not_erased(full):
    ward, case, person = full
    request = ask(ward, case, person, "delete")
    page = ward.thu.get(f"/data-requests/{request}").text
    assert "Hồ sơ đang mở nên chưa xóa được" in page and "/erase" not in page
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 422
    assert WORDS[0] in everything(ward)


@pytest.mark.parametrize("what", ["copy", "correct", "withdraw", "restrict"])
def test_only_a_request_to_delete_erases(full, what):
    ward, case, person = full
    request = ask(ward, case, person, what)
    close(ward, case)
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 422
    assert WORDS[0] in everything(ward)


def test_without_a_token_nothing_is_answered_or_erased(full):
    ward, case, person = full
    request = ask(ward, case, person, "delete")
    close(ward, case)
    for path in (f"/data-requests/{request}", f"/data-requests/{request}/erase"):
        assert ward.thu.client.post(path, base_url=ward.thu.base, data={"choice": "done", "sure": "y"}).status_code == 400
    assert request_of(ward, request).state == "open" and WORDS[0] in everything(ward)


def test_a_request_about_somebody_not_in_the_case_is_refused(full):
    ward, case, _person = full
    assert ward.thu.save("data-request", {"case": case, "person": case, "what": "copy", "asked_by": "self"})[1] == "invalid"
    assert ward.dung.save("data-request", {"case": case, "person": _person, "what": "copy", "asked_by": "self"})[1] == "forbidden"


# ── One person in more than one case ─────────────────────────────────────────────────────────────────────────────────

def case_with(ward, record, **person):
    """(case, its code, the person written into it)."""
    case = ward.thu.save("triage", {"choice": "open", "record": ward.lan.record(narrative=record)})[0]
    written, outcome = ward.thu.save("person", {"case": case, "part": "affected", "phone": "0912345678", **person})
    assert outcome == "stored"
    return case, code_of(ward, case), written


def code_of(ward, case):
    [code] = [each.code for each in ward.rows(Case.select().where(Case.id == case))]
    return code


def copied(ward, request):
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(ward.thu.get(f"/data-requests/{request}/copy").data)).paragraphs)


def test_erasing_takes_out_what_the_copy_shows_in_whatever_case_it_stands(ward):
    first, code, _person = case_with(ward, "Chuyện cũ", name="Trần Thị Tư", address="số 9")
    second, second_code, person = case_with(ward, "Chuyện mới", name="Trần Thị Tư", known_from=code)
    third, _code, named = case_with(ward, "Chuyện người khác", known_from=code)
    # First taken for the one it is about.
    assert ward.thu.save("person", {"case": third, "part": "other", "over": named, "name": "Chị Tư bên kia"})[1] == "stored"
    request, copy = (ask(ward, second, person, what) for what in ("delete", "copy"))
    close(ward, second)
    page = ward.thu.get(f"/data-requests/{request}").text
    assert "Hồ sơ đang mở nên chưa xóa được" in page and code[:3] in page and second_code[:3] not in page.split("chưa xóa được")[1].split("Hãy")[0]
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 422 and "Chuyện mới" in everything(ward)
    close(ward, first), close(ward, third)
    assert all(word in copied(ward, copy) for word in ("Chuyện cũ", "Chuyện mới", "số 9", "Chị Tư bên kia"))
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    left = everything(ward)
    assert not [word for word in ("Chuyện cũ", "Chuyện mới", "Trần Thị Tư", "số 9", "Chị Tư bên kia", "0912345678") if word in left]
    assert "Chuyện người khác" in left, "what is told of somebody else is not theirs to delete"
    assert "Trần Thị Tư" not in copied(ward, copy) and f'action="/data-requests/{request}/erase"' not in ward.thu.get(f"/data-requests/{request}").text
    assert {row.subject_id for row in ward.rows(Audit.select().where(Audit.action == "change", Audit.subject_kind == "case"))} == {first, second, third}
    ward.thu.save("note", {"case": first, "text": "Chị Tư gọi lại"})
    assert "Sau đó đã có ghi thêm" in ward.thu.get(f"/data-requests/{request}").text, "also where it is written in the other case"


def test_who_turns_out_to_be_known_is_so_in_every_version_and_in_what_they_asked(ward):
    first, code, _person = case_with(ward, "Chuyện cũ", name="Trần Thị Tư")
    second, second_code, before = case_with(ward, "Chuyện mới", name="Chị Tư", address="số 10")
    follows, _code, _person = case_with(ward, "Chuyện thứ ba", name="Tư", known_from=second_code)
    copy, request = (ask(ward, second, before, what) for what in ("copy", "delete"))
    assert ward.thu.save("person", {"case": second, "part": "affected", "over": before, "known_from": code, "name": "TƯ MỚI", "phone": "0912345678"})[1] == "stored"
    assert len({each.key for each in [*ward.rows(CasePerson.select()), *ward.rows(DataRequest.select())]}) == 1
    assert all(word in copied(ward, copy) for word in ("TƯ MỚI", "Chị Tư", "số 10", "Trần Thị Tư", "Chuyện cũ", "Chuyện thứ ba"))
    for case in (first, second, follows):
        close(ward, case)
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    assert not [each for each in ward.rows(CasePerson.select()) if each.details] and not ward.rows(ContactKey.select())


def test_who_was_taken_for_somebody_else_leaves_that_one_as_they_are(ward):
    _first, code, right = case_with(ward, "Chuyện cũ", name="Trần Thị Tư")
    _other, wrong_code, wrong = case_with(ward, "Chuyện khác", name="Lê Thị Năm")
    second, _code, before = case_with(ward, "Chuyện mới", name="Chị Tư", known_from=wrong_code)
    after, outcome = ward.thu.save("person", {"case": second, "part": "affected", "over": before, "known_from": code, "phone": "0912345678"})
    keys = {each.id: each.key for each in ward.rows(CasePerson.select())}
    assert outcome == "stored" and keys[after] == keys[before] == keys[right] != keys[wrong]


# ── Nobody is told that something was done which was not ─────────────────────────────────────────────────────────────

def refused(ward, request):
    """What the page says to the answer "done"."""
    answer = post(ward.thu, f"/data-requests/{request}", choice="done")
    assert answer.status_code == 422 and request_of(ward, request).state == "open"
    return re.search(r'<p class="error" role="alert">([^<]+)', answer.text).group(1)


def test_deleting_is_not_said_to_be_done_while_something_is_left(full):
    ward, case, person = full
    other = ward.thu.save("person", {"case": case, "part": "other", "name": "Ông Tám"})[0]
    requests = [ask(ward, case, each, "delete") for each in (other, person)]
    assert all("Hồ sơ đang mở nên chưa xóa được" in refused(ward, request) for request in requests)
    close(ward, case)
    for request in requests:
        assert refused(ward, request).startswith("Vẫn còn lời kể, tên hoặc liên hệ")
        assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
        assert post(ward.thu, f"/data-requests/{request}", choice="done").status_code == 302
        assert request_of(ward, request).state == "done"


def test_taking_consent_back_is_not_said_to_be_done_while_one_stands(full):
    ward, case, person = full
    consent = {"case": case, "unit": "congan", "decision": "agreed", "consent_basis": "danger", "asked_of": "nobody", "consent_note": "Đe dọa giết", "fields": ["what"]}
    assert ward.thu.save("consent", consent)[1] == "stored"
    request = ask(ward, case, person, "withdraw")
    said = refused(ward, request)
    assert "Trạm Y tế phường" in said and "Công an phường" not in said, "what the law lets be shared nobody has agreed to"
    [given] = [row.id for row in ward.rows(Consent.select().where(Consent.decision == "agreed"))]
    assert ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn", "over": given})[1] == "stored"
    assert post(ward.thu, f"/data-requests/{request}", choice="done").status_code == 302 and request_of(ward, request).state == "done"


def test_a_volunteers_chip_is_a_consent_to_take_back_too(ward):
    record = ward.lan.record(danger="yes")
    assert ward.lan.save("referral", {"record": record, "unit": "congan", "urgency": "urgent", "basis": "agreed"})[1] == "stored"
    case = ward.thu.save("triage", {"choice": "open", "record": record})[0]
    person, other = (ward.thu.save("person", {"case": case, "part": part})[0] for part in ("affected", "other"))
    request, theirs = ask(ward, case, person, "withdraw"), ask(ward, case, other, "withdraw")
    assert "Công an phường" in refused(ward, request)
    assert post(ward.thu, f"/data-requests/{theirs}", choice="done").status_code == 302, "the consent of one is not another's"
    assert ward.thu.save("consent", {"case": case, "unit": "congan", "decision": "withdrawn"})[1] == "stored"
    assert post(ward.thu, f"/data-requests/{request}", choice="done").status_code == 302


# ── Everything means everything ──────────────────────────────────────────────────────────────────────────────────────

def test_the_copy_has_what_was_written_before_there_was_a_case_and_what_was_refused(ward):
    record = ward.lan.record(narrative="Nghe khóc", danger="yes")
    referral = ward.lan.refer(record=record, unit="tramyte", urgency="urgent", basis="danger", note="Nhờ khám")
    question = ward.thu.save("triage", {"record": record, "choice": "ask", "question": "Nhà ở đâu?"})[0]
    written = [ward.hanh.answer(referral, "accept", note="Nhận lúc 9 giờ"), ward.hanh.save("note", {"referral": referral, "text": "Khám sơ bộ"}),
               ward.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received", "note": "Băng tay trái"}),
               ward.lan.save("completion", {"task": question, "choice": "done", "what": "question", "note": "Cuối ngõ 4", "next": "none"})]
    case = ward.thu.save("triage", {"record": record, "choice": "open"})[0]
    person, other = (ward.thu.save("person", {"case": case, "part": part})[0] for part in ("affected", "other"))
    written += [ward.thu.save("incident", {"case": case, "on_date": "2026-10-01", "forms": ["physical", "economic"], "main_form": "physical", "sex": "female", "age": "18-59",
                                           "other_age": "from-60", "mediated": "yes", "mediated_by": "community", "pressured": "yes", "note": "Hòa giải ở nhà"}),
                ward.hanh.save("note", {"referral": referral, "text": "Hẹn khám lại"}), ward.hanh.answer(referral, "fail", why_not="moved", note="Đã về quê")]
    assert {outcome for _id, outcome in written} == {"stored"}
    copy, theirs = (ask(ward, case, each, "copy") for each in (person, other))
    assert ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "worse"})[1] == "stored"
    assert ward.kim.save("incident", {"case": case, "note": "Dao trong bếp"})[1] == "conflict"
    text = copied(ward, copy)
    for word in ("Nhận lúc 9 giờ", "Khám sơ bộ", "Băng tay trái", "Nhà ở đâu?", "Cuối ngõ 4", "Hẹn khám lại", "Đã về quê", "Dao trong bếp", "Hòa giải ở nhà"):
        assert text.count(word) == 1, word
    for line in ("Người đó nói gì: Thấy xấu hơn", "Các hình thức: Thể chất, Kinh tế", "Đã có hòa giải: Có", "Người bị bạo lực bị ép: Có", "Lý do: Đã chuyển đi",
                 "Giới tính: Nữ", "Tuổi: 18–59"):
        assert line in text, line
    assert "Từ 60" not in text, "of the other side"
    text = copied(ward, theirs)
    assert "Tuổi: Từ 60" in text and "Đã có hòa giải: Có" in text and not [word for word in ("Nữ", "bị ép", "Hòa giải ở nhà", "Băng tay", "Dao") if word in text]


def in_clear(ward):
    """Every value of the database that is not sealed, as one text."""
    with ward.app.app_context(), database.connection_context():
        return "\n".join(str(value) for model in ALL for row in model.select().tuples() for value in row if not isinstance(value, (bytes, memoryview)))


def test_where_the_other_side_has_people_and_the_number_of_a_decision_are_sealed_and_go_with_the_words(full):
    ward, case, person = full
    other = ward.thu.save("person", {"case": case, "part": "other", "ties": ["congan"]})[0]
    [request] = ward.rows(DecisionRequest.select())
    assert ward.binh.save("decision", {"request": request.id, "choice": "approve", "days": "3", "number": "12/QĐ ông Tám"})[1] == "stored"
    assert ward.thu.save("case-referral", {"case": case, "unit": "congan", "urgency": "day", "services": ["protection"]})[1] == "invalid"
    assert "Công an phường" in ward.thu.get(f"/cases/{case}").text and "12/QĐ ông Tám" in ward.thu.get(f"/decisions/{request.id}").text
    assert "người thân ở Công an phường" in ward.kim.get(f"/held/{ward.rows(Held.select())[0].id}").text
    clear = in_clear(ward)
    assert not [word for word in ("12/QĐ", "người thân", *WORDS) if word in clear] and "tdp-1" in clear
    copies = [copied(ward, ask(ward, case, each, "copy")) for each in (person, other)]
    assert "12/QĐ ông Tám" in copies[0] and "Làm việc hoặc có người thân ở: Công an phường" in copies[1]
    theirs, request = ask(ward, case, other, "delete"), ask(ward, case, person, "delete")
    close(ward, case)
    assert post(ward.thu, f"/data-requests/{theirs}/erase", sure="y").status_code == 302
    assert not ward.rows(CasePerson.select().where(CasePerson.ties.is_null(False))) and "12/QĐ" in everything(ward)
    assert post(ward.thu, f"/data-requests/{request}/erase", sure="y").status_code == 302
    assert not [word for word in ("12/QĐ", "người thân") if word in everything(ward)]


def test_what_stood_in_clear_is_sealed_when_the_ward_is_brought_up_to_date(full):
    """As it was before migration 0072: down, the old values, and up again."""
    ward, case, person = full
    other = ward.thu.save("person", {"case": case, "part": "other", "name": "Ông Tám"})[0]
    [request] = ward.rows(DecisionRequest.select())
    decision = ward.binh.save("decision", {"request": request.id, "choice": "approve", "days": "3"})[0]
    assert ward.kim.save("incident", {"case": case, "over": person})[1] == "invalid"
    [unit] = ward.rows(Unit.select().where(Unit.code == "congan", Unit.ward == ward.row.id))
    step = "0072_nothing_telling_in_clear"
    with ward.app.app_context(), database.connection_context():
        runner = Runner(database.obj, MIGRATIONS)
        runner.down(step)
        database.execute_sql("UPDATE held SET errors = ?", ('["Có người thân ở Công an phường"]',))
        database.execute_sql("UPDATE case_person SET ties = ? WHERE id = ?", (f"[{unit.id}]", other))
        database.execute_sql("UPDATE decision SET number = ? WHERE id = ?", ("12/QĐ ông Tám", decision))
        runner.up()
        assert Unsealed.select().count() == 3
        assert unsealed.seal_all() == 3 and unsealed.seal_all() == 0 and not Unsealed.select().count()
        assert held.errors(Held.get()) == ["Có người thân ở Công an phường"] and decisions.number(Decision.get_by_id(decision)) == "12/QĐ ông Tám"
        assert case_people.tied_to(CasePerson.get_by_id(other)) == [unit.id] and rotation.check()[1] == []
    assert "12/QĐ" not in in_clear(ward) and "người thân" not in in_clear(ward)
