"""Cases: a random code in place of a name, one coordinator who answers, and everything that happened on one timeline."""
import secrets
import uuid

from flask_babel import gettext as _

from db.models import Case, CaseEvent, Risk, Triage, Unit
from db.queries import cases as reads
from pwa.domain import access, states
from pwa.domain.clock import said
from pwa.domain.invitations import LETTERS
from pwa.domain.lists import label
from pwa.domain.refused import Refused

LENGTH = 6
# Levels of risk.
WORST_FIRST = ("high", "medium", "unclear", "low")
# Outcomes of a closed case that say help was given.
HELPED = ("safe", "partly")


def fresh_code():
    """Six letters without I, O, 0 and 1, like K7PMXQ, which no case has."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
        if not Case.select().where(Case.code == code).exists():
            return code


def shown(code):
    """As people read it aloud: K7P-MXQ."""
    return f"{code[:3]}-{code[3:]}"


def typed(text):
    """The bare letters of a code that somebody typed."""
    return "".join(letter for letter in (text or "").upper() if letter in LETTERS)


def open_new(batch, entry, urgent=False, child=False, area=None):
    """Open a case under the entry's id; whoever opens it answers for it."""
    author, ward_id = batch.deposit.person, batch.deposit.ward_id
    batch.insert(Case, id=entry.id, ward=ward_id, code=fresh_code(), state="open", coordinator=author.id, opened_by=author.id,
                 opened_at=batch.received_at, changed_at=batch.received_at, urgent=urgent, child=child, gbv_type=None, questions=None,
                 contexts=None, acts=None, vulnerabilities=["child"] if child else None, risk=None, area=area,
                 household_key=str(uuid.uuid4()),
                 closed_at=None, outcome=None, said=None, merged_into=None, offered_to=None)
    return batch.find(Case, entry.id)


def writable(batch, case_id, state="open"):
    """The case, locked, for a coordinator of its ward; raises Refused."""
    case = batch.find(Case, case_id)
    if case is None or not access.may_keep(batch.deposit.person, case):
        raise Refused("forbidden", _("Bạn không ghi được vào hồ sơ này. Hãy hỏi điều phối viên của phường."))
    if state and case["state"] != state:
        raise Refused("conflict", not_open(batch, case), case["id"])
    return case


def with_child(batch, case_id):
    """A child was told of in a case: it is a child's case from now on, and so is whatever it was merged into."""
    while case_id:
        case = batch.find(Case, case_id)
        if not case["child"]:
            batch.change(Case, case_id, child=True)
        case_id = case["merged_into"]


def writable_by_ward(batch, case_id):
    """The case, locked, for a rule that follows from somebody else's decision about it."""
    return batch.find(Case, case_id)


def not_open(batch, case):
    """Why nothing can be written into a case now: what was done with it before, and when."""
    told = {"code": shown(case["code"]), "time": said(_changed_at(batch, case))}
    if case["state"] == "closed":
        return _("Lúc %(time)s hồ sơ %(code)s đã kết thúc: %(outcome)s. Bản của bạn được giữ. Nếu vẫn cần, hãy mở lại hồ sơ rồi ghi lại.",
                 outcome=_(label("outcome", case["outcome"])), **told)
    if case["state"] == "merged":
        return _("Lúc %(time)s hồ sơ %(code)s đã được gộp vào hồ sơ %(into)s. Bản của bạn được giữ: mở hồ sơ đó để giữ như vậy, hoặc ghi "
                 "vào đó.", into=shown(upward(batch, case["id"])[-1]["code"]), **told)
    if case["state"] == "undone":
        return _("Lúc %(time)s việc mở hồ sơ %(code)s đã được hoàn tác. Hãy mở lại ghi nhận để chọn.", **told)
    return _("Hồ sơ %(code)s đang mở từ lúc %(time)s, không cần mở lại.", **told)


def _changed_at(batch, case):
    """When a case came to the state it is in, as far as is written."""
    moments = {
        "closed": lambda: [case["closed_at"]],
        "merged": lambda: [each["received_at"] for each in batch.all(Triage, subject_id=case["id"], choice="merge")
                           if not each["undone_at"]],
        "undone": lambda: [each["undone_at"] for each in batch.all(Triage, id=case["id"])],
        "open": lambda: [case["opened_at"], *(each["at"] for each in batch.all(CaseEvent, case=case["id"], kind="closing"))],
    }[case["state"]]()
    return max(filter(None, moments), default=case["changed_at"])


def to_choose():
    """What the second of two can do, once they know what the first did."""
    return _("Bản của bạn được giữ: mở lại để giữ như vậy, hoặc làm theo bản của bạn.")


def written_before(batch, model, row_id, case, gone, did):
    """What of a case an entry writes anew, or None; raises Refused with `gone` where it is of no such case, and where somebody was
    faster with what `did` says of the row as it stands."""
    if not row_id:
        return None
    before = batch.find(model, row_id)
    if before is None or before["case"] not in whole_in(batch, case["id"]):
        raise Refused("invalid", gone)
    if before["replaced_by"]:
        raise came_second(batch, model, before, case["id"], did)
    return before


def came_second(batch, model, before, case_id, did):
    """The Refused for whoever writes anew what has been written anew: what `did` says of the row as it stands."""
    stands = before
    while stands["replaced_by"]:
        stands = batch.find(model, stands["replaced_by"])
    return Refused("conflict", f"{did(stands)} {to_choose()}", case_id)


def move(batch, case, step, **values):
    """Take one step of states.CASE; raises Refused when it is not open from here."""
    state = states.after(states.CASE, case["state"], step)
    if state is None:
        raise Refused("conflict", not_open(batch, case), case["id"])
    batch.change(Case, case["id"], state=state, **values)


def family(case_id):
    """Ids of a case and of those merged into it, also through one another: what one page shows."""
    ids, fresh = [case_id], [case_id]
    while fresh:
        fresh = [each for (each,) in Case.select(Case.id).where(Case.merged_into.in_(fresh)).tuples() if each not in ids]
        ids += fresh
    return ids


def together(case):
    """A case as it stands with those merged into it: whatever changes how somebody is protected is known of all of them, for reading."""
    rows = list(Case.select().where(Case.id.in_(family(case.id))))
    known = Case(**case.__data__)
    known.vulnerabilities = sorted({code for row in rows for code in row.vulnerabilities or ()} | {"child" for row in rows if row.child})
    known.child, known.urgent = any(row.child for row in rows), any(row.urgent for row in rows)
    known.risk = risk_of([row.id for row in rows])
    return known


def risk_of(case_ids):
    """The level of cases that are one: the worst of what the newest assessment by either tool says, in whichever of them it was made."""
    made = list(Risk.select(Risk.case, Risk.tool, Risk.level).where(Risk.case.in_(case_ids))
                .order_by(Risk.received_at, Risk.made_at).tuples())
    newest = {tool: level for _case, tool, level in made}
    # A level whose assessment is not here, as when it was brought in from elsewhere, stands for itself.
    unmade = Case.select(Case.risk).where(Case.id.in_(set(case_ids) - {case_id for case_id, _tool, _level in made})).tuples()
    return worst([*newest.values(), *(level for (level,) in unmade)])


def worst(levels):
    """The worst of some levels of risk, None where nothing was assessed."""
    return min((level for level in levels if level), key=WORST_FIRST.index, default=None)


def whole(case_id):
    """Ids of a case, of the one it went into, and of all that went there too."""
    seen = [case_id]
    while (into := Case.select(Case.merged_into).where(Case.id == seen[-1]).scalar()) and into not in seen:
        seen.append(into)
    return family(seen[-1])


def is_at_work(case_id):
    """Whether a case, or the one it went into, is open."""
    return Case.select().where(Case.id.in_(whole(case_id)), Case.state == "open").exists()


def upward(batch, case_id):
    """A case and those it went into, the one that stands for all of them last."""
    found, seen = [], set()
    while case_id and case_id not in seen and (row := batch.find(Case, case_id)):
        found.append(row)
        seen.add(case_id)
        case_id = row["merged_into"]
    return found


def whole_in(batch, case_id):
    """The same as it will be when the batch is written: a merge may wait in it."""
    ids = fresh = [row["id"] for row in upward(batch, case_id)][-1:]
    while fresh:
        fresh = [each["id"] for parent in fresh for each in batch.all(Case, merged_into=parent) if each["id"] not in ids]
        ids = ids + fresh
    return ids


def wholes(ids):
    """Case id → rows of the cases it was merged with, itself among them; a few reads however many ids."""
    found = reads.around(ids)
    into = {case_id: _last(case_id, found) for case_id in found}
    return {case_id: [found[each] for each in sorted(found) if into[each] == into[case_id]] for case_id in ids if case_id in found}


def _last(case_id, found):
    seen = set()
    while found[case_id].merged_into and case_id not in seen:
        seen.add(case_id)
        case_id = found[case_id].merged_into
    return case_id


def codes_of(ids):
    """Codes of these cases as people read them."""
    return [shown(code) for (code,) in Case.select(Case.code).where(Case.id.in_(ids)).order_by(Case.opened_at).tuples()]


def area_of(ward_id, code):
    """Id of the unit a record names as its area, or None."""
    unit = Unit.get_or_none(Unit.ward == ward_id, Unit.code == code) if code else None
    return unit and unit.id
