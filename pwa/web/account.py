"""Everything held on one person, in the words of the screens, to be given to them on paper."""
from db.models import Case, CaseEvent, CasePerson, Consent, DecisionRequest, Incident, Measure, Record, Referral, Risk, Service
from db.queries.records import of_cases
from pwa.domain import (case_people, cases, consents, decisions, incidents, lists, personal_data, records, referrals, risks, services,
                        timeline)
from pwa.domain.clock import said
from pwa.forms import describe
from pwa.web import rows as row
from pwa.web.words import GBV_TYPES, RISK

LABELS = {"name": "Họ tên", "phone": "Số điện thoại", "address": "Địa chỉ", "safe_contact": "Cách liên hệ an toàn", "note": "Ghi thêm",
          "sex": "Giới tính", "age": "Tuổi", "disabled": "Khuyết tật", "relation": "Quan hệ", "on_date": "Ngày", "main_form": "Hình thức",
          "place": "Nơi xảy ra", "measure": "Biện pháp", "body": "Ai thực hiện", "service": "Dịch vụ", "step": "Đến đâu",
          "result": "Kết quả", "acts": "Hành vi theo luật", "contexts": "Bối cảnh", "vulnerabilities": "Cần lưu ý",
          "ties": "Làm việc hoặc có người thân ở",
          "decision": "Người đó trả lời", "basis": "Dựa vào", "asked_of": "Đã hỏi ai", "asked_on": "Hỏi ngày", "purpose": "Để làm gì",
          "fields": "Được chia sẻ", "urgency": "Mức khẩn", "outcome": "Kết thúc"}
PERSON = (("sex", "sex"), ("age", "age"), ("disabled", "yes_no_unknown"), ("relation", "relation"), ("vulnerabilities", "vulnerabilities"))
CASE = (("acts", "law_acts"), ("contexts", "contexts"), ("vulnerabilities", "vulnerabilities"), ("outcome", "outcome"))
CONSENT = (("decision", "decision"), ("basis", "consent_basis"), ("asked_of", "asked_of"), ("asked_on", None),
           ("fields", "shared"))
SERVICE = (("service", "services"), ("step", "step"), ("on_date", None), ("result", "service_result"))


def held_on(key, case_id):
    """[(heading, [(label, value)])] of what the ward holds on the person with this pseudonym, in this case and in every other."""
    about, named = personal_data.of_person(key, case_id)
    ids, names = [*about, *named], row.unit_names(Case.get_by_id(case_id).ward_id)
    versions = list(CasePerson.select().where(CasePerson.key == key, CasePerson.case.in_(ids)).order_by(CasePerson.received_at))
    found = [(f"Ghi lúc {said(each.received_at)}", _person(each, names)) for each in versions]
    mine = Incident.select().where(Incident.case.in_(ids), (Incident.person_key == key) | (Incident.other_key == key))
    found += [("Vụ", _codes(each, (("on_date", None), ("main_form", "violence_forms"), ("place", "observation_place")))
               + (_note(incidents.note(each)) if each.case_id in about else [])) for each in mine.order_by(Incident.received_at)]
    found += _as_affected(about, names)
    others = [each.case_id for each in versions if each.part == "other" and each.case_id in named]
    found += [("Biện pháp", _codes(each, (("measure", "measures"), ("on_date", None), ("body", "measure_body"))))
              for each in Measure.select().where(Measure.case.in_(others), ~Measure.removed).order_by(Measure.received_at)]
    return [(heading, lines) for heading, lines in found if lines]


def _as_affected(ids, names):
    for case in Case.select().where(Case.id.in_(ids)).order_by(Case.opened_at):
        kind = [("Loại", str(GBV_TYPES[case.gbv_type]))] if case.gbv_type else []
        yield f"Hồ sơ {cases.shown(case.code)}", kind + _codes(case, CASE)
    for each in Record.select().where(Record.id.in_(of_cases(ids))).order_by(Record.received_at):
        yield f"Ghi nhận {said(each.received_at)}", describe.lines(each.form, records.answers(each), names)
    for each in Consent.select().where(Consent.case.in_(ids)).order_by(Consent.received_at):
        written = consents.words(each)
        what_for = [(LABELS["purpose"], written["purpose"])] if written["purpose"] else []
        yield f"Đồng ý, {each.unit.name}", _codes(each, CONSENT) + what_for + _note(written["note"])
    for each in Referral.select().where(Referral.case_id.in_(ids)).order_by(Referral.received_at):
        given = referrals.answers(each)
        asked = [("Dịch vụ", ", ".join(lists.label("services", code) for code in given.get("services") or ())),
                 (LABELS["urgency"], lists.label("urgency", given.get("urgency"))), ("Ghi thêm", given.get("note"))]
        yield f"Chuyển gửi {said(each.received_at)}, {each.unit.name}", [(label, text) for label, text in asked if text]
    for each in Service.select().where(Service.case.in_(ids), ~Service.removed).order_by(Service.received_at):
        yield "Dịch vụ", _codes(each, SERVICE) + _note(services.note(each))
    for each in Risk.select().where(Risk.case.in_(ids)).order_by(Risk.received_at):
        yield f"Đánh giá {said(each.received_at)}", [("Mức độ nguy cơ", str(RISK[each.level])), *_risk(each)]
    for each in DecisionRequest.select().where(DecisionRequest.case.in_(ids)).order_by(DecisionRequest.received_at):
        asked = lists.label("decision_what", each.what)
        yield f"Trình quyết định {said(each.received_at)}", [(asked, decisions.words(each, "decision_request.words"))]
    written = CaseEvent.select().where(CaseEvent.case.in_(ids), CaseEvent.words.is_null(False))
    for each in written.order_by(CaseEvent.at, CaseEvent.number):
        yield f"Ghi theo dõi {said(each.at)}", _note(timeline.words(each))


def _risk(risk):
    """The items that were answered, as the form asked them."""
    form = describe.KINDS["risk" if risk.tool == "da5" else "child-risk"](formdata=None)
    given = risks.answers(risk)
    return [(str(field.label.text), describe.text_of(field, given[field.name], {})) for field in form if given.get(field.name)]


def _person(each, names):
    details = case_people.details(each)
    ties = [names.get(unit, "") for unit in each.ties or ()]
    return ([(LABELS[name], details[name]) for name in case_people.DETAILS if details.get(name)] + _codes(each, PERSON)
            + ([(LABELS["ties"], ", ".join(ties))] if ties else []))


def _codes(one, names):
    return [(LABELS[name], _label(listed, getattr(one, name))) for name, listed in names if getattr(one, name)]


def _label(listed, value):
    if isinstance(value, list):
        return ", ".join(lists.label(listed, code) for code in value)
    return lists.label(listed, value) if listed else value


def _note(text):
    return [("Ghi thêm", text)] if text else []
