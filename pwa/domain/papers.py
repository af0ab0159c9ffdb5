"""Forms the law asks for, filled from a case as far as domain.md knows their fields; what is not known stays a line to write on.

They go to Vietnamese offices and are in Vietnamese whatever the screen's language. Nothing is imputed: blank stays blank.
"""
from dataclasses import dataclass, field

from db.models import Case, Handover, Record, Triage, Unit
from pwa.domain import case_people, cases, consents, incidents, lists, people, records, services, trainings
from pwa.domain.clock import day, written

# How the information came, as Mẫu 01 asks it.
SOURCES = {"told": "trực tiếp", "other-told": "người khác báo", "friends": "người khác báo", "parents": "người khác báo",
           "letter": "đơn, tin nhắn", "letterbox": "hộp thư", "saw": "tự thấy"}
IN_SCHOOL = ("class", "school")
SEXES = {"female": "Nữ", "male": "Nam", "unknown": "Không biết"}
# What stands on the request for a ban, by fields of a consent.
BAN_FIELDS = ("name", "who", "address", "other", "what")
UNCHECKED = "Bản in theo danh mục mục tin đã biết, chưa đối chiếu với mẫu gốc. Kiểm tra mẫu gốc trước khi dùng."


@dataclass
class Standing:
    """What consent allows on the request for a ban: the decision that stands for the Chairman's office, or None where nobody was asked.

    Whoever was not asked signs on this very paper before it goes out, so all of it is filled; a consent lets through its fields and a
    refusal or a withdrawal nothing (Luật 13/2022 Đ25: an agency asks only with the victim's agreement).
    """
    decision: str | None = None
    basis: str | None = None
    asked_on: str | None = None
    left_out: tuple = ()

    def allows(self, code):
        return code not in self.left_out


def standing_for_ban(given, chairman_id):
    """The Standing by the consents of a case (rows, newest first)."""
    newest = next((each for each in given if each.unit_id == chairman_id and each.replaced_by is None), None)
    if newest is None:
        return Standing()
    allowed = (newest.fields or ()) if newest.decision in consents.ALLOWING else ()
    return Standing(newest.decision, newest.basis, newest.asked_on, tuple(code for code in BAN_FIELDS if code not in allowed))


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
    versions = _first_told(ids)
    told = versions[0] if versions else None
    given = records.answers(told) if told else {}
    received_by = told.ward if told else case.ward
    children = _children(case_people.of_case(ids), told)
    # Which of several it is about, whoever prints it says: no name is better than another's.
    child = children[0] if len(children) == 1 else None
    known = case_people.details(child) if child else {}
    theirs = told and told.child and len(children) < 2 and (child is None or child.part == "affected")
    victim = given if theirs else {}
    return Paper(
        title="TIẾP NHẬN THÔNG TIN", form="Mẫu 01, Nghị định 56/2017/NĐ-CP", signed_by="Cán bộ tiếp nhận thông tin", office=case.ward.name,
        notes=[UNCHECKED, "Người báo tin: chỉ ghi khi người đó đồng ý.",
               "Cơ quan tiếp nhận lập theo luật trẻ em, không tùy vào đồng ý chia sẻ; chỉ gửi nơi luật giao.",
               *([f"Hồ sơ có {len(children)} trẻ em: ghi rõ bản này về trẻ nào."] if len(children) > 1 else []), *_came_from(case),
               f"Người in: {people.name_of(officer)}, {case.ward.name}."],
        lines=[
            ("Cơ quan tiếp nhận", f"UBND {received_by.name}"), ("Số", None), ("Mã hồ sơ", cases.shown(case.code)),
            ("Nguồn thông tin", SOURCES.get(given.get("source"))), ("Tiếp nhận lúc", told and written(versions[-1].received_at)),
            ("Họ tên trẻ", known.get("name")), ("Ngày sinh hoặc ước lượng tuổi", _age(child, victim)),
            ("Giới tính", SEXES.get((child and child.sex) or victim.get("victim_sex"))),
            ("Địa điểm xảy ra", _place(told, given)), ("Tình trạng hiện tại của trẻ", None),
            ("Phỏng đoán hậu quả nếu không can thiệp", None), ("Cha (tên, tuổi, nghề)", None), ("Mẹ (tên, tuổi, nghề)", None),
            ("Hoàn cảnh gia đình", None), ("Người chăm sóc trẻ", None), ("Hỗ trợ đã thực hiện", _given(ids)),
            ("Người báo tin (nếu đồng ý)", None), ("Cán bộ tiếp nhận", people.name_of(_received(case, versions))),
        ])


def contact_ban_request(case, officer):
    """A request for cấm tiếp xúc by an agency: only what Luật 13/2022 Đ25 says of it; the fields of Mẫu 06 are not known."""
    ids, around = cases.family(case.id), case_people.of_case(cases.family(case.id))
    affected, other = _only(around, "affected"), _only(around, "other")
    chairman = Unit.get_or_none(Unit.ward == case.ward_id, Unit.code == consents.CHAIRMAN)
    stands = standing_for_ban(consents.of_case(cases.whole(case.id)), chairman and chairman.id)
    dates = [day(each.on_date) for each in reversed(incidents.of_case(ids)) if each.on_date]
    told = {code for row in Case.select(Case.acts).where(Case.id.in_(ids)) for code in row.acts or ()}
    acts = [label.removesuffix(" (chưa đối chiếu luật)") for code, label in lists.choices("law_acts") if code in told]
    return Paper(
        title="ĐỀ NGHỊ CẤM TIẾP XÚC", form="Luật Phòng, chống bạo lực gia đình 2022, Điều 25 (TTHC 1.012084)", office=case.ward.name,
        addressed_to=f"Chủ tịch UBND {case.ward.name}", signed_by="Cơ quan, tổ chức đề nghị",
        notes=["Các mục của Mẫu 06 chưa có: đây chỉ là phần đã biết. Chép sang mẫu chính thức.",
               "Cơ quan, tổ chức đề nghị phải có đồng ý của người bị bạo lực. Quyết định trong 12 giờ; mỗi lần không quá 3 ngày.",
               *_which_of(around, stands), *_why_left_out(stands)],
        lines=[
            ("Cơ quan, tổ chức đề nghị", None), ("Thời điểm đề nghị", None), ("Mã hồ sơ", cases.shown(case.code)),
            ("Người bị bạo lực", _named(affected, stands.allows("name"), stands.allows("who"))),
            ("Nơi ở", case_people.details(affected).get("address") if affected and stands.allows("address") else None),
            ("Người có hành vi bạo lực", _named(other) if stands.allows("other") else None),
            ("Quan hệ", _label("relation", other and other.relation) if stands.allows("other") else None),
            ("Hành vi", "; ".join(acts) or None if stands.allows("what") else None),
            ("Ngày xảy ra", ", ".join(dates) or None if stands.allows("what") else None),
            ("Đồng ý đã ghi trong hồ sơ", _agreed_on(stands)), ("Người bị bạo lực đồng ý (chữ ký)", None),
            ("Số ngày đề nghị (nhiều nhất 3)", None),
            ("Người lập", people.name_of(officer)),
        ])


# By number, because addresses stay in the history of a browser and in its list of downloads (docs/decisions/072).
PAPERS = {"1": child_report, "2": contact_ban_request}
# As pages from before name them, which may be open or kept on phones.
PAPERS |= {"mau-01": PAPERS["1"], "cam-tiep-xuc": PAPERS["2"]}


def _first_told(ids):
    """Versions, newest first, of what was told first and still stands; none where nothing does."""
    stands = Record.replaced_by.is_null() & Record.withdrawn_at.is_null()
    found = [_versions(row) for row in Record.select().where(Record.case_id.in_(ids), stands).order_by(Record.id)]
    return min(found, key=lambda versions: versions[-1].received_at, default=[])


def _versions(record):
    found = []
    while record and record not in found:
        found.append(record)
        record = Record.get_or_none(Record.id == record.replaces) if record.replaces else None
    return found


def _received(case, versions):
    """Who received it for the ward: the coordinator who wrote it down, or who took it into a case; not whoever prints it later."""
    if versions and versions[-1].author.role == "coordinator":
        return versions[-1].author
    chosen = Triage.select().where(Triage.subject_id.in_([each.id for each in versions]), Triage.case.is_null(False),
                                   Triage.undone_at.is_null(), Triage.choice != "ask").order_by(Triage.received_at).first()
    return chosen.author if chosen else case.opened_by


def _came_from(case):
    """That another ward received it, and since when this one has it."""
    moved = Handover.select().where(Handover.case == case.id, Handover.state == "accepted", Handover.from_ward != Handover.to_ward)
    last = moved.order_by(Handover.answered_at.desc()).first()
    return [f"UBND {last.to_ward.name} nhận bàn giao hồ sơ từ UBND {last.from_ward.name} lúc {written(last.answered_at)}."] if last else []


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


def _why_left_out(stands):
    """What a reader must know of the blanks: that they are not forgotten, and that nobody is to fill them without asking."""
    parts = ", ".join(lists.label("shared", code) for code in stands.left_out)
    if stands.decision is None:
        return ["Chưa ghi đồng ý cho UBND: người bị bạo lực ký vào giấy này trước khi gửi."]
    if stands.decision not in consents.ALLOWING:
        said = "đã rút lại đồng ý" if stands.decision == "withdrawn" else "không đồng ý"
        return [f"Người bị bạo lực {said}: cơ quan, tổ chức không đề nghị thay. Không in: {parts}."]
    return [f"Không in, vì đồng ý không gồm: {parts}."] if parts else []


def _agreed_on(stands):
    if stands.decision != "agreed" or stands.basis != "agreed":
        return None
    return f"ngày {day(stands.asked_on)}" if stands.asked_on else "có"


def _only(around, part):
    """Whom of a part it is about, where there is one: of several whoever prints it says, as no name is better than another's."""
    found = [each for each in around if each.part == part]
    return found[0] if len(found) == 1 else None


def _which_of(around, stands):
    """That a case has several of whom a ban is about one, and who they are as far as they may stand there."""
    asked = (("affected", "người bị bạo lực", stands.allows("name")), ("other", "người có hành vi", stands.allows("other")))
    for part, label, may in asked:
        found = [each for each in around if each.part == part]
        if len(found) > 1:
            names = [case_people.details(each).get("name") for each in found] if may else []
            who = f" ({', '.join(filter(None, names))})" if any(names) else ""
            yield f"Hồ sơ có {len(found)} {label}{who}: lập mỗi người một bản, ghi rõ bản này về ai."


def _label(name, code):
    return lists.label(name, code) if code and code != "unknown" else None


def _named(person, name=True, who=True):
    """Name, age band and sex as far as known, and as far as they may stand there."""
    if person is None:
        return None
    plain = (_label("sex", person.sex), _label("age", person.age)) if who else ()
    return ", ".join(filter(None, (case_people.details(person).get("name") if name else None, *plain))) or None


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
    done = [lists.label("services", service) for service, steps in services.standing(services.of_case(ids)).items() if "received" in steps]
    return "; ".join(done) or None


def dated():
    """Today as these papers write it."""
    year, month, day = trainings.today().split("-")
    return f"ngày {day} tháng {month} năm {year}"
