"""Finding cases by code, number, unit, state and time, among those a person may read; nothing is opened to look."""
import re
from datetime import date, timedelta

from peewee import fn

from db.models import Case, CasePerson, ContactKey, DecisionRequest, Record, Referral, Telling, Unit
from pwa.crypto import search
from pwa.domain import access, calendars, cases, queue

# What the lãnh đạo trực reads out (escalations.code_of), as it may be typed.
TOLD = re.compile(r"[0-9A-F]{8}")
# Cases that can carry one number; more would be no finding.
MOST = 200


class NoNumber(Exception):
    """What was given as a telephone number is none."""


def find(person, asked, after=None):
    """The newest cases that fit everything `asked` ({"code", "phone", "unit", "state", "since", "until"}), a page and one."""
    # One that is named may also be offered by another ward, or opened in an emergency; a list is of the own ward.
    named = asked.get("code") or asked.get("phone")
    found = access.cases(person) if named else access.cases_of_ward(person)
    for name, value in asked.items():
        found = found.where(FITS[name](person, value))
    return list(queue.after(found, Case, "opened_at", after, descending=True, page=queue.PAGE))


def told_of(person, text):
    """The records and referrals, of those this person may read, that an escalation has named by this code."""
    code = _spoken(text)
    if code is None:
        return [], []
    told = access.tellings(person).where(_begins(Telling, code)).limit(queue.PAGE)
    records = access.records(person).where(_begins(Record, code) | Record.id.in_([each.record_id for each in told]))
    return tuple(list(query.limit(queue.PAGE)) for query in (records, access.referrals(person).where(_begins(Referral, code))))


def _spoken(text):
    """The beginning of an id, as an escalation names it, or None."""
    code = re.sub(r"[\s-]", "", text or "").upper()
    return code.lower() if TOLD.fullmatch(code) else None


def _begins(model, code):
    # A range of ids, which is one step along their index.
    return model.id.between(f"{code}-", f"{code}~")


def _code(person, text):
    """By its own code, or by that an escalation gave it, a record or a referral in it, or a question about it."""
    inside, code = {row.case_id for rows in told_of(person, text) for row in rows if row.case_id}, _spoken(text)
    if code:
        asked = access.decision_requests(person).where(_begins(DecisionRequest, code)).limit(queue.PAGE)
        inside |= {each.case_id for each in asked} | {case for (case,) in Case.select(Case.id).where(_begins(Case, code)).tuples()}
    return (Case.code == cases.typed(text)) | Case.id.in_(inside)


def _phone(person, text):
    """By the keyed hashes kept of the numbers of people and records, whose words stay sealed."""
    keys = search.phone_hashes(person.ward_id, text)
    if not keys:
        raise NoNumber
    written = ContactKey.select(ContactKey.subject_id).where(ContactKey.key.in_(keys))
    people = CasePerson.select(CasePerson.case).where(CasePerson.id.in_(written), CasePerson.replaced_by.is_null(), ~CasePerson.removed)
    told = Record.select(Record.case_id).where(Record.id.in_(written), Record.replaced_by.is_null(), Record.case_id.is_null(False))
    return Case.id.in_({case for query in (people, told) for (case,) in query.limit(MOST).tuples()})


def _unit(person, code):
    """The unit was asked, or answers for a referral; it is the area; or somebody of it recorded."""
    unit = Unit.get_or_none(Unit.ward == person.ward_id, Unit.code == code)
    if unit is None:
        return Case.id.in_([])
    asked = Referral.select(Referral.id).where(Referral.case_id == Case.id, (Referral.unit == unit.id) | (Referral.owner == unit.id))
    told = Record.select(Record.id).where(Record.case_id == Case.id, Record.unit == unit.id)
    return (Case.area == unit.id) | fn.EXISTS(asked) | fn.EXISTS(told)


def _midnight(day, days=0):
    return calendars.moment_of(date.fromisoformat(day) + timedelta(days=days), 0)


FITS = {"code": _code, "phone": _phone, "unit": _unit, "state": lambda person, state: Case.state == state,
        "since": lambda person, day: Case.opened_at >= _midnight(day), "until": lambda person, day: Case.opened_at < _midnight(day, 1)}
