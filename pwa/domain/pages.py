"""Pages a phone keeps for one person: which they are, and whether they changed since. Ids and marks look random to everyone."""
import base64
import hashlib
import hmac
from dataclasses import dataclass

from flask_babel import gettext as _

from db.base import insert_rows, write
from db.models import Answer, Case, Consent, DecisionRequest, Hotline, KeptPage, Record, Referral, Service, Task, Ward
from db.queries import todo as reads
from pwa.crypto import keyring
from pwa.domain import access, cases, consents, people, permissions, records, todo
from pwa.domain.clock import said
from pwa.domain.referrals import OPEN

# Of each list, the newest that a phone keeps; more would fill a cheap one.
MOST = 100
ALIVE = (*OPEN, "accepted")
FOR_ALL = ("/", "/offline", "/phone", "/directory")
# Under * in place of one case: a form kept once for all of them.
FORM_OF_ANY = "/cases/*/"
FOR_RECORDERS = ("/records", "/records/mine", "/records/new", "/records/new-school", "/referrals/new")


@dataclass
class Page:
    """`fixed`: it stays the same until its mark changes, so a phone shows its copy first; `title` for a list of what it has.

    `stopped`: what was said no to; a copy from before is another page, and a locked phone is told to let it go.
    """
    path: str
    mark: str
    title: str = ""
    fixed: bool = False
    stopped: str = ""
    id: str = ""
    etag: str = ""


def named(person, enrolment_id, version):
    """The pages of this person for this enrolment, with id and etag, for the application's version."""
    found = [*_shells(person), *_lists(person), *_items(person)]
    for page in found:
        page.id = _random(enrolment_id, page.path, page.stopped)
        page.etag = _random(enrolment_id, page.path, version, page.mark)
    return found


def etag(pages, enrolment):
    """One mark for the whole list; another after each approval, as what an earlier one let the phone keep has gone."""
    return _random(*(f"{page.id}{page.etag}" for page in pages), str(enrolment.approved_at))


def keep(enrolment_id, pages):
    """Remember what this phone was told to keep, so that it can be told to let go while it is locked."""
    ids = {page.id for page in pages}
    if ids == _kept(enrolment_id):
        return
    with write():
        KeptPage.delete().where(KeptPage.enrolment == enrolment_id).execute()
        insert_rows(KeptPage, [{"enrolment": enrolment_id, "page_id": page_id} for page_id in sorted(ids)])


def to_drop(enrolment):
    """Ids of pages this phone may still hold and should not; for one that was revoked, or waits for approval, all of them."""
    kept = _kept(enrolment.id)
    if not kept or access.reads_nothing(enrolment):
        return sorted(kept)
    person = enrolment.person
    still = [*_shells(person), *_lists(person, marks=False), *_items(person, marks=False)]
    return sorted(kept - {_random(enrolment.id, page.path, page.stopped) for page in still})


def _kept(enrolment_id):
    return {row[0] for row in KeptPage.select(KeptPage.page_id).where(KeptPage.enrolment == enrolment_id).tuples()}


def _random(*parts):
    """22 characters that say nothing to whoever has no key."""
    mac = hmac.new(keyring.current().digest, "|".join(("page", *parts)).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()


def _print(*rows):
    """A mark that changes when any column of these rows does.

    Sealed columns change in place by a new key, which leaves their length, and when words are erased, which does not.
    """
    return repr([[len(value) if isinstance(value, bytes | memoryview) else value for value in row.__data__.values()] for row in rows])


def _shells(person):
    paths = FOR_ALL + (FOR_RECORDERS if person.role in permissions.RECORDERS else ())
    return [Page(path, person.role, fixed=True) for path in paths]


def _lists(person, marks=True):
    units = [*access.units(person), *Hotline.select().where(Hotline.ward == person.ward_id), person.ward] if marks else ()
    found = [Page("/directory/rows", _print(*units), fixed=True)]
    own = [*_own(Record, person), *_own(Referral, person)] if marks and person.role in permissions.RECORDERS else ()
    if person.role in permissions.RECORDERS:
        handled = _handled(person) if marks else ()
        found.append(Page("/records/rows", _print(*own, *handled), stopped=str(person.handler_since or "")))
    rows = [row for section in todo.sections(person) for row in section.rows] if marks else ()
    found.append(Page("/todo", _print(*rows), _("Việc cần làm")))
    if person.role == "coordinator":
        found += [Page("/triage", _print(*reads.records_waiting(person.ward_id).order_by(Record.turn).limit(MOST)) if marks else ""),
                  Page("/cases", _print(*_cases(person)) if marks else "", _("Hồ sơ"))]
    return found


def _items(person, marks=True):
    """Single records and referrals: own ones, those that wait for this person's unit, and those of a school for its handler."""
    if person.role not in permissions.RECORDERS:
        return []
    handled = {row.id: row for row in _handled(person)}
    noted = {row.id: row for row in _own(Record, person)} | handled
    if person.role == "coordinator":
        noted |= {row.id: row for row in reads.records_waiting(person.ward_id).order_by(Record.turn).limit(MOST)}
    referrals = {row.id: row for row in (*_own(Referral, person), *_waiting(person))}
    tasks = list(reads.tasks(person.id).order_by(Task.turn).limit(MOST))
    # Whoever reads cases is shown on a task how to reach somebody: that changes, and ends, with the case.
    shown = {row.case_id for row in tasks if row.case_id and person.role == "coordinator"}
    wholes = cases.wholes({row.case_id for row in referrals.values() if row.case_id} | shown)
    around, stopped = _around(referrals, wholes) if marks else {}, _stopped(person, referrals, wholes)
    of_record = {}
    for row in referrals.values():
        of_record.setdefault(row.record_id, []).append(row)
    return [
        *(Page(f"/records/{row.id}", _print(row, *of_record.get(row.id, ())),
               _titled(_("Ghi nhận"), row.received_at) if row.author_id == person.id or row.id in handled else "")
          for row in noted.values()),
        *(Page(f"/referrals/{row.id}", _print(row, *around.get(row.id, ())), _titled(_("Chuyển gửi"), row.received_at),
               stopped=stopped.get(row.id, "")) for row in referrals.values()),
        # Whatever is written into a case moves its time.
        *(Page(f"/cases/{row.id}", _print(row), f"{_('Hồ sơ')} {cases.shown(row.code)}") for row in _cases(person)),
        *_forms(person, marks),
        *(Page(f"/decisions/{row.id}", _print(row), _titled(_("Trình quyết định"), row.due_at)) for row in _to_decide(person)),
        *(Page(f"/tasks/{row.id}", _print(row, *(wholes[row.case_id] if row.case_id in shown else ())), _titled(_("Việc"), row.due_at))
          for row in tasks)]


def _titled(word, moment):
    """What tells one of many apart on a list without a network: its time."""
    return f"{word} {said(moment)}"


def _cases(person):
    """The open cases of this person's ward, those with news first, and those another ward offers it."""
    if person.role != "coordinator":
        return []
    open_ones = access.cases_of_ward(person).where(Case.state == "open").order_by(Case.changed_at.desc()).limit(MOST)
    return [*open_ones, *access.cases_offered(person, MOST)]


def _to_decide(person):
    """What awaits a decider, who may be where there is no network while the clock runs."""
    return reads.decisions(person.ward_id).order_by(DecisionRequest.turn).limit(MOST) if person.role == "decider" else ()


def _forms(person, marks):
    """What may be written into a case without a network."""
    if person.role != "coordinator":
        return []
    mark = _print(*access.units(person), *people.coordinators(person.ward_id), *Ward.select()) if marks else ""
    return [Page(FORM_OF_ANY + name, mark) for name in access.KEPT_FORMS]


def _own(model, person):
    # What a case asked for leaves with it, and what it answered when it closes; what else somebody recorded and asked stays theirs.
    over = Referral.from_case | Referral.case_id.is_null(False) & Referral.state.not_in(("helped", "not-helped"))
    rows = access.records(person) if model is Record else access.referrals(person).where(~over | Referral.state.in_(ALIVE))
    return rows.where(model.author == person.id).order_by(model.received_at.desc()).limit(MOST)


def _handled(person):
    """What others recorded at the school this person is the handler of; what is over leaves phones."""
    if not access.handles(person):
        return []
    rows = list(access.records_handled(person).order_by(Record.received_at.desc()).limit(MOST))
    states = records.case_states(rows)
    return [row for row in rows if records.state(row, states) not in records.OVER]


def _waiting(person):
    """Referrals this person has to do with and that are not over: list after list as on Việc cần làm, until a phone has enough."""
    if not access.may_write(person.role, "answer"):
        return ()
    # By id in the end: one question about all that may be read and is not over would walk through every referral there is.
    ids = list(dict.fromkeys(row_id for rows in _lists_of_referrals(person) for (row_id,) in rows.tuples()))[:MOST]
    found = {row.id: row for row in access.referrals(person).where(Referral.id.in_(ids))}
    return [found[row_id] for row_id in ids if row_id in found]


def _lists_of_referrals(person):
    """Ids of the first of each list, each read along its index: urgent and longest waiting, or newest first."""
    waits, newest = (Referral.turn, Referral.id), (Referral.answered_at.desc(), Referral.id.desc())
    found = [(reads.referrals_to_answer(person.unit_id), waits), (reads.referrals_owned(person.unit_id), waits),
             (reads.referrals_accepted(person.unit_id), newest)]
    if person.role == "coordinator":
        found += [(reads.referrals_elsewhere(person.ward_id, person.unit_id), waits), (reads.referrals_accepted_in(person.ward_id), newest),
                  (reads.referrals_of_cases([row.id for row in _cases(person)]).where(Referral.state.in_(ALIVE)), newest)]
    return [query.select(Referral.id).order_by(*order).limit(MOST) for query, order in found]


def _stopped(person, referrals, wholes):
    """Referral id → the consent this person's unit was refused, or that was taken back, while it stands."""
    around = {row.id: {each.id for each in wholes.get(row.case_id, ())} or {row.id, row.record_id} - {None} for row in referrals.values()}
    places = list(set().union(*around.values()))
    if not places:
        return {}
    where = Consent.case.in_(places) | (Consent.case.is_null() & Consent.subject_id.in_(places))
    asked = Consent.select(Consent.id, Consent.case, Consent.subject_id).where(where, Consent.unit == person.unit_id,
                                                                               Consent.decision.not_in(consents.ALLOWING),
                                                                               Consent.replaced_by.is_null())
    said = sorted((row_id, case_id or subject_id) for row_id, case_id, subject_id in asked.tuples())
    return {referral_id: "".join(row_id for row_id, place in said if place in near) for referral_id, near in around.items()}


def _around(referrals, wholes):
    """Referral id → rows its page also shows: the answers and services given, its record, and the case that says what is shared.

    Whatever is written into a case moves its time, above all a consent that is taken back.
    """
    found = {row.id: [] for row in referrals.values()}
    for answer in Answer.select().where(Answer.referral.in_(list(found))):
        found[answer.referral_id].append(answer)
    for given in Service.select().where(Service.referral.in_(list(found)), Service.case.is_null()):
        found[given.referral_id].append(given)
    records = {row.id: row for row in Record.select().where(Record.id.in_([row.record_id for row in referrals.values() if row.record_id]))}
    for row in referrals.values():
        if row.record_id in records:
            found[row.id].append(records[row.record_id])
        found[row.id] += wholes.get(row.case_id, ())
    return found
