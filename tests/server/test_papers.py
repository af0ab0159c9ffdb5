"""Papers of a case: filled as far as known, in the law's words, for desks, and noted in the trail."""
from io import BytesIO

import pytest
from docx import Document
from docx.shared import Mm

from db.base import database
from db.models import Audit, Consent, Person, Record, Unit
from pwa.domain import people
from pwa.domain.clock import HOUR, now, written
from tests.server.test_cases import abroad
from tests.server.test_handovers import moved
from tests.server.test_risks import opened

# As addresses name them.
CHILD_REPORT, BAN_REQUEST = "1", "2"
PHONES = [{"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36"},
          {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}, {"Sec-CH-UA-Mobile": "?1"}]


@pytest.fixture
def case(ward):
    case_id = opened(ward, victim_age="under-16", victim_sex="female", tdp="tdp-3", place="home", source="other-told", narrative="Chị Tư khóc")
    ward.thu.save("person", {"case": case_id, "part": "affected", "age": "under-16", "sex": "female", "name": "Bé Na", "address": "số 9 ngõ 4"})
    ward.thu.save("person", {"case": case_id, "part": "other", "sex": "male", "relation": "parent", "name": "Ông Tám"})
    ward.thu.save("classification", {"case": case_id, "gbv_unknown": "y", "acts": ["a"]})
    ward.thu.save("service", {"case": case_id, "services": ["counselling"], "step": "received"})
    return case_id


def paper(phone, case, name, **headers):
    answer = phone.get(f"/cases/{case}/papers/{name}", **headers)
    assert answer.status_code == 200, answer.text
    return answer


def words(answer):
    document = Document(BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])


def test_mau_01_has_every_field_the_law_asks_and_what_the_case_knows(ward, case):
    text = words(paper(ward.thu, case, CHILD_REPORT))
    for label in ("Cơ quan tiếp nhận", "Số", "Nguồn thông tin", "Tiếp nhận lúc", "Họ tên trẻ", "Ngày sinh hoặc ước lượng tuổi", "Giới tính", "Địa điểm xảy ra",
                  "Tình trạng hiện tại", "Phỏng đoán hậu quả", "Cha (", "Mẹ (", "Hoàn cảnh gia đình", "Người chăm sóc", "Hỗ trợ đã thực hiện",
                  "Người báo tin (nếu đồng ý)", "Cán bộ tiếp nhận"):
        assert label in text, label
    for known in ("Bé Na", "Dưới 16", "Nữ", "Trong nhà, Tổ dân phố 3", "người khác báo", "Tham vấn tâm lý", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "thu"):
        assert known in text, known
    assert "Người báo tin (nếu đồng ý): ...." in text and "chưa đối chiếu" in text and "lan" not in text.replace("thanh", "")


def test_the_request_for_a_ban_has_what_is_known_of_it_and_says_that_more_is_needed(ward, case):
    text = words(paper(ward.thu, case, BAN_REQUEST))
    assert "Kính gửi: Chủ tịch UBND Phường Thành Sen" in text and "Bé Na" in text and "Ông Tám" in text and "số 9 ngõ 4" in text
    assert "Mẫu 06 chưa có" in text and "a) Hành hạ" in text and "nhiều nhất 3" in text


def test_an_empty_case_gives_lines_to_write_on_and_imputes_nothing(ward):
    text = words(paper(ward.thu, opened(ward, victim_age="under-16"), CHILD_REPORT))
    assert "Họ tên trẻ: ...." in text and "Giới tính: ...." in text


def test_the_page_is_a4_with_the_margins_of_the_decree(ward, case):
    section = Document(BytesIO(paper(ward.thu, case, CHILD_REPORT).data)).sections[0]
    for found, wanted in ((section.page_width, Mm(210)), (section.left_margin, Mm(30)), (section.right_margin, Mm(15)), (section.top_margin, Mm(20))):
        assert abs(found - wanted) < Mm(0.1)


def test_the_file_is_not_kept_and_its_name_says_nothing(ward, case):
    answer = paper(ward.thu, case, CHILD_REPORT)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="so-tay-') and "mau" not in answer.headers["Content-Disposition"]


def test_taking_a_paper_out_is_noted_as_an_export(ward, case):
    paper(ward.thu, case, CHILD_REPORT)
    [row] = ward.rows(Audit.select().where(Audit.action == "export"))
    assert (row.subject_id, row.person_id) == (case, ward.thu.me["person"])


@pytest.mark.parametrize("headers", PHONES, ids=["android", "iphone", "hint"])
def test_a_phone_gets_a_sentence_instead(ward, case, headers):
    answer = ward.thu.get(f"/cases/{case}/papers/{CHILD_REPORT}", **headers)
    assert answer.status_code == 403 and "máy tính ở cơ quan" in answer.text and "Na" not in answer.text
    assert not ward.rows(Audit.select().where(Audit.action == "export"))


def test_an_unknown_paper_is_not_there(ward, case):
    assert ward.thu.get(f"/cases/{case}/papers/khac").status_code == 404


def test_mau_01_is_about_the_child_and_never_carries_another_name(ward):
    school = {"form_name": "school", "danger": "no", "acts": ["hit"], "grade": "6-9", "under_16": "yes", "victim_sex": "male", "place": "class",
              "source": "told", "narrative": "Em khóc"}
    taken_back = ward.mai.save("record", {**school, "grade": "1-5", "place": "online"})[0]
    case = ward.thu.save("triage", {"choice": "open", "record": taken_back})[0]
    ward.thu.save("triage", {"choice": "join", "record": ward.mai.save("record", school)[0], "into": case})
    assert ward.mai.save("withdrawal", {"target": taken_back})[1] == "stored"
    text = words(paper(ward.thu, case, CHILD_REPORT))
    assert "Dưới 16, Lớp 6–9" in text and "Giới tính: Nam" in text and "Trên mạng" not in text and "class" not in text
    school_name = ward.rows(Unit.select().where(Unit.code == "truong-1"))[0].name
    assert f"Trong lớp, {school_name}" in text and "Họ tên trẻ: ...." in text
    mother = {"case": case, "part": "affected", "age": "18-59", "sex": "female", "name": "Mẹ Hạnh"}
    assert ward.thu.save("person", mother)[1] == "stored" and "Mẹ Hạnh" not in words(paper(ward.thu, case, CHILD_REPORT))
    ward.thu.save("person", {"case": case, "part": "child", "name": "Bé Na", "sex": "female"})
    text = words(paper(ward.thu, case, CHILD_REPORT))
    assert "Bé Na" in text and "Giới tính: Nữ" in text and "Lớp 6–9" not in text
    for name in ("Bé Tí", "Bé Tèo"):
        ward.thu.save("person", {"case": case, "part": "affected", "age": "under-16", "name": name})
    text = words(paper(ward.thu, case, CHILD_REPORT))
    assert not any(name in text for name in ("Bé Na", "Bé Tí", "Bé Tèo", "Mẹ Hạnh")) and "Hồ sơ có 2 trẻ em" in text


def test_an_affected_person_nobody_gave_an_age_is_the_child_the_note_speaks_of(ward):
    case = opened(ward, victim_age="under-16")
    ward.thu.save("person", {"case": case, "part": "affected", "name": "Bé Na"})
    text = words(paper(ward.thu, case, CHILD_REPORT))
    assert "Họ tên trẻ: Bé Na" in text and "ước lượng tuổi: Dưới 16" in text


BAN = {"name": "Bé Na", "who": "Nữ", "address": "số 9 ngõ 4", "other": "Ông Tám", "what": "a) Hành hạ"}
AGREED = {"decision": "agreed", "asked_of": "both", "limits_said": "y", "asked_on": "2026-01-05"}


def stands(ward, case, **fields):
    before = ward.rows(Consent.select().where(Consent.case == case, Consent.replaced_by.is_null()))
    entry_id, outcome = ward.thu.save("consent", {"case": case, "unit": "ubnd", "over": before[0].id if before else "", **fields})
    assert outcome == "stored"
    return entry_id


def test_the_request_for_a_ban_says_what_consent_allows_and_the_page_what_is_left_out_and_why(ward, case):
    page, text = ward.thu.get(f"/cases/{case}").text, words(paper(ward.thu, case, BAN_REQUEST))
    # Nobody has been asked: the paper is where she signs.
    assert "chưa ghi đồng ý cho UBND phường" in page and "ký vào giấy này trước khi gửi" in text and all(each in text for each in BAN.values())
    for field in BAN:
        stands(ward, case, **AGREED, fields=[field])
        page, text = ward.thu.get(f"/cases/{case}").text, words(paper(ward.thu, case, BAN_REQUEST))
        assert [each for each in BAN if BAN[each] in text] == [field]
        assert "ngày 05/01/2026" in text and "đồng ý không gồm" in text and "không gồm các mục này" in page
    stands(ward, case, **AGREED, fields=list(BAN))
    assert all(each in words(paper(ward.thu, case, BAN_REQUEST)) for each in BAN.values())
    assert "in ra không có" not in ward.thu.get(f"/cases/{case}").text


@pytest.mark.parametrize("said", ["declined", "withdrawn"])
def test_who_says_no_or_takes_it_back_stands_on_no_request_for_a_ban_and_no_agency_asks_for_them(ward, case, said):
    stands(ward, case, **AGREED, fields=list(BAN))
    stands(ward, case, decision=said)
    text, page = words(paper(ward.thu, case, BAN_REQUEST)), ward.thu.get(f"/cases/{case}").text
    assert not [each for each in BAN.values() if each in text] and "không đề nghị thay" in text and "không đề nghị thay được" in page
    ask = {"case": case, "what": "contact-ban", "remark": "Bị dọa", "agreed": "y"}
    assert ward.thu.save("decision-request", {**ask, "asked_by": "agency"})[1] == "invalid"
    assert ward.thu.save("decision-request", {**ask, "asked_by": "victim"})[1] == "stored"
    # What the law asks about a child is filled all the same, and says so.
    assert "Bé Na" in words(paper(ward.thu, case, CHILD_REPORT))
    ward.thu.save("person", {"case": case, "part": "affected", "age": "under-16"})
    assert "không tùy vào đồng ý" in ward.thu.get(f"/cases/{case}").text


def test_a_paper_tells_nothing_of_a_record_that_was_taken_back(ward, case):
    [record] = ward.rows(Record.select())
    ward.lan.save("withdrawal", {"target": record.id})
    text = words(paper(ward.thu, case, CHILD_REPORT))
    assert "người khác báo" not in text and "Tổ dân phố 3" not in text and "Bé Na" in text


def told_at(ward, record, hours_ago):
    with ward.app.app_context(), database.connection_context():
        moment = now() - hours_ago * HOUR
        Record.update(received_at=moment).where(Record.id == record).execute()
        return written(moment)


def named(ward, phone):
    with ward.app.app_context(), database.connection_context():
        return people.name_of(Person.get_by_id(phone.me["person"]))


def test_mau_01_says_when_it_was_first_told_by_whom_it_was_received_and_where_also_mended_and_moved(ward):
    child = {"victim_age": "under-16", "narrative": "Em khóc"}
    first, second = ward.lan.record(**child, source="told"), ward.hoa.record(**child, source="other-told")
    at, _later = told_at(ward, first, 9), told_at(ward, second, 4)
    case = ward.thu.save("triage", {"choice": "open", "record": first})[0]
    ward.thu.save("triage", {"choice": "merge", "record": second, "other": first})
    for _time in range(2):
        first = ward.lan.record(**child, source="told", replaces=first)
    text = words(paper(ward.kim, case, CHILD_REPORT))
    assert f"Tiếp nhận lúc: {at}" in text and "Nguồn thông tin: trực tiếp" in text
    assert f"Cán bộ tiếp nhận: {named(ward, ward.thu)}" in text and f"Người in: {named(ward, ward.kim)}" in text
    xuan = abroad(ward)
    moved(ward, xuan, case)
    text = words(paper(xuan, case, CHILD_REPORT))
    assert "Cơ quan tiếp nhận: UBND Phường Thành Sen" in text and f"Tiếp nhận lúc: {at}" in text and "UBND Phường Khác nhận bàn giao" in text


def test_mau_01_names_the_coordinator_who_wrote_it_down_themselves(ward):
    record = ward.kim.record(victim_age="under-16", narrative="Em khóc")
    case = ward.thu.save("triage", {"choice": "open", "record": record})[0]
    assert f"Cán bộ tiếp nhận: {named(ward, ward.kim)}" in words(paper(ward.thu, case, CHILD_REPORT))


def test_a_request_for_a_ban_with_several_it_may_be_about_puts_none_of_them_first_and_says_who_they_are(ward):
    case = opened(ward)
    for part, names in (("affected", ("Bà Một", "Cô Hai")), ("other", ("Ông Ba", "Ông Bốn"))):
        for name in names:
            ward.thu.save("person", {"case": case, "part": part, "name": name})
    text = words(paper(ward.thu, case, BAN_REQUEST))
    assert "Người bị bạo lực: ...." in text and "Người có hành vi bạo lực: ...." in text
    assert "2 người bị bạo lực (Bà Một, Cô Hai)" in text and "2 người có hành vi (Ông Ba, Ông Bốn)" in text
    stands(ward, case, **AGREED | {"asked_of": "self"}, fields=["what"])
    text = words(paper(ward.thu, case, BAN_REQUEST))
    assert "2 người bị bạo lực:" in text and not any(name in text for name in ("Bà Một", "Ông Ba"))


def test_a_request_for_a_ban_has_the_acts_of_what_was_merged_into_the_case(ward, case):
    into = opened(ward)
    ward.thu.save("classification", {"case": into, "gbv_unknown": "y", "acts": ["b"]})
    assert ward.thu.save("triage", {"choice": "merge", "case": case, "into": into})[1] == "stored"
    text = words(paper(ward.thu, into, BAN_REQUEST))
    assert "a) Hành hạ" in text and "b) Lăng mạ" in text
