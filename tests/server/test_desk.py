"""Forms at a desk, with a good token: whoever may not open the page may not post to it either."""
import re

import pytest

from tests.server.test_access import EXPECTED, Scene

FORMS = [f"POST {path}" for path in ("/data-requests/<data_request_id>", "/data-requests/<data_request_id>/erase", "/break-glass",
                                     "/cases/search", "/trainings", "/retention")]
SEES = {route: EXPECTED[route.replace("POST", "GET").removesuffix("/erase")] for route in FORMS}


@pytest.fixture(scope="module")
def scene(town):
    return Scene(town)


def cells():
    for route, roles in SEES.items():
        for role, found in roles.items():
            for relation, status in (found.items() if isinstance(found, dict) else [("another", found)]):
                yield route, role, relation, status


@pytest.mark.parametrize("route, role, relation, status", cells(), ids=[" ".join(map(str, cell[:3])) for cell in cells()])
def test_who_may_not_see_a_form_may_not_post_it(scene, route, role, relation, status):
    phone, ids = scene.viewer(role, relation), scene.subject("collaborator", "another") if role == "stranger" else scene.subject(role, relation)
    path = route.removeprefix("POST ").replace("<data_request_id>", str(ids["data_request_id"]))
    answer = phone.client.post(path, base_url=phone.base, data={"csrf_token": phone.token()}, headers={"Referer": phone.base + path})
    # With nothing filled in, who may post is told what is missing.
    assert answer.status_code == (422 if status == 200 else status)


@pytest.mark.parametrize("route", FORMS)
def test_without_its_token_nothing_is_posted(scene, route):
    role = next(role for role, found in SEES[route].items() if found == 200 or (isinstance(found, dict) and 200 in found.values()))
    phone = scene.viewer(role, "another")
    path = route.removeprefix("POST ").replace("<data_request_id>", str(scene.subject("collaborator", "another")["data_request_id"]))
    assert phone.client.post(path, base_url=phone.base, headers={"Referer": phone.base + path}).status_code == 400


@pytest.mark.parametrize("route", [route for route in FORMS if "erase" not in route])
def test_a_form_carries_its_token_once_and_hidden(scene, route):
    role = next(role for role, found in SEES[route].items() if found == 200 or (isinstance(found, dict) and 200 in found.values()))
    path = route.removeprefix("POST ").replace("<data_request_id>", str(scene.subject("collaborator", "another")["data_request_id"]))
    page = scene.viewer(role, "another").get(path).text
    tokens = re.findall(r"<input[^>]*csrf_token[^>]*>", page)
    assert len(tokens) <= 1 and all('type="hidden"' in each for each in tokens) and "CSRF" not in page
