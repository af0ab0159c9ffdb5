"""What the forms of a case offer in their selects, and the values of a row that is written anew."""
from flask_babel import gettext as _

from db.models import Case, Person, Referral, Ward
from pwa.domain import (access, calendars, case_people, cases, classifications, consents, incidents, lists, measures, people, risks,
                        services, suggestions, ties)
from pwa.domain.clock import now
from pwa.web import times


def values(person, case, kind, asked):
    """Everything the template of one form needs beside the form itself."""
    return OFFERS.get(kind, lambda *_each: {})(person, case, asked)


def blank(person):
    """The selects of a form that is for no case yet: nothing in them tells of any."""
    colleagues = [(each.id, people.name_of(each)) for each in people.coordinators(person.ward_id) if each.id != person.id]
    receiving = [unit for unit in access.units(person) if unit.receives]
    return {"ties": True, "codes": {unit.id: unit.code for unit in receiving}, "options": {
        "unit": [(unit.code, unit.name) for unit in receiving], "owner": colleagues, "person": colleagues,
        "ward": list(Ward.select(Ward.code, Ward.name).where(Ward.id != person.ward_id).tuples())}}


def _classification(person, case, asked):
    given = {classifications.field_of(name): answer for name, answer in classifications.answered(case).items()}
    return {"classified": classifications.last(None, case.id),
            "was": {**given, "contexts": case.contexts, "vulnerabilities": cases.together(case).vulnerabilities, "acts": case.acts}}


def _person(person, case, asked):
    directory = list(access.units(person))
    over = _over(case_people.of_case(cases.family(case.id)), asked)
    codes = {unit.id: unit.code for unit in directory}
    was = over and {**case_people.details(over), "ties": [codes[each] for each in case_people.tied_to(over) if each in codes],
                    **{name: getattr(over, name) for name in ("part", "sex", "age", "disabled", "relation", "vulnerabilities")}}
    places = [(unit.code, unit.name) for unit in directory if unit.receives or unit.kind == "school"]
    return {"over": over, "was": was or {"part": asked.get("part")}, "options": {"ties": places}}


def _over(found, asked):
    return next((each for each in found if each.id == asked.get("over")), None)


def _incident(person, case, asked):
    ids = cases.family(case.id)
    over, around = _over(incidents.of_case(ids), asked), case_people.of_case(ids)
    was = {"person": over.person_id, **{name: getattr(over, name) for name in (
        "on_date", "forms", "main_form", "place", "sex", "age", "disabled", "other_sex", "other_age", "relation", "acts", "mediated",
        "mediated_by", "pressured")}, "note": incidents.note(over)} if over else {}
    options = {name: [(each.id, _said(each)) for each in around if each.part == part]
               for name, part in (("person", "affected"), ("other", "other"))}
    return {"over": over, "was": was, "options": options}


def _said(each):
    """A person without a name: what tells them apart."""
    told = [_(lists.label(name, code)) for name, code in (("part", each.part), ("sex", each.sex), ("age", each.age)) if code]
    return ", ".join(told)


def _data_request(person, case, asked):
    return {"options": {"person": [(each.id, _said(each)) for each in case_people.of_case(cases.family(case.id))]}}


def _measure(person, case, asked):
    ids = cases.family(case.id)
    found, over = incidents.of_case(ids), _over(measures.of_case(ids), asked)
    was = {"incident": over.incident_id, "note": measures.note(over),
           **{name: getattr(over, name) for name in ("measure", "on_date", "body")}} if over else {}
    days = [(each.id, times.day(each.on_date) if each.on_date else _("Không rõ ngày")) for each in found]
    return {"over": over, "was": was, "options": {"incident": days}}


def _consent(person, case, asked):
    """Units, the one chosen, what stands for it now, and a warning where the other side has people."""
    directory, ids = [unit for unit in access.units(person) if unit.receives], cases.whole(case.id)
    given = access.unit_at(directory, asked.get("unit"))
    newest = {each.unit_id: each for each in reversed(consents.of_case(ids)) if each.replaced_by is None}
    before = given and newest.get(given.id)
    abroad = next((each for each in newest.values() if each.id == asked.get("over") and each.unit.ward_id != person.ward_id), None)
    if abroad:
        # A consent that came with the case from another ward: it can be taken back, for that unit alone.
        given, before, directory = abroad.unit, abroad, [abroad.unit]
    tied = ties.of([each.__data__ for each in case_people.of_case(ids)])
    standing = before and _("%(unit)s: %(decision)s, %(fields)s", unit=given.name, decision=_(lists.label("decision", before.decision)),
                            fields=", ".join(_(lists.label("shared", code)) for code in before.fields or ()) or _("không chia sẻ gì"))
    return {"given": given and given.code, "over": before and before.id, "warned": bool(given and given.id in tied), "ties": bool(tied),
            "standing": standing, "label": lists.label,
            "suggested": suggestions.units(cases.together(case), directory, now(), calendars.of(case.ward_id), tied,
                                           bool(risks.care_until(ids))),
            "options": {"unit": [(unit.code, unit.name + (" ⚠" if unit.id in tied else "")) for unit in directory]}}


def _service(person, case, asked):
    over, directory = _over(services.of_case(cases.family(case.id)), asked), list(access.units(person))
    was = {"services": [over.service], "unit": next((unit.code for unit in directory if unit.id == over.unit_id), None),
           "note": services.note(over), **{name: getattr(over, name) for name in ("step", "on_date", "result")}} if over else {}
    return {"over": over, "was": was, "options": {"unit": [(unit.code, unit.name) for unit in directory if unit.receives]}}


def _handover(person, case, asked):
    colleagues = Person.select().where(Person.ward == case.ward_id, Person.role == "coordinator", Person.id != case.coordinator_id)
    return {"options": {"person": [(each.id, people.name_of(each)) for each in colleagues],
                        "ward": list(Ward.select(Ward.code, Ward.name).where(Ward.id != case.ward_id).tuples())}}


def _task(person, case, asked):
    helping = {each.unit_id for each in Referral.select().where(Referral.case_id.in_(cases.family(case.id)), Referral.state == "accepted")}
    around = Person.select().where(Person.ward == case.ward_id, (Person.role == "coordinator") | Person.unit.in_(helping))
    return {"options": {"owner": [(each.id, people.name_of(each)) for each in around
                                  if each.id != person.id and access.may_write(each.role, "note")]}}


def _merge(person, case, asked):
    near = access.cases_of_ward(person).where(Case.state == "open", Case.id != case.id).order_by(Case.changed_at.desc())
    return {"near": [cases.shown(each.code) for each in near.limit(12)]}


OFFERS = {"classification": _classification, "person": _person, "incident": _incident, "measure": _measure, "consent": _consent,
          "data-request": _data_request, "case-referral": _consent, "handover": _handover, "service": _service, "task": _task,
          "triage": _merge}
