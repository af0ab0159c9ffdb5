"""Need-to-know: real requests over every role, route and relation, expected from the hand-written tests/access.toml."""
import itertools
import json
import tomllib
import uuid

import pytest

from db.base import database
from db.models import Held, Notice, Person, Record, Telling
from pwa.cli import _link, _seed
from pwa.domain import invitations, people
from pwa.domain.access import ANYONE, LOCKED_TOO, READERS, ROLES, ROUTES
from pwa.extensions import limiter
from tests.server.conftest import path_of, phone_at
from tests.ward import OBSERVATION, REFERRAL, ROOT

EXPECTED = tomllib.loads((ROOT / "tests" / "access.toml").read_text())
WRITES = EXPECTED.pop("write")
CAST_OF_ROLES = EXPECTED.pop("roles")
SHUT = EXPECTED.pop("shut")
# After these a phone is not what it was.
ONCE = {"POST /enrolments/forget", "DELETE /reading"}

UNITS = {"author": "mttq", "colleague": "tdp-1", "receiving": "tramyte", "owning": "congan", "another": "phunu", "abroad": "tramyte",
         "own": "mttq", "invited": "mttq"}
SECRET = "Chị Tư nhà số chín khóc suốt đêm"
CONTACT = "Gọi qua chị Sáu bán nước"


class Scene:
    """Lan of tdp-1 recorded and asked congan, which passed it to tramyte; people of every role stand around it."""

    def __init__(self, town):
        self.town, self.addresses, self.phones, self.subjects = town, itertools.count(1), {}, {}
        with town.app.app_context():
            plan = _seed("ward.json")
            self.wards = {"here": town.row, "abroad": people.seed_ward({**plan, "code": "phuong-khac", "name": "Phường Khác"}, [])}
            database.close()
        self.lan = self.person("collaborator", "tdp-1", "Nguyễn Thị Lan")
        self.police = self.person("responder", "congan", "Trần Văn Dũng")
        self.clinic = self.person("responder", "tramyte", "Lê Thị Hạnh")
        self.office = self.person("coordinator", "vhxh", "Phạm Thị Thu")

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
        """A phone of this role that is "locked", or "waiting" for its approval."""
        phone = self.person(role, UNITS["another"], f"{role} {how}", approved=how != "waiting")
        if how == "locked" and phone.client.get_cookie("sotay-open"):
            phone.lock()
        return phone

    def anything(self):
        """Ids of rows that are there to be seen, whatever the route."""
        if None not in self.subjects:
            self.subjects[None] = self.work(self.play(self.lan))
        self.subjects[None] |= {"enrolment_id": self.lan.me["enrolment"], "invitation_id": uuid.uuid4()}
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
                "notice_id": notice and notice[0].id, "code": "congan"}

    def work(self, ids):
        """The same with a case open for the record, and a question to whoever recorded."""
        if not ids["notice_id"]:
            # Nobody of this role records: there is nothing to open a case for.
            return ids | {"form_name": "refer", "name": "mau-01"} | {name: uuid.uuid4() for name in (
                "case_id", "task_id", "decision_id", "telling_id", "data_request_id", "person_id")}
        question = self.office.seal("triage", {"record": ids["record_id"], "choice": "ask", "question": "Còn gì không?"})
        case = self.office.seal("triage", {"record": ids["record_id"], "choice": "open"})
        assert [receipt["outcome"] for receipt in self.office.sync(question, case).json["receipts"]] == ["stored", "stored"]
        about = {"case": case["id"], "what": "assign", "remark": SECRET}
        person = self.office.save("person", {"case": case["id"], "part": "affected"})[0]
        request = {"case": case["id"], "person": person, "what": "copy", "asked_by": "self"}
        return ids | {"case_id": case["id"], "task_id": question["id"], "form_name": "refer", "name": "mau-01", "person_id": person,
                      "decision_id": self.office.save("decision-request", about)[0], "telling_id": self.tell(ids["record_id"]),
                      "data_request_id": self.office.save("data-request", request)[0]}

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
        if "<enrolment_id>" in route or "<invitation_id>" in route:
            return self.invited(viewer, relation, begun="<enrolment_id>" in route)
        return self.subject(role if role != "stranger" else "collaborator", relation) if "<" in route else None


@pytest.fixture(scope="module")
def scene(town):
    return Scene(town)


# Plain forms, with their token.
FORM_DATA = {"approvals": {"choice": "approve"}, "devices": {"choice": "one"}, "people": {"choice": "one"},
             "invitations": {"name": "Người mới", "role": "collaborator", "unit": "tdp-1", "capacity": ""},
             "import": {}, "data-requests": {}}
FORMS = tuple(f"/{name}" for name in FORM_DATA)
# Forms of one address, posted with hardly more than the token.
PLAIN_FORMS = {"/notices/read": {}, "/preferences": {}, "/duty": {}, "/duty/congan": {"duty": "unit"}, "/break-glass": {},
               "/cases/search": {"phone": "0912 345 678"}, "/trainings": {}, "/retention": {},
               "/clocks/rules": {}, "/clocks/week": {}, "/clocks/days": {}}


@pytest.fixture(autouse=True)
def _a_minute_later():
    """Each cell of the table is a day of its own, with rates counted anew."""
    limiter.reset()


def visit(phone, route, ids=None):
    method, path = route.split(" ", 1)
    for name, value in (ids or {}).items():
        path = path.replace(f"<{name}>", str(value))
    assert "<" not in path
    if method == "GET":
        return phone.get(path)
    if path.startswith(FORMS) or path in PLAIN_FORMS:
        data = PLAIN_FORMS[path] if path in PLAIN_FORMS else FORM_DATA[path.split("/")[1]]
        return phone.client.open(path, method=method, base_url=phone.base, data={"csrf_token": phone.token(), **data},
                                 headers={"Referer": phone.base + "/"})
    own = {"enrolment": phone.me and phone.me["enrolment"]}
    body = {"/start": {"code": "ABCD-EFGH-JKLM"}, "/start/look": {"code": "ABCD-EFGH-JKLM"}, "/sync": {**own, "entries": []},
            "/unlock": {**own, "verifier": phone.verifier()}, "/enrolments/forget": own, "/reading": {},
            "/pin": {"old": phone.verifier(), "new": phone.verifier()}, "/push/test": {}, "/notices/arrivals": {"ring": str(uuid.uuid4())},
            "/push/subscription": {"endpoint": "https://push.example.net/1", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}}}[path]
    kind = "data" if path == "/start" else "json"
    return phone.client.open(path, method=method, base_url=phone.base, headers={"Origin": phone.base, "Sec-Fetch-Site": "same-origin"}, **{kind: body})


CASES = [(route, role, relation, status)
         for route, roles in EXPECTED.items() for role, found in roles.items()
         for relation, status in (found.items() if isinstance(found, dict) else [("another", found)])]


@pytest.mark.parametrize("route, role, relation, status", CASES, ids=[f"{route} {role} {relation}" for route, role, relation, _status in CASES])
def test_every_route_answers_every_role_and_relation_as_the_table_says(scene, route, role, relation, status):
    viewer = scene.viewer(role, relation)
    ids = scene.ids(route, viewer, role, relation)
    if route in ONCE and role != "stranger":
        viewer = scene.person(role, UNITS[relation], f"{role} {route}")
    assert visit(viewer, route, ids).status_code == status


OPEN_TO_ALL = {route for route, roles in EXPECTED.items() if roles["stranger"] in (200, 204, 400) or route in
               ("POST /sync", "POST /unlock", "POST /enrolments/forget", "POST /reading", "POST /notices/arrivals")}
BEHIND_THE_LOCK = [route for route in EXPECTED if route not in OPEN_TO_ALL and route not in SHUT["routes"]]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", BEHIND_THE_LOCK)
def test_a_locked_phone_opens_nothing_and_a_row_is_no_different_from_none(scene, route, role):
    ids = scene.anything() if "<" in route else None
    assert visit(scene.shut("locked", role), route, ids).status_code == 401


@pytest.mark.parametrize("role", sorted(READERS))
@pytest.mark.parametrize("route", BEHIND_THE_LOCK)
def test_a_reader_who_waits_for_approval_opens_nothing(scene, route, role):
    ids = scene.anything() if "<" in route else None
    assert visit(scene.shut("waiting", role), route, ids).status_code == 403


@pytest.mark.parametrize("role", sorted(set(ROLES) - READERS))
def test_whoever_reads_no_cases_waits_for_nobody(scene, role):
    assert scene.shut("waiting", role).get("/directory").status_code == 200


@pytest.mark.parametrize("how", ["locked", "waiting"])
@pytest.mark.parametrize("route", SHUT["routes"])
@pytest.mark.parametrize("role", sorted(READERS))
def test_a_locked_or_waiting_phone_can_be_rung(scene, how, role, route):
    assert visit(scene.shut(how, role), route).status_code == EXPECTED[route][role]


@pytest.mark.parametrize("how", ["locked", "waiting"])
@pytest.mark.parametrize("role", sorted(READERS))
def test_a_locked_or_waiting_phone_deposits_what_its_role_may_write(scene, how, role):
    assert scene.shut(how, role).save("record", OBSERVATION)[1] == "stored"


def test_the_routes_behind_the_lock_are_those_the_code_puts_there(town):
    endpoints = {f"{method} {path_of(rule)}": rule.endpoint for rule in town.app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert {endpoints[route] for route in BEHIND_THE_LOCK} == {endpoint for endpoint, roles in ROUTES.items() if roles is not ANYONE} - LOCKED_TOO
    assert {endpoints[route] for route in SHUT["routes"]} == LOCKED_TOO


def test_every_route_of_the_application_is_in_the_table_and_no_other(town):
    routes = {f"{method} {path_of(rule)}" for rule in town.app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert routes == set(EXPECTED)


@pytest.mark.parametrize("route", EXPECTED)
def test_the_table_knows_every_role_on_every_route(route):
    assert set(EXPECTED[route]) == {"stranger", *ROLES}
    if "<enrolment_id>" in route or "<invitation_id>" in route:
        assert all(set(EXPECTED[route][role]) == {"own", "invited", "another", "abroad"} for role in ROLES)
    elif "<" in route:
        relations = {"colleague", "another", "abroad"} | ({"receiving", "owning"} if "held" not in route else set())
        for role in CAST_OF_ROLES["recorders"]:
            assert set(EXPECTED[route][role]) == relations | {"author"}, role
        for role in CAST_OF_ROLES["others"]:
            assert set(EXPECTED[route][role]) - {"author"} == relations, role
    assert set(CAST_OF_ROLES["recorders"] + CAST_OF_ROLES["others"]) == set(ROLES)


BEFORE_ANY_CASE = ("record", "referral", "referral-of-record", "replacing", "withdrawal", "answer", "triage", "triage-of-referral")
WRITE_CASES = [(what, role, relation, outcome)
               for what, roles in WRITES.items() for role, found in roles.items()
               for relation, outcome in (found.items() if isinstance(found, dict) else [("another", found)])]


def _written(what, ids, clinic=None):
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
        "child-risk": ("child-risk", case | {"harm": "low"}),
        "decision-request": ("decision-request", case | {"what": "child-measure", "remark": "Trẻ đang ở một mình"}),
        "decision": ("decision", {"request": ids.get("decision_id"), "choice": "approve", "unit": "congan"}),
        "decision-recall": ("decision", {"request": ids.get("decision_id"), "choice": "recall"}),
        "data-request": ("data-request", case | {"person": ids.get("person_id"), "what": "copy", "asked_by": "self"}),
        "case-note": ("note", case | {"text": "Đã gọi"}),
        "case-service": ("service", case | {"services": ["legal"], "step": "needed"}),
        "service": ("service", {"referral": ids["referral_id"], "services": ["medical"], "step": "received"}),
        "assignment": ("assignment", {"referral": ids["referral_id"], "person": clinic}),
        "note": ("note", {"referral": ids["referral_id"], "text": "Đã khám"}),
        "completion": ("completion", {"task": ids.get("task_id"), "choice": "done", "what": "question", "note": "Không biết thêm"}),
    }[what]


@pytest.mark.parametrize("what, role, relation, outcome", WRITE_CASES, ids=[" ".join(case[:3]) for case in WRITE_CASES])
def test_every_entry_of_every_role_and_relation_comes_out_as_the_table_says(scene, what, role, relation, outcome):
    writer = scene.viewer(role, relation)
    ids = scene.play(writer if relation == "author" else scene.lan)
    if what not in BEFORE_ANY_CASE:
        ids = scene.work(ids)
    if what in ("service", "assignment", "note", "closing") and ids["notice_id"]:
        assert scene.clinic.answer(ids["referral_id"])[1] == "stored"
    if what == "closing" and ids["notice_id"]:
        assert scene.clinic.answer(ids["referral_id"], "help")[1] == "stored"
    assert writer.save(*_written(what, ids, scene.clinic.me["person"]))[1] == outcome


def test_the_table_knows_every_role_for_every_entry():
    assert all(set(roles) == set(ROLES) for roles in WRITES.values())


def test_a_coordinator_of_another_ward_reads_no_record_by_referring_it(scene):
    ids = scene.subject("collaborator", "another")
    abroad = scene.viewer("coordinator", "abroad")
    page = abroad.get("/slips/" + abroad.refer(record=ids["record_id"])).text
    assert SECRET not in page and CONTACT not in page


@pytest.mark.parametrize("path", ["/records/", "/slips/", "/held/", "/n/"])
@pytest.mark.parametrize("role", ["collaborator", "counsellor", "responder", "decider", "leader", "admin", "coordinator"])
def test_a_row_not_for_you_is_byte_for_byte_a_row_that_never_was(scene, path, role):
    ids = scene.subject("collaborator", "another")
    existing = {"/records/": ids["record_id"], "/slips/": ids["referral_id"], "/held/": ids["held_id"], "/n/": ids["notice_id"]}[path]
    never = 999_999 if path == "/held/" else uuid.uuid4()
    viewer = scene.viewer(role, "abroad")
    found, missing = viewer.get(f"{path}{existing}"), viewer.get(f"{path}{never}")
    assert found.status_code == missing.status_code == 404
    assert found.data == missing.data
    assert sorted(found.headers) == sorted(missing.headers)


def test_a_phone_that_is_nobodys_learns_nothing_of_what_exists(scene):
    ids, stranger = scene.subject("collaborator", "another"), scene.town.stranger()
    for path, known in (("/records/", ids["record_id"]), ("/slips/", ids["referral_id"]), ("/held/", ids["held_id"]), ("/n/", ids["notice_id"])):
        never = 999_999 if path == "/held/" else uuid.uuid4()
        assert stranger.get(f"{path}{known}").data == stranger.get(f"{path}{never}").data


def test_an_answer_to_a_referral_of_another_ward_is_told_no_more_than_one_to_none(scene):
    ids, writer = scene.subject("collaborator", "another"), scene.viewer("responder", "abroad")
    receipts = [writer.sync(writer.seal("answer", {"choice": "accept", "referral": referral})).json["receipts"][0]
                for referral in (ids["referral_id"], str(uuid.uuid4()))]
    assert [receipt["outcome"] for receipt in receipts] == ["forbidden", "forbidden"]
    assert receipts[0]["errors"] == receipts[1]["errors"]


def test_an_enrolment_named_in_the_body_opens_nothing_without_its_cookie(scene):
    thief, owner = scene.viewer("collaborator", "colleague"), scene.viewer("coordinator", "another")
    entry = owner.seal("record", OBSERVATION)
    assert thief.sync(entry, enrolment=owner.me["enrolment"]).status_code == 401


@pytest.mark.parametrize("basis", ["agreed", "danger", "child", "not-asked"])
def test_a_responder_sees_neither_recorder_nor_words_nor_contact(scene, basis):
    ids = scene.play(scene.lan, basis)
    for relation in ("receiving", "owning"):
        viewer = scene.viewer("responder", relation)
        for page in (viewer.get(f"/slips/{ids['referral_id']}"), viewer.get("/todo"), viewer.get("/records/rows")):
            assert page.status_code == 200
            assert "Nguyễn Thị Lan" not in page.text and "Lan" not in page.text
            assert SECRET not in page.text and CONTACT not in page.text
            assert scene.lan.me["person"] not in page.text


@pytest.mark.parametrize("basis", ["agreed", "danger", "child"])
def test_a_consent_shares_what_the_unit_needs_to_act(scene, basis):
    ids = scene.play(scene.lan, basis)
    page = scene.viewer("responder", "receiving").get(f"/slips/{ids['referral_id']}").text
    assert "Đánh, làm đau" in page and "Có ai đang nguy hiểm không?" in page


def test_not_asked_shares_nothing_of_the_record(scene):
    """The page with a record that says danger, acts and a child is the page of a referral without a record, but for ids."""
    def page(record_fields):
        record = scene.lan.seal("record", {**OBSERVATION, "narrative": SECRET, **record_fields}) if record_fields is not None else None
        referral = scene.lan.seal("referral", {**REFERRAL, "unit": "congan", "urgency": "urgent", "basis": "not-asked",
                                               **({"record": record["id"]} if record else {})}, at=1_700_000_000_000)
        assert {each["outcome"] for each in scene.lan.sync(*filter(None, (record, referral))).json["receipts"]} == {"stored"}
        return scene.police.get(f"/slips/{referral['id']}").text.replace(referral["id"], "")
    plain = page({"danger": "no", "acts": ["insult"]})
    assert page({"danger": "yes", "acts": ["hit", "sexual"], "victim_age": "under-16", "victim_sex": "female", "cautions": ["pregnant"]}) == plain
    assert "Đánh, làm đau" not in plain


def test_a_coordinator_sees_recorder_words_and_contact(scene):
    """So that the tests above look for something that is there to be seen."""
    ids = scene.subject("collaborator", "another")
    page = scene.viewer("coordinator", "another").get(f"/records/{ids['record_id']}").text
    assert SECRET in page and CONTACT in page and "Nguyễn Thị Lan" in page
    assert "Nguyễn Thị Lan" in scene.viewer("coordinator", "another").get(f"/slips/{ids['referral_id']}").text


def test_the_author_sees_only_one_line_of_what_became_of_a_referral(scene):
    ids = scene.play(scene.lan)
    page = scene.lan.get("/records/rows").text
    assert ids["referral_id"] in page
    assert "Trạm Y tế phường" in page and "Trần Văn Dũng" not in page


def test_receipts_carry_outcomes_and_sentences_only(scene):
    answer = scene.lan.sync(scene.lan.seal("record", {**OBSERVATION, "narrative": SECRET}))
    assert set(answer.json) == {"receipts"} and set(answer.json["receipts"][0]) == {"id", "outcome", "errors"}
    assert SECRET not in json.dumps(answer.json, ensure_ascii=False)


def test_what_the_phone_keeps_of_its_person_has_no_name(scene):
    assert "Lan" not in scene.lan.get("/me").text
    assert "Lan" in scene.viewer("coordinator", "another").get(f"/records/{scene.subject('collaborator', 'another')['record_id']}").text
