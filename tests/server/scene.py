"""A ward in which something was recorded, referred and opened, and people of every role in every relation to it."""
import itertools
import uuid

from db.base import database
from db.models import Held, Notice, Person, Record, Telling
from pwa.cli import _link, _seed
from pwa.domain import invitations, people
from tests.server.conftest import phone_at
from tests.ward import OBSERVATION, REFERRAL

UNITS = {"author": "mttq", "colleague": "tdp-1", "receiving": "tramyte", "owning": "congan", "another": "phunu", "abroad": "tramyte",
         "own": "mttq", "invited": "mttq"}
SECRET = "Chị Tư nhà số chín khóc suốt đêm"
CONTACT = "Gọi qua chị Sáu bán nước"
# What has happened before an entry of a kind is written, after a record and its referral; where nothing is said, a case was opened.
STEPS_BEFORE = {
    **dict.fromkeys(("record", "referral", "referral-of-record", "replacing", "withdrawal", "answer", "triage", "triage-of-referral"), ()),
    **dict.fromkeys(("service", "assignment", "note"), ("case", "accept")), "closing": ("case", "accept", "help")}


class Scene:
    """Lan of tdp-1 recorded and asked congan, which passed it to tramyte; people of every role stand around it."""

    def __init__(self, town):
        self.town, self.addresses, self.phones, self.subjects, self.staged = town, itertools.count(1), {}, {}, {}
        with town.app.app_context():
            plan = _seed("ward.json")
            self.wards = {"here": town.row, "abroad": people.seed_ward({**plan, "code": "phuong-khac", "name": "Phường Khác"}, [])}
            database.close()
        self.lan = self.person("collaborator", "tdp-1", "Nguyễn Thị Lan")
        self.police = self.person("responder", "congan", "Trần Văn Dũng")
        self.clinic = self.person("responder", "tramyte", "Lê Thị Hạnh")
        self.office = self.person("coordinator", "vhxh", "Phạm Thị Thu")
        self.counsellor = self.person("counsellor", "truong-1", "Hồ Thị Mai")

    def person(self, role, unit, name, ward="here", approved=True):
        key = role, unit, name, ward
        if key not in self.phones:
            with self.town.app.app_context():
                link = _link(people.add(self.wards[ward], role, unit, name), approved)
                database.close()
            number = next(self.addresses)
            self.phones[key] = phone_at(self.town, f"10.0.{number // 250}.{number % 250 + 1}", link)
        return self.phones[key]

    def viewer(self, role, relation):
        if role == "stranger":
            return self.town.stranger()
        return self.person(role, UNITS[relation], f"{role} {relation}", "abroad" if relation == "abroad" else "here")

    def shut(self, how, role):
        """A phone of this role that is "locked", "revoked", or "waiting" for its approval."""
        phone = self.person(role, UNITS["another"], f"{role} {how}", approved=how != "waiting")
        if how == "locked" and phone.client.get_cookie("sotay-open"):
            phone.lock()
        if how == "revoked":
            self.town.revoke(phone)
        return phone

    def anything(self):
        """Ids of rows that are there to be seen, whatever the route."""
        if None not in self.subjects:
            self.subjects[None] = self.work(self.play(self.lan))
        self.subjects[None] |= {"enrolment_id": self.lan.me["enrolment"], "invitation_id": uuid.uuid4(),
                                "counsellor_id": self.counsellor.me["person"]}
        return self.subjects[None]

    def invited(self, viewer, relation, begun=True):
        """Ids of a fresh invitation in this relation to the viewer and, when it was begun, of its phone, which waits for approval."""
        with self.town.app.app_context():
            me = viewer.me and Person.get_by_id(viewer.me["person"])
            owner = me if relation == "own" else people.add(self.wards["here"], "responder", "congan", f"phone {next(self.addresses)}")
            code = invitations.invite(owner, 1, inviter=me if relation == "invited" else None)
            invitation = invitations.named(code).id
            database.close()
        if not begun:
            return {"invitation_id": invitation}
        number = next(self.addresses)
        return {"invitation_id": invitation, "enrolment_id": phone_at(self.town, f"10.3.{number // 250}.{number % 250 + 1}", code).me["enrolment"]}

    def play(self, author, basis="danger"):
        """Ids of a record, its referral now asked of tramyte and owned by congan, of a held entry and of a notice to the author."""
        record = author.seal("record", {**OBSERVATION, "narrative": SECRET, "safe_contact": CONTACT, "danger": "yes"})
        referral = author.seal("referral", {**REFERRAL, "record": record["id"], "unit": "congan", "urgency": "urgent", "basis": basis})
        refused = author.seal("record", {"form_name": "observation"})
        author.sync(record, referral, refused)
        self.police.answer(referral["id"], "pass", next_unit="tramyte")
        held = self.town.rows(Held.select().where(Held.entry_id == refused["id"]))
        notice = self.town.rows(Notice.select().where(Notice.subject_id == referral["id"], Notice.person == author.me["person"]))
        return {"record_id": record["id"], "referral_id": referral["id"], "held_id": held and held[0].id,
                "notice_id": notice and notice[0].id, "unit_id": self.town.unit_id("congan")}

    def work(self, ids):
        """The same with a case open for the record, and a question to whoever recorded."""
        if not ids["notice_id"]:
            # Nobody of this role records: there is nothing to open a case for.
            return ids | {"form_name": "refer", "name": "1"} | {name: uuid.uuid4() for name in (
                "case_id", "task_id", "decision_id", "telling_id", "data_request_id", "person_id")}
        question = self.office.seal("triage", {"record": ids["record_id"], "choice": "ask", "question": "Còn gì không?"})
        opened = self.office.seal("triage", {"record": ids["record_id"], "choice": "open"})
        case = {"case": opened["id"]}
        person = self.office.seal("person", case | {"part": "affected"})
        decision = self.office.seal("decision-request", case | {"what": "assign", "remark": SECRET})
        request = self.office.seal("data-request", case | {"person": person["id"], "what": "copy", "asked_by": "self"})
        self.stored(self.office, question, opened, person, decision, request)
        return ids | {"case_id": opened["id"], "task_id": question["id"], "form_name": "refer", "name": "1", "person_id": person["id"],
                      "decision_id": decision["id"], "telling_id": self.tell(ids["record_id"]), "data_request_id": request["id"]}

    def stored(self, phone, *entries):
        """Deliver these; each is stored."""
        assert [receipt["outcome"] for receipt in phone.sync(*entries).json["receipts"]] == ["stored"] * len(entries)

    def written_about(self, what, author, anew):
        """Ids of what an entry is written about, as far along as it asks for; `anew` where the entry will leave its mark on them."""
        steps = STEPS_BEFORE.get(what, ("case",))
        key = author.me["enrolment"], steps
        if anew or key not in self.staged:
            ids = self.play(author)
            if "case" in steps:
                ids = self.work(ids)
            if ids["notice_id"] and len(steps) > 1:
                self.stored(self.clinic, *(self.clinic.seal("answer", {"referral": ids["referral_id"], "choice": choice}) for choice in steps[1:]))
            if anew:
                return ids
            self.staged[key] = ids
        return self.staged[key]

    def tell(self, record_id):
        """As if a legal receiver had made the record."""
        with self.town.app.app_context(), database.connection_context():
            record = Record.get_by_id(record_id)
            return Telling.create(id=str(uuid.uuid4()), ward=record.ward_id, record_id=record_id, unit=record.unit_id, received_at=1, turn=1).id

    def subject(self, role, relation):
        """What a person in this relation looks at: their own, or Lan's."""
        key = role if relation == "author" else None
        if key not in self.subjects:
            self.subjects[key] = self.work(self.play(self.viewer(role, "author") if key else self.lan))
        return self.subjects[key]

    def ids(self, route, viewer, role, relation):
        """What the placeholders of a route stand for, for this viewer in this relation."""
        if "<counsellor_id>" in route:
            return {"counsellor_id": self.counsellor.me["person"]}
        if "<enrolment_id>" in route or "<invitation_id>" in route:
            return self.invited(viewer, relation, begun="<enrolment_id>" in route)
        return self.subject(role if role != "stranger" else "collaborator", relation) if "<" in route else None


# Plain forms, with their token.
FORM_DATA = {"approvals": {"choice": "approve"}, "devices": {"choice": "one"}, "people": {"choice": "one"},
             "invitations": {"role": "collaborator", "unit": "tdp-1", "capacity": ""},
             "import": {}, "data-requests": {}, "handlers": {"choice": "name"}, "duty": {"duty": "unit"}}
FORMS = tuple(f"/{name}" for name in FORM_DATA)
# Forms of one address, posted with hardly more than the token.
PLAIN_FORMS = {"/notices/read": {}, "/preferences": {}, "/duty": {}, "/break-glass": {},
               "/cases/search": {"phone": "0912 345 678"}, "/trainings": {}, "/retention": {},
               "/clocks/rules": {}, "/clocks/week": {}, "/clocks/days": {}}


def visit(phone, route, ids=None):
    method, path = route.split(" ", 1)
    for name, value in (ids or {}).items():
        path = path.replace(f"<{name}>", str(value))
    assert "<" not in path
    if method == "GET":
        return phone.get(path)
    if path.startswith(FORMS) or path in PLAIN_FORMS:
        data = PLAIN_FORMS[path] if path in PLAIN_FORMS else FORM_DATA[path.split("/")[1]]
        if path == "/invitations":
            # Of a name that is there already the page asks first who is meant.
            data = data | {"name": f"Người mới {uuid.uuid4()}"}
        return phone.client.open(path, method=method, base_url=phone.base, data={"csrf_token": phone.token(), **data},
                                 headers={"Referer": phone.base + "/"})
    own = {"enrolment": phone.me and phone.me["enrolment"]}
    body = {"/start": {"code": "ABCD-EFGH-JKLM"}, "/start/look": {"code": "ABCD-EFGH-JKLM"}, "/sync": {**own, "entries": []},
            "/unlock": {**own, "verifier": phone.verifier()}, "/enrolments/forget": own, "/reading": {},
            "/pin": {"old": phone.verifier(), "new": phone.verifier()}, "/push/test": {}, "/notices/arrivals": {"ring": str(uuid.uuid4())},
            "/push/subscription": {"endpoint": "https://push.example.net/1", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}}}[path]
    kind = "data" if path == "/start" else "json"
    return phone.client.open(path, method=method, base_url=phone.base, headers={"Origin": phone.base, "Sec-Fetch-Site": "same-origin"}, **{kind: body})


def written(what, ids, clinic=None):
    """(kind, fields) of an entry of the table about these rows."""
    case = {"case": ids.get("case_id")}
    return {
        "record": ("record", OBSERVATION),
        "referral": ("referral", REFERRAL),
        "referral-of-record": ("referral", {**REFERRAL, "record": ids["record_id"]}),
        "replacing": ("record", {**OBSERVATION, "replaces": ids["record_id"]}),
        "withdrawal": ("withdrawal", {"target": ids["record_id"]}),
        "answer": ("answer", {"referral": ids["referral_id"], "choice": "accept"}),
        "triage": ("triage", {"record": ids["record_id"], "choice": "open"}),
        "triage-of-referral": ("triage", {"referral": ids["referral_id"], "choice": "open"}),
        "case-referral": ("case-referral", case | {"unit": "phunu", "urgency": "normal"}),
        "consent": ("consent", case | {"unit": "phunu", "decision": "declined"}),
        "person": ("person", case | {"part": "affected"}),
        "incident": ("incident", case),
        "measure": ("measure", case | {"measure": "criticism"}),
        "classification": ("classification", case | {"gbv_unknown": "y"}),
        "task": ("task", case | {"what": "call", "due": "today"}),
        "closing": ("closing", case | {"choice": "close", "outcome": "safe", "said": "better"}),
        "handover": ("handover", case | {"choice": "offer", "ward": "phuong-khac"}),
        "risk": ("risk", case | {"kill": "no"}),
        "risk-of-referral": ("risk", {"referral": ids["referral_id"], "kill": "no"}),
        "child-risk": ("child-risk", case | {"harm": "low"}),
        "decision-request": ("decision-request", case | {"what": "child-measure", "remark": "Trẻ đang ở một mình"}),
        "decision": ("decision", {"request": ids.get("decision_id"), "choice": "approve", "unit": "congan"}),
        "decision-recall": ("decision", {"request": ids.get("decision_id"), "choice": "recall"}),
        "data-request": ("data-request", case | {"person": ids.get("person_id"), "what": "correct", "asked_by": "self"}),
        "case-note": ("note", case | {"text": "Đã gọi"}),
        "case-service": ("service", case | {"services": ["legal"], "step": "needed"}),
        "service": ("service", {"referral": ids["referral_id"], "services": ["medical"], "step": "received"}),
        "assignment": ("assignment", {"referral": ids["referral_id"], "person": clinic}),
        "note": ("note", {"referral": ids["referral_id"], "text": "Đã khám"}),
        "completion": ("completion", {"task": ids.get("task_id"), "choice": "done", "what": "question", "note": "Không biết thêm",
                                      "next": "none"}),
    }[what]
