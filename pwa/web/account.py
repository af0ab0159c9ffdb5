"""Everything held on one person, in the words of the screens, to be given to them on paper."""
from werkzeug.datastructures import MultiDict

from db.models import (Answer, Case, CaseEvent, CasePerson, Consent, DecisionRequest, Incident, Measure, Record, Referral, Risk, Service,
                       Task)
from db.queries.records import of_cases
from pwa.domain import (answers, case_people, cases, consents, decisions, held, incidents, lists, personal_data, records, referrals,
                        risks, services, tasks, timeline)
from pwa.domain.clock import said
from pwa.forms import describe
from pwa.web import rows as row
from pwa.web.timeline import TITLES, reason
from pwa.web.words import GBV_TYPES, RISK

LABELS = {"name": "Họ tên", "phone": "Số điện thoại", "address": "Địa chỉ", "safe_contact": "Cách liên hệ an toàn", "note": "Ghi thêm",
          "sex": "Giới tính", "age": "Tuổi", "disabled": "Khuyết tật", "relation": "Quan hệ", "on_date": "Ngày", "main_form": "Hình thức",
          "place": "Nơi xảy ra", "measure": "Biện pháp", "body": "Ai thực hiện", "service": "Dịch vụ", "step": "Đến đâu",
          "result": "Kết quả", "acts": "Hành vi theo luật", "contexts": "Bối cảnh", "vulnerabilities": "Cần lưu ý",
          "ties": "Làm việc hoặc có người thân ở",
          "decision": "Người đó trả lời", "basis": "Dựa vào", "asked_of": "Đã hỏi ai", "asked_on": "Hỏi ngày", "purpose": "Để làm gì",
          "fields": "Được chia sẻ", "urgency": "Mức khẩn", "outcome": "Kết thúc", "said": "Người đó nói gì", "forms": "Các hình thức",
          "mediated": "Đã có hòa giải", "mediated_by": "Ai hòa giải", "pressured": "Người bị bạo lực bị ép", "other_sex": "Giới tính",
          "other_age": "Tuổi"}
PERSON = (("sex", "sex"), ("age", "age"), ("disabled", "yes_no_unknown"), ("relation", "relation"), ("vulnerabilities", "vulnerabilities"))
CASE = (("acts", "law_acts"), ("contexts", "contexts"), ("vulnerabilities", "vulnerabilities"), ("outcome", "outcome"), ("said", "said"))
INCIDENT = (("on_date", None), ("main_form", "violence_forms"), ("forms", "violence_forms"), ("place", "observation_place"),
            ("acts", "law_acts"), ("mediated", "yes_no_unknown"), ("mediated_by", "mediators"))
OF_AFFECTED = (("sex", "sex"), ("age", "age"), ("disabled", "yes_no_unknown"), ("pressured", "yes_no_unknown"))
OF_OTHER = (("other_sex", "sex"), ("other_age", "age"), ("relation", "relation"))
CONSENT = (("decision", "decision"), ("basis", "consent_basis"), ("asked_of", "asked_of"), ("asked_on", None),
           ("fields", "shared"))
SERVICE = (("service", "services"), ("step", "step"), ("on_date", None), ("result", "service_result"))


def held_on(key, case_id):
    """[(heading, [(label, value)])] of what the ward holds on the person with this pseudonym, in this case and in every other."""
    about, named = personal_data.of_person(key, case_id)
    ids, names = [*about, *named], row.unit_names(Case.get_by_id(case_id).ward_id)
    versions = list(CasePerson.select().where(CasePerson.key == key, CasePerson.case.in_(ids)).order_by(CasePerson.received_at))
    found = [(f"Ghi lúc {said(each.received_at)}", _person(each, names)) for each in versions]
    # Also those of a case about them in which nobody is named.
    mine = (Incident.person_key == key) | (Incident.other_key == key) | (Incident.case.in_(about) & Incident.person_key.is_null())
    happened = list(Incident.select().where(Incident.case.in_(ids), mine).order_by(Incident.received_at))
    found += [("Vụ", _incident(each, key, each.case_id in about)) for each in happened]
    found += _as_affected(about, names, {each.id for each in happened})
    others = [each.case_id for each in versions if each.part == "other" and each.case_id in named]
    found += [("Biện pháp", _codes(each, (("measure", "measures"), ("on_date", None), ("body", "measure_body"))))
              for each in Measure.select().where(Measure.case.in_(others), ~Measure.removed).order_by(Measure.received_at)]
    return [(heading, lines) for heading, lines in found if lines]


def elsewhere(key, case_id):
    """The other cases of which such a paper tells."""
    ids = {member for each in personal_data.of_person(key, case_id) for member in each}.difference(cases.whole(case_id))
    return list(Case.select().where(Case.id.in_(ids)).order_by(Case.opened_at))


def _incident(each, key, about):
    """A vụ as one of those in it may have it: what is noted of the other side is the other side's."""
    own = OF_OTHER if each.other_key == key else OF_AFFECTED if about or each.person_key == key else ()
    return _codes(each, INCIDENT) + _codes(each, own) + (_note(incidents.note(each)) if about else [])


def _as_affected(ids, names, above):
    """What else a case about them holds; `above` are ids of entries whose words were given already."""
    for case in Case.select().where(Case.id.in_(ids)).order_by(Case.opened_at):
        kind = [("Loại", str(GBV_TYPES[case.gbv_type]))] if case.gbv_type else []
        yield f"Hồ sơ {cases.shown(case.code)}", kind + _codes(case, CASE)
    told = of_cases(ids)
    for each in Record.select().where(Record.id.in_(told)).order_by(Record.received_at):
        yield f"Ghi nhận {said(each.received_at)}", describe.lines(each.form, records.answers(each), names)
    questions = list(Task.select().where(Task.record_id.in_(told)).order_by(Task.received_at))
    for each in questions:
        yield f"Hỏi lại người ghi {said(each.received_at)}", [*_note(tasks.note(each)), *_note(tasks.answer(each), "Trả lời")]
    for each in Consent.select().where(Consent.case.in_(ids)).order_by(Consent.received_at):
        written = consents.words(each)
        what_for = [(LABELS["purpose"], written["purpose"])] if written["purpose"] else []
        yield f"Đồng ý, {each.unit.name}", _codes(each, CONSENT) + what_for + _note(written["note"])
    asked = list(Referral.select().where(Referral.case_id.in_(ids)).order_by(Referral.received_at))
    for each in asked:
        given = referrals.answers(each)
        lines = [("Dịch vụ", ", ".join(lists.label("services", code) for code in given.get("services") or ())),
                 (LABELS["urgency"], lists.label("urgency", given.get("urgency"))), ("Ghi thêm", given.get("note"))]
        yield f"Chuyển gửi {said(each.received_at)}, {each.unit.name}", [(label, text) for label, text in lines if text]
    answered = list(Answer.select().where(Answer.referral.in_(asked)).order_by(Answer.received_at))
    for each in answered:
        why = [("Lý do", reason(each.reason))] if each.reason else []
        yield f"{_title(each)} {said(each.received_at)}, {each.unit.name}", why + _note(answers.note(each))
    serving = Service.select().where(Service.case.in_(ids) | Service.referral.in_(asked), ~Service.removed)
    served = list(serving.order_by(Service.received_at))
    for each in served:
        yield "Dịch vụ", _codes(each, SERVICE) + _note(services.note(each))
    for each in Risk.select().where(Risk.case.in_(ids)).order_by(Risk.received_at):
        yield f"Đánh giá {said(each.received_at)}", [("Mức độ nguy cơ", str(RISK[each.level])), *_risk(each)]
    for each in DecisionRequest.select().where(DecisionRequest.case.in_(ids)).order_by(DecisionRequest.received_at):
        asked_for = lists.label("decision_what", each.what)
        numbers = [("Số quyết định", decisions.number(made)) for made in each.decisions if made.number]
        yield f"Trình quyết định {said(each.received_at)}", [(asked_for, decisions.words(each, "decision_request.words")), *numbers]
    above = {*above, *(each.id for each in answered), *(each.entry_id for each in served), *(each.id for each in questions),
             *(each.done_entry for each in questions)}
    written = CaseEvent.select().where(CaseEvent.case.in_(ids), CaseEvent.words.is_null(False))
    for each in written.order_by(CaseEvent.at, CaseEvent.number):
        if each.entry_id not in above:
            yield f"Ghi theo dõi {said(each.at)}", _note(timeline.words(each))
    for each in personal_data.held_about(ids):
        yield f"Mục chưa ghi được {said(each.received_at)}", describe.posted(MultiDict(held.form(held.body(each))), each.kind, names)


def _title(answer):
    return TITLES["note", None] if answer.choice == "note" else TITLES["answer", answer.choice]


def _risk(risk):
    """The items that were answered, as the form asked them."""
    form = describe.KINDS["risk" if risk.tool == "da5" else "child-risk"](formdata=None)
    given = risks.answers(risk)
    return [(str(field.label.text), describe.text_of(field, given[field.name], {})) for field in form if given.get(field.name)]


def _person(each, names):
    details = case_people.details(each)
    ties = [names[unit] for unit in case_people.tied_to(each)]
    return ([(LABELS[name], details[name]) for name in case_people.DETAILS if details.get(name)] + _codes(each, PERSON)
            + ([(LABELS["ties"], ", ".join(ties))] if ties else []))


def _codes(one, names):
    return [(LABELS[name], _label(listed, getattr(one, name))) for name, listed in names if getattr(one, name)]


def _label(listed, value):
    if isinstance(value, list):
        return ", ".join(lists.label(listed, code) for code in value)
    return lists.label(listed, value) if listed else value


def _note(text, label="Ghi thêm"):
    return [(label, text)] if text else []
