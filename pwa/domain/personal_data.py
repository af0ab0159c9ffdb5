"""Taking words and names out of a case, codes kept for counting."""
from db.base import write
from db.models import (Answer, BreakGlass, Case, CaseEvent, CasePerson, Consent, ContactKey, DataRequest, Decision, DecisionRequest,
                       Handover, Held, Incident, Measure, Record, Referral, Risk, Service, Task)
from db.queries.records import of_cases
from pwa.crypto import columns
from pwa.domain import audit, cases, held, records, referrals, risks
from pwa.domain.clock import now

# What stays of a record's and a referral's answers: what somebody ticked.
KEPT_OUT = ("narrative", "safe_contact", "note")
# Sealed words that may be absent: (field, what it belongs to a case by).
WORDS = ((CaseEvent.words, CaseEvent.case), (Handover.note, Handover.case), (Incident.note, Incident.case), (Measure.note, Measure.case),
         (Consent.note, Consent.case), (Consent.purpose, Consent.case), (Service.note, Service.case), (Task.note, Task.case),
         (Task.answer, Task.case),
         (DataRequest.words, DataRequest.case), (DataRequest.answer, DataRequest.case), (CasePerson.details, CasePerson.case),
         (CasePerson.ties, CasePerson.case))


# What tells who somebody is.
HELD = CasePerson.details.is_null(False) | CasePerson.ties.is_null(False)


class StillOpen(Exception):
    """Open cases are at work; their words are needed. Its arguments are their codes."""


def holds_words():
    """Cases from which nothing was taken out, or into which something was written since."""
    return Case.erased_at.is_null() | (Case.changed_at > Case.erased_at)


def of_person(key, case_id):
    """(cases about the person with this pseudonym, others they are named in): lists of ids, the case asked about first, of its ward."""
    ward_id = Case.get_by_id(case_id).ward_id
    found = (CasePerson.select().join(Case, on=(CasePerson.case == Case.id))
             .where(CasePerson.key == key, Case.ward == ward_id).order_by(CasePerson.received_at))
    found = sorted(found, key=lambda each: each.case_id != case_id)
    # Not by what was once written of them by mistake: it would lay what somebody else told into their hands.
    about = dict.fromkeys(member for each in found if each.part == "affected" and not each.replaced_by and not each.removed
                          for member in cases.whole(each.case_id))
    named = dict.fromkeys(member for each in found for member in cases.whole(each.case_id) if member not in about)
    return list(about), list(named)


def is_left(key, case_id):
    """Whether anything is held that a request of this person would take out."""
    about, named = of_person(key, case_id)
    return (Case.select().where(Case.id.in_(about), holds_words()).exists()
            or CasePerson.select().where(_theirs(key, [*about, *named]), HELD).exists())


def open_codes(ids):
    """Codes of those of these cases that are at work."""
    return [code for (code,) in Case.select(Case.code).where(Case.id.in_(ids), Case.state == "open").order_by(Case.code).tuples()]


def erase(person, case_id, key):
    """Take out all that is held on one person, wherever in the ward: every word of the cases about them, name and contact in the others.
    Raises StillOpen before anything is taken out."""
    about, named = of_person(key, case_id)
    with write():
        _refuse_open([*about, *named])
        while about:
            gone = erase_case(person, Case.get_by_id(about[0]))
            about = [each for each in about if each not in gone]
        _erase_name(person, key, named)


def _erase_name(person, key, ids):
    """Take name and contact of one person out of closed cases: what others said stays theirs."""
    mine = _theirs(key, ids)
    touched = {case for (case,) in CasePerson.select(CasePerson.case).where(mine, HELD).tuples()}
    ContactKey.delete().where(ContactKey.subject_id.in_(CasePerson.select(CasePerson.id).where(mine))).execute()
    CasePerson.update(details=None, ties=None).where(mine).execute()
    for case in Case.select().where(Case.id.in_(touched)).order_by(Case.id):
        audit.changed(person, "case", case.id, ward_id=case.ward_id, erased="person")


def _theirs(key, ids):
    return CasePerson.case.in_(ids) & (CasePerson.key == key)


def _refuse_open(ids):
    if codes := open_codes(ids):
        raise StillOpen(*codes)


def erase_case(person, case):
    """Take every word, name and contact out of a closed case and of what was merged with it; answers their ids. Person None: the ward's
    policy."""
    # Also of the one it went into: while that one is at work, so is this.
    ids = cases.whole(case.id)
    with write():
        _refuse_open(ids)
        for field, belongs in WORDS:
            field.model.update({field: None}).where(belongs.in_(ids), field.is_null(False)).execute()
        ContactKey.delete().where(ContactKey.subject_id.in_(CasePerson.select(CasePerson.id).where(CasePerson.case.in_(ids)))).execute()
        for each in Record.select().where(Record.id.in_(of_cases(ids))):
            erase_record(each)
        for each in Referral.select().where(Referral.case_id.in_(ids)):
            erase_referral(each)
        for each in BreakGlass.select().where(BreakGlass.case.in_(ids)):
            BreakGlass.update(reason=columns.seal("break_glass.reason", each.id, "")).where(BreakGlass.id == each.id).execute()
        for each in Risk.select().where(Risk.case.in_(ids)):
            _keep_codes(Risk, each, "risk.answers", risks.answers(each))
        for each in DecisionRequest.select().where(DecisionRequest.case.in_(ids)):
            DecisionRequest.update(words=columns.seal("decision_request.words", each.id, "")).where(DecisionRequest.id == each.id).execute()
            Decision.update(words=None, number=None).where(Decision.request == each.id).execute()
        erase_held(held_about(ids))
        Case.update(erased_at=now()).where(Case.id.in_(ids)).execute()
        audit.changed(person, "case", case.id, ward_id=case.ward_id, erased=len(ids))
    return ids


def erase_record(record):
    """Keep of a record what was ticked; its words, contact and keys go."""
    _keep_codes(Record, record, "record.answers", records.answers(record), erased_at=now(), place_key=None)
    ContactKey.delete().where(ContactKey.subject_id == record.id).execute()
    Task.update(note=None, answer=None).where(Task.record_id == record.id).execute()


def erase_referral(referral):
    """Keep of a referral what was ticked and what state it is in; what was written in it and about it goes."""
    _keep_codes(Referral, referral, "referral.answers", referrals.answers(referral), erased_at=now())
    Answer.update(note=None).where(Answer.referral == referral.id).execute()
    Service.update(note=None).where(Service.referral == referral.id).execute()
    Task.update(note=None, answer=None).where(Task.referral_id == referral.id).execute()


def _keep_codes(model, row, place, answers, **more):
    left = {name: value for name, value in answers.items() if name not in KEPT_OUT}
    field = {"answers": columns.seal(place, row.id, left), **more}
    model.update(**field).where(model.id == row.id).execute()


def held_about(ids):
    """Entries that were refused hold words too: those that speak of a case or of what is in it, also where it was before it moved.
    They are few, and opened to see."""
    about = {*ids, *of_cases(ids)}
    about |= {each for (each,) in Referral.select(Referral.id).where(Referral.case_id.in_(ids)).tuples()}
    wards = {each for row in Handover.select(Handover.from_ward, Handover.to_ward).where(Handover.case.in_(ids)).tuples() for each in row}
    wards |= {each for (each,) in Case.select(Case.ward).where(Case.id.in_(ids)).tuples()}
    return [each for each in Held.select().where(Held.ward.in_(wards)).order_by(Held.received_at)
            if each.entry_id in about or about & {value for _name, value in held.form(held.body(each))}]


def erase_held(rows):
    """Empty the bodies of held entries; what kind came when, and from whom, stays."""
    for each in rows:
        Held.update(body=columns.seal("held.body", each.entry_id, "{}"), errors=None).where(Held.id == each.id).execute()
