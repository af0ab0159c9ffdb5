"""Steps of services as rows: one per service and step, counted for a case as long as what it belongs to lies in one."""
import uuid

from db.models import Service
from pwa.crypto import columns


def count(batch, entry, case, service, step, unit=None, referral=None, on_date=None, result=None, note=None, row_id=None, removed=False):
    """One step of one service; `removed` when it is taken out of what is counted."""
    batch.insert(Service, id=row_id or str(uuid.uuid4()), ward=case["ward"] if case else batch.deposit.ward_id, case=case and case["id"],
                 referral=referral, author=batch.deposit.person.id, unit=unit, service=service, step=step, on_date=on_date,
                 result=result, note=note, entry_id=entry.id, made_at=min(entry.at, batch.received_at), received_at=batch.received_at,
                 replaced_by=None, removed=removed)


def into_case(batch, entry, referral, case):
    """What was asked for, and what was given since, counts for the case that a referral made without one now lies in."""
    known = batch.all(Service, referral=referral["id"])
    for each in known:
        batch.change(Service, each["id"], case=case["id"], ward=case["ward"])
    if referral["replaced_by"] or any(each["step"] == "needed" for each in known):
        return
    asked = columns.unseal("referral.answers", referral["id"], referral["answers"])
    unit = batch.unit(referral["unit"])
    # Whoever asks the coordinators has not yet offered anybody a service.
    steps = ("needed",) if unit.kind == "coordination" else ("needed", "offered")
    for service in asked.get("services") or ():
        for step in steps:
            count(batch, entry, case, service, step, unit=unit.id, referral=referral["id"])


def out_of_case(batch, referral):
    """It lies in no case any more, or another has taken its place: nothing of it counts for one."""
    for each in batch.all(Service, referral=referral["id"]):
        batch.change(Service, each["id"], case=None)
