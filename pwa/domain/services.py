"""Services: needed → offered → refused or received, each step with its date and result, noted by whoever gave it."""
from flask_babel import gettext as _

from db.models import Case, Person, Referral, Service
from pwa.crypto import columns
from pwa.domain import access, case_referrals, cases, timeline
from pwa.domain.refused import Refused


def merge(batch, entry):
    """Note services of a case, or what the unit that accepted a referral has given."""
    values = entry.values
    referral = batch.find(Referral, values["referral"]) if values.get("referral") else None
    if referral is not None and not access.may_serve(batch.deposit.person, referral):
        raise Refused("forbidden", _("Bạn không ghi được vào chuyển gửi này. Hãy hỏi điều phối viên của phường."))
    if referral is not None:
        case = batch.find(Case, referral["case_id"]) if referral["case_id"] else None
    else:
        case = cases.writable(batch, values.get("case"))
    unit, note = _giver(batch, values, referral), values.get("note")
    for service in values["services"]:
        case_referrals.count(batch, entry, case, service, values["step"], unit=unit, on_date=values.get("on_date"),
                             referral=referral and referral["id"], result=values.get("result"),
                             note=columns.seal("service.note", entry.id, note) if note else None)
    if case:
        timeline.tell(batch, case["id"], "service", entry, choice=values["step"], subject_id=referral and referral["id"], words=note,
                      services=list(values["services"]), result=values.get("result"), on_date=values.get("on_date"))


def _giver(batch, values, referral):
    """Whose service it is: the unit that is named or was asked, whoever writes it down; else the writer's own."""
    named = batch.units.get(values.get("unit"))
    return named.id if named else referral["unit"] if referral else batch.deposit.person.unit_id


def note(service):
    return columns.unseal("service.note", service.entry_id, service.note) if service.note else None


def of_case(case_ids):
    """{service: {step: newest moment}} of a case: where each service stands."""
    found = {}
    for each in Service.select().where(Service.case.in_(case_ids)).order_by(Service.received_at):
        found.setdefault(each.service, {})[each.step] = each
    return found


def of_referral(referral_id):
    """What was given for one referral, oldest first, with who noted it."""
    given = Service.select(Service, Person).join(Person).where(Service.referral == referral_id, Service.step.in_(("received", "refused")))
    return list(given.order_by(Service.received_at))
