"""Services: needed → offered → refused or received, each step with its date and result, noted by whoever gave it."""
from flask_babel import gettext as _

from db.models import Case, Person, Referral, Service
from pwa.crypto import columns
from pwa.domain import access, answers, case_referrals, cases, lists, timeline
from pwa.domain.clock import said
from pwa.domain.refused import Refused


def merge(batch, entry):
    """Note services of a case, or what the unit that accepted a referral has given; or write a step anew, or take it out."""
    values = entry.values
    referral, case = _where(batch, values)
    before = _before(batch, values, referral, case)
    change = ("removed" if values.get("removed") else "changed") if before else None
    noted = [before["service"]] if change == "removed" else list(values["services"])
    asked = before["referral"] if before else referral and referral["id"]
    unit = _giver(batch, values, referral, before)
    # Written anew where it was written: when merged cases come apart, each has its own.
    own = (before and batch.find(Case, before["case"])) or case
    _count(batch, entry, noted, own, before, unit=unit, referral=asked, removed=change == "removed")
    if case:
        timeline.tell(batch, case["id"], "service", entry, choice=change or values["step"], subject_id=asked, words=values.get("note"),
                      services=noted, result=values.get("result"), on_date=values.get("on_date"),
                      **({"step": values["step"]} if change else {}))


def _where(batch, values):
    """(referral or None, case or None) that this person may write into; raises Refused."""
    referral = batch.find(Referral, values["referral"]) if values.get("referral") else None
    person = batch.deposit.person
    # What a unit gave before it knew that it was taken back or passed on is counted all the same.
    if referral is not None and not (access.may_serve(person, referral) or answers.took_it(batch, person, referral)):
        raise answers.too_late(batch, person, referral,
                               _("Bạn không ghi được vào chuyển gửi này. Hãy hỏi điều phối viên của phường."))
    if referral is None:
        return None, cases.writable(batch, values.get("case"))
    return referral, batch.find(Case, referral["case_id"]) if referral["case_id"] else None


def _before(batch, values, referral, case):
    """The step that is written anew, or None: any of a case for whoever keeps it, its own help for a unit; raises Refused."""
    gone = _("Không thấy dịch vụ này. Hãy mở lại từ Việc cần làm rồi ghi.")
    if referral is None:
        return cases.written_before(batch, Service, values.get("over"), case, gone, _did)
    before = batch.find(Service, values["over"]) if values.get("over") else None
    if values.get("over") and not (before and access.may_mend_service(batch.deposit.person, referral, before)):
        raise Refused("invalid", gone)
    if before and before["replaced_by"]:
        raise cases.came_second(batch, Service, before, referral["case_id"], _did)
    return before


def _did(service):
    """What the one who was faster made of a step."""
    at, what = said(service["received_at"]), _(lists.label("services", service["service"]))
    if service["removed"]:
        return _("Lúc %(time)s dịch vụ này đã được bỏ vì ghi nhầm: %(what)s.", time=at, what=what)
    done = f"{what}, {_(lists.label('step', service['step']))}"
    return _("Lúc %(time)s dịch vụ này đã được ghi lại: %(what)s.", time=at, what=done)


def _giver(batch, values, referral, before):
    """Whose service it is: for a coordinator the unit that is named, gave it before or was asked; else the writer's own, as nobody else
    tells of the help of others."""
    if batch.deposit.person.role != "coordinator":
        return batch.deposit.person.unit_id
    named = batch.units.get(values.get("unit"))
    if named:
        return named.id
    return before["unit"] if before else referral["unit"] if referral else batch.deposit.person.unit_id


def _count(batch, entry, noted, case, before, **how):
    values = entry.values
    for number, service in enumerate(noted):
        case_referrals.count(batch, entry, case, service, values["step"], on_date=values.get("on_date"), result=values.get("result"),
                             note=columns.seal("service.note", entry.id, values["note"]) if values.get("note") else None,
                             row_id=entry.id if before and number == 0 else None, **how)
    if before:
        batch.change(Service, before["id"], replaced_by=entry.id)


def note(service):
    return columns.unseal("service.note", service.entry_id, service.note) if service.note else None


def of_case(case_ids):
    """Steps of a case as they are now, oldest first."""
    return list(_now().where(Service.case.in_(case_ids)).order_by(Service.received_at))


def _now():
    return Service.select().where(Service.replaced_by.is_null(), ~Service.removed)


def standing(found):
    """{service: {step: its newest}} of steps, oldest first: where each service stands."""
    stands = {}
    for each in found:
        stands.setdefault(each.service, {})[each.step] = each
    return stands


def of_referral(referral_id):
    """What was given for one referral, oldest first, with who noted it."""
    given = _now().select(Service, Person).join(Person).where(Service.referral == referral_id, Service.step.in_(access.GIVEN))
    return list(given.order_by(Service.received_at))
