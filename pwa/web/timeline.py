"""A case's timeline as people read it: who, when, what, in their words."""
from dataclasses import dataclass, field

from flask_babel import gettext, lazy_gettext as _

from db.models import CaseEvent, Person
from pwa.domain import access, lists, people, timeline
from pwa.domain.cases import shown as shown_code
from pwa.web import times
from pwa.web.words import AUDIT_KINDS, GBV_TYPES, RISK

MOST = 200

TITLES = {
    ("break-glass", "opened"): _("Phường, xã lân cận mở khẩn cấp"),
    ("decision", "asked"): _("Trình quyết định"), ("decision", "approve"): _("Người quyết định đồng ý"),
    ("decision", "refuse"): _("Người quyết định không đồng ý"), ("decision", "recall"): _("Rút đề nghị quyết định"),
    ("triage", "open"): _("Mở hồ sơ"), ("triage", "join"): _("Ghép ghi nhận vào hồ sơ"), ("triage", "ask"): _("Hỏi lại người ghi"),
    ("triage", "merge"): _("Gộp"), ("triage", "undo"): _("Hoàn tác"),
    ("record", "mended"): _("Người ghi đã sửa ghi nhận"), ("record", "arrived"): _("Ghi nhận của một chuyển gửi đã đến"),
    ("record", "withdrawn"): _("Người ghi đã rút lại ghi nhận"),
    ("referral", "joined"): _("Chuyển gửi đã có đi theo hồ sơ"),
    ("referral", "sent"): _("Chuyển gửi"), ("referral", "withdrawn"): _("Rút lại chuyển gửi"),
    ("answer", "accept"): _("Đã tiếp nhận"), ("answer", "pass"): _("Chuyển đúng nơi"), ("answer", "decline"): _("Từ chối"),
    ("answer", "help"): _("Đã được giúp"), ("answer", "fail"): _("Chưa giúp được"),
    ("assignment", None): _("Phân công"), ("note", None): _("Ghi theo dõi"),
    ("person", "changed"): _("Sửa thông tin một người"), ("person", "affected"): _("Thêm người bị bạo lực"),
    ("person", "child"): _("Thêm trẻ em có mặt"), ("person", "other"): _("Thêm người có hành vi bạo lực"),
    ("incident", "added"): _("Ghi một vụ"), ("incident", "changed"): _("Sửa một vụ"),
    ("incident", "removed"): _("Bỏ một vụ ghi nhầm"),
    ("measure", "changed"): _("Sửa một biện pháp"), ("measure", "removed"): _("Bỏ một biện pháp ghi nhầm"),
    ("service", "changed"): _("Sửa một dịch vụ"), ("service", "removed"): _("Bỏ một dịch vụ ghi nhầm"),
    ("completion", "done"): _("Đã làm"), ("completion", "snooze"): _("Để lại sau"), ("completion", "drop"): _("Không cần nữa"),
    ("completion", "answered"): _("Người ghi trả lời"),
    ("consent", "agreed"): _("Đồng ý chia sẻ"), ("consent", "declined"): _("Không đồng ý chia sẻ"),
    ("consent", "law"): _("Chia sẻ theo luật, không hỏi"), ("consent", "withdrawn"): _("Rút lại đồng ý"),
    ("consent", "along"): _("Lời không đồng ý từ trước đi cùng"),
    ("closing", "close"): _("Kết thúc hồ sơ"), ("closing", "reopen"): _("Mở lại"),
    ("handover", "offer"): _("Đề nghị bàn giao"), ("handover", "colleague"): _("Bàn giao"), ("handover", "accept"): _("Đã nhận bàn giao"),
    ("handover", "decline"): _("Không nhận bàn giao"), ("handover", "recall"): _("Rút đề nghị bàn giao"),
}
# Kinds whose choice is a code of a list.
OF_LIST = {"data-request": "data_request",
           "task": "task", "measure": "measures", "service": "step"}
KINDS = {"data-request": _("Đề nghị về dữ liệu"), "risk": _("Mức độ nguy cơ"),
         "task": _("Việc"), "measure": _("Biện pháp"), "service": _("Dịch vụ"), "classification": _("Phân loại"),
         "conflict": _("Bản đến sau, chưa ghi")}
# Field of `data` → list its codes belong to.
LISTS = {"services": "services", "step": "step", "result": "service_result", "outcome": "outcome", "said": "said",
         "main_form": "violence_forms", "contexts": "contexts", "acts": "law_acts", "vulnerabilities": "vulnerabilities",
         "urgency": "urgency", "fields": "shared",
         "asked_of": "asked_of",
         "body": "measure_body", "tool": "risk_tool", "asked": "decision_what", "measures": "child_measures", "what": "task"}


@dataclass
class Line:
    id: str
    kind: str
    title: str
    at: int
    number: int
    made_at: int
    who: str
    details: list = field(default_factory=list)
    words: str | None = None
    href: str | None = None
    conflict: bool = False
    entry: str | None = None


def lines(person, case_ids, names, before=None):
    """(lines newest first, whether there are older ones); a few reads for any number of them. `names` maps unit ids to names."""
    asked = CaseEvent.select().where(CaseEvent.case.in_(case_ids))
    if before:
        at, number = before
        asked = asked.where(CaseEvent.at <= at, (CaseEvent.at < at) | (CaseEvent.number < number))
    events = list(asked.order_by(CaseEvent.at.desc(), CaseEvent.number.desc()).limit(MOST + 1))
    concerned = {event.author_id for event in events} | {(event.data or {}).get(name) for event in events for name in ("owner", "person")}
    who = {person.id: people.name_of(person) for person in Person.select().where(Person.id.in_(concerned - {None}))}
    about = {event.subject_id for event in events} - {None}
    open_to = {f"{kind}s": access.readable(person, kind, about) for kind in ("referral", "record")}
    return [_line(event, who, names, open_to) for event in events[:MOST]], len(events) > MOST


def _line(event, who, names, open_to):
    line = Line(event.id, event.kind, _title(event), event.at, event.number, event.made_at, who.get(event.author_id, ""),
                words=timeline.words(event), conflict=event.kind == "conflict", entry=event.entry_id)
    line.details = list(_details(event.data or {}, who, names, event))
    line.href = next((f"/{page}/{event.subject_id}" for page, ids in open_to.items() if event.subject_id in ids), None)
    return line


def lead_to_held(found, person):
    """Let each line of what came second lead to what it was, for whoever may read that; one read for all of them."""
    second = {line.entry: line for line in found if line.conflict}
    for held in access.held_of(person, second):
        line = second[held.entry_id]
        line.href = f"/held/{held.id}"
        if held.closed_at:
            line.details.append(gettext("đã giải quyết"))
    return found


def _title(event):
    if (event.kind, event.choice) in TITLES:
        return str(TITLES[event.kind, event.choice])
    if event.kind == "risk":
        return f"{KINDS[event.kind]}: {RISK[event.choice]}"
    if event.kind == "classification":
        return f"{KINDS[event.kind]}: {GBV_TYPES.get(event.choice) or gettext('Chưa rõ, không hỏi thêm')}"
    if event.kind == "conflict":
        return f"{KINDS[event.kind]}: {AUDIT_KINDS.get(event.choice, event.choice)}"
    label = gettext(lists.label(OF_LIST[event.kind], event.choice)) if event.kind in OF_LIST and event.choice else ""
    return ": ".join(filter(None, (str(KINDS.get(event.kind, event.kind)), label)))


def _details(data, who, names, event):
    for name, value in data.items():
        if not value:
            continue
        if name in ("unit", "next_unit"):
            yield names[value]
        elif name in ("owner", "person"):
            yield who.get(value, "")
        elif name in LISTS and not (name == "what" and value == "question"):
            codes = value if isinstance(value, list) else [value]
            yield ", ".join(gettext(lists.label(LISTS[name], code)) for code in codes)
        elif name == "reason":
            yield reason(value)
        elif name == "due_at":
            yield gettext("hạn %(day)s", day=times.clock(value))
        elif name == "behalf":
            yield gettext("ghi thay")
        elif name == "code":
            yield shown_code(value)
        elif name == "basis" and value != "agreed":
            yield gettext(lists.label("consent_basis", value))
        elif name in ("on_date", "asked_on"):
            yield times.day(value)


def reason(code):
    """The label of a reason, from whichever list has it."""
    for name in ("refusal", "not_helped", "snooze", "not_gbv"):
        if code in dict(lists.choices(name)):
            return gettext(lists.label(name, code))
    return code
