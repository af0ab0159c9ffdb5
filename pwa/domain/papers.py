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
    ids, told = cases.family(case.id), _first_record(case)
    given = records.answers(told) if told else {}
    around = case_people.of_case(ids)
    child = _of_part(around, "affected") or _of_part(around, "child")
    known = case_people.details(child) if child else {}
    return Paper(
        title="TIẾP NHẬN THÔNG TIN", form="Mẫu 01, Nghị định 56/2017/NĐ-CP", signed_by="Cán bộ tiếp nhận thông tin", office=case.ward.name,
        notes=[UNCHECKED, "Người báo tin: chỉ ghi khi người đó đồng ý."],
        lines=[
            ("Cơ quan tiếp nhận", f"UBND {case.ward.name}"), ("Số", None), ("Mã hồ sơ", cases.shown(case.code)),
            ("Nguồn thông tin", SOURCES.get(given.get("source"))), ("Tiếp nhận lúc", told and said(told.received_at)),
            ("Họ tên trẻ", known.get("name")), ("Ngày sinh hoặc ước lượng tuổi", _label("age", child and child.age)),
            ("Giới tính", SEXES.get((child and child.sex) or given.get("victim_sex"))),
            ("Địa điểm xảy ra", _place(case, given)), ("Tình trạng hiện tại của trẻ", None),
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


def _first_record(case):
    return Record.select().where(Record.case_id == case.id, Record.replaced_by.is_null()).order_by(Record.received_at).first()


def _of_part(around, part):
    return next((each for each in around if each.part == part), None)


def _label(name, code):
    return lists.label(name, code) if code and code != "unknown" else None


def _named(person):
    """Name, age band and sex as far as known."""
    if person is None:
        return None
    return ", ".join(filter(None, (case_people.details(person).get("name"), _label("sex", person.sex), _label("age", person.age)))) or None


def _place(case, given):
    area = Unit.get_or_none(Unit.ward == case.ward_id, Unit.code == given.get("tdp")) if given.get("tdp") else None
    kind = _label("observation_place", given.get("place"))
    return ", ".join(filter(None, (kind, area and area.name))) or None


def _given(ids):
    done = [lists.label("services", service) for service, steps in services.of_case(ids).items() if "received" in steps]
    return "; ".join(done) or None


def dated():
    """Today as these papers write it."""
    year, month, day = trainings.today().split("-")
    return f"ngày {day} tháng {month} năm {year}"
