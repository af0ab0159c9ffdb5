"""Forms the law asks for, filled from a case as far as domain.md knows their fields; what is not known stays a line to write on.

They go to Vietnamese offices and are in Vietnamese whatever the screen's language. Nothing is imputed: blank stays blank.
"""
from dataclasses import dataclass, field

from db.models import Record, Unit
from pwa.domain import case_people, cases, incidents, lists, people, records, services, trainings
from pwa.domain.clock import said

# How the information came, as Mẫu 01 asks it.
SOURCES = {"told": "trực tiếp", "other-told": "người khác báo", "friends": "người khác báo", "parents": "người khác báo",
           "letter": "đơn, tin nhắn", "letterbox": "hộp thư", "saw": "tự thấy"}
IN_SCHOOL = ("class", "school")
SEXES = {"female": "Nữ", "male": "Nam", "unknown": "Không biết"}
UNCHECKED = "Bản in theo danh mục mục tin đã biết, chưa đối chiếu với mẫu gốc. Kiểm tra mẫu gốc trước khi dùng."


@dataclass
class Paper:
    """One form: what it is called, who it goes to, its lines as (label, value or None), and who signs."""
    title: str
    form: str
    lines: list
    signed_by: str
    office: str
    addressed_to: str | None = None
    notes: list = field(default_factory=list)


def child_report(case, officer):
    """Mẫu 01 of NĐ 56/2017: information received about a child (domain.md §1, S14)."""
    ids = cases.family(case.id)
    told = _first_record(ids)
    given = records.answers(told) if told else {}
    children = _children(case_people.of_case(ids), told)
    # Which of several it is about, whoever prints it says: no name is better than another's.
    child = children[0] if len(children) == 1 else None
    known = case_people.details(child) if child else {}
    theirs = told and told.child and len(children) < 2 and (child is None or child.part == "affected")
    victim = given if theirs else {}
    return Paper(
        title="TIẾP NHẬN THÔNG TIN", form="Mẫu 01, Nghị định 56/2017/NĐ-CP", signed_by="Cán bộ tiếp nhận thông tin", office=case.ward.name,
        notes=[UNCHECKED, "Người báo tin: chỉ ghi khi người đó đồng ý.",
               *([f"Hồ sơ có {len(children)} trẻ em: ghi rõ bản này về trẻ nào."] if len(children) > 1 else [])],
        lines=[
            ("Cơ quan tiếp nhận", f"UBND {case.ward.name}"), ("Số", None), ("Mã hồ sơ", cases.shown(case.code)),
            ("Nguồn thông tin", SOURCES.get(given.get("source"))), ("Tiếp nhận lúc", told and said(told.received_at)),
            ("Họ tên trẻ", known.get("name")), ("Ngày sinh hoặc ước lượng tuổi", _age(child, victim)),
            ("Giới tính", SEXES.get((child and child.sex) or victim.get("victim_sex"))),
            ("Địa điểm xảy ra", _place(told, given)), ("Tình trạng hiện tại của trẻ", None),
            ("Phỏng đoán hậu quả nếu không can thiệp", None), ("Cha (tên, tuổi, nghề)", None), ("Mẹ (tên, tuổi, nghề)", None),
            ("Hoàn cảnh gia đình", None), ("Người chăm sóc trẻ", None), ("Hỗ trợ đã thực hiện", _given(ids)),
            ("Người báo tin (nếu đồng ý)", None), ("Cán bộ tiếp nhận", people.name_of(officer)),
        ])


def contact_ban_request(case, officer):
    """A request for cấm tiếp xúc by an agency: only what Luật 13/2022 Đ25 says of it; the fields of Mẫu 06 are not known."""
    ids, around = cases.family(case.id), case_people.of_case(cases.family(case.id))
    affected, other = _of_part(around, "affected"), _of_part(around, "other")
    dates = [f"{each.on_date[8:]}/{each.on_date[5:7]}/{each.on_date[:4]}" for each in reversed(incidents.of_case(ids)) if each.on_date]
    acts = [lists.label("law_acts", code).removesuffix(" (chưa đối chiếu luật)") for code in case.acts or ()]
    return Paper(
        title="ĐỀ NGHỊ CẤM TIẾP XÚC", form="Luật Phòng, chống bạo lực gia đình 2022, Điều 25 (TTHC 1.012084)", office=case.ward.name,
        addressed_to=f"Chủ tịch UBND {case.ward.name}", signed_by="Cơ quan, tổ chức đề nghị",
        notes=["Các mục của Mẫu 06 chưa có: đây chỉ là phần đã biết. Chép sang mẫu chính thức.",
               "Cơ quan, tổ chức đề nghị phải có đồng ý của người bị bạo lực. Quyết định trong 12 giờ; mỗi lần không quá 3 ngày."],
        lines=[
            ("Cơ quan, tổ chức đề nghị", None), ("Thời điểm đề nghị", None), ("Mã hồ sơ", cases.shown(case.code)),
            ("Người bị bạo lực", _named(affected)), ("Nơi ở", affected and case_people.details(affected).get("address")),
            ("Người có hành vi bạo lực", _named(other)), ("Quan hệ", _label("relation", other and other.relation)),
            ("Hành vi", "; ".join(acts) or None), ("Ngày xảy ra", ", ".join(dates) or None),
            ("Người bị bạo lực đồng ý (chữ ký)", None), ("Số ngày đề nghị (nhiều nhất 3)", None),
            ("Người lập", people.name_of(officer)),
        ])


PAPERS = {"mau-01": child_report, "cam-tiep-xuc": contact_ban_request}


def _first_record(ids):
    """What was told first and still stands."""
    stands = Record.replaced_by.is_null() & Record.withdrawn_at.is_null()
    return Record.select().where(Record.case_id.in_(ids), stands).order_by(Record.received_at).first()


def _children(around, told):
    """Who in a case the paper may be about: those known to be children; else the one affected, when the note says it is a child."""
    affected = [each for each in around if each.part == "affected"]
    known = [each for each in affected if each.age == "under-16" or "child" in (each.vulnerabilities or ())]
    unsaid = [each for each in affected if each.age in (None, "unknown")] if told and told.child and len(affected) == 1 else []
    return known or unsaid or [each for each in around if each.part == "child"]


def _age(child, victim):
    """The age band of the child, or what the note said of whoever was affected: the band, and the grade."""
    said = _label("age", child and child.age) or _label("age", victim.get("victim_age"))
    if not said and victim.get("under_16") == "yes":
        said = lists.label("age", "under-16")
    grade = _label("grade", victim.get("grade"))
    if grade and grade[0].isdigit():
        grade = f"Lớp {grade}"
    return ", ".join(filter(None, (said, grade))) or None


def _of_part(around, part):
    return next((each for each in around if each.part == part), None)


def _label(name, code):
    return lists.label(name, code) if code and code != "unknown" else None


def _named(person):
    """Name, age band and sex as far as known."""
    if person is None:
        return None
    return ", ".join(filter(None, (case_people.details(person).get("name"), _label("sex", person.sex), _label("age", person.age)))) or None


def _place(told, given):
    """Where it happened, in the words of the form it was told on; what happened in a school, in which."""
    if told and told.form == "school":
        area = told.unit if told.unit.kind == "school" and given.get("place") in IN_SCHOOL else None
        kind = _label("school_place", given.get("place"))
    else:
        # A code of the ward it was told in, which another may have the case of by now.
        area = Unit.get_or_none(Unit.ward == told.ward_id, Unit.code == given["tdp"]) if given.get("tdp") else None
        kind = _label("observation_place", given.get("place"))
    return ", ".join(filter(None, (kind, area and area.name))) or None


def _given(ids):
    done = [lists.label("services", service) for service, steps in services.of_case(ids).items() if "received" in steps]
    return "; ".join(done) or None


def dated():
    """Today as these papers write it."""
    year, month, day = trainings.today().split("-")
    return f"ngày {day} tháng {month} năm {year}"
