"""Records: the two forms, Sổ của tôi, and one record."""
from flask import Blueprint, make_response, render_template

from db.models import Record, Referral
from pwa.domain import access, notices, people, records
from pwa.forms import describe
from pwa.forms.records import ObservationForm, SchoolForm
from pwa.web import identity, rows as row
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
    return _shell("records/mine.html")


@blueprint.get("/records/rows")
def rows():
    """What the server has of this person's own, newest first: the fragment of Sổ của tôi."""
    person = identity.person()
    names = row.unit_names(person.ward_id)
    own_records = access.records(person).where(Record.author == person.id).order_by(Record.received_at.desc()).limit(MOST)
    own_referrals = access.referrals(person).where(Referral.author == person.id).order_by(Referral.received_at.desc()).limit(MOST)
    found = [row.of_record(each) for each in own_records] + [row.of_referral(each, names) for each in own_referrals]
    return render_template("rows/_rows.html", rows=sorted(found, key=lambda each: each.at, reverse=True))


@blueprint.get("/records/<record_id>")
def show(record_id):
    person = identity.person()
    record = access.record(person, record_id)
    if identity.looks():
        records.mark_seen(person, record)
        notices.mark_read(person, record.id)
    names = row.unit_names(person.ward_id)
    sent_on = access.referrals(person).where(Referral.record_id == record.id).order_by(Referral.received_at)
    return render_template(
        "records/show.html", record=record, row=row.of_record(record), names=names,
        lines=describe.lines(record.form, records.answers(record), names),
        author=None if record.author_id == person.id else people.name_of(record.author),
        referrals=[row.of_referral(each, names) for each in sent_on], own=record.author_id == person.id)
