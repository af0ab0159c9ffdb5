"""Measures about the one with violent behaviour: which, when, by which body."""
from flask_babel import gettext as _

from db.models import Incident, Measure
from pwa.crypto import columns
from pwa.domain import cases, lists, timeline
from pwa.domain.clock import said


def merge(batch, entry):
    """Note a measure of a case, for one incident when it is named; or write it anew, or take it out."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    before = cases.written_before(
        batch, Measure, values.get("over"), case, gone=_("Không thấy biện pháp này trong hồ sơ. Hãy mở lại hồ sơ rồi ghi."), did=_did)
    # Written anew where it was written: when merged cases come apart, each has its own.
    own = before["case"] if before else case["id"]
    incident = batch.find(Incident, values.get("incident"))
    ours = incident and incident["case"] in cases.whole_in(batch, case["id"])
    batch.insert(Measure, id=entry.id, ward=case["ward"], case=own, incident=incident["id"] if ours else None,
                 author=batch.deposit.person.id, measure=values["measure"], on_date=values.get("on_date"), body=values.get("body"),
                 note=columns.seal("measure.note", entry.id, values["note"]) if values.get("note") else None,
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at, replaced_by=None,
                 removed=bool(before and values.get("removed")))
    if before:
        batch.change(Measure, before["id"], replaced_by=entry.id)
    choice = values["measure"] if not before else "removed" if values.get("removed") else "changed"
    timeline.tell(batch, case["id"], "measure", entry, choice=choice, subject_id=entry.id, words=values.get("note"),
                  on_date=values.get("on_date"), body=values.get("body"))


def _did(measure):
    """What the one who was faster made of a measure."""
    at, what = said(measure["received_at"]), _(lists.label("measures", measure["measure"]))
    if measure["removed"]:
        return _("Lúc %(time)s biện pháp này đã được bỏ vì ghi nhầm: %(what)s.", time=at, what=what)
    return _("Lúc %(time)s biện pháp này đã được ghi lại: %(what)s.", time=at, what=what)


def of_case(case_ids):
    """Measures of a case as they are now, newest first."""
    now = Measure.select().where(Measure.case.in_(case_ids), Measure.replaced_by.is_null(), ~Measure.removed)
    return list(now.order_by(Measure.received_at.desc()))


def note(measure):
    return columns.unseal("measure.note", measure.id, measure.note) if measure.note else None
