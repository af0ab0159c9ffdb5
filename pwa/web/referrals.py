"""Referrals: the form, and one referral with what can be answered to it."""
from flask import Blueprint, make_response, render_template

from db.models import Answer, Case, Person, Record
from pwa.domain import (access, answers, assignments, case_people, cases, consents, escalations, lists, no_contact, notices, people,
                        records, referrals, seconds, services, ties, triages, undoing, withdrawals)
from pwa.domain.clock import now
from pwa.forms import describe
from pwa.forms.answers import AnswerForm
from pwa.forms.assignments import AssignmentForm
from pwa.forms.notes import NoteForm
from pwa.forms.referrals import ReferralForm
from pwa.forms.services import ServiceForm
from pwa.forms.triages import TriageForm
from pwa.web import identity, risks as risk_page, rows as row, shared, timeline
from pwa.web.headers import versioned
from pwa.web.words import STEPS

blueprint = Blueprint("referrals", __name__)


@blueprint.get("/referrals/new")
def new():
    return versioned(make_response(render_template("referrals/new.html", form=ReferralForm(formdata=None))))


@blueprint.get("/referrals/<referral_id>")
def show(referral_id):
    person = identity.person()
    referral = access.referral(person, referral_id)
    if identity.looks():
        referrals.mark_seen(person, referral)
        notices.mark_read(person, referral.id)
    names = row.unit_names(person.ward_id, person.role)
    choices = answers.open_to(person, referral.__data__)
    told = access.sees_answers(person, referral)
    given = _given(referral) if told else []
    case = access.cases(person).where(Case.id == referral.case_id).first() if referral.case_id else None
    reads = (access.reads_shared(person, referral, answers.is_related(person.unit_id, referral.id))
             and access.sees_shared(person, referral, case))
    own, asked, stop = referral.author_id == person.id, referrals.answers(referral), _stop(person, referral)

    def fresh(row):
        """Whether what was written there is still for this person."""
        return reads and consents.is_since(row, stop)
    # What a case asks a unit is the case's word, whoever wrote it.
    if (referral.from_case or not own) and not (fresh(referral) and access.sees_asked(person, referral, asked.get("unit"))):
        asked.pop("note", None)
    lines, consent, ruled = shared.of_referral(person, referral, names) if told and reads else ([], None, False)
    serves = access.may_serve(person, referral.__data__)
    return render_template(
        "referrals/show.html", referral=referral, row=row.of_referral(referral, names), names=names,
        asked=asked, label=lists.label, reason=timeline.reason, told=lines, consent=consent, ruled=ruled,
        shared=_shared(person, referral, names, told) if own or (reads and (not ruled or person.role == "coordinator")) else None,
        serves=serves, reads=reads,
        purpose=consents.words(consent)["purpose"] if consent and consent.decision in consents.ALLOWING else None,
        quiet=told and reads and _quiet(person, referral, consent),
        may_take_back=withdrawals.may_become(referral.__data__) and access.may_take_back(person, referral.__data__, _case(referral)),
        tied=_tied(person, referral, names),
        for_unit=answers.open_to(person, referral.__data__, behalf=True), by_another=answers.by_another,
        case=case,
        assignee=people.name_of(referral.assignee) if referral.assignee_id and told else None,
        around=[(each.id, people.name_of(each)) for each in assignments.people_of(person.unit_id)] if serves else (),
        seen=answers.last([each.__data__ for each in given], referral.id),
        assess=risk_page.of_referral(person, referral) if reads and not (consent and consent.decision not in consents.ALLOWING) else None,
        given=_services(person, referral, fresh) if told else (),
        forms={"service": ServiceForm(formdata=None), "note": NoteForm(formdata=None), "assignment": AssignmentForm(formdata=None)},
        second=seconds.of(person, ("answer", "assignment", "triage", "service", "note"), "referral", referral.id)
        + seconds.of(person, ("withdrawal",), "target", referral.id),
        way=_way(person, referral, given, fresh) if told else (), steps=STEPS,
        author=people.name_of(referral.author) if access.sees_author(person, referral) else None,
        to_say=escalations.code_of(referral.id) if access.keeps(person, referral) else None,
        triage=_triage(person, referral), own=own, may_answer=choices, form=AnswerForm(formdata=None))


def _triage(person, referral):
    """What a coordinator may decide about a referral that came without a record, and what was decided; None for all others."""
    alone = not referral.record_id or not Record.select().where(Record.id == referral.record_id).exists()
    chosen = triages.of_subject(referral.id) if access.may_triage(person, referral) else ()
    if not chosen and not (alone and access.may_triage(person, referral)):
        return None
    return {"waits": alone and not referral.case_id and referral.state != "withdrawn", "form": TriageForm(formdata=None),
            "chosen": [(each, people.name_of(each.author), undoing.may_undo(each.__data__, now())) for each in chosen]}


def _case(referral):
    case = Case.get_or_none(Case.id == referral.case_id) if referral.case_id else None
    return case and {"ward": case.ward_id}


def _tied(person, referral, names):
    """Where the other side of the case has people, for a coordinator who may be about to send it there."""
    if not referral.case_id or not access.keeps(person, referral):
        return ()
    people = case_people.of_case(cases.whole(referral.case_id))
    return sorted(names[unit] for unit in ties.of([each.__data__ for each in people]))


def _quiet(person, referral, consent):
    """Whether the person has asked for no contact, and neither agreed to this unit since nor is in a danger the law does not wait for."""
    if referral.basis in consents.LAW or (consent and consent.decision in consents.ALLOWING):
        return False
    if referral.case_id:
        return bool(no_contact.since(cases.whole(referral.case_id), referral.unit_id))
    record = Record.get_or_none(Record.id == referral.record_id) if referral.record_id else None
    return bool(record) and no_contact.of_record(record)


def _given(referral):
    return list(Answer.select(Answer, Person).join(Person, on=(Answer.author == Person.id)).where(Answer.referral == referral.id)
                .order_by(Answer.received_at))


def _stop(person, referral):
    """The no to this person's unit before which nothing that was written is for it any more, or None."""
    return None if access.keeps(person, referral) else consents.refusal(consents.of_referral(referral), person.unit_id)


def _services(person, referral, fresh):
    """(service, its note as far as it is for this person, the form that mends it or None): what was given, and when, is for all who
    help."""
    found = []
    for each in services.of_referral(referral.id):
        reads = fresh(each) and access.reads_note(person, each.author, each.unit_id, since_asked=False)
        mends = reads and access.may_mend_service(person, referral.__data__, each.__data__)
        found.append((each, services.note(each) if reads else None, _mending(each) if mends else None))
    return found


def _mending(service):
    """The form for one of several: what a label names must be there once."""
    form = ServiceForm(formdata=None)
    for field in form:
        field.id = f"{field.id}-{service.id}"
    return form


def _way(person, referral, given, fresh):
    """What happened to it, in order: ("answer", row, its note as far as it is for this person) and ("step", row, None)."""
    asked_at = max((each.received_at for each in given if each.next_unit_id == person.unit_id), default=0)
    found = [("answer", each, answers.note(each) if fresh(each)
              and access.reads_note(person, each.author, each.unit_id, each.received_at >= asked_at) else None) for each in given]
    found += [("step", each, None) for each in escalations.steps_of(referral.id)]
    return sorted(found, key=lambda each: each[1].received_at if each[0] == "answer" else each[1].fired_at)


def _shared(person, referral, names, told):
    """What this person may read of the record the referral was made from."""
    record = Record.get_or_none(Record.id == referral.record_id) if referral.record_id else None
    # Asked again here: the record may have arrived after the referral that names it.
    if record is None or not access.may_refer(referral.author, record.author_id, record.ward_id):
        return None
    whole = bool(access.readable(person, "record", [record.id]))
    only = None if whole else () if record.withdrawn_at or not told else access.SHARED_ON[referral.basis]
    some, given = whole or bool(only), records.answers(record)
    return {"record": record if whole else None, "danger": some and record.danger, "child": some and record.child,
            "unverified": some and record.unverified,
            "withdrawn": record.withdrawn_at,
            "lines": describe.lines(record.form, given if whole else access.told(given), names, only=only)}
