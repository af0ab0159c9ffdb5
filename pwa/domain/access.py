"""Who may see and do what. Every route and every row goes through this page; what a role may do at all stands in permissions.py, and
tests/access.toml says what must come out."""
import re

from peewee import fn

from db.models import (BreakGlass, Case, DataRequest, DecisionRequest, Enrolment, Held, Invitation, Person, Record, Referral,
                       Task, Telling, Unit)
from db.queries import cases as reads, todo
from pwa.domain import audit, schools
from pwa.domain.clock import now
from pwa.domain.lists import choices
from pwa.domain.permissions import ANYONE, KINDS, LISTS, LOCKED_TOO, MANAGERS, READERS, RECORDERS, ROLES, ROUTES

ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

# Code of a consent (db/seed/cases.json "shared") → fields of the record that go with it; the rest comes from the case.
RECORD_FIELDS = {"what": ("danger", "acts", "when"), "who": ("victim_sex", "victim_age", "grade", "under_16"), "where": ("tdp", "place"),
                 "cautions": ("cautions",)}

# Last words of the addresses of forms that write into a case also without a network; the phone keeps each once, for all cases.
KEPT_FORMS = ("note", "task", "service", "consent", "refer", "handover")

# What a receiving unit is shown of the record, by the basis on which it was referred. Never the recorder, the words
# themselves or the way to make contact: those can name the recorder, and go through the coordinator.
SHARED = ("danger", "acts", "victim_sex", "victim_age", "grade", "under_16", "when", "tdp", "place", "cautions")
SHARED_ON = {"agreed": SHARED, "danger": SHARED, "child": SHARED, "not-asked": ()}
assert set(SHARED_ON) == {code for code, _label in choices("basis")}
# Chips of "Cần lưu ý" that say who recorded: for no unit; and those that speak of the other side: only with what is shared of it.
OF_RECORDER, OF_OTHER = frozenset({"kin"}), frozenset({"staff"})


class NotFound(Exception):
    """There is no such thing for this person; the same whether it exists or not."""


class NotEnrolled(Exception):
    """This phone is nobody's yet, or no longer."""


class Locked(Exception):
    """No reading session is open for this; the same for a phone that is nobody's."""


class Waiting(Exception):
    """A coordinator has yet to approve this enrolment; `short_code` is what they compare."""

    def __init__(self, short_code):
        super().__init__("waiting")
        self.short_code = short_code


def check_route(endpoint, carried, opened):
    """Let an enrolment through to an endpoint; raises NotEnrolled, Locked, Waiting or NotFound.

    `carried` is the enrolment in use on the phone, `opened` the one whose reading session is open; each may be None.
    """
    if endpoint not in ROUTES:
        raise NotFound
    roles = ROUTES[endpoint]
    if roles is ANYONE:
        return
    if endpoint in LOCKED_TOO:
        if carried is None:
            raise NotEnrolled
    elif opened is None:
        raise Locked
    elif waits(opened):
        raise Waiting(opened.short_code)
    person = (carried if endpoint in LOCKED_TOO else opened).person
    if person.role not in roles:
        if endpoint not in LISTS:
            audit.refused(person, endpoint, None)
        raise NotFound
    if endpoint in LISTS:
        audit.listed(person, endpoint)


def waits(enrolment):
    """Whether a coordinator has yet to approve it. One from before there was a PIN, which reads nothing, waits where its role does."""
    return enrolment.approved_at is None and (enrolment.verifier is not None or reads_others(enrolment.person))


def must_wait(person, has_begun, inviter):
    """Whether a new phone of a person waits: always where they read what others recorded; else where they have begun a book on another
    and whoever invites (None on the command line) may not read it, who could else open it in their name (decision 69)."""
    return reads_others(person) or bool(has_begun and inviter and not _reads_book(inviter, person))


def _reads_book(inviter, person):
    # The coordinators of a ward read what is recorded there; an admin no case, ever.
    return person.role not in RECORDERS or (inviter.role == "coordinator" and inviter.ward_id == person.ward_id)


def reads_nothing(enrolment):
    """Whether it may only deliver: revoked, or not approved yet. It keeps no page, and what it delivers decides about nothing of others."""
    return enrolment.revoked_at is not None or waits(enrolment)


def reads_others(person):
    """Whether this person reads what others recorded, so that each new phone of theirs waits, the first too."""
    return person.role in READERS or handles(person)


def handles(person):
    """Whether this person is the named handler of their school."""
    return person.role == "counsellor" and person.handler_since is not None


def may_write(role, kind):
    return role in KINDS.get(kind, ())


def who_may_write(kind):
    """The roles that may."""
    return tuple(KINDS.get(kind, ()))


def may_answer(person, referral):
    """Choices open to this person: all for the unit whose turn it is; a coordinator may send any on to another unit."""
    if not may_write(person.role, "answer"):
        return ()
    if person.unit_id == referral["unit"]:
        return ("accept", "pass", "decline", "help", "fail")
    return ("pass",) if person.role == "coordinator" and referral["ward"] == person.ward_id else ()


def may_answer_for(person, referral):
    """Choices a coordinator has heard from another unit, by telephone, and writes down for it."""
    theirs = person.role == "coordinator" and referral["ward"] == person.ward_id and referral["unit"] != person.unit_id
    return ("accept", "help", "fail") if theirs else ()


def may_take_back(person, referral, case):
    """Whether this person may withdraw a referral of a case, whoever made it: any coordinator of the ward of either."""
    return person.role == "coordinator" and case is not None and person.ward_id in (referral["ward"], case["ward"])


def may_triage(person, row):
    """Whether this person decides what becomes of a record or a referral (a model's row) that came in; one a case made has its case."""
    ours = may_write(person.role, "triage") and row.ward_id == person.ward_id and not getattr(row, "from_case", False)
    return ours and keeps(person, row)


def may_serve(person, referral):
    """Whether this person is of the unit that accepted the referral: it assigns, gives services and takes notes."""
    took = referral["state"] in ("accepted", "helped", "not-helped")
    return took and may_write(person.role, "answer") and person.unit_id == referral["unit"]


# Steps of a service that say what a unit did; that it was needed and offered, the referral says.
GIVEN = ("received", "refused")


def may_mend_service(person, referral, service):
    """Whether a step of a service (a dict of column values) is what this person's unit has noted of a referral it serves."""
    theirs = service["unit"] == person.unit_id and service["step"] in GIVEN
    return may_serve(person, referral) and service["referral"] == referral["id"] and theirs


def may_assess(person, referral):
    """Whether this person, if trained, assesses the risk of the case of a referral: whoever has it of the unit that accepted it."""
    theirs = referral["state"] == "accepted" and referral["assignee"] == person.id
    return may_serve(person, referral) and theirs and bool(referral["case_id"])


def _load(person, kind, query, row_id):
    """One row of what a person may read, noted in the audit trail; so is that they asked in vain."""
    found = query.where(query.model.id == row_id).first() if re.fullmatch(ID, row_id) else None
    if found is None:
        refuse(person, kind, row_id)
    audit.read(person, kind, found)
    return found


def refuse(person, kind, row_id):
    """There is nothing with this id for this person: noted where it could be an id at all, and the same answer always."""
    if re.fullmatch(ID, row_id):
        audit.refused(person, kind, row_id)
    raise NotFound


def records(person):
    """The records this person may read."""
    own = Record.author == person.id
    if person.role == "coordinator":
        own = own | _kept_record(person) | Record.case_id.in_(_broken_into(person))
    if handles(person):
        own = own | Record.id.in_(_at_school(person))
    return Record.select().where(own if person.role in RECORDERS else False)


def records_kept(person):
    """The records a coordinator's ward answers for."""
    return Record.select().where(_kept_record(person) if person.role == "coordinator" else False)


def records_handled(person):
    """What others recorded at the school this person is the named handler of, as it stands now; what goes past the school is not there."""
    ids = _at_school(person) if handles(person) else []
    return Record.select().where(Record.id.in_(ids), Record.author != person.id, Record.replaced_by.is_null())


def _at_school(person):
    # While it is with the ward of the school: a case that went to another takes its records along.
    return schools.open_to_handler(person.unit_id, Record.select().where(_kept_record(person)))


def sees_recorder(person, record):
    """Who recorded, and that they know somebody in it, is for coordinators and for no unit, the school neither."""
    return person.role == "coordinator" or record.author_id == person.id


def _kept_record(person):
    # What went to another ward with its case is that ward's, and what came with one is ours.
    return ((Record.ward == person.ward_id) & Record.case_id.is_null()) | _in_a_case_of(person, Record)


def record(person, record_id):
    return _load(person, "record", Record.select().where(Record.id.in_(_versions(records(person), [record_id], person))), record_id)


def record_kept(person, record_id):
    """A record of the person's own ward; raises NotFound where it is only theirs, or open in an emergency."""
    return _load(person, "record", Record.select().where(Record.id.in_(_versions(records_kept(person), [record_id]))), record_id)


def keeps_record(person, record_id):
    return bool(_versions(records_kept(person), [record_id]))


def _versions(records, row_ids, author=None):
    """Of these ids, those of records whose newest version is one of `records`, and every version this author wrote."""
    newest = versions = {row.id: row for row in Record.select(Record.id, Record.author, Record.replaced_by).where(Record.id.in_(row_ids))}
    seen = set()
    while mended := {row.replaced_by for row in newest.values() if row.replaced_by} - seen:
        # One read for all of them, however many.
        seen |= mended
        later = {row.id: row for row in Record.select(Record.id, Record.replaced_by).where(Record.id.in_(mended))}
        newest = {row_id: later.get(row.replaced_by, row) for row_id, row in newest.items()}
    found = {row_id for (row_id,) in records.select(Record.id).where(Record.id.in_([row.id for row in newest.values()])).tuples()}
    own = author.id if author and author.role in RECORDERS else None
    return [row_id for row_id, row in versions.items() if newest[row_id].id in found or row.author_id == own]


def referrals(person):
    """The referrals this person may read: their own, their unit's, and for a coordinator the ward's."""
    seen = Referral.author == person.id
    if may_write(person.role, "answer"):
        seen = seen | (Referral.unit == person.unit_id) | (Referral.owner == person.unit_id)
    if person.role == "coordinator":
        seen = seen | (Referral.ward == person.ward_id) | _in_a_case_of(person, Referral) | Referral.case_id.in_(_broken_into(person))
    return Referral.select().where(seen if person.role in RECORDERS else False)


def referral(person, referral_id):
    return _load(person, "referral", referrals(person), referral_id)


def held(person, held_id):
    """An entry held for the coordinators of a ward."""
    found = Held.get_or_none(Held.id == held_id, Held.ward == person.ward_id)
    if found is None or person.role != "coordinator":
        audit.refused(person, "held", str(held_id))
        raise NotFound
    audit.read(person, "held", found)
    return found


def held_of(person, entry_ids):
    """What is held of these entries for the coordinators of a ward, the newest last."""
    mine = Held.ward == person.ward_id if person.role == "coordinator" else False
    return Held.select(Held.id, Held.entry_id, Held.closed_at).where(mine, Held.entry_id.in_(list(entry_ids))).order_by(Held.id)


def may_handle(counsellor):
    """Whether this person could be the named handler: a counsellor of a school."""
    return counsellor.role == "counsellor" and counsellor.unit.kind == "school"


def may_name(person, counsellor, invited_by_them):
    """A coordinator names a handler, but not one whose phone they have invited themselves: as with approvals, it takes two people."""
    return person.role == "coordinator" and counsellor.ward_id == person.ward_id and may_handle(counsellor) and not invited_by_them


def people(person):
    """Everyone of the ward, for those who keep people."""
    return Person.select().where(Person.ward == person.ward_id if person.role in MANAGERS else False)


def phones(person):
    """The live enrolments this person may revoke among those of the ward: all for those who keep people, else their own."""
    theirs = Person.ward == person.ward_id if person.role in MANAGERS else Enrolment.person == person.id
    return Enrolment.select(Enrolment, Person).join(Person).where(theirs, Enrolment.revoked_at.is_null()).order_by(Enrolment.created_at)


def phone_of_ward(person, enrolment_id):
    """An enrolment of somebody of the ward, revoked or not; raises NotFound."""
    of_ward = Enrolment.select(Enrolment, Person).join(Person).where(Enrolment.person.in_(people(person)))
    return of_ward.where(Enrolment.id == enrolment_id).first() or refuse(person, "enrolment", enrolment_id)


def own_phones(person):
    return phones(person).where(Enrolment.person == person.id)


def may_invite(person, role):
    """A coordinator makes no admins; an admin makes anyone, and approves nobody."""
    return role in ROLES and person.role in MANAGERS and (person.role == "admin" or role != "admin")


def invitations(person):
    """Invitations of the ward that can still be spent."""
    return (Invitation.select(Invitation, Person).join(Person, on=(Invitation.person == Person.id))
            .where(Invitation.person.in_(people(person)), Invitation.spent_at.is_null(),
                   Invitation.expires_at > now()).order_by(Invitation.created_at))


def waiting(person):
    """Enrolments of the ward that wait for a coordinator's approval, the oldest first."""
    found = todo.phones_waiting(person.ward_id).order_by(Enrolment.created_at)
    return found if person.role == "coordinator" else found.where(False)


def may_approve(person, enrolment, inviter_id):
    """A coordinator of the ward, but neither the one who invited nor the one who is to be let in: it takes two people."""
    ours = person.role == "coordinator" and enrolment.person.ward_id == person.ward_id
    return ours and person.id not in (inviter_id, enrolment.person_id)


def _in_a_case_of(person, model):
    # One look by id for each row, never a list of all cases.
    return fn.EXISTS(Case.select(Case.id).where(Case.id == model.case_id, Case.ward == person.ward_id))


def _in_a_case_elsewhere(person, model):
    return fn.EXISTS(Case.select(Case.id).where(Case.id == model.case_id, Case.ward != person.ward_id))


def keeps(person, row):
    """Whether this person coordinates what became of a record or a referral (a model's row): in the ward that has its case, or in its
    own while it has none; also somebody who has opened the case in an emergency."""
    if person.role != "coordinator":
        return False
    case = Case.get_or_none(Case.id == row.case_id) if row.case_id else None
    if case is None or case.ward_id == person.ward_id:
        return person.ward_id == (case or row).ward_id
    return _broken_into(person).where(BreakGlass.case == case.id).exists()


def cases(person):
    """The cases this person may read: a coordinator those of the ward, those another ward offers it, and one opened in an emergency."""
    return reads.readable(person.ward_id, person.id, now()) if person.role == "coordinator" else Case.select().where(False)


def codes(person, case_ids):
    """Case id → code of those of these cases that this person may read."""
    return dict(reads.readable_codes(person.ward_id, person.id, now(), case_ids)) if person.role == "coordinator" and case_ids else {}


def cases_of_ward(person):
    """The cases of this person's own ward; said apart, so that a long list is one step along an index."""
    return Case.select().where(Case.ward == person.ward_id if person.role == "coordinator" else False)


def cases_listed(person, state, mine=False, code=None):
    """A read of db/queries/cases.py and its values: those of the ward in a state, those one answers for, or the one with a code."""
    if person.role != "coordinator":
        raise NotFound
    if code:
        return reads.with_code, (person.ward_id, code)
    return (reads.of_coordinator, (person.ward_id, state, person.id)) if mine else (reads.in_state, (person.ward_id, state))


def cases_offered(person, most):
    """The first of the cases another ward asks this person's ward to take."""
    return reads.first_offered(person.ward_id, most) if person.role == "coordinator" else []


def case(person, case_id):
    return _load(person, "case", cases(person), case_id)


def case_kept(person, case_id):
    """A case of the person's own ward; raises NotFound where it is only offered, or open in an emergency."""
    return _load(person, "case", cases_of_ward(person), case_id)


def _broken_into(person):
    return BreakGlass.select(BreakGlass.case).where(BreakGlass.person == person.id, BreakGlass.until > now())


def data_request(person, data_request_id):
    """What somebody asked about their data: for the coordinators of the ward."""
    mine = DataRequest.ward == person.ward_id
    return _load(person, "data-request", DataRequest.select().where(mine if person.role == "coordinator" else False), data_request_id)


def may_keep(person, case):
    """Whether this person may write into a case (a dict of column values)."""
    return person.role == "coordinator" and case["ward"] == person.ward_id


def decision_requests(person):
    """What the deciders and the coordinators of a ward have been asked and told; how much of it is for them, `sees_request` says."""
    ours = DecisionRequest.ward == person.ward_id
    # By the case: it may have come from another ward, and what was asked about it with it.
    of_case = fn.EXISTS(Case.select(Case.id).where(Case.id == DecisionRequest.case, Case.ward == person.ward_id))
    seen = {"decider": ours, "coordinator": ours | of_case}.get(person.role, False)
    return DecisionRequest.select().where(seen)


def sees_request(person, request, case):
    """Whether a question is for this person now: a decider, while it waits and once they have decided it; a coordinator, while the
    ward has the case. Whoever was told of it, and comes later, learns that it is over and nothing of the case."""
    if person.role == "decider":
        return request.turn is not None or request.decided_by_id == person.id
    return case.ward_id == person.ward_id


def decision_request(person, decision_id):
    return _load(person, "decision", decision_requests(person), decision_id)


def may_decide(person, request, choice):
    """A decider of the ward decides; a coordinator of the ward takes the question back."""
    role = "coordinator" if choice == "recall" else "decider"
    return person.role == role and person.ward_id == request["ward"]


def tellings(person):
    """The tin báo the deciders of a ward are told of."""
    mine = Telling.ward == person.ward_id
    return Telling.select().where(mine if person.role in ("decider", "coordinator") else False)


def telling(person, telling_id):
    return _load(person, "telling", tellings(person), telling_id)


def tasks(person):
    """The tasks this person may read: their own, and for a coordinator the ward's."""
    seen = Task.owner == person.id
    if person.role == "coordinator":
        seen = seen | (Task.ward == person.ward_id)
    return Task.select().where(seen if person.role in RECORDERS else False)


def task(person, task_id):
    return _load(person, "task", tasks(person), task_id)


def readable(person, kind, row_ids):
    """Those of these rows of a kind this person may read: asked before a link is offered, so that no door is knocked at in vain."""
    asked = {"record": records, "referral": referrals, "task": tasks, "case": cases, "decision": decision_requests, "telling": tellings}
    query = asked[kind](person)
    if kind == "record":
        return set(_versions(query, list(row_ids), person))
    return {row_id for (row_id,) in query.select(query.model.id).where(query.model.id.in_(list(row_ids))).tuples()}


def may_refer(person, author_id, ward_id):
    """Whether this person may refer somebody's record: their own, or as a coordinator one of their ward."""
    return person.id == author_id or (person.role == "coordinator" and person.ward_id == ward_id)


def sees_answers(person, referral):
    """Notes and reasons are between units and coordinators; who recorded learns the state, one line."""
    return of_unit(person, referral) or keeps(person, referral)


def of_unit(person, referral):
    """Whether this person answers for the unit that is asked, or for the one that owns it."""
    return may_write(person.role, "answer") and person.unit_id in (referral.unit_id, referral.owner_id)


def sees_shared(person, referral, case):
    """What was written and shared with a unit is for coordinators only where they may read the case (None where they may not)."""
    outside = person.role == "coordinator" and person.unit_id not in (referral.unit_id, referral.owner_id)
    return not outside or not referral.case_id or case is not None


def sees_asked(person, referral, unit_code):
    """What a coordinator wrote from a case for the unit asked first (its code) is not for one it was passed on to."""
    return person.role == "coordinator" or not referral.from_case or person.unit.code == unit_code


def reads_note(person, author, unit_id, since_asked=True):
    """Whether what was written at a referral is for this person: coordinators read all, a unit its own words, and what coordinators
    have written since it was asked. A consent for one unit is none for the words of another."""
    return person.role == "coordinator" or unit_id == person.unit_id or (since_asked and author.role == "coordinator")


def reads_shared(person, referral, related):
    """Whether what was shared with a unit is still for it: not once it is taken back, handed back, or sent on as it is `related`;
    also for one of that unit who asked it themselves. Whoever asked and is of no such unit has only their own words to read."""
    if keeps(person, referral) or not of_unit(person, referral):
        return True
    asked = person.unit_id == referral.unit_id or (referral.state != "declined" and not related)
    return asked and referral.state != "withdrawn"


def told(answers, other=False):
    """A record's answers as a unit may be told them; `other` where it is told of the one with violent behaviour too."""
    hidden = OF_RECORDER if other else OF_RECORDER | OF_OTHER
    kept = [code for code in answers.get("cautions") or () if code not in hidden]
    return {**{name: value for name, value in answers.items() if name != "cautions"}, **({"cautions": kept} if kept else {})}


def sees_author(person, referral):
    """A receiving unit does not learn who recorded."""
    return referral.author_id == person.id or keeps(person, referral)


def units(person):
    """The directory of the person's own ward."""
    return Unit.select().where(Unit.ward == person.ward_id).order_by(Unit.position)


def unit_at(units, name):
    """The one of these units that an address names: by its id, or by its code as addresses did before; None if there is none.

    A code says whom a case went to, and addresses stay in the history of a browser (docs/decisions/072).
    """
    found = {**{unit.code: unit for unit in units}, **{str(unit.id): unit for unit in units}}
    return found.get(name)
