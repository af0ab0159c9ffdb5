"""Phân công: the unit that accepted a referral says which of its people has it."""
from flask_babel import gettext as _

from db.models import Answer, Person, Referral
from pwa.domain import access, answers, case_referrals, cases, notices, people
from pwa.domain.clock import said
from pwa.domain.refused import Refused


def merge(batch, entry):
    """Name the person of the unit; a second naming made without knowing the first is a conflict."""
    values, author = entry.values, batch.deposit.person
    referral = batch.find(Referral, values["referral"])
    not_theirs = _("Bạn không phân công được chuyển gửi này. Hãy hỏi điều phối viên của phường.")
    if referral is None:
        raise Refused("forbidden", not_theirs)
    if not access.may_serve(author, referral):
        raise answers.too_late(batch, author, referral, not_theirs)
    chosen = next((person for person, role, unit in batch.people
                   if person == values["person"] and unit == referral["unit"] and access.may_write(role, "answer")), None)
    if chosen is None:
        raise Refused("invalid", _("Người này không thuộc đơn vị của bạn. Hãy chọn lại."))
    if (referral["assignee"] or "") != values.get("over", ""):
        raise Refused("conflict", f"{_did(batch, referral)} {cases.to_choose()}", referral["case_id"])
    batch.change(Referral, referral["id"], assignee=chosen)
    batch.insert(Answer, id=entry.id, referral=referral["id"], author=author.id, unit=author.unit_id, choice="assign", reason=None,
                 next_unit=None, note=None, made_at=entry.at, received_at=batch.received_at)
    case_referrals.tell(batch, referral, "assignment", entry, person=chosen, unit=referral["unit"])
    notices.tell(batch, notices.assigned(chosen), "referral-assigned", "referral", referral["id"], urgent=referral["urgent"])


def _did(batch, referral):
    """Whom the one who was faster has chosen."""
    if referral["assignee"] is None:
        return _("Việc này không còn phân công cho ai.")
    given = [each["received_at"] for each in batch.all(Answer, referral=referral["id"]) if each["choice"] == "assign"]
    return _("Lúc %(time)s việc này đã được phân công cho %(name)s.", time=said(max(given, default=batch.received_at)),
             name=people.name_of(Person.get_by_id(referral["assignee"])))


def people_of(unit_id):
    """Who of a unit can be given a referral."""
    return [each for each in Person.select().where(Person.unit == unit_id) if access.may_write(each.role, "answer")]
