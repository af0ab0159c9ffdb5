"""Need-to-know: real requests over every role, route and relation, expected from the hand-written tests/access.toml."""
import json
import uuid

import pytest

from pwa.domain.permissions import ANYONE, LOCKED_TOO, READERS, ROLES, ROUTES
from pwa.extensions import limiter
from tests.server.cells import EXPECTED, TABLE, note
from tests.server.conftest import path_of
from tests.server.scene import CONTACT, SECRET, UNITS, Scene, visit, written
from tests.ward import OBSERVATION, REFERRAL

WRITES, CAST_OF_ROLES, SHUT = TABLE["write"], TABLE["roles"], TABLE["shut"]
# After these a phone is not what it was.
ONCE = {"POST /enrolments/forget", "DELETE /reading"}


@pytest.fixture(scope="module")
def scene(town):
    return Scene(town)


@pytest.fixture(autouse=True)
def _a_minute_later():
    """Each cell of the table is a day of its own, with rates counted anew."""
    limiter.reset()


CASES = [(route, role, relation, status)
         for route, roles in EXPECTED.items() for role, found in roles.items()
         for relation, status in (found.items() if isinstance(found, dict) else [("another", found)])]


@pytest.mark.parametrize("route, role, relation, status", CASES, ids=[f"{route} {role} {relation}" for route, role, relation, _status in CASES])
def test_every_route_answers_every_role_and_relation_as_the_table_says(scene, route, role, relation, status):
    viewer = scene.viewer(role, relation)
    ids = scene.ids(route, viewer, role, relation)
    if route in ONCE and role != "stranger":
        viewer = scene.person(role, UNITS[relation], f"{role} {route}")
    met(("route", route, role, relation), visit(viewer, route, ids).status_code, status)


def met(cell, found, expected):
    note(cell, found, expected)
    assert found == expected


OPEN_TO_ALL = {route for route, roles in EXPECTED.items() if roles["stranger"] in (200, 204, 400) or route in
               ("POST /sync", "POST /unlock", "POST /enrolments/forget", "POST /reading", "POST /notices/arrivals")}
BEHIND_THE_LOCK = [route for route in EXPECTED if route not in OPEN_TO_ALL and route not in SHUT["routes"]]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", BEHIND_THE_LOCK)
def test_a_locked_phone_opens_nothing_and_a_row_is_no_different_from_none(scene, route, role):
    ids = scene.anything() if "<" in route else None
    met(("locked", route, role), visit(scene.shut("locked", role), route, ids).status_code, 401)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", [*BEHIND_THE_LOCK, *SHUT["routes"]])
def test_a_revoked_phone_opens_nothing_and_is_not_rung(scene, route, role):
    ids = scene.anything() if "<" in route else None
    met(("revoked", route, role), visit(scene.shut("revoked", role), route, ids).status_code, 401)


@pytest.mark.parametrize("role", sorted(READERS))
@pytest.mark.parametrize("route", BEHIND_THE_LOCK)
def test_a_reader_who_waits_for_approval_opens_nothing(scene, route, role):
    ids = scene.anything() if "<" in route else None
    met(("waiting", route, role), visit(scene.shut("waiting", role), route, ids).status_code, 403)


@pytest.mark.parametrize("role", sorted(set(ROLES) - READERS))
def test_whoever_reads_no_cases_waits_for_nobody(scene, role):
    assert scene.shut("waiting", role).get("/directory").status_code == 200


@pytest.mark.parametrize("how", ["locked", "waiting"])
@pytest.mark.parametrize("route", SHUT["routes"])
@pytest.mark.parametrize("role", sorted(READERS))
def test_a_locked_or_waiting_phone_can_be_rung(scene, how, role, route):
    met((how, route, role), visit(scene.shut(how, role), route).status_code, EXPECTED[route][role])


@pytest.mark.parametrize("role", sorted(READERS))
def test_a_locked_phone_deposits_what_its_role_may_write(scene, role):
    assert scene.shut("locked", role).save("record", OBSERVATION)[1] == "stored"


@pytest.mark.parametrize("how", ["revoked", "waiting"])
@pytest.mark.parametrize("role", sorted(READERS))
@pytest.mark.parametrize("what", WRITES)
def test_of_a_revoked_or_waiting_phone_only_what_is_its_persons_own_is_stored_and_it_is_told_no_more(scene, what, role, how):
    phone = scene.shut(how, role)
    entry = phone.seal(*written(what, scene.written_about(what, scene.lan, anew=False), scene.clinic.me["person"]))
    [receipt] = phone.sync(entry).json["receipts"]
    met((how, f"write {what}", role), receipt["outcome"], "stored" if what in SHUT["stores"] else "forbidden")
    assert receipt["errors"] == []


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
        relations = {"colleague", "receiving", "owning", "another", "abroad"}
        for role in CAST_OF_ROLES["recorders"]:
            assert set(EXPECTED[route][role]) == relations | {"author"}, role
        for role in CAST_OF_ROLES["others"]:
            assert set(EXPECTED[route][role]) - {"author"} == relations, role
    assert set(CAST_OF_ROLES["recorders"] + CAST_OF_ROLES["others"]) == set(ROLES)


WRITE_CASES = [(what, role, relation, outcome)
               for what, roles in WRITES.items() for role, found in roles.items()
               for relation, outcome in (found.items() if isinstance(found, dict) else [("another", found)])]


@pytest.mark.parametrize("what, role, relation, outcome", WRITE_CASES, ids=[" ".join(case[:3]) for case in WRITE_CASES])
def test_every_entry_of_every_role_and_relation_comes_out_as_the_table_says(scene, what, role, relation, outcome):
    writer = scene.viewer(role, relation)
    # What is refused leaves nothing behind: the next one is refused the same.
    ids = scene.written_about(what, writer if relation == "author" else scene.lan, anew=outcome != "forbidden")
    met(("write", what, role, relation), writer.save(*written(what, ids, scene.clinic.me["person"]))[1], outcome)


def test_the_table_knows_every_role_for_every_entry():
    assert all(set(roles) == set(ROLES) for roles in WRITES.values())


def test_a_coordinator_of_another_ward_reads_no_record_by_referring_it(scene):
    ids = scene.subject("collaborator", "another")
    abroad = scene.viewer("coordinator", "abroad")
    page = abroad.get("/referrals/" + abroad.refer(record=ids["record_id"])).text
    assert SECRET not in page and CONTACT not in page


@pytest.mark.parametrize("path", ["/records/", "/referrals/", "/held/", "/n/"])
@pytest.mark.parametrize("role", ["collaborator", "counsellor", "responder", "decider", "leader", "admin", "coordinator"])
def test_a_row_not_for_you_is_byte_for_byte_a_row_that_never_was(scene, path, role):
    ids = scene.subject("collaborator", "another")
    existing = {"/records/": ids["record_id"], "/referrals/": ids["referral_id"], "/held/": ids["held_id"], "/n/": ids["notice_id"]}[path]
    never = 999_999 if path == "/held/" else uuid.uuid4()
    viewer = scene.viewer(role, "abroad")
    found, missing = viewer.get(f"{path}{existing}"), viewer.get(f"{path}{never}")
    assert found.status_code == missing.status_code == 404
    assert found.data == missing.data
    assert sorted(found.headers) == sorted(missing.headers)


def test_a_phone_that_is_nobodys_learns_nothing_of_what_exists(scene):
    ids, stranger = scene.subject("collaborator", "another"), scene.town.stranger()
    for path, known in (("/records/", ids["record_id"]), ("/referrals/", ids["referral_id"]), ("/held/", ids["held_id"]), ("/n/", ids["notice_id"])):
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
        for page in (viewer.get(f"/referrals/{ids['referral_id']}"), viewer.get("/todo"), viewer.get("/records/rows")):
            assert page.status_code == 200
            assert "Nguyễn Thị Lan" not in page.text and "Lan" not in page.text
            assert SECRET not in page.text and CONTACT not in page.text
            assert scene.lan.me["person"] not in page.text


@pytest.mark.parametrize("basis", ["agreed", "danger", "child"])
def test_a_consent_shares_what_the_unit_needs_to_act(scene, basis):
    ids = scene.play(scene.lan, basis)
    page = scene.viewer("responder", "receiving").get(f"/referrals/{ids['referral_id']}").text
    assert "Đánh, làm đau" in page and "Có ai đang nguy hiểm không?" in page


def test_not_asked_shares_nothing_of_the_record(scene):
    """The page with a record that says danger, acts and a child is the page of a referral without a record, but for ids."""
    def page(record_fields):
        record = scene.lan.seal("record", {**OBSERVATION, "narrative": SECRET, **record_fields}) if record_fields is not None else None
        referral = scene.lan.seal("referral", {**REFERRAL, "unit": "congan", "urgency": "urgent", "basis": "not-asked",
                                               **({"record": record["id"]} if record else {})}, at=1_700_000_000_000)
        assert {each["outcome"] for each in scene.lan.sync(*filter(None, (record, referral))).json["receipts"]} == {"stored"}
        return scene.police.get(f"/referrals/{referral['id']}").text.replace(referral["id"], "")
    plain = page({"danger": "no", "acts": ["insult"]})
    assert page({"danger": "yes", "acts": ["hit", "sexual"], "victim_age": "under-16", "victim_sex": "female", "cautions": ["pregnant"]}) == plain
    assert "Đánh, làm đau" not in plain


def test_a_coordinator_sees_recorder_words_and_contact(scene):
    """So that the tests above look for something that is there to be seen."""
    ids = scene.subject("collaborator", "another")
    page = scene.viewer("coordinator", "another").get(f"/records/{ids['record_id']}").text
    assert SECRET in page and CONTACT in page and "Nguyễn Thị Lan" in page
    assert "Nguyễn Thị Lan" in scene.viewer("coordinator", "another").get(f"/referrals/{ids['referral_id']}").text


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
