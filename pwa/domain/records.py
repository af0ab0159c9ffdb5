"""Records: what counts as danger or a child, in what standing a record was made, how one joins the ward's book."""
from flask_babel import gettext as _

from db.models import Case, Record, Referral
from pwa.crypto import columns
from pwa.domain import cases, notices, numbers, queue, risks, similar, tellings, timeline
from pwa.domain.clock import now
from pwa.domain.refused import Refused

# A chip that waits for no network: the page marks it, so that the phone rings the alarm before any server sees it.
DANGER = {("danger", "yes")}
CHILD = {("victim_age", "under-16"), ("under_16", "yes")}
ALARMING = DANGER | CHILD | {("basis", "danger"), ("basis", "child")}

# What became of a record that no coordinator has to look at any more.
SETTLED = ("case", "elsewhere", "duplicate")

# Legal receivers of a tin báo (Luật 13/2022 Đ19, domain.md §2); a collaborator or a counsellor is not one.
RECEIVERS = {"tdp-head", "front-head", "school-head", "organisation-head", "officer"}
TOLD = {"told", "other-told", "letter", "friends", "parents", "letterbox"}


def standing(capacity, values):
    """"report" (tin báo) when someone told a legal receiver, else "observation" (quan sát)."""
    return "report" if capacity in RECEIVERS and values.get("source") in TOLD else "observation"


def is_danger(values):
    return any(values.get(name) == code for name, code in DANGER)


def is_child(values):
    return any(values.get(name) == code for name, code in CHILD)


def call_time(text, received_at):
    """When the person called, by the phone's clock, but never after the ward had the entry; None without a call."""
    return min(int(text), received_at) if text else None


def answers(record):
    """What was answered, field name to code, codes or text."""
    return columns.unseal("record.answers", record.id, record.answers)


def merge(batch, entry):
    """Add a record; one that replaces another takes its place and its referrals."""
    values, author = dict(entry.values), batch.deposit.person
    replaces = values.pop("replaces", None)
    called_at = values.pop("called_at", None)
    unverified = values.pop("unverified", None) == "yes"
    if call := values.pop("call", None):
        values.setdefault("safe_contact", call)
    form = values.pop("form_name")
    danger, child = is_danger(values), is_child(values)
    health_until = risks.health_of_record(values, min(entry.at, batch.received_at))
    replaced = _replaced(batch, replaces)
    withdrawn_at = batch.withdrawn_at(entry.id)
    batch.insert(
        Record, id=entry.id, ward=batch.deposit.ward_id, author=author.id, unit=author.unit_id, form=form,
        capacity=author.capacity, standing=standing(author.capacity, values), danger=danger, child=child,
        answers=columns.seal("record.answers", entry.id, values), made_at=entry.at, received_at=batch.received_at,
        called_at=call_time(called_at, batch.received_at), marked=batch.deposit.marked, seen_at=None,
        unverified=unverified, replaces=replaces, replaced_by=None, withdrawn_at=withdrawn_at,
        referred_at=batch.received_at if _referrals(batch, entry.id) else None,
        turn=None if withdrawn_at else queue.turn(batch.received_at, danger or child or bool(health_until)), became=None, case_id=None, duplicate_of=None,
        place_key=similar.place_key(batch.deposit.ward_id, author.unit_id, values),
        health_until=health_until)
    numbers.keep(batch, batch.deposit.ward_id, entry.id, numbers.of_record(values))
    if standing(author.capacity, values) == "report" and not (replaced and replaced["standing"] == "report"):
        tellings.tell(batch, batch.find(Record, entry.id))
    if not replaced and not withdrawn_at:
        _follow_referral(batch, entry)
    if replaced:
        _take_place(batch, entry, replaced)
        for referral in batch.referrals_of(replaced["id"]):
            batch.change(Referral, referral["id"], record_id=entry.id)
    if not replaced or _tells_more(replaced, danger, child) or (health_until and not replaced["health_until"]):
        notices.tell(batch, notices.coordinators, "record-new", "record", entry.id, urgent=danger or child or risks.is_fresh(values))
    case_id = batch.find(Record, entry.id)["case_id"]
    if case_id and not withdrawn_at:
        if child:
            cases.with_child(batch, case_id)
        risks.bring_to_care(batch, entry, batch.find(Case, case_id), health_until)


def _follow_referral(batch, entry):
    """A record that comes after its referral belongs where a coordinator has put that one meanwhile."""
    case_id = next((row["case_id"] for row in _referrals(batch, entry.id) if row["case_id"]), None)
    if case_id:
        record = batch.find(Record, entry.id)
        batch.change(Record, entry.id, became="case", case_id=case_id, turn=None)
        case = batch.find(Case, case_id)
        if (record["danger"] or record["child"]) and not case["urgent"]:
            batch.change(Case, case_id, urgent=True)
        timeline.tell(batch, case_id, "record", entry, choice="arrived", subject_id=entry.id, about="record")


def _take_place(batch, entry, replaced):
    """What became of the one that is replaced goes on with the new one, and its place in the queue ends or moves."""
    carried = {name: replaced[name] for name in ("became", "case_id", "duplicate_of")}
    batch.change(Record, entry.id, referred_at=replaced["referred_at"] or batch.find(Record, entry.id)["referred_at"], **carried)
    if replaced["became"] in SETTLED:
        batch.change(Record, entry.id, turn=None)
    batch.change(Record, replaced["id"], replaced_by=entry.id, turn=None, case_id=None, duplicate_of=None)
    if carried["case_id"]:
        timeline.tell(batch, carried["case_id"], "record", entry, choice="mended", subject_id=entry.id)


def mark_seen(person, record):
    """The first look by a coordinator of its ward; the one who recorded sees it."""
    if person.role == "coordinator" and person.ward_id == record.ward_id and record.author_id != person.id and not record.seen_at:
        record.seen_at = now()
        Record.update(seen_at=record.seen_at).where(Record.id == record.id, Record.seen_at.is_null()).execute()


def state(record, case_states=None):
    """The word for where a record stands: one line, never the case. `case_states` is what that function answers."""
    if record.withdrawn_at:
        return "withdrawn"
    if record.replaced_by:
        return "replaced"
    if record.case_id:
        return (case_states or {}).get(record.case_id, "in-case")
    if record.became in ("elsewhere", "asked"):
        return record.became
    return "seen" if record.seen_at else "stored"


def case_states(records):
    """Case id → word for the case these records belong to, or a merged one went into; two reads for any number."""
    def of(ids):
        asked = Case.select(Case.id, Case.state, Case.outcome, Case.merged_into).where(Case.id.in_(ids))
        return {case.id: case for case in asked} if ids else {}

    found = of({record.case_id for record in records if record.case_id})
    others = of({case.merged_into for case in found.values() if case.merged_into})
    return {case.id: _word(others.get(case.merged_into, case)) for case in found.values()}


def _word(case):
    # That the ward has done what it could is said only where it has.
    return "in-case" if case.state != "closed" else "case-helped" if case.outcome in cases.HELPED else "case-closed"


def _replaced(batch, record_id):
    """The row to replace; None when there is none yet to replace, which is no reason to lose the new one."""
    row = batch.find_replaced(Record, record_id)
    if row is None:
        return None
    if row["author"] != batch.deposit.person.id:
        raise Refused("forbidden", _("Chỉ người ghi mới sửa được mục này. Hãy ghi thành mục mới."))
    if not row["replaced_by"]:
        return row
    newest = row
    while newest["replaced_by"]:
        [newest] = batch.all(Record, id=newest["replaced_by"])
    if row["id"] != record_id:
        # It stands in the place of one that came second: its author has been told, and chose this one.
        return newest
    raise Refused("conflict", _("Mục này đã được sửa từ nơi khác. Cả hai bản đều được giữ; hãy chọn bản đúng."), newest["case_id"])


def _referrals(batch, record_id):
    """Referrals of this record by the same person, also those that arrived before it."""
    return [row for row in batch.referrals_of(record_id) if row["author"] == batch.deposit.person.id]


def _tells_more(replaced, danger, child):
    return (danger and not replaced["danger"]) or (child and not replaced["child"])
