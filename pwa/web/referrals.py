"""Referrals: the form, and one referral with what can be answered to it."""
from flask import Blueprint, make_response, render_template

from db.models import Answer, Record
from pwa.domain import access, answers, escalations, lists, notices, people, records, referrals
from pwa.forms import describe
from pwa.forms.answers import AnswerForm
from pwa.forms.referrals import ReferralForm
from pwa.web import identity, rows as row
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
    names = row.unit_names(person.ward_id)
    choices = access.may_answer(person, {"ward": referral.ward_id, "unit": referral.unit_id}) if referral.state in referrals.OPEN else ()
    return render_template(
        "referrals/show.html", referral=referral, row=row.of_referral(referral, names), names=names,
        asked=referrals.answers(referral), label=lists.label, shared=_shared(person, referral, names),
        way=_way(referral) if access.sees_answers(person, referral) else (), steps=STEPS,
        author=people.name_of(referral.author) if access.sees_author(person, referral) else None,
        own=referral.author_id == person.id, may_answer=choices, form=AnswerForm(formdata=None))


def _way(referral):
    """What happened to it, in order: ("answer", row, its note) and ("step", row, None)."""
    found = [("answer", each, answers.note(each)) for each in referral.answers_given.order_by(Answer.received_at)]
    found += [("step", each, None) for each in escalations.steps_of(referral.id)]
    return sorted(found, key=lambda each: each[1].received_at if each[0] == "answer" else each[1].fired_at)


def _shared(person, referral, names):
    """What this person may read of the record the referral was made from."""
    record = Record.get_or_none(Record.id == referral.record_id) if referral.record_id else None
    # Asked again here: the record may have arrived after the referral that names it.
    if record is None or not access.may_refer(referral.author, record.author_id, record.ward_id):
        return None
    whole = record.author_id == person.id or (person.role == "coordinator" and record.ward_id == person.ward_id)
    only = None if whole else () if record.withdrawn_at else access.SHARED_ON[referral.basis]
    told = whole or bool(only)
    return {"record": record if whole else None, "danger": told and record.danger, "child": told and record.child,
            "unverified": told and record.unverified,
            "withdrawn": record.withdrawn_at, "lines": describe.lines(record.form, records.answers(record), names, only=only)}
