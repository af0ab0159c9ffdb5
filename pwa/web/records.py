"""Records: the two forms, Sổ của tôi, and one record."""
from flask import Blueprint, make_response, render_template

from db.models import Case, Record, Referral, Task
from pwa.domain import access, cases, escalations, lists, notices, people, records, seconds, similar, tasks, triages, undoing
from pwa.domain.clock import now
from pwa.forms import describe
from pwa.forms.records import ObservationForm, SchoolForm
from pwa.forms.triages import TriageForm
from pwa.web import cases as case_pages, identity, rows as row
from pwa.web.headers import versioned

blueprint = Blueprint("records", __name__)
MOST = 200


def _shell(template, **values):
    return versioned(make_response(render_template(template, **values)))


@blueprint.get("/records/new")
def new():
    return _shell("records/new.html", form=ObservationForm(formdata=None))


@blueprint.get("/records/new-school")
def new_school():
    return _shell("records/new_school.html", form=SchoolForm(formdata=None))


@blueprint.get("/records")
def index():
    return _shell("records/index.html", blank=row.Row())


@blueprint.get("/records/mine")
def mine():
    return _shell("records/mine.html", case_forms=[(name, case_pages.FORMS[name]) for name in access.KEPT_FORMS])


@blueprint.get("/records/rows")
def rows():
    """What the server has of this person's own, newest first: the fragment of Sổ của tôi."""
    person = identity.person()
    names = row.unit_names(person.ward_id, person.role)
    own_records = access.records(person).where(Record.author == person.id).order_by(Record.received_at.desc()).limit(MOST)
    own_referrals = access.referrals(person).where(Referral.author == person.id).order_by(Referral.received_at.desc()).limit(MOST)
    found = row.of_records(list(own_records), own=True) + [row.of_referral(each, names) for each in own_referrals]
    handled = access.records_handled(person).order_by(Record.received_at.desc()).limit(MOST) if access.handles(person) else None
    return render_template("records/_own_rows.html", rows=sorted(found, key=lambda each: each.at, reverse=True),
                           handled=None if handled is None else row.of_records(list(handled)))


@blueprint.get("/records/<record_id>")
def show(record_id):
    person = identity.person()
    record = access.record(person, record_id)
    if identity.looks():
        records.mark_seen(person, record)
        notices.mark_read(person, record.id)
    # Its own ward's: what stands in it are codes of that ward, whoever reads.
    names, keeps = row.unit_names(record.ward_id, person.role), access.keeps_record(person, record.id)
    states = records.case_states([record])
    shown = access.sees_recorder(person, record)
    given = records.answers(record) if shown else access.told(records.answers(record), other=True)
    sent_on = access.referrals(person).where(Referral.record_id == record.id).order_by(Referral.received_at)
    return render_template(
        "records/show.html", record=record, names=names, label=lists.label,
        row=row.of_record(record, states, record.author_id == person.id),
        lines=describe.lines(record.form, given, names),
        author=people.name_of(record.author) if shown and record.author_id != person.id else None,
        may_refer=access.may_refer(person, record.author_id, record.ward_id),
        referrals=[row.of_referral(each, names) for each in sent_on], own=record.author_id == person.id,
        triage=_triage(person, record) if keeps else None,
        to_say=escalations.code_of(record.id) if keeps else None, seen_by=keeps)


def _triage(person, record):
    """What a coordinator may decide about a record, and what has been decided; of one told in another ward, to read."""
    chosen, ours = triages.of_subject(record.id), access.may_triage(person, record)
    near = similar.records(record) if record.became in (None, "asked") else []
    theirs = access.readable(person, "record", [each.id for each in near])
    return {
        "waits": ours and record.became in (None, "asked"), "code": cases.shown,
        "case": Case.get_or_none(Case.id == record.case_id) if record.case_id else None,
        "chosen": [(each, people.name_of(each.author), ours and undoing.may_undo(each.__data__, now())) for each in chosen],
        "near": row.of_cases(similar.cases(record)) if ours and record.became in (None, "asked") else [],
        "similar": row.of_records([each for each in near if each.id in theirs]), "form": TriageForm(formdata=None), "label": lists.label,
        "questions": [(each, tasks.note(each), tasks.answer(each)) for each in
                      Task.select().where(Task.record_id == record.id).order_by(Task.received_at)],
        "second": seconds.of(person, ("triage",), "record", record.id),
        "unit_options": [(unit.code, unit.name) for unit in access.units(person) if unit.receives],
        "may_ask": record.author_id != person.id,
    }
