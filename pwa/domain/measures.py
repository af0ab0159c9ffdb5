"""Measures about the one with violent behaviour: which, when, by which body."""
from db.models import Incident, Measure
from pwa.crypto import columns
from pwa.domain import cases, timeline


def merge(batch, entry):
    """Note a measure of a case, for one incident when it is named."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    incident = batch.find(Incident, values.get("incident"))
    ours = incident and incident["case"] in cases.whole_in(batch, case["id"])
    batch.insert(Measure, id=entry.id, ward=case["ward"], case=case["id"], incident=incident["id"] if ours else None,
                 author=batch.deposit.person.id, measure=values["measure"], on_date=values.get("on_date"), body=values.get("body"),
                 note=columns.seal("measure.note", entry.id, values["note"]) if values.get("note") else None,
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at, replaced_by=None)
    timeline.tell(batch, case["id"], "measure", entry, choice=values["measure"], subject_id=entry.id, words=values.get("note"),
                  on_date=values.get("on_date"), body=values.get("body"))


def of_case(case_ids):
    return list(Measure.select().where(Measure.case.in_(case_ids), Measure.replaced_by.is_null()).order_by(Measure.received_at.desc()))
