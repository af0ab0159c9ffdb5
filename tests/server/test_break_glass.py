"""Mở khẩn cấp: one case, a neighbour, a reason, four hours; and everybody learns of it."""
import re

import pytest

from db.base import database
from db.models import Audit, BreakGlass, Case, CaseEvent, Notice, Record
from pwa.cli import _seed
from pwa.domain import break_glass, people
from pwa.domain.clock import HOUR, now
from tests.server.conftest import phone_at
from tests.server.test_risks import opened

REASON = "Chị ấy gọi từ phường bên, bị rượt đuổi, không ai trực nghe máy"


@pytest.fixture
def abroad(ward):
    """A coordinator of the ward next door, and a case here."""
    from pwa.cli import _link
    with ward.app.app_context(), database.connection_context():
        other = people.seed_ward({**_seed("ward.json"), "code": "phuong-ben", "name": "Phường Bên"}, [])
        link = _link(people.add(other, "coordinator", "vhxh", "Chị Yến"))
    ward.kim  # noqa: B018 – there to be told
    return phone_at(ward, "10.9.0.1", link)


@pytest.fixture
def neighbour(ward, abroad):
    with ward.app.app_context(), database.connection_context():
        break_glass.set_neighbours(ward.row, ["phuong-ben"])
    return abroad


def code_of(ward, case):
    return ward.rows(Case.select().where(Case.id == case))[0].code


def open_case(phone, code, reason=REASON):
    token = re.search(r'name="csrf_token" value="([^"]+)"', phone.get("/break-glass").text).group(1)
    return phone.client.post("/break-glass", base_url=phone.base, data={"csrf_token": token, "code": code, "reason": reason},
                             headers={"Referer": phone.base + "/break-glass"})


def test_a_neighbour_reads_the_case_for_four_hours_and_writes_nothing_into_it(ward, neighbour):
    record = ward.lan.record(narrative="Chị Tư khóc")
    case = ward.thu.save("triage", {"choice": "open", "record": record})[0]
    assert neighbour.get(f"/cases/{case}").status_code == 404
    assert open_case(neighbour, code_of(ward, case)).status_code == 302
    page = neighbour.get(f"/cases/{case}")
    assert page.status_code == 200 and "Mở khẩn cấp đến" in page.text
    assert "Tư" in neighbour.get(f"/records/{record}").text
    assert neighbour.save("note", {"case": case, "text": "x"})[1] == "forbidden"
    with ward.app.app_context(), database.connection_context():
        BreakGlass.update(until=now() - 1).execute()
    assert neighbour.get(f"/cases/{case}").status_code == neighbour.get(f"/records/{record}").status_code == 404


def test_a_look_from_next_door_is_not_the_wards_own_first_look(ward, neighbour):
    record = ward.lan.record(danger="yes")
    case = ward.thu.save("triage", {"choice": "open", "record": record})[0]
    open_case(neighbour, code_of(ward, case))
    for phone, seen in ((neighbour, False), (ward.thu, True)):
        assert phone.get(f"/records/{record}").status_code == 200
        assert bool(ward.rows(Record.select())[0].seen_at) is seen


def test_it_lasts_four_hours(ward, neighbour):
    open_case(neighbour, code_of(ward, opened(ward)))
    [glass] = ward.rows(BreakGlass.select())
    assert glass.until - glass.created_at == 4 * HOUR and REASON.encode() not in bytes(glass.reason)


def test_it_is_loud(ward, neighbour):
    case = opened(ward)
    open_case(neighbour, code_of(ward, case))
    neighbour.get(f"/cases/{case}")
    [row] = ward.rows(Audit.select().where(Audit.action == "break-glass"))
    assert (row.ward_id, row.subject_id, row.person_id) == (ward.row.id, case, neighbour.me["person"])
    told = ward.rows(Notice.select().where(Notice.event == "break-glass", Notice.urgent))
    assert {notice.person_id for notice in told} == {ward.thu.me["person"], ward.kim.me["person"]}
    assert all(notice.ring_at for notice in told), "and rings at once"
    seen = ward.thu.get(f"/cases/{case}/seen").text
    assert 'class="loud"' in seen and "Mở khẩn cấp" in seen and "Chị Yến" in seen and "Phường Bên" in seen
    [event] = ward.rows(CaseEvent.select().where(CaseEvent.kind == "break-glass"))
    assert REASON in ward.thu.get(f"/cases/{case}").text and event.author_id == neighbour.me["person"]
    assert "Mở khẩn cấp" in ward.son.get("/audit?action=break-glass").text


def test_only_the_one_case_is_opened(ward, neighbour):
    first, second = opened(ward), opened(ward)
    open_case(neighbour, code_of(ward, first))
    assert neighbour.get(f"/cases/{second}").status_code == 404
    assert code_of(ward, first) not in neighbour.get("/todo").text


def test_a_ward_that_named_no_neighbour_is_closed_and_so_is_a_code_that_never_was(ward, abroad):
    existing, never = open_case(abroad, code_of(ward, opened(ward))), open_case(abroad, "ZZZZZZ")
    assert existing.status_code == never.status_code == 422
    sentences = [re.search(r'class="error" role="alert">([^<]+)', answer.text).group(1) for answer in (existing, never)]
    assert sentences[0] == sentences[1] and not ward.rows(BreakGlass.select())


@pytest.mark.parametrize("reason", ["", "gấp"])
def test_without_a_reason_nothing_opens(ward, neighbour, reason):
    assert open_case(neighbour, code_of(ward, opened(ward)), reason).status_code == 422
    assert not ward.rows(BreakGlass.select())


@pytest.mark.parametrize("who", ["lan", "mai", "dung", "binh", "van", "son"])
def test_nobody_but_coordinators_has_the_page(ward, who):
    assert getattr(ward, who).get("/break-glass").status_code == 404


def test_codes_cannot_be_tried_one_after_another(ward, neighbour):
    answers = [open_case(neighbour, "ZZZZZZ").status_code for _try in range(12)]
    assert answers[0] == 422 and 429 in answers


def test_a_closed_case_is_not_opened(ward, neighbour):
    case = opened(ward)
    ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"})
    assert open_case(neighbour, code_of(ward, case)).status_code == 422
