"""A follow-up note: into a case by a coordinator, on a referral by whoever accepted it or coordinates."""
from flask_babel import gettext as _

from db.models import Answer, Case, Referral
from pwa.crypto import columns
from pwa.domain import access, answers, case_referrals, cases, notices, timeline
from pwa.domain.refused import Refused


def merge(batch, entry):
    """Add a note; a case that was closed, or a referral that was taken back or passed on meanwhile, still takes it, as what was seen
    must not be lost."""
    values, author = entry.values, batch.deposit.person
    if not values.get("referral"):
        case = cases.writable(batch, values.get("case"), state=None)
        timeline.tell(batch, case["id"], "note", entry, words=values["text"])
        return
    referral = batch.find(Referral, values["referral"])
    not_theirs = _("Bạn không ghi được vào chuyển gửi này. Hãy hỏi điều phối viên của phường.")
    if referral is None:
        raise Refused("forbidden", not_theirs)
    coordinates = _coordinates(batch, author, referral)
    if not (access.may_serve(author, referral) or coordinates or answers.took_it(batch, author, referral)):
        raise answers.too_late(batch, author, referral, not_theirs)
    batch.insert(Answer, id=entry.id, referral=referral["id"], author=author.id, unit=author.unit_id, choice="note", reason=None,
                 next_unit=None, note=columns.seal("answer.note", entry.id, values["text"]), made_at=entry.at,
                 received_at=batch.received_at)
    case_referrals.tell(batch, referral, "note", entry, words=values["text"], unit=author.unit_id)
    unit = batch.unit(referral["unit"])
    # A unit that has it no more tells the coordinators: its words are not for the one that was asked next.
    people = notices.unit_and_coordinators(unit, referral) if coordinates and author.unit_id != unit.id else notices.keepers(referral)
    notices.tell(batch, people, "referral-note", "referral", referral["id"])


def _coordinates(batch, person, referral):
    case = batch.find(Case, referral["case_id"]) if referral["case_id"] else None
    return person.role == "coordinator" and person.ward_id in (referral["ward"], case and case["ward"])
