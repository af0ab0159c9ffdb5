"""The audit trail: every page with an id, of every role and relation of the table, leaves a row; so does asking in vain."""
import pytest

from db.base import database
from db.models import Audit
from pwa.domain import audit_heads, permissions
from pwa.domain.pages import FOR_ALL, FOR_RECORDERS
from tests.server.conftest import path_of
from tests.server.test_access import EXPECTED, Scene, visit

# Routes with an id that show nothing of a case or person; each with why.
SHOWS_NOTHING = {"GET /n/<notice_id>": "leads on to a page that is noted itself",
                 "GET /duty/<unit_id>": "who of a unit is on duty",
                 "GET /cases/*/<form_name>": "a form without a case"}
# Pages with the same bytes for everyone; then those of one person without an id that show nothing of a case: the directory, how
# and on which phones one is rung, a number of notices, rosters, the ward's clocks, people and their phones, trainings, blank forms.
NO_CASE = {*FOR_ALL, *FOR_RECORDERS, "/directory/rows", "/push/subscription", "/push/check", "/preferences", "/notices/unread", "/duty",
           "/devices", "/people", "/approvals", "/import", "/trainings", "/break-glass", "/cases/search", "/clocks"}
# Noted by the route itself, when it says anything new (test_audit_chain.py).
BY_ITSELF = {"/pages"}
LOOKS = [(route, role, relation) for route, roles in EXPECTED.items() if "<" in route and route not in SHOWS_NOTHING
         for role, found in roles.items() if isinstance(found, dict)
         for relation, status in found.items() if status == 200]
REFUSALS = [(route, role, relation) for route, roles in EXPECTED.items() if "<" in route and route != "GET /n/<notice_id>"
            for role, found in roles.items() if isinstance(found, dict) and role != "stranger"
            for relation, status in found.items() if status == 404]


@pytest.fixture(scope="module")
def scene(town):
    return Scene(town)


def trail(town, /, **where):
    return town.rows(Audit.select().where(Audit.seq > 0, *(getattr(Audit, name) == value for name, value in where.items())).order_by(Audit.ward, Audit.seq))


@pytest.mark.parametrize("route, role, relation", LOOKS, ids=[" ".join(look) for look in LOOKS])
def test_every_page_with_an_id_leaves_a_row_of_who_looked(scene, route, role, relation):
    viewer = scene.viewer(role, relation)
    ids = scene.ids(route, viewer, role, relation)
    subject = str(next(value for name, value in ids.items() if f"<{name}>" in route))
    before = trail(scene.town, person_id=viewer.me["person"], action="read", subject_id=subject)
    assert visit(viewer, route, ids).status_code == 200
    after = trail(scene.town, person_id=viewer.me["person"], action="read", subject_id=subject)
    assert len(after) == len(before) + 1
    assert after[-1].role == role and after[-1].enrolment_id == viewer.me["enrolment"]


@pytest.mark.parametrize("route, role, relation", REFUSALS, ids=[" ".join(look) for look in REFUSALS])
def test_asking_in_vain_leaves_a_row_too(scene, route, role, relation):
    viewer = scene.viewer(role, relation)
    ids = scene.ids(route, viewer, role, relation)
    before = trail(scene.town, person_id=viewer.me["person"], action="refuse")
    assert visit(viewer, route, ids).status_code == 404
    assert len(trail(scene.town, person_id=viewer.me["person"], action="refuse")) == len(before) + 1


def test_no_get_of_a_person_is_without_a_trail(town):
    """A new page must have an id that is looked up through access, be a list, or be said to show no case."""
    for rule in town.app.url_map.iter_rules():
        if "GET" in rule.methods and permissions.ROUTES.get(rule.endpoint) is not permissions.ANYONE:
            assert ("<" in rule.rule or rule.endpoint in permissions.LISTS or rule.rule in NO_CASE
                    or rule.rule in BY_ITSELF), rule.rule
    known = {f"GET {path_of(rule)}" for rule in town.app.url_map.iter_rules()}
    assert set(SHOWS_NOTHING) <= known


def test_each_ward_has_a_chain_of_its_own(scene):
    scene.subject("collaborator", "another")
    scene.viewer("coordinator", "abroad").get("/todo")
    for ward in scene.wards.values():
        rows = trail(scene.town, ward=ward.id)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1)) and rows
        with scene.town.app.app_context(), database.connection_context():
            assert audit_heads.verify(ward, "/nowhere") == []
