"""Incidents: the vụ the yearly tables count. What is not known stays blank and is counted as không rõ."""
from flask_babel import gettext as _

from db.models import Case, CasePerson, Incident
from pwa.crypto import columns
from pwa.domain import cases, children, lists, pressing, risks, timeline
from pwa.domain.clock import day, said


def merge(batch, entry):
    """Add an incident or write it anew; sex, age and keys are taken from the people of the case where the form leaves them blank."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    before = cases.written_before(
        batch, Incident, values.get("over"), case, gone=_("Không thấy vụ này trong hồ sơ. Hãy mở lại hồ sơ rồi ghi."), did=_did)
    # Written anew where it was written: when merged cases come apart, each has its own.
    own = batch.find(Case, before["case"]) if before else case
    people = [each for member in cases.whole_in(batch, case["id"]) for each in batch.all(CasePerson, case=member)
              if not each["replaced_by"] and not each["removed"]]
    affected, other = (_chosen(people, values.get(name), part, own) for name, part in (("person", "affected"), ("other", "other")))
    batch.insert(Incident, id=entry.id, ward=case["ward"], case=own["id"], author=batch.deposit.person.id, on_date=values.get("on_date"),
                 forms=values.get("forms"), main_form=values.get("main_form"), acts=values.get("acts"), place=values.get("place"),
                 person=affected and affected["id"], person_key=affected and affected["key"], other_key=other and other["key"],
                 household_key=affected["household_key"] if affected else own["household_key"],
                 sex=_of("sex", values.get("sex"), affected), age=_of("age", values.get("age"), affected),
                 disabled=_of("disabled", values.get("disabled"), affected), other_sex=_of("sex", values.get("other_sex"), other),
                 other_age=_of("age", values.get("other_age"), other), relation=_of("relation", values.get("relation"), other),
                 mediated=values.get("mediated"), mediated_by=values.get("mediated_by"), pressured=values.get("pressured"),
                 note=columns.seal("incident.note", entry.id, values["note"]) if values.get("note") else None,
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at, replaced_by=None,
                 removed=bool(before and values.get("removed")))
    if before:
        batch.change(Incident, before["id"], replaced_by=entry.id)
    _change_case(batch, entry, own, before, batch.find(Incident, entry.id))
    choice = "added" if not before else "removed" if values.get("removed") else "changed"
    timeline.tell(batch, case["id"], "incident", entry, choice=choice, subject_id=entry.id,
                  words=values.get("note"), main_form=values.get("main_form"), on_date=values.get("on_date"),
                  mediated=values.get("mediated"))


def _did(incident):
    """What the one who was faster made of a vụ."""
    at = said(incident["received_at"])
    if incident["removed"]:
        return _("Lúc %(time)s vụ này đã được bỏ vì ghi nhầm.", time=at)
    form, on_date = incident["main_form"], incident["on_date"]
    return _("Lúc %(time)s vụ này đã được ghi lại: %(form)s, %(day)s.", time=at, day=day(on_date) if on_date else _("không rõ ngày"),
             form=_(lists.label("violence_forms", form)) if form else _("không rõ hình thức"))


# What of somebody a vụ takes over where its own form says nothing, by their part: the key they are counted by, and column → theirs.
TAKEN = {"affected": ("person_key", {"sex": "sex", "age": "age", "disabled": "disabled"}),
         "other": ("other_key", {"other_sex": "sex", "other_age": "age", "relation": "relation"})}


def follow(batch, person, before=None):
    """Somebody of a case was written down, or anew (dicts of column values): what the vụ took over from them, or had nobody to take
    from, is as it is now. What a form said of its own stays."""
    if before and before["part"] in TAKEN and (person["removed"] or person["part"] != before["part"]):
        _let_go(batch, before)
    if person["removed"] or person["part"] not in TAKEN:
        return
    key, columns_of = TAKEN[person["part"]]
    for incident in _standing(batch, cases.whole_in(batch, person["case"])):
        theirs = incident[key] == person["key"] or (incident[key] is None and _alone(batch, person) and incident["case"] == person["case"])
        if theirs:
            took = {name: person[of] for name, of in columns_of.items() if incident[name] in (None, before and before[of])}
            batch.change(Incident, incident["id"], **took, **_keys(person))


def _let_go(batch, person):
    """They were noted by mistake, or in another part than theirs: no vụ is counted for them."""
    key, columns_of = TAKEN[person["part"]]
    for incident in _standing(batch, cases.whole_in(batch, person["case"])):
        if incident[key] == person["key"]:
            took = {name: None for name, of in columns_of.items() if incident[name] == person[of]}
            own = {"person": None, "household_key": batch.find(Case, incident["case"])["household_key"]} if key == "person_key" else {}
            batch.change(Incident, incident["id"], **took, **own, **{key: None})


def _standing(batch, case_ids):
    return [each for case_id in case_ids for each in batch.all(Incident, case=case_id) if not each["replaced_by"] and not each["removed"]]


def _alone(batch, person):
    """Whether nobody else in the same case has their part."""
    same = batch.all(CasePerson, case=person["case"], part=person["part"])
    return [each["id"] for each in same if not each["replaced_by"] and not each["removed"]] == [person["id"]]


def _keys(person):
    if person["part"] == "other":
        return {"other_key": person["key"]}
    return {"person": person["id"], "person_key": person["key"], "household_key": person["household_key"]}


def _change_case(batch, entry, case, before, now):
    """A vụ of a child makes a child's case, one of sexual violence brings to care; one that turns out to be neither leaves it to
    whatever else tells of that."""
    if before and (was := risks.health_of_incident(batch, before)):
        risks.settle_care(batch, entry, case["id"], was)
    risks.bring_to_care(batch, entry, case, risks.health_of_incident(batch, now))
    if children.incident_tells(now):
        cases.with_child(batch, case["id"])
    elif before and children.incident_tells(before):
        pressing.settle(batch, case["id"], ("child",))


def _chosen(people, chosen, part, case):
    """The person the form names, or the only one of that part in the incident's own case."""
    fitting = [each for each in people if each["part"] == part]
    near = [each for each in fitting if each["case"] == case["id"]]
    return next((each for each in fitting if each["id"] == chosen), near[0] if len(near) == 1 else None)


def _of(name, given, person):
    return given or (person and person[name])


def of_case(case_ids):
    """Incidents of a case as they are now, newest first."""
    now = Incident.select().where(Incident.case.in_(case_ids), Incident.replaced_by.is_null(), ~Incident.removed)
    return list(now.order_by(Incident.received_at.desc()))


def note(incident):
    return columns.unseal("incident.note", incident.id, incident.note) if incident.note else None
