"""A referral from a case: consent for this one receiver first, a warning where the other side has people, services counted."""
from flask_babel import gettext as _

from db.models import Case, Referral
from pwa.crypto import columns
from pwa.domain import cases, consents, lists, referrals, ties, timeline
from pwa.domain.clock import said
from pwa.domain.refused import Refused
from pwa.domain.service_steps import count


def merge(batch, entry):
    """Ask a unit to help in a case; what it is shown is what the consent in this very entry, or the newest before it, allows."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    unit = batch.units.get(values["unit"])
    if unit is None or not unit.receives:
        raise Refused("invalid", _("Đơn vị nhận không có trong danh bạ. Hãy chọn lại đơn vị."))
    ties.check(batch, case["id"], unit, values)
    _not_twice(batch, case, unit, values)
    if values.get("decision"):
        consents.give(batch, entry, case, unit, values)
    referrals.ask(batch, entry, unit, case_id=case["id"], from_case=True, urgency=values["urgency"], basis=_basis(batch, case, unit),
                  asked={name: values[name] for name in referrals.ASKED if name in values})
    for service in values.get("services") or ():
        for step in ("needed", "offered"):
            count(batch, entry, case, service, step, unit=unit.id, referral=entry.id)
    if case["child"] or values["urgency"] == "urgent":
        batch.change(Case, case["id"], urgent=case["urgent"] or values["urgency"] == "urgent")


def _not_twice(batch, case, unit, values):
    """Raises Refused where another coordinator has asked this unit for the same, and it still waits or helps, unless this one says so."""
    asked = [each for member in cases.whole_in(batch, case["id"]) for each in batch.all(Referral, case_id=member, unit=unit.id)]
    first = beside(asked, batch.deposit.person.id)
    if first is None or first["id"] == values.get("besides"):
        return
    services = columns.unseal("referral.answers", first["id"], first["answers"]).get("services") or []
    if not services or not values.get("services") or set(services) & set(values["services"]):
        what = ", ".join(_(lists.label("services", code)) for code in services) or _("không ghi dịch vụ")
        did = _("Lúc %(time)s đã có chuyển gửi cho %(unit)s: %(what)s, chưa có kết quả.", time=said(first["received_at"]),
                unit=unit.name, what=what)
        raise Refused("conflict", f"{did} {cases.to_choose()}", case["id"])


def beside(asked, person_id):
    """Of what one unit was asked in a case (dicts of column values), the newest of somebody else that still waits or helps, or None."""
    others = [each for each in asked
              if each["from_case"] and each["author"] != person_id and each["state"] in (*referrals.OPEN, "accepted")]
    return max(others, key=lambda each: (each["received_at"], each["id"]), default=None)


def _basis(batch, case, unit):
    """On what the referral stands: without consent, or the law that stands in its place, nothing that identifies anybody is shown."""
    consent = consents.newest(batch, case["id"], unit.id)
    return consent["basis"] if consent and consent["decision"] in consents.ALLOWING else "not-asked"


def helps(batch, case_id, unit_id):
    """Whether a unit has accepted a referral of a case, or of one that is one with it."""
    return any(batch.all(Referral, case_id=member, unit=unit_id, state="accepted") for member in cases.whole_in(batch, case_id))


def tell(batch, referral, kind, entry, **more):
    """A line on the timeline of the referral's case, when it has one."""
    if referral["case_id"] and batch.find(Case, referral["case_id"]):
        timeline.tell(batch, referral["case_id"], kind, entry, subject_id=referral["id"], **more)
