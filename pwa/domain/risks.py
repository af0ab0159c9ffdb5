"""Risk: assessed by those trained for it, as often as needed, every assessment kept.

DA-5 (domain.md §4): three yes or more is high; fewer is "not enough to conclude", never low. Choking means medical advice at
any score. A child's items are each high, medium or low, with totals; what the totals mean for the case is the ward's own rule.
"""
import uuid
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _, to_user_timezone, to_utc

from db.models import Case, Entry, Incident, Record, Referral, Risk, Task
from db.queries import cases as reads
from pwa.crypto import columns
from pwa.domain import access, cases, notices, states, tasks, timeline, trainings
from pwa.domain.clock import HOUR, now
from pwa.domain.refused import Refused

DA5 = ("frequent", "weapon", "kill", "choked", "jealous")
CHILD = ("harm", "access", "care", "protect")
HIGH = 3
# Care after sexual violence is to be reached within this time.
CARE = 72 * HOUR
DAYS_AGO = {"today": 0, "yesterday": 1, "2-days": 2}
# Types of a case that tell of sexual violence.
SEXUAL = ("rape", "sexual-assault")
# When of a record: what may still lie within 72 hours.
RECENT = ("now", "today", "week", "unknown", None)


def da5(values):
    """(level, items answered yes)."""
    score = sum(values.get(item) == "yes" for item in DA5)
    return ("high" if score >= HIGH else "unclear"), score


def child(values):
    """(level, items that are high): the worst item decides; without any high or medium, low only when every item is known."""
    levels = [values.get(item) for item in CHILD]
    worst = next((level for level in ("high", "medium") if level in levels), None)
    return worst or ("low" if all(level == "low" for level in levels) else "unclear"), levels.count("high")


def totals(values):
    """How many items of a child are high, medium and low."""
    levels = [values.get(item) for item in CHILD]
    return {level: levels.count(level) for level in ("high", "medium", "low")}


def health_until(when, at):
    """The last moment of the 72 hours, counted from the start of the day it happened; None when there was nothing, or long ago."""
    if when in DAYS_AGO:
        day = to_user_timezone(datetime.fromtimestamp(at / 1000, UTC)) - timedelta(days=DAYS_AGO[when])
        midnight = to_utc(datetime(day.year, day.month, day.day)).replace(tzinfo=UTC)
        return int(midnight.timestamp() * 1000) + CARE
    # Of what nobody can date, the clock runs from now: late is better than a guess that it is too late.
    return at + CARE if when == "unknown" else None


def health_of_record(values, at):
    """The same for what a recorder noticed, so that the flag is up before anyone assesses."""
    if "sexual" not in (values.get("acts") or ()) or values.get("when") not in RECENT:
        return None
    return health_until("today" if values.get("when") in ("now", "today") else "unknown", at)


def health_of_incident(batch, incident):
    """The same for a vụ of sexual violence (a dict of column values): by its day, or from when the ward knew of it."""
    if incident["removed"] or "sexual" not in {incident["main_form"], *(incident["forms"] or ())}:
        return None
    if not (on_date := incident["on_date"]):
        versions = {each["replaced_by"]: each for each in batch.all(Incident, case=incident["case"])}
        while incident["id"] in versions:
            incident = versions[incident["id"]]
        return incident["received_at"] + CARE
    return int(to_utc(datetime.strptime(on_date, "%Y-%m-%d")).replace(tzinfo=UTC).timestamp() * 1000) + CARE


def health_of_case(batch, case):
    """The same for a case known to be one of sexual violence, of which no day is known: from when the ward knew of it."""
    members = cases.whole_in(batch, case["id"])
    dated = [each for each in _incidents(batch, members) if each["on_date"] and health_of_incident(batch, each)]
    told = [columns.unseal("record.answers", each["id"], each["answers"]).get("when") for member in members
            for each in batch.all(Record, case_id=member)]
    long_ago = told and not set(told) & set(RECENT)
    return None if dated or long_ago else case["opened_at"] + CARE


def _incidents(batch, members):
    return [each for member in members for each in batch.all(Incident, case=member) if not each["replaced_by"]]


def is_fresh(values):
    """Whether a recorder tells of sexual violence of this very day."""
    return "sexual" in (values.get("acts") or ()) and values.get("when") in ("now", "today")


def bring_to_care(batch, entry, case, until):
    """Care that is still in time is a task of whoever answers for the case, with those hours as its clock; one for each matter. While
    they run the case presses (`cares`)."""
    at_work = cases.upward(batch, case["id"])[-1]["state"] == "open"
    if until is None or until <= batch.received_at or not at_work:
        return
    # One that ended only because what told of it left the case again is none.
    known = [each for each in _care_of(batch, cases.whole_in(batch, case["id"])) if each["state"] != "dropped" or each["done_entry"]]
    same = next((each for each in known if _of_same(each, until, batch.received_at)), None)
    if same is None:
        tasks.add(batch, entry, str(uuid.uuid5(uuid.UUID(entry.id), "care")), case, case["coordinator"], "care", until, until=until)
    elif same["state"] == "open" and same["until"] is None:
        batch.change(Task, same["id"], until=until)


def _care_of(batch, members):
    return [each for member in members for each in batch.all(Task, case=member, what="care")]


def _of_same(task, until, moment):
    """Whether a task of care is about what these hours count from: not one that was too late already, nor one for later than they end."""
    if task["state"] == "open" and task["until"] is None:
        return task["due_at"] <= until
    return (task["state"] == "open" and task["until"] > moment) or abs(until - (task["until"] or task["due_at"])) < CARE


def settle_care(batch, entry, case_id, was=None):
    """After something that told of sexual violence has left a case or was said anew: care that nothing tells of any more is no task
    and presses no more, and what was to be reached by a moment that was wrong (`was`) is so by the right one."""
    members = cases.whole_in(batch, case_id)
    told = _told_of(batch, members)
    due = min((each for each in told if each > batch.received_at), default=None)
    for task in _care_of(batch, members):
        wrong = not told or (task["until"] == was and was not in told)
        if task["state"] == "open" and task["until"] and wrong:
            _put_right(batch, entry, task, due)


def _put_right(batch, entry, task, due):
    """A task of care gets other hours, or none; then it ends, unless somebody had given it themselves."""
    if due:
        return batch.change(Task, task["id"], until=due, **({} if task["snoozed"] else {"due_at": due, "turn": due}))
    batch.change(Task, task["id"], until=None)
    if batch.all(Entry, id=task["id"]):
        return None
    batch.change(Task, task["id"], state=states.after(states.TASK, "open", "drop"), turn=None, done_at=batch.received_at,
                 done_by=batch.deposit.person.id)
    return timeline.tell(batch, task["case"], "completion", entry, choice="drop", subject_id=task["id"], what="care")


def _told_of(batch, members):
    """Until when care was or is to be reached, by each thing in these cases that tells of sexual violence."""
    rows = [batch.find(Case, member) for member in members]
    told = {each["health_until"] for member in members for each in batch.all(Record, case_id=member) if not each["replaced_by"]}
    told |= {each["health_until"] for member in members for each in batch.all(Risk, case=member)}
    told |= {health_of_incident(batch, each) for each in _incidents(batch, members)}
    told |= {health_of_case(batch, each) for each in rows if each["gbv_type"] in SEXUAL}
    return told - {None}


def presses(batch, case_id):
    """Whether care of a case, or of one that is one with it, is still to be reached in time."""
    todo = [each for each in _care_of(batch, cases.whole_in(batch, case_id)) if each["state"] == "open"]
    return any(each["until"] and each["until"] > batch.received_at for each in todo)


def care_until(case_ids):
    """Until when care after sexual violence is still to be reached in a case; None without any, once reached, or too late."""
    return min(cares(case_ids).values(), default=None)


def cares(case_ids):
    """Case id → the same for each of some cases; two reads for any number."""
    ids, moment = list(case_ids), now()
    if not ids:
        return {}
    known = {}
    for case_id, state, until in reads.care_tasks(ids):
        known[case_id] = max(known.get(case_id, 0), until if state == "open" and until else 0)
    for case_id, until in reads.care_told(ids, moment):
        known.setdefault(case_id, until)
    return {case_id: until for case_id, until in known.items() if until > moment}


def merge(batch, entry):
    """Add an assessment; its level becomes the case's, a high one presses, and the next look is a task."""
    values, tool = entry.values, TOOLS[entry.kind]
    author, made_at = batch.deposit.person, min(entry.at, batch.received_at)
    referral = batch.find(Referral, values["referral"]) if values.get("referral") else None
    case = _of_referral(batch, referral) if referral else cases.writable(batch, values.get("case"))
    training = trainings.of_assessor(author.id, tool, made_at)
    if training is None:
        raise Refused("forbidden", _("Chỉ người đã được tập huấn mới đánh giá nguy cơ. Hãy nhờ người đã tập huấn, hoặc báo "
                                     "người quản trị ghi tập huấn."))
    level, score = {"da5": da5, "child": child}[tool](values)
    answers = {name: values[name] for name in (*DA5, *CHILD, "sexual", "note") if name in values}
    until = health_until(values.get("sexual"), made_at)
    bring_to_care(batch, entry, case, until)
    batch.insert(Risk, id=entry.id, ward=case["ward"], case=case["id"], author=author.id, training=training.id, tool=tool, level=level,
                 score=score, choked=values.get("choked") == "yes", answers=columns.seal("risk.answers", entry.id, answers),
                 health_until=until, made_at=made_at, received_at=batch.received_at)
    batch.change(Case, case["id"], risk=_of_case(batch, case, tool, level), urgent=case["urgent"] or level == "high")
    timeline.tell(batch, case["id"], "risk", entry, choice=level, subject_id=entry.id, words=values.get("note"), tool=tool, score=score)
    if level == "high" or values.get("choked") == "yes" or until:
        people = notices.keepers({"case_id": case["id"]}) if referral else notices.coordinators
        notices.tell(batch, people, "case-risk", "case", case["id"], urgent=True)
    if values.get("due"):
        # What is next in a case is for whoever coordinates it, also where somebody of a unit asks for another look.
        owner = case["coordinator"] if referral else author.id
        tasks.add(batch, entry, entry.id, case, owner, "reassess", tasks.due_moment(values["due"], None, batch.received_at))


def _of_referral(batch, referral):
    """The case of a referral, or the one it was merged into, for whoever of the unit was given it; raises Refused."""
    if not access.may_assess(batch.deposit.person, referral):
        raise Refused("forbidden", _("Chỉ người được phân công việc này mới đánh giá được. Hãy hỏi điều phối viên của phường."))
    case = cases.upward(batch, referral["case_id"])[-1]
    if case["state"] != "open":
        # No code of the case: a unit knows the referral alone.
        raise Refused("conflict", _("Việc này đã kết thúc trước đó. Hãy báo điều phối viên nếu vẫn còn nguy hiểm."), case["id"])
    return case


def _of_case(batch, case, tool, level):
    """The level of a case: the worst that the newest assessment of either tool says."""
    other = [each for each in batch.all(Risk, case=case["id"]) if each["tool"] != tool]
    newest = max(other, key=lambda each: each["received_at"], default=None)
    return cases.worst([level, newest and newest["level"]])


TOOLS = {"risk": "da5", "child-risk": "child"}


def answers(risk):
    return columns.unseal("risk.answers", risk.id, risk.answers)


def of_case(case_ids):
    """Assessments of a case, newest first."""
    return list(Risk.select().where(Risk.case.in_(case_ids)).order_by(Risk.received_at.desc()))


def own_of_case(person, case_ids):
    """Those of them that one person made, newest first."""
    return list(Risk.select().where(Risk.case.in_(case_ids), Risk.author == person.id).order_by(Risk.received_at.desc()))


def newest(found):
    """Of assessments, newest first, the newest of each tool: those that count."""
    return list({risk.tool: risk for risk in reversed(found)}.values())[::-1]


def asks(risk):
    """Codes of what this assessment asks of people, most pressing first."""
    level = f"child_{risk.level}" if risk.tool == "child" and risk.level != "unclear" else risk.level
    return [*(["medical"] if risk.choked else []), *(["health"] if risk.health_until else []), level]
