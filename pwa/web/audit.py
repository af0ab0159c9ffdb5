"""Who looked: at one case, for its coordinators; at everything, in codes and times alone, for the person responsible for data."""
from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from db.models import AuditHead, Case, Person
from db.queries import audit as reads
from pwa.domain import access, audit, cases, people
from pwa.web import identity, rows as row
from pwa.web.words import AUDIT_ACTIONS, AUDIT_KINDS, ROLES

blueprint = Blueprint("audit", __name__)
MOST = 100
# What must not be overlooked among the ordinary.
LOUD = ("break-glass", "refuse", "export")


def open_trail():
    audit.begin()


def close_trail(response):
    """When the trail cannot be written this raises, and no page leaves."""
    # Whoever reads has an open reading session; the guard has looked for it.
    reading = g.get("reading")
    audit.end(reading and reading.enrolment_id)
    return response


@blueprint.get("/cases/<case_id>/seen")
def of_case(case_id):
    person = identity.person()
    case = access.case_kept(person, case_id)
    ids = cases.family(case.id)
    # While it was one with another, whoever looked there looked at this.
    also = [(reads.subjects_of_cases([other]), since, until) for other, since, until in reads.one_with(ids)]
    return _seen(person, reads.subjects_of_cases(ids), _("Hồ sơ %(code)s", code=cases.shown(case.code)), also)


@blueprint.get("/records/<record_id>/seen")
def of_record(record_id):
    person = identity.person()
    record = access.record_kept(person, record_id)
    return _seen(person, reads.subjects_of_record(record.id), row.title_of(record.form))


@blueprint.get("/audit")
def index():
    person, action = identity.person(), request.args.get("action", "")
    action = action if action in audit.ACTIONS else ""
    found = list(reads.of_ward(person.ward_id, MOST + 1, _before(), action))
    codes = dict(Case.select(Case.id, Case.code).where(Case.id.in_([each.subject_id for each in found])).tuples())
    lines = [line | {"subject": _subject(each, codes)} for each, line in zip(found, _lines(found[:MOST], person.ward_id), strict=False)]
    return render_template("audit/index.html", lines=lines, action=action, actions=AUDIT_ACTIONS,
                           more=len(found) > MOST and found[MOST - 1].seq, head=AuditHead.get_or_none(AuditHead.ward == person.ward_id))


def _seen(person, ids, title, also=()):
    found = list(reads.of_subjects(ids, MOST + 1, _before(), also))
    lines = _lines(found[:MOST], person.ward_id)
    return render_template("audit/seen.html", lines=lines, title=title, more=len(found) > MOST and found[MOST - 1].at)


def _before():
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _lines(found, ward_id):
    """What a page shows of each row: who, from where, did what when."""
    known = {each.id: each for each in Person.select().where(Person.id.in_({each.person_id for each in found}))}
    names, units = {each: people.name_of(known[each]) for each in known}, row.unit_names(ward_id)
    return [{"at": each.at, "name": names.get(each.person_id, _("Máy chủ")), "role": ROLES.get(each.role, ""),
             "unit": _where(known.get(each.person_id), ward_id, units),
             "action": AUDIT_ACTIONS[each.action], "loud": each.action in LOUD, "kind": _kind(each.subject_kind)} for each in found]


def _where(person, ward_id, units):
    """A unit of the ward, or the ward somebody else came from."""
    return "" if person is None else units.get(person.unit_id, "") if person.ward_id == ward_id else person.ward.name


def _kind(kind):
    return AUDIT_KINDS.get(kind) or AUDIT_KINDS.get(kind.partition(".")[0], _("Trang khác"))


def _subject(each, codes):
    """A case by its code, anything else by the beginning of its id: enough to ask about, nothing to read."""
    return cases.shown(codes[each.subject_id]) if each.subject_id in codes else (each.subject_id or "")[:8]
