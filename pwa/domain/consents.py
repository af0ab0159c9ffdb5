"""Consent: per receiver, field by field. The newest for a receiver counts; taking it back stops sharing on every page from then on."""
from flask_babel import gettext as _

from db.models import Answer, Case, CasePerson, Consent, Handover, Referral
from pwa.crypto import columns
from pwa.domain import cases, decisions, lists, notices, refusals, tasks, timeline
from pwa.domain.clock import said
from pwa.domain.refusals import ALLOWING, CHAIRMAN, newest, refuses, standing
from pwa.domain.refused import Refused

# What says who or where somebody is: never without consent, or the law that stands in its place.
IDENTIFYING = frozenset({"name", "contact", "address"})
LAW = ("danger", "child")
# Ages at which somebody affected answers for themselves.
ADULT = ("16-17", "18-59", "from-60")


def merge(batch, entry):
    """A consent asked, declined or taken back, apart from a referral."""
    values = entry.values
    case = _case(batch, values)
    unit = _elsewhere(batch, case, values) or batch.units.get(values["unit"])
    if unit is None:
        raise Refused("invalid", _("Đơn vị nhận không có trong danh bạ. Hãy chọn lại đơn vị."))
    give(batch, entry, case, unit, values)


def _case(batch, values):
    """The case, for whoever may write into it; a no, also for the ward that had it when the no was said."""
    case = batch.find(Case, values["case"])
    if case and answer_of(values) not in ALLOWING and _had(batch, case):
        return case
    return cases.writable(batch, values["case"], state=None)


def _had(batch, case):
    """Whether the writer's ward has given this case, or the one it went into, to another."""
    person, near = batch.deposit.person, cases.upward(batch, case["id"])
    given = [each for member in near for each in batch.all(Handover, case=member["id"], state="accepted")]
    return person.role == "coordinator" and person.ward_id in {each["from_ward"] for each in given}


def _elsewhere(batch, case, values):
    """The unit of another ward to which a consent that came with the case was given; None where it is one of this ward."""
    before = batch.find(Consent, values.get("over"))
    if before is None or before["case"] not in cases.whole_in(batch, case["id"]) or before["unit"] in batch.units:
        return None
    if values["decision"] in ALLOWING:
        raise Refused("invalid", _("Nơi này thuộc phường, xã khác: chỉ ghi được “Không đồng ý” hoặc “Rút lại đồng ý”."))
    return batch.unit(before["unit"])


def answer_of(values):
    """What was answered: a yes that rests on the law, with nobody asked, is nobody's yes."""
    unasked = values.get("consent_basis") in LAW and values.get("asked_of") in (None, "nobody")
    return "law" if values["decision"] == "agreed" and unasked else values["decision"]


def give(batch, entry, case, unit, values):
    """Write what one receiver may be told from now on; raises Refused when somebody wrote another consent in between."""
    before, counted = newest(batch, case["id"], unit.id), standing(batch, case["id"], unit.id)
    decision = answer_of(values)
    allows = decision in ALLOWING
    if allows:
        _check_child(batch, case, values)
    # A stop is never held up; only sharing more than the newest allows is.
    if allows and before and before["id"] != values.get("over"):
        raise Refused("conflict", f"{_did(before, unit)} {cases.to_choose()}", case["id"])
    batch.insert(Consent, id=entry.id, ward=case["ward"], case=case["id"], unit=unit.id, author=batch.deposit.person.id,
                 decision=decision, basis=values.get("consent_basis") or "agreed",
                 fields=list(values.get("fields") or ()) if allows else [], purpose=None,
                 asked_of=values.get("asked_of"), asked_on=values.get("asked_on"), limits_said=bool(values.get("limits_said")),
                 note=_seal(entry.id, values.get("consent_note"), values.get("purpose")),
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at, replaced_by=None, subject_id=None)
    # Also when the cases come apart again, none goes back to what was allowed before.
    for each in counted:
        batch.change(Consent, each["id"], replaced_by=entry.id)
    timeline.tell(batch, case["id"], "consent", entry, choice=decision, subject_id=entry.id, words=values.get("consent_note"), unit=unit.id,
                  asked_of=values.get("asked_of"), asked_on=values.get("asked_on"), basis=values.get("consent_basis") or "agreed",
                  fields=list(values.get("fields") or ()) if allows else [])
    if not allows:
        _stop(batch, entry, case, unit, decision, had=not all(map(refuses, counted)))


def _did(consent, unit):
    """What the one who was faster wrote of a receiver."""
    return _("Lúc %(time)s đã có ghi cho %(unit)s: %(what)s.", time=said(consent["received_at"]), unit=unit.name, what=", ".join(
        [_(lists.label("decision", consent["decision"])), *(_(lists.label("shared", code)) for code in consent["fields"] or ())]))


def _check_child(batch, case, values):
    """The law on children is for children, and a child alone cannot agree (domain.md §6); raises Refused."""
    family = [batch.find(Case, member) for member in cases.whole_in(batch, case["id"])]
    people = [each for member in family for each in batch.all(CasePerson, case=member["id"])
              if not each["replaced_by"] and not each["removed"]]
    children = [each for each in people
                if each["part"] == "child" or each["age"] == "under-16" or "child" in (each["vulnerabilities"] or ())]
    known = bool(children) or any(each["child"] for each in family)
    if values.get("consent_basis") == "child" and not known:
        raise Refused("invalid", _("Hồ sơ chưa ghi trẻ em nào nên chưa dựa vào luật trẻ em được. Nếu người đó dưới 16 tuổi, hãy ghi ở "
                                   "Phân loại hoặc ở Người trước; người lớn thì phải hỏi, hoặc dựa vào bảo vệ khẩn cấp."))
    adult = any(each["part"] == "affected" and each["age"] in ADULT for each in people)
    if values.get("consent_basis") not in LAW and values.get("asked_of") == "self" and known and not adult:
        raise Refused("invalid", _("Trẻ dưới 16 tuổi không tự đồng ý được. Hãy hỏi trẻ (từ 7 tuổi) và người đại diện; người đại diện "
                                   "bị nghi thì dựa vào luật trẻ em: chọn “Không hỏi – luật cho phép”."))


def _stop(batch, entry, case, unit, decision, had):
    """Tell the receiver that what it has read may no longer be used, however long ago, and end what rests on it."""
    asked = [each for member in cases.whole_in(batch, case["id"]) for each in batch.all(Referral, case_id=member)]
    asked += refusals.follow(batch, entry, case)
    theirs = [each for each in asked if unit.id in (each["unit"], each["owner"]) or batch.all(Answer, referral=each["id"], unit=unit.id)]
    # What a volunteer's chip had let be shared is taken back too.
    if decision == "withdrawn" or had or any(not each["from_case"] for each in theirs):
        for referral in theirs:
            notices.tell(batch, notices.receivers(referral, unit), "consent-withdrawn", "referral", referral["id"])
        why = _("Người đó đã rút lại đồng ý.") if decision == "withdrawn" else _("Người đó không đồng ý.")
        tasks.end_of_unit(batch, entry, case["id"], unit.id, why, "consent-withdrawn")
    if unit.code == CHAIRMAN:
        decisions.end_agency_bans(batch, entry, case)
    if case["ward"] != batch.deposit.ward_id:
        stands = cases.upward(batch, case["id"])[-1]
        notices.tell(batch, lambda _batch: {stands["coordinator"]}, "consent-withdrawn", "case", stands["id"])


def _seal(consent_id, note, purpose):
    said = {"note": note, "purpose": purpose} if purpose else note
    return columns.seal("consent.note", consent_id, said) if said else None


def words(consent):
    """{"note", "purpose"}: why the law was used in place of consent or what the person said, and what for; None where nothing was."""
    said = columns.unseal("consent.note", consent.id, consent.note) if consent.note else None
    # A note alone is kept as it is; what for once stood in a column of its own.
    return said if isinstance(said, dict) else {"note": said, "purpose": consent.purpose}


def of_case(case_ids):
    """The consents of a case, newest first, those that count and those before them."""
    return list(Consent.select().where(Consent.case.in_(case_ids)).order_by(Consent.received_at.desc()))


def of_referral(referral):
    """What was said that counts for a referral: in its case, or what came along out of one; newest first."""
    if referral.case_id:
        return of_case(cases.whole(referral.case_id))
    along = Consent.subject_id.in_([referral.id, referral.record_id or referral.id])
    return list(Consent.select().where(Consent.case.is_null(), along).order_by(Consent.received_at.desc()))


def _counts(said, unit_id):
    """Of what was said, what stands for a unit; of two said at the same moment the no."""
    mine = [each for each in said if each.unit_id == unit_id and each.replaced_by is None]
    return max(mine, key=lambda each: (each.received_at, each.decision not in ALLOWING), default=None)


def shared(said, unit_id, referral):
    """(fields a unit may be shown of a case, the consent that says so); fields None where the volunteer's chip still speaks.

    A unit without a consent of its own is shown nothing as soon as the case asks for consents at all.
    """
    mine = _counts(said, unit_id)
    # What came in with a part of the case says no to one unit, and asks nothing of the others.
    asks = referral.from_case or any(each.case_id and not each.subject_id for each in said)
    if mine is None and not asks:
        return None, None
    if mine is None or mine.decision not in ALLOWING:
        return frozenset(), mine
    return frozenset(mine.fields or ()), mine


def refusal(said, unit_id):
    """The no that stands for a unit, or None: what was written before it is not for the unit any more."""
    mine = _counts(said, unit_id)
    return mine if mine and mine.decision not in ALLOWING else None


def is_since(row, stop):
    """Whether something was written with or after the no `stop` (None where there is none); within one batch the phone's time tells."""
    return stop is None or row.id == stop.id or _moment(row) > _moment(stop)


def _moment(row):
    return row.received_at, min(row.made_at, row.received_at)
