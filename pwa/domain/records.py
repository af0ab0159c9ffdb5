"""Records: what counts as danger or a child, in what standing a record was made, how one joins the ward's book."""
from flask_babel import gettext as _

from db.models import Case, Consent, Record, Referral, Task
from pwa.crypto import columns
from pwa.domain import cases, notices, numbers, pressing, queue, reopenings, risks, similar, tellings, timeline, versions
from pwa.domain.clock import now
from pwa.domain.refused import Refused

# A chip that waits for no network: the page marks it, so that the phone rings the alarm before any server sees it.
DANGER = {("danger", "yes")}
CHILD = {("victim_age", "under-16"), ("under_16", "yes")}
ALARMING = DANGER | CHILD | {("basis", "danger"), ("basis", "child")}

# What became of a record that waits for no coordinator any more: it is in a case, another unit has it, the coordinators keep it as a
# task, nobody has to do anything, or another record tells of the same.
SETTLED = ("case", "elsewhere", "kept", "ended", "duplicate")

# Words of state() for what has come to its end.
OVER = ("case-helped", "case-closed", "closed")

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
    unverified = values.pop("unverified", None) == "yes" or entry.doubted
    if call := values.pop("call", None):
        values.setdefault("safe_contact", call)
    form = values.pop("form_name")
    danger, child = is_danger(values), is_child(values)
    health_until = risks.health_of_record(values, min(entry.at, batch.received_at))
    replaced = _replaced(batch, replaces)
    withdrawn_at = batch.withdrawn_at(entry.id)
    asked = [referral for each in (entry.id, *batch.line(Record, replaces)) for referral in _referrals(batch, each)]
    clock = versions.clock_of(batch, replaced, more=_presses_more(batch, replaced, danger or child or health_until))
    batch.insert(
        Record, id=entry.id, ward=batch.deposit.ward_id, author=author.id, unit=author.unit_id, form=form,
        capacity=author.capacity, standing=standing(author.capacity, values), danger=danger, child=child,
        answers=columns.seal("record.answers", entry.id, values), made_at=entry.at, received_at=batch.received_at,
        called_at=call_time(called_at, batch.received_at), marked=batch.deposit.marked, seen_at=None,
        unverified=unverified, replaces=replaced["id"] if replaced else replaces, replaced_by=None, withdrawn_at=withdrawn_at,
        referred_at=batch.received_at if asked else None,
        turn=None if withdrawn_at else queue.turn(clock["since"] or batch.received_at, danger or child or bool(health_until)),
        became=None, case_id=None, duplicate_of=None,
        place_key=similar.place_key(author, form, values),
        health_until=health_until, **clock)
    for referral in asked:
        # Also what named an entry that was refused, and is mended by this one.
        batch.change(Referral, referral["id"], record_id=entry.id)
    _tell_chairman(batch, batch.find(Record, entry.id), replaced)
    if not replaced and not withdrawn_at:
        _follow_referral(batch, entry)
    if replaced:
        _take_place(batch, entry, replaced)
    mine = batch.find(Record, entry.id)
    case = batch.find(Case, mine["case_id"]) if mine["case_id"] else None
    numbers.keep(batch, (case or mine)["ward"], entry.id, numbers.of_record(values))
    tells_more = not replaced or _tells_more(replaced, danger, child) or (health_until and not replaced["health_until"])
    if tells_more:
        notices.tell(batch, notices.keepers(mine), "record-new", "record", entry.id, urgent=danger or child or risks.is_fresh(values))
    if case and not withdrawn_at:
        if tells_more and (danger or child or health_until):
            _open_again(batch, entry, mine)
        if child:
            cases.with_child(batch, case["id"])
        risks.bring_to_care(batch, entry, case, health_until)


def _tell_chairman(batch, record, replaced):
    """A tin báo is told to him, and again where its new version tells of more."""
    if record["standing"] != "report":
        return
    if not (replaced and replaced["standing"] == "report"):
        tellings.tell(batch, record)
    elif _tells_more(replaced, record["danger"], record["child"]):
        tellings.tell_more(batch, record)


def _follow_referral(batch, entry):
    """A record that comes after its referral belongs where a coordinator has put that one meanwhile."""
    case_id = next((row["case_id"] for row in _referrals(batch, entry.id) if row["case_id"]), None)
    if case_id:
        record = batch.find(Record, entry.id)
        batch.change(Record, entry.id, became="case", case_id=case_id, turn=None)
        pressing.press(batch, case_id, urgent=pressing.record_presses(record), child=record["child"])
        timeline.tell(batch, case_id, "record", entry, choice="arrived", subject_id=entry.id, about="record")


def _open_again(batch, entry, record):
    """A case that was closed is at work again when its record tells of a danger that nobody knew of: no queue has it otherwise."""
    case = cases.upward(batch, record["case_id"])[-1]
    if case["state"] == "closed":
        closed_at = case["closed_at"]
        cases.move(batch, case, "reopen", closed_at=None, outcome=None, said=None)
        timeline.tell(batch, case["id"], "closing", entry, choice="reopen", subject_id=record["id"])
        people = notices.keepers(record)(batch) | {case["coordinator"]}
        notices.tell(batch, lambda _batch: people, "case-reopened", "case", case["id"], urgent=True)
        reopenings.take_up(batch, entry, case["id"], closed_at)


def _take_place(batch, entry, replaced):
    """What became of the one that is replaced goes on with the new one, and its place in the queue ends or moves."""
    carried = {name: replaced[name] for name in ("became", "case_id", "duplicate_of")}
    batch.change(Record, entry.id, referred_at=replaced["referred_at"] or batch.find(Record, entry.id)["referred_at"], **carried)
    for each in batch.all(Record, duplicate_of=replaced["id"]):
        batch.change(Record, each["id"], duplicate_of=entry.id)
    batch.change(Record, replaced["id"], replaced_by=entry.id, turn=None, duplicate_of=None)
    mended = batch.find(Record, entry.id)
    if replaced["became"] in SETTLED:
        batch.change(Record, entry.id, turn=None)
        first = newest(batch, mended["duplicate_of"]) if mended["duplicate_of"] else None
        if first and first["turn"] is not None:
            wait_together(batch, first)
    elif mended["withdrawn_at"]:
        let_go(batch, mended)
    else:
        batch.change(Record, entry.id, turn=place(batch, mended))
    if carried["case_id"]:
        pressing.press(batch, carried["case_id"], urgent=pressing.record_presses(mended))
        timeline.tell(batch, carried["case_id"], "record", entry, choice="mended", subject_id=entry.id)
    if not _presses_more(batch, replaced, pressing.record_presses(mended) or mended["health_until"]):
        versions.take_watch(batch, replaced, entry.id)
    # What was asked about it is asked about the new one.
    for model in (Referral, Task):
        for each in batch.all(model, record_id=replaced["id"]):
            batch.change(model, each["id"], record_id=entry.id)
    for each in batch.all(Consent, subject_id=replaced["id"]):
        batch.change(Consent, each["id"], subject_id=entry.id)


def newest(batch, record_id):
    """The record, or the one that has taken its place since; None where there is no such record."""
    row = next(iter(batch.all(Record, id=record_id)), None)
    while row and row["replaced_by"]:
        [row] = batch.all(Record, id=row["replaced_by"])
    return row


def into_case(batch, record, case_id):
    """A record lies in a case, or (None) in none, and so do its earlier versions: who may read it may read them."""
    row, seen = record, set()
    while row and row["id"] not in seen:
        seen.add(row["id"])
        batch.change(Record, row["id"], case_id=case_id)
        row = next(iter(batch.all(Record, id=row["replaces"])), None) if row["replaces"] else None


def place(batch, record):
    """Where a record waits: where the most pressing of it and its duplicates would."""
    together = [record, *batch.all(Record, duplicate_of=record["id"])]
    return min(queue.turn(versions.since(each), pressing.record_presses(each) or bool(each["health_until"])) for each in together)


def wait_together(batch, record):
    """A record that waits does so in the place of the most pressing of it and its duplicates, and rings as that does."""
    pressed = queue.is_urgent(record["turn"])
    batch.change(Record, record["id"], turn=place(batch, record))
    versions.look_again(batch, record["id"])
    if not pressed and queue.is_urgent(record["turn"]):
        versions.ring_anew(batch, record["id"])


def wait_again(batch, record):
    """A record that is in no case and no duplicate any more waits for a coordinator, as it did."""
    asked = any(task["state"] == "open" for task in batch.all(Task, record_id=record["id"], what="question"))
    into_case(batch, record, None)
    batch.change(Record, record["id"], became="asked" if asked else None, duplicate_of=None,
                 turn=None if record["withdrawn_at"] else place(batch, record))
    if record["withdrawn_at"]:
        let_go(batch, record)
    else:
        versions.ring_anew(batch, record["id"])


def given_back(batch, record_id):
    """What was asked about a record came to nothing: it waits again, or the one that waits for it as well."""
    for each in batch.all(Record, id=record_id):
        versions.ring_anew(batch, each["duplicate_of"] or each["id"])


def let_go(batch, record):
    """Duplicates of what its author has taken back each wait for themselves: they were told by somebody else."""
    for each in batch.all(Record, duplicate_of=record["id"]):
        if not each["withdrawn_at"]:
            wait_again(batch, each)


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
    if record.became in ("kept", "ended"):
        # What the coordinators keep has come to its end when nothing of it is left to do.
        return (case_states or {}).get(record.id, "in-case" if record.became == "kept" else "closed")
    if record.became in ("elsewhere", "asked"):
        return record.became
    return "seen" if record.seen_at else "stored"


def case_states(records):
    """Case id → word for the case these records belong to, or a merged one went into; record id → word for what the coordinators keep
    without one. A few reads for any number."""
    together = cases.wholes({record.case_id for record in records if record.case_id})
    stands = {case_id: next((row for row in rows if not row.merged_into), rows[0]) for case_id, rows in together.items()}
    return {case_id: _word(case) for case_id, case in stands.items()} | _kept([each.id for each in records if each.became == "kept"])


def _kept(ids):
    to_do = Task.select(Task.record_id).where(Task.record_id.in_(ids), Task.state == "open", Task.what != "question")
    left = {record_id for (record_id,) in to_do.tuples()} if ids else ()
    return {record_id: "in-case" if record_id in left else "closed" for record_id in ids}


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


def _presses_more(batch, replaced, presses):
    """Whether a new version presses and none before it did."""
    seen = set()
    while replaced and presses and replaced["id"] not in seen:
        if pressing.record_presses(replaced) or replaced["health_until"]:
            return False
        seen.add(replaced["id"])
        replaced = next(iter(batch.all(Record, id=replaced["replaces"])), None) if replaced["replaces"] else None
    return bool(presses and seen)


def _tells_more(replaced, danger, child):
    return (danger and not replaced["danger"]) or (child and not replaced["child"])
