"""Need-to-know where the relation to a case comes and goes: moved, offered, opened in an emergency, merged, closed, taken back.

What must come out stands in tests/access.toml, by hand, under [relation]: which pages open, which lists show what, which words can be
read anywhere, what may be written, and what somebody is rung for.
"""
import re
import shutil
import uuid

import pytest

from db import base
from db.base import database
from db.models import BreakGlass, Case, Consent, Notice, Record, Telling, Ward as WardRow
from pwa.cli import _link, _seed
from pwa.crypto import keyring
from pwa.domain import break_glass, people, personal_data
from tests.server.cells import TABLE, note
from tests.server.conftest import go_on, kept, phone_at
from tests.server.scene import written
from tests.server.test_break_glass import open_case
from tests.server.test_cases import CONSENT
from tests.server.test_handlers import SCHOOL, handle
from tests.server.test_risks import train
from tests.ward import OBSERVATION, REFERRAL, Ward

RELATIONS, THINGS, LISTS = TABLE["relation"], TABLE["things"], TABLE["lists"]
# Somebody else of each kind, and whoever is of the ward next door.
MORE = {"lien": ("counsellor", "truong-1", "here"), "tuyet": ("counsellor", "truong-1", "here"), "ha": ("counsellor", "truong-2", "here"),
        "hien": ("responder", "tramyte", "here"), "quang": ("decider", "ubnd", "here"), "xuan": ("coordinator", "vhxh", "there"),
        "yen": ("coordinator", "vhxh", "there"), "tam": ("responder", "tramyte", "there"), "phuc": ("decider", "ubnd", "there")}
# One sentence of everything somebody writes about a case, and who wrote it.
WORDS = {"narrative": "khóc suốt đêm qua", "contact": "chị Sáu bán nước", "name": "Trần Thị Tư", "note": "đang ở nhà mẹ đẻ",
         "decision": "xin được yên ba ngày", "question": "còn gì nữa không nhỉ", "answer": "hàng xóm cũng nghe", "task": "gọi lúc bảy giờ",
         "helping": "đưa đi khám lại", "asked": "cần khám kín đáo", "given": "đã khâu hai mũi", "consent": "nói lúc ở chợ",
         "request": "xin bản sao giấy"}
CLOSE = {"choice": "close", "outcome": "safe", "said": "better"}
ROW = re.compile(r'href="(/(?:cases|records|referrals|tasks|decisions|tellings|data-requests)/[0-9a-f-]{36}[^"#]*)"')


class Matter:
    """A case with one of everything in it; `ids` names what is in it, and each situation says what became of it."""

    def __init__(self, ward):
        self.ward, self.ids, self.keeper, self.recorder = ward, {}, "thu", "lan"

    def begin(self, recorder="lan"):
        """Somebody records and the case asks the clinic; one of the clinic asks their own unit."""
        self.recorder = recorder
        self.record()
        self.opened()
        self.helped()

    def __getattr__(self, name):
        return getattr(self.ward, name)

    def write(self, phone, *entries):
        """Deliver, all stored; their ids."""
        sealed = [phone.seal(kind, fields, entry_id=entry_id) for kind, entry_id, fields in entries]
        outcomes = [receipt["outcome"] for receipt in phone.sync(*sealed).json["receipts"]]
        assert outcomes == ["stored"] * len(sealed), list(zip([kind for kind, *_rest in entries], outcomes, strict=True))

    def record(self):
        names = ("record", "question", "answer", "case", "person", "note", "task", "referral", "accept", "given", "helping", "decision",
                 "request")
        self.ids = {name: str(uuid.uuid4()) for name in names}
        ids = self.ids
        recorder, contact = getattr(self, self.recorder), f"{WORDS['contact']} 0905 111 222"
        noted = {**OBSERVATION, "narrative": WORDS["narrative"], "tdp": "tdp-3", "safe_contact": contact}
        if self.recorder == "lien":
            noted = {**SCHOOL, "narrative": f"{WORDS['narrative']}, {contact}"}
        self.write(recorder, ("record", ids["record"], noted))
        self.write(self.thu, ("triage", ids["question"], {"record": ids["record"], "choice": "ask", "question": WORDS["question"]}))
        self.write(recorder, ("completion", ids["answer"], {"task": ids["question"], "choice": "done", "what": "question", "note": WORDS["answer"]}))
        with self.app.app_context(), database.connection_context():
            # As if a legal receiver had made the record.
            row = Record.get_by_id(ids["record"])
            ids["telling"] = Telling.create(id=str(uuid.uuid4()), ward=row.ward_id, record_id=row.id, unit=row.unit_id, received_at=1, turn=1).id

    def opened(self):
        ids = self.ids
        case, agreed = {"case": ids["case"]}, {"unit": "tramyte", **CONSENT, "fields": ["what", "name"], "consent_note": WORDS["consent"]}
        asked = ("case-referral", ids["referral"], case | agreed | {"urgency": "day", "services": ["medical"], "note": WORDS["asked"]})
        if self.recorder == "hanh":
            pressing = {"record": ids["record"], "unit": "tramyte", "urgency": "urgent", "basis": "danger", "note": WORDS["asked"]}
            self.write(self.hanh, ("referral", ids["referral"], REFERRAL | pressing))
            asked = ("consent", str(uuid.uuid4()), case | agreed)
        self.write(
            self.thu, ("triage", ids["case"], {"record": ids["record"], "choice": "open"}),
            ("person", ids["person"], case | {"part": "affected", "name": WORDS["name"], "phone": "0912 345 678"}),
            ("note", ids["note"], case | {"text": WORDS["note"]}),
            ("task", ids["task"], case | {"what": "call", "due": "today", "note": WORDS["task"]}),
            asked, ("decision-request", ids["decision"], case | {"what": "assign", "remark": WORDS["decision"]}),
            ("data-request", ids["request"], case | {"person": ids["person"], "what": "copy", "asked_by": "self", "remark": WORDS["request"]}))

    def helped(self):
        ids = self.ids
        self.write(self.hanh, ("answer", ids["accept"], {"referral": ids["referral"], "choice": "accept"}),
                   ("service", ids["given"], {"referral": ids["referral"], "services": ["medical"], "step": "received", "note": WORDS["given"]}))
        self.write(self.thu, ("task", ids["helping"], {"case": ids["case"], "what": "visit", "due": "today", "note": WORDS["helping"],
                                                       "owner": self.hien.me["person"]}))

    def by(self, phone, kind, **fields):
        entry_id = str(uuid.uuid4())
        self.write(phone, (kind, entry_id, fields))
        return entry_id

    # ── What became of it ────────────────────────────────────────────────────────────────────────────────────────────

    def stays(self):
        """Nothing."""

    def offered(self):
        self.by(self.thu, "handover", case=self.ids["case"], choice="offer", ward="phuong-khac")

    def recalled(self):
        self.offered()
        self.by(self.thu, "handover", case=self.ids["case"], choice="recall")

    def moved(self):
        self.offered()
        self.by(self.xuan, "handover", case=self.ids["case"], choice="accept")
        self.keeper = "xuan"

    def mended(self):
        """The recorder mends the record; what is looked at is the first version, and then the case moves."""
        self.by(self.lan, "record", **{**OBSERVATION, "narrative": "Bản sau"}, replaces=self.ids["record"])
        self.moved()

    def opened_in_an_emergency(self):
        with self.app.app_context(), database.connection_context():
            break_glass.set_neighbours(self.ward.row, ["phuong-khac"])
            code = Case.get_by_id(self.ids["case"]).code
        assert open_case(self.xuan, code, "Chị ấy gọi từ phường bên, không ai trực nghe máy").status_code == 302

    def over(self):
        self.opened_in_an_emergency()
        with self.app.app_context(), database.connection_context():
            BreakGlass.update(until=1).execute()

    def merged(self):
        """Into a fresh case of the same ward; what is looked at is what was merged."""
        record = self.by(self.lan, "record", **OBSERVATION)
        self.into = self.by(self.thu, "triage", record=record, choice="open")
        self.by(self.thu, "triage", case=self.ids["case"], choice="merge", into=self.into)

    def merged_and(self, then):
        self.merged()
        case, self.ids["case"] = self.ids["case"], self.into
        then()
        self.ids["case"] = case

    def closed(self):
        self.by(self.hanh, "answer", referral=self.ids["referral"], choice="help")
        self.by(self.thu, "decision", request=self.ids["decision"], choice="recall")
        self.by(self.thu, "closing", case=self.ids["case"], **CLOSE)

    def erased(self):
        self.closed()
        with self.app.app_context(), database.connection_context():
            personal_data.erase_case(None, Case.get_by_id(self.ids["case"]))

    def consent_withdrawn(self):
        self.by(self.thu, "consent", case=self.ids["case"], unit="tramyte", decision="withdrawn")

    def passed_on(self):
        self.by(self.hanh, "answer", referral=self.ids["referral"], choice="pass", next_unit="phunu", over=self.ids["accept"])
        self.by(self.nga, "answer", referral=self.ids["referral"], choice="accept")

    def approved(self):
        self.by(self.binh, "decision", request=self.ids["decision"], choice="approve", unit="congan")

    def at_school(self):
        """Mai is the handler where it was recorded, and Hà of another school."""
        for name in ("mai", "ha"):
            assert handle(self.thu, getattr(self, name)).status_code == 302

    def at_school_and(self, then):
        self.at_school()
        then()

    def staff(self):
        self.by(self.thu, "person", case=self.ids["case"], part="other", relation="teacher")

    def given_to_a_trained_one(self):
        for name in ("hien", "hanh"):
            train(self, name, "da5")
        self.by(self.hanh, "assignment", referral=self.ids["referral"], person=self.hien.me["person"])

    def question_recalled(self):
        self.by(self.kim, "decision", request=self.ids["decision"], choice="recall")


SITUATIONS = {
    "stays": Matter.stays, "offered": Matter.offered, "offer recalled": Matter.recalled, "moved": Matter.moved, "mended and moved": Matter.mended,
    "emergency": Matter.opened_in_an_emergency, "emergency over": Matter.over, "merged": Matter.merged,
    "merged and moved": lambda matter: matter.merged_and(matter.moved), "merged and offered": lambda matter: matter.merged_and(matter.offered),
    "merged, emergency": lambda matter: matter.merged_and(matter.opened_in_an_emergency), "closed": Matter.closed, "erased": Matter.erased,
    "consent withdrawn": Matter.consent_withdrawn, "passed on": Matter.passed_on, "decided": Matter.approved,
    "question recalled": Matter.question_recalled, "given to a trained one": Matter.given_to_a_trained_one,
    "at a school": Matter.at_school, "at a school, staff": lambda matter: matter.at_school_and(matter.staff),
    "at a school, moved": lambda matter: matter.at_school_and(matter.moved),
    "at a school, closed": lambda matter: matter.at_school_and(matter.closed),
    "own unit": Matter.stays, "own unit, withdrawn": Matter.consent_withdrawn, "own unit, closed": Matter.closed}


@pytest.fixture(scope="module")
def two_wards(tmp_path_factory, enrolled, shared_app):
    """The cast's ward, some more of its people, and the ward next door: a database, and each one's phone."""
    path, phones = enrolled
    keyring.load(shared_app.config["SOTAY"].KEY_DIR)
    copy = tmp_path_factory.mktemp("two") / "sotay.db"
    ward, phones = go_on(path, phones, shared_app, copy), dict(phones)
    with ward.app.app_context():
        there = people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
        links = {name: _link(people.add({"here": ward.row, "there": there}[where], role, unit, name)) for name, (role, unit, where) in MORE.items()}
        database.close()
    for number, (name, link) in enumerate(links.items(), 1):
        phones[name] = kept(phone_at(ward, f"10.4.0.{number}", link))
    base.database.close()
    return copy, phones


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Situation → (database, ids, keeper), each made when it is first asked for."""
    return tmp_path_factory.mktemp("built"), {}


@pytest.fixture
def build(two_wards, built, app, tmp_path):
    """A function that answers a matter in a situation."""
    folder, known = built

    def ward_of(path):
        ward = go_on(path, two_wards[1], app, tmp_path / "two.db")
        ward.__class__ = People
        return ward

    def make(situation):
        if situation not in known:
            matter = Matter(ward_of(two_wards[0]))
            matter.begin("lien" if situation.startswith("at a school") else "hanh" if situation.startswith("own unit") else "lan")
            SITUATIONS[situation](matter)
            base.database.close()
            path = shutil.copy(tmp_path / "two.db", folder / f"{len(known)}.db")
            known[situation] = path, matter.ids, matter.keeper
        path, ids, keeper = known[situation]
        matter = Matter(ward_of(path))
        matter.ids, matter.keeper = dict(ids), keeper
        return matter
    return make


class People(Ward):
    """A ward whose phones may also be those of MORE."""

    def __getattr__(self, name):
        return self._phones[name] if name in MORE else super().__getattr__(name)


# Placeholder of a route → what of the matter stands in it; for a task it is the one a thing is named after.
PLACES = {"case_id": "case", "record_id": "record", "referral_id": "referral", "decision_id": "decision", "telling_id": "telling",
          "data_request_id": "request"}
FIXED = {"form_name": "refer", "name": "2"}


def visit(phone, thing, ids):
    """Whether a page of the matter opens; what it says."""
    places = FIXED | {name: ids[each] for name, each in PLACES.items()} | {"task_id": ids.get(thing)}
    method, path = re.sub(r"<(\w+)>", lambda found: places[found[1]], THINGS[thing]).split(" ")
    if method == "GET":
        answer = phone.get(path)
    else:
        answer = phone.client.post(path, base_url=phone.base, data={"csrf_token": phone.token()}, headers={"Referer": phone.base + "/"})
    assert answer.status_code in ((200, 404) if method == "GET" else (422, 404)), (thing, answer.status_code)
    return answer.status_code != 404, answer.text if answer.mimetype == "text/html" else ""


def listed(phone, name, ids):
    """The text of a list, every page of it that a person can ask for."""
    method, path = LISTS[name].split(" ")
    if name == "search":
        found = [_search(phone, {"phone": "0912 345 678"}), _search(phone, {"code": ids["code"]}), _search(phone, {"code": ids["record"][:8]})]
    else:
        paths = {"cases": [path, path + "?state=closed", f"{path}?code={ids['code']}"]}.get(name, [path])
        found = [phone.get(each) for each in paths]
    assert {answer.status_code for answer in found} <= {200, 404}, name
    return "".join(answer.text for answer in found if answer.status_code == 200)


def _search(phone, asked):
    return phone.client.post("/cases/search", base_url=phone.base, data={"csrf_token": phone.token(), **asked},
                             headers={"Referer": phone.base + "/"})


def look(matter, phone):
    """Everything somebody can see of a matter: (things whose page opens, list → things on it, all that was read, pages it names)."""
    with matter.app.app_context(), database.connection_context():
        matter.ids["code"] = Case.get_by_id(matter.ids["case"]).code
    texts, opens, lists = [], set(), {}
    for name in LISTS:
        text = listed(phone, name, matter.ids)
        texts.append(text)
        lists[name] = {thing for thing, row_id in matter.ids.items() if thing in NAMED and row_id in text}
    for thing in THINGS:
        is_open, text = visit(phone, thing, matter.ids)
        texts.append(text)
        opens |= {thing} if is_open else set()
    return opens, lists, "".join(texts), sorted({path for text in texts for path in ROW.findall(text)} | _kept_paths(phone))


NAMED = ("case", "record", "referral", "task", "helping", "question", "decision", "telling", "request")


def _kept_paths(phone):
    answer = phone.get("/pages")
    return {each["path"] for each in answer.json["pages"]} if answer.status_code == 200 else set()


@pytest.mark.parametrize("relation", RELATIONS)
def test_what_somebody_sees_and_may_write_is_what_the_table_says(build, relation):
    expected, wrong = RELATIONS[relation], []
    matter = build(expected["when"])
    phone = getattr(matter, expected["who"])

    def met(cell, found, told):
        note(("relation", relation, cell), found, told)
        if found != told:
            wrong.append((cell, found, told))

    opens, lists, text, paths = look(matter, phone)
    for thing in THINGS:
        met(thing, thing in opens, thing in expected.get("opens", ()))
    for name in LISTS:
        met(f"on {name}", sorted(lists[name]), sorted(expected.get("lists", {}).get(name, ())))
    for word, sentence in WORDS.items():
        met(f"words {word}", sentence in text, word in expected.get("words", ()))
    met("dead links", [path for path in paths if phone.get(path.replace("&amp;", "&")).status_code >= 400], [])
    for kind in ABOUT_A_CASE:
        ids = {f"{name}_id": row_id for name, row_id in matter.ids.items()} | {"data_request_id": matter.ids["request"]}
        outcome = next((outcome for outcome, kinds in expected.get("writes", {}).items() if kind in kinds), "forbidden")
        entry, found = phone.save(*written(kind, ids, matter.hanh.me["person"]))
        met(f"write {kind}", found, outcome)
        if kind == "replacing" and found == "stored":
            # What is taken back is the version that stands.
            matter.ids["record"] = entry
    assert not wrong


# Those that end it come last, so that the others find it as it was.
LAST = ("handover", "closing")
ABOUT_A_CASE = [kind for kind in TABLE["write"] if kind not in (*TABLE["not-applicable"]["about-nothing"], *LAST)] + list(LAST)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_nobody_is_rung_for_what_goes_on_but_those_the_table_names(build, situation):
    matter = build(situation)
    ids, keeper = matter.ids, getattr(matter, matter.keeper)
    with matter.app.app_context(), database.connection_context():
        Notice.delete().execute()
    for kind, fields in (("note", {"referral": ids["referral"], "text": "Gọi trước khi đến"}), ("note", {"case": ids["case"], "text": "Đã gọi"}),
                         ("completion", {"task": ids["task"], "choice": "drop", "note": "Không cần"}),
                         ("decision", {"request": ids["decision"], "choice": "recall"}),
                         ("consent", {"case": ids["case"], "unit": "tramyte", "over": _consent(matter), "decision": "withdrawn"}),
                         ("withdrawal", {"target": ids["referral"]}), ("closing", {"case": ids["case"], **CLOSE}),
                         ("closing", {"case": ids["case"], "choice": "reopen", "remark": "Lại bị đánh"})):
        keeper.save(kind, fields)
    told, wrong = matter.rows(Notice.select()), []
    for relation in (name for name in RELATIONS if RELATIONS[name]["when"] == situation):
        person = getattr(matter, RELATIONS[relation]["who"]).me["person"]
        found, expected = sorted({each.event for each in told if each.person_id == person}), sorted(RELATIONS[relation].get("rung", ()))
        note(("relation", relation, "rung"), found, expected)
        wrong += [(relation, found, expected)] if found != expected else []
    assert not wrong


def _consent(matter):
    found = matter.rows(Consent.select().where(Consent.case == matter.ids["case"], Consent.replaced_by.is_null()))
    return found[0].id if found else ""


def test_every_relation_says_who_it_is_when_and_names_only_what_there_is():
    names = {"opens": set(THINGS), "words": set(WORDS), "writes": {"stored", "conflict", "invalid"}, "lists": set(LISTS)}
    for name, found in RELATIONS.items():
        assert set(found) <= {"is", "who", "when", "rung", *names} and {"is", "who", "when"} <= set(found), name
        assert found["when"] in SITUATIONS, name
        for key, known in names.items():
            assert set(found.get(key, ())) <= known, (name, key)
        assert {kind for kinds in found.get("writes", {}).values() for kind in kinds} <= set(ABOUT_A_CASE), name
    assert {found["when"] for found in RELATIONS.values()} == set(SITUATIONS) and set(WORDS) == set(TABLE["words"])


def test_the_ward_next_door_is_another_ward(build):
    """So that what it may not see is of another ward, and not of none."""
    matter = build("stays")
    assert [each.code for each in matter.rows(WardRow.select().order_by(WardRow.id))] == ["thanh-sen", "phuong-khac"]
