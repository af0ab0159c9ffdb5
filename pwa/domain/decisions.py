"""What awaits the Chairman, or the Vice-Chairman with authority: phân công, cấm tiếp xúc, measures for a child, and nothing else."""
import uuid

from flask_babel import gettext as _

from db.models import Decision, DecisionRequest, Measure, Person
from pwa.crypto import columns
from pwa.domain import access, cases, children, clocks, lists, notices, refusals, states, tasks, timeline, trainings
from pwa.domain.clock import DAY, HOUR, said
from pwa.domain.refused import Refused

# Clocks of the law (domain.md §1, §2): twelve hours from the request for a ban (Luật 13/2022 Đ25), twelve from the ward's having the
# information about a child in serious danger (NĐ 56/2017 Đ26). For phân công no number was found: it goes by the ward's own of a day.
CLOCKS = {"contact-ban": 12 * HOUR, "child-measure": 12 * HOUR}
# A ban lasts three days at most.
MOST_DAYS = 3


def ask(batch, entry):
    """A coordinator puts one question to the decider; its clock runs from when the law says, not from now."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    what, made_at = values["what"], min(entry.at, batch.received_at)
    if what == "contact-ban" and values.get("asked_by") == "agency":
        _agreed_to(batch, case)
    since = children.known_since(batch, case["id"]) if what == "child-measure" else _asked_since(batch, case, what, made_at)
    first = next((each for each in waiting(batch, case["id"]) if each["what"] == what), None)
    if first:
        # In other words than the first, whose clock runs on.
        since = min(since, _instead(batch, entry, first)["since"])
    due_at, by_law = _due(case["ward"], what, since), what in CLOCKS
    batch.insert(DecisionRequest, id=entry.id, ward=case["ward"], case=case["id"], author=batch.deposit.person.id, what=what,
                 asked_by=values.get("asked_by"), words=columns.seal("decision_request.words", entry.id, values["remark"]),
                 state="waiting", since=since, due_at=due_at, by_law=by_law, turn=due_at, made_at=made_at,
                 received_at=batch.received_at, decided_at=None, decided_by=None)
    timeline.tell(batch, case["id"], "decision", entry, choice="asked", subject_id=entry.id, words=values["remark"], asked=what,
                  due_at=due_at)
    notices.tell(batch, deciders, "decision-asked", "decision", entry.id, urgent=by_law)


def _due(ward_id, what, since):
    return since + CLOCKS[what] if what in CLOCKS else clocks.answer_by(ward_id, clocks.DAY, since)


def reckon(ward_id):
    """The ward has changed its clocks: what it asks its decider by one of its own is due by that."""
    for each in DecisionRequest.select().where(DecisionRequest.ward == ward_id, DecisionRequest.turn.is_null(False)):
        due_at = _due(ward_id, each.what, each.since)
        still = DecisionRequest.turn.is_null(False)
        DecisionRequest.update(due_at=due_at, turn=due_at).where(DecisionRequest.id == each.id, still).execute()


def _asked_since(batch, case, what, made_at):
    """When the Chairman was first asked for this, and nobody has decided it: neither another coordinator, nor another ward, nor other
    words begin the clock anew."""
    before = [each for member in cases.whole_in(batch, case["id"]) for each in batch.all(DecisionRequest, case=member, what=what)]
    decided_at = max((each["decided_at"] for each in before if each["state"] in ("approved", "refused")), default=0)
    return min([each["since"] for each in before if each["received_at"] > decided_at and _is_meant(batch, each, made_at)] + [made_at])


def _is_meant(batch, request, made_at):
    """Whether who asks now asks for the same: it still waits, its case went to another ward, or it was taken back so lately that a ban
    decided then would not be over."""
    if request["state"] == "waiting":
        return True
    moved = batch.find(Person, request["decided_by"])["ward"] != request["ward"]
    return moved or made_at - request["decided_at"] <= MOST_DAYS * DAY


def _instead(batch, entry, first):
    """Take back the question that came first, when this one knows of it; raises Refused."""
    if first["id"] != entry.values.get("over"):
        raise Refused("conflict", _("Lúc %(time)s việc này đã được trình và đang chờ quyết định. Hãy giữ như vậy, hoặc trình lại theo "
                                    "bản của bạn.", time=said(first["received_at"])), first["case"])
    _take_back(batch, entry, first)
    return first


def _take_back(batch, entry, request):
    """Recall a question by an entry that does more than that."""
    author = batch.deposit.person
    batch.insert(Decision, id=str(uuid.uuid5(uuid.UUID(entry.id), request["id"])), request=request["id"], author=author.id, choice="recall",
                 unit=None, days=None, measures=None, number=None, words=None, made_at=min(entry.at, batch.received_at),
                 received_at=batch.received_at)
    batch.change(DecisionRequest, request["id"], state=states.after(states.DECISION, request["state"], "recall"), turn=None,
                 decided_at=batch.received_at, decided_by=author.id)
    timeline.tell(batch, request["case"], "decision", entry, choice="recall", subject_id=request["id"], asked=request["what"])


def _agreed_to(batch, case):
    """Raises Refused where the person has said no to the Chairman's office: no agency asks in their place then (Luật 13/2022 Đ25)."""
    chairman = batch.units.get(refusals.CHAIRMAN)
    consent = refusals.newest(batch, case["id"], chairman.id) if chairman else None
    if consent and refusals.refuses(consent):
        raise Refused("invalid", _("Người bị bạo lực không đồng ý, hoặc đã rút lại đồng ý cho UBND phường: cơ quan, tổ chức không đề nghị "
                                   "thay được. Nếu người đó đồng ý lại, hãy ghi vào “Đồng ý chia sẻ” trước."))


def waiting(batch, case_id):
    """What awaits the decider in a case and in those that are one with it."""
    return [each for member in cases.whole_in(batch, case_id) for each in batch.all(DecisionRequest, case=member, state="waiting")]


def end(batch, entry, case):
    """What awaits the decider of a case that ends, or that their ward gives away, is not theirs to decide any more; both sides are
    told. Answers what it was."""
    waited = batch.all(DecisionRequest, case=case["id"], state="waiting")
    for request in waited:
        _end(batch, entry, request)
    return waited


def taken_back(batch, case_ids, moment):
    """What of these cases awaited the decider when they came to their end at this moment, and is still meant."""
    found = [each for case_id in case_ids for each in batch.all(DecisionRequest, case=case_id, state="recalled", decided_at=moment)]
    return [each for each in found if _is_meant(batch, each, batch.received_at)]


def ask_again(batch, entry, case, request):
    """What awaited the decider until the case went elsewhere, or ended, is a task of whoever answers for it now: its time runs on."""
    due_at = min(request["due_at"], batch.received_at + HOUR) if request["by_law"] else request["due_at"]
    note = _("%(what)s: đã trình mà chưa quyết định thì hồ sơ chuyển đi hoặc kết thúc. Hãy trình lại; thời hạn không tính lại từ đầu, "
             "hạn %(time)s.",
             what=_(lists.label("decision_what", request["what"])), time=said(request["due_at"]))
    tasks.add(batch, entry, str(uuid.uuid5(uuid.UUID(entry.id), request["id"])), case, case["coordinator"], "paper", due_at, note,
              until=request["due_at"] if request["by_law"] else None)


def end_agency_bans(batch, entry, case):
    """An agency asks for a ban only with the person's agreement (Luật 13/2022 Đ25): without it nothing is left to decide."""
    for request in waiting(batch, case["id"]):
        if request["what"] == "contact-ban" and request["asked_by"] == "agency":
            _end(batch, entry, request)


def _end(batch, entry, request):
    _take_back(batch, entry, request)
    there = Person.select(Person.id).where(Person.ward == request["ward"], Person.role == "decider").tuples()
    told = {person for (person,) in there} | {batch.deposit.person.id, request["author"]}
    notices.tell(batch, lambda _batch: told, "decision-made", "decision", request["id"])


def deciders(batch):
    return {person for person, role, _unit in batch.people if role == "decider"}


def merge(batch, entry):
    """Decide, or take the question back; the second of two is told what the first did."""
    values, person = entry.values, batch.deposit.person
    request, choice = batch.find(DecisionRequest, values["request"]), values["choice"]
    if request is None or not access.may_decide(person, request, choice):
        raise Refused("forbidden", _("Việc này không chờ bạn quyết định. Hãy hỏi điều phối viên của phường."))
    state = states.after(states.DECISION, request["state"], choice)
    if state is None:
        raise Refused("conflict", _before(request), request["case"])
    details = DO[choice](batch, entry, request)
    batch.insert(Decision, id=entry.id, request=request["id"], author=person.id, choice=choice, unit=details.get("unit"),
                 days=details.get("days"), measures=values.get("measures"),
                 number=columns.seal("decision.number", entry.id, values["number"]) if values.get("number") else None,
                 words=columns.seal("decision.words", entry.id, values["remark"]) if values.get("remark") else None,
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at)
    batch.change(DecisionRequest, request["id"], state=state, turn=None, decided_at=batch.received_at, decided_by=person.id)
    timeline.tell(batch, request["case"], "decision", entry, choice=choice, subject_id=request["id"], words=values.get("remark"),
                  asked=request["what"], **details)
    notices.tell(batch, deciders if choice == "recall" else notices.coordinators, "decision-made", "decision", request["id"],
                 urgent=choice != "recall")


def _before(request):
    """What the one who was faster did, and what the second can do now."""
    did = {"approved": _("việc này đã được quyết định: đồng ý."), "refused": _("việc này đã được quyết định: không đồng ý."),
           "recalled": _("đề nghị này đã được rút.")}[request["state"]]
    return _("Lúc %(time)s %(did)s Bản của bạn được giữ cho điều phối viên. Nếu vẫn cần quyết định khác, hãy gọi điều phối viên để "
             "trình lại.", time=said(request["decided_at"]), did=did)


def _approve(batch, entry, request):
    return APPROVE[request["what"]](batch, entry, request)


def _assign(batch, entry, request):
    unit = batch.units.get(entry.values.get("unit"))
    if unit is None or not unit.receives:
        raise Refused("invalid", _("Hãy chọn đơn vị được phân công."))
    _task(batch, entry, request, "assign", batch.received_at + HOUR,
          _("Phân công đã được duyệt: chuyển gửi cho %(unit)s.", unit=unit.name))
    return {"unit": unit.id}


def _ban(batch, entry, request):
    """The ban is a measure of the case; sending it and its end are tasks of whoever answers for it."""
    days = int(entry.values.get("days") or 0)
    if not 1 <= days <= MOST_DAYS:
        raise Refused("invalid", _("Hãy chọn số ngày cấm tiếp xúc, nhiều nhất 3 ngày."))
    moment = batch.received_at
    batch.insert(Measure, id=entry.id, ward=request["ward"], case=request["case"], incident=None, author=batch.deposit.person.id,
                 measure="contact-ban", on_date=trainings.today(moment), body="ward", note=None, made_at=min(entry.at, moment),
                 received_at=moment, replaced_by=None, removed=False)
    _task(batch, entry, request, "send", moment + HOUR,
          _("Gửi quyết định cấm tiếp xúc cho hai bên, Trưởng Công an phường, Tổ trưởng tổ dân phố."))
    _task(batch, entry, request, "end", moment + days * DAY,
          _("Quyết định cấm tiếp xúc hết hạn: hỏi lại người đó, xem có cần đề nghị tiếp."))
    return {"days": days}


def _child(batch, entry, request):
    if not entry.values.get("measures"):
        raise Refused("invalid", _("Hãy chọn biện pháp bảo vệ trẻ em."))
    _task(batch, entry, request, "protect", batch.received_at + HOUR,
          _("Biện pháp bảo vệ trẻ em đã được duyệt: gửi quyết định cho nơi thực hiện, và hỏi lại đã làm chưa."))
    return {"measures": entry.values["measures"]}


def _refuse(batch, entry, request):
    # A ban that is refused is refused in writing (Luật 13/2022 Đ25); for the others the same is only fair.
    if not entry.values.get("remark"):
        raise Refused("invalid", _("Không đồng ý thì phải ghi lý do."))
    return {}


def _task(batch, entry, request, name, due_at, note):
    case = cases.writable_by_ward(batch, request["case"])
    keeper = cases.upward(batch, case["id"])[-1]["coordinator"]
    tasks.add(batch, entry, str(uuid.uuid5(uuid.UUID(entry.id), name)), case, keeper, "paper", due_at, note)


APPROVE = {"assign": _assign, "contact-ban": _ban, "child-measure": _child}
DO = {"approve": _approve, "refuse": _refuse, "recall": lambda batch, entry, request: {}}


def words(row, place):
    """What was written to a request ("decision_request.words") or a decision ("decision.words"), or None."""
    return columns.unseal(place, row.id, row.words) if row.words else None


def number(decision):
    """The number of the paper, as it was typed, or None."""
    return columns.unseal("decision.number", decision.id, decision.number) if decision.number else None


def of_case(case_ids):
    """Requests of a case, newest first."""
    return list(DecisionRequest.select().where(DecisionRequest.case.in_(case_ids)).order_by(DecisionRequest.received_at.desc()))
