"""Phones of one's own and of the ward's people: seen, revoked, invited."""
import html
import re
import unicodedata

import pytest

from db.base import database
from db.models import Enrolment, Invitation, Person
from pwa.domain import people
from pwa.domain.clock import HOUR
from tests.server.test_enrolments import command, write
from tests.server.test_notices import subscribe, told
from tests.ward import CAST, OBSERVATION, Phone

NEW = {"name": "Đặng Thị Tâm", "role": "collaborator", "unit": "tdp-3", "capacity": "tdp-head"}


def post(phone, path, **data):
    return phone.client.post(path, base_url=phone.base, data={"csrf_token": phone.token(), **data})


def revoke(phone, page, subject, choice="one"):
    return post(phone, f"/{page}/{subject.me['enrolment']}", choice=choice)


@pytest.mark.parametrize("name, letters", [
    ("Nguyễn Thị Lan", "NL"), ("Nguyễn Thị Hoa", "NH"), ("đặng thị tâm", "ĐT"), ("Lan", "L"), ("Lan 2", "L"), ("12", "?")])
def test_a_lock_screen_shows_the_letters_of_family_and_given_name(ward, name, letters):
    with ward.app.app_context(), database.connection_context():
        assert people.initials(people.add(ward.row, "collaborator", "tdp-3", name)) == letters


def reads(phone):
    return phone.get("/directory").status_code == 200


def link_of(page):
    return html.unescape(re.search(r"http://localhost:8000/start#[A-Z2-9-]{14}", page).group())


@pytest.fixture
def shared(cast):
    """One phone Lan and Hòa share, beside the ones they have; Hòa is using it."""
    phone = cast.phone("lan")
    phone.lan = dict(phone.me)
    phone.enrol(cast.invite("hoa"))
    return phone


# ── Thiết bị của tôi ─────────────────────────────────────────────────────────────────────────────────────────────────

def test_everyone_sees_their_own_phones_and_which_one_is_in_their_hand(cast):
    other = cast.phone("lan")
    page = cast.lan.get("/devices").text
    assert page.count('<section class="card">') == 2 and page.count("Máy đang dùng") == 1
    assert cast.lan.me["short_code"] in page and other.me["short_code"] in page and cast.hoa.me["short_code"] not in page
    assert f"/devices/{other.me['enrolment']}" in page and f"/devices/{cast.lan.me['enrolment']}" not in page, "one's own is locked, not revoked"


def test_a_lost_phone_is_revoked_from_another_and_delivers_what_it_holds(cast):
    lost = cast.phone("lan")
    subscribe(lost)
    waiting = lost.seal("record", OBSERVATION)
    answer = revoke(cast.lan, "devices", lost)
    assert answer.status_code == 302 and answer.headers["Location"] == "/devices"
    assert not reads(lost) and reads(cast.lan)
    reply = lost.sync(waiting).json
    assert [each["outcome"] for each in reply["receipts"]] == ["stored"] and reply["wipe"] is True
    assert cast.lan.get("/devices").text.count('<section class="card">') == 1
    assert revoke(cast.lan, "devices", lost).status_code == 404, "once"


def test_the_phone_in_the_hand_is_not_revoked_by_itself(cast):
    for page, phone in (("devices", cast.lan), ("people", cast.thu)):
        assert revoke(phone, page, phone).status_code == 404
        assert revoke(phone, page, phone, "device").status_code == 404
        assert reads(phone)


def test_a_lost_shared_phone_is_revoked_for_all_of_its_people_by_any_of_them(cast, shared):
    assert "Trên cùng máy còn người khác: 1." in cast.lan.get("/devices").text
    assert "Hòa" not in cast.lan.get("/devices").text and "hoa" not in re.sub(r"<[^>]+>", "", cast.lan.get("/devices").text)
    assert post(cast.lan, f"/devices/{shared.lan['enrolment']}", choice="device").status_code == 302
    assert sorted(shared.get("/me").json["revoked"]) == sorted([shared.lan["enrolment"], shared.me["enrolment"]])
    assert reads(cast.lan) and reads(cast.hoa)


def test_a_phone_is_told_whether_it_is_one_persons_alone(cast, shared):
    assert cast.hoa.get("/me").json["me"]["alone"] is True
    shared.lock()
    assert shared.get("/me").json["me"]["alone"] is False
    post(cast.lan, f"/devices/{shared.lan['enrolment']}", choice="one")
    assert shared.get("/me").json["me"]["alone"] is True


def test_one_of_a_shared_phone_is_revoked_alone(cast, shared):
    post(cast.lan, f"/devices/{shared.lan['enrolment']}", choice="one")
    assert shared.get("/me").json["revoked"] == [shared.lan["enrolment"]] and reads(shared)


def test_the_whole_of_the_device_in_the_hand_is_not_revoked(cast, shared):
    """From it Lan could take the phone away under Hòa's eyes, and lose her own way back."""
    shared.unlock(enrolment=shared.lan["enrolment"])
    cast.phone("lan")
    assert "Thu hồi cả máy" not in shared.get("/devices").text
    answer = revoke(cast.thu, "people", shared, "device")
    assert answer.status_code == 302 and shared.get("/me").json["me"] is None


# ── Người và máy ─────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("who", ["thu", "son"])
def test_whoever_keeps_people_sees_them_by_unit_with_their_phones(cast, who):
    text = html.unescape(getattr(cast, who).get("/people").text)
    assert all(f"<b>{name}</b>" in text for name in CAST)
    assert text.index("<h2>Công an phường") < text.index("<b>dung</b>") < text.index("<h2>Trạm Y tế phường") < text.index("<b>hanh</b>")
    assert cast.lan.me["short_code"] in text


@pytest.mark.parametrize("who", ["thu", "son"])
def test_whoever_keeps_people_revokes_any_phone_of_the_ward(cast, who):
    assert revoke(getattr(cast, who), "people", cast.dung).status_code == 302
    assert not reads(cast.dung)
    assert cast.dung.unlock().status_code == 410
    assert "chưa có máy" in getattr(cast, who).get("/people").text


def test_nobody_of_another_ward_stands_on_the_page(cast):
    from pwa.cli import _link, _seed
    with cast.app.app_context():
        other = people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
        link = _link(people.add(other, "coordinator", "vhxh", "Người phường khác"))
        database.close()
    abroad = Phone(cast.app, link)
    assert "Người phường khác" not in cast.son.get("/people").text
    assert "<b>lan</b>" not in abroad.get("/people").text and "Người phường khác" in abroad.get("/people").text


def test_a_phone_of_before_the_pin_is_shown_as_needing_a_new_invitation(cast):
    write(cast, Enrolment.update(verifier=None).where(Enrolment.id == cast.lan.me["enrolment"]))
    assert cast.son.get("/people").text.count("Cần lời mời mới") == 1


# ── Lời mời ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_an_invitation_for_somebody_new_is_a_link_a_code_and_a_qr_and_opens(cast):
    answer = post(cast.son, "/invitations", **NEW)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    link = link_of(answer.text)
    assert f'>{link.rsplit("#")[1]}</p>' in answer.text and "Đặng Thị Tâm" in answer.text and "Máy cũ" not in answer.text
    assert "<svg" in answer.text and "<path" in answer.text and " style=" not in answer.text
    phone = cast.stranger().enrol(link)
    assert phone.me["role"] == "collaborator" and phone.me["unit"] == "tdp-3" and phone.me["approved"] is True
    [person] = cast.rows(Person.select().where(Person.id == phone.me["person"]))
    assert person.capacity == "tdp-head" and b"T\xc3\xa2m" not in bytes(person.name)


def test_the_qr_is_the_link(cast):
    """What segno draws for the link is what stands on the page, module by module."""
    import segno
    page = post(cast.son, "/invitations", **NEW).text
    expected = segno.make(link_of(page), error="l").svg_inline(border=2, omitsize=True, dark="#000")
    assert expected in page


@pytest.mark.parametrize("who", ["thu", "son"])
@pytest.mark.parametrize("name", [
    NEW["name"], "đặng thị TÂM", "  Đặng  Thị Tâm ", unicodedata.normalize("NFD", NEW["name"]), "Đặng\u00a0Thị Tâm"])
def test_a_second_person_of_the_same_name_unit_and_role_is_not_let_into_the_book_of_the_first(cast, who, name):
    first = cast.stranger().enrol(link_of(post(cast.thu, "/invitations", **NEW).text))
    before = len(cast.rows(Person.select())), len(cast.rows(Invitation.select()))
    answer = post(getattr(cast, who), "/invitations", **{**NEW, "name": name})
    page = html.unescape(answer.text)
    assert answer.status_code == 422 and "Đã có người tên này ở đơn vị" in page and "start#" not in page
    assert f'value="{" ".join(name.split())}"' in page and '<option selected value="tdp-3">' in page, "what was filled in stays"
    card = f"person-{first.me['person']}"
    assert f'href="#{card}"' in page and re.search(f'<details [^>]*id="{card}"[^>]* open>', page), "a tap away, and open"
    assert (len(cast.rows(Person.select())), len(cast.rows(Invitation.select()))) == before


def test_where_a_tone_is_written_makes_no_other_name(cast):
    for name in ("Trần Thuý Hoà", "Nguyễn Văn Quý"):
        assert post(cast.son, "/invitations", **{**NEW, "name": name}).status_code == 200
    assert post(cast.son, "/invitations", **{**NEW, "name": "Trần Thúy Hòa"}).status_code == 422
    assert post(cast.son, "/invitations", **{**NEW, "name": "Nguyễn Vân Quý"}).status_code == 200, "a mark that makes another letter does"
    assert post(cast.son, "/invitations", **{**NEW, "name": "Nguyễn Văn Quỳ"}).status_code == 200, "and another tone"


def test_a_name_that_is_written_otherwise_or_of_another_unit_or_role_is_another_person(cast):
    others = {**NEW, "name": "Đặng Thị Tâm (số 9)"}, {**NEW, "unit": "tdp-4"}, {**NEW, "role": "responder"}
    phones = [cast.stranger().enrol(link_of(post(cast.thu, "/invitations", **each).text)) for each in (NEW, *others)]
    assert len({phone.me["person"] for phone in phones}) == 4


def test_by_command_the_same_name_in_the_same_unit_and_role_is_the_same_person(cast):
    links = [command(cast, "invite", "--role", "collaborator", "--unit", "tdp-3", "--name", name).output for name in ("Đỗ Văn Tí", "đỗ văn tí")]
    first, second = (cast.stranger().enrol(link.strip()) for link in links)
    assert first.me["person"] == second.me["person"]
    assert "same name" in " ".join(command(cast, "invite", "--help").output.split())


def test_a_further_phone_is_invited_by_person(cast):
    page = post(cast.thu, "/invitations", person=cast.lan.me["person"]).text
    assert "Những gì đã về máy chủ không mất" in page
    phone = cast.stranger().enrol(link_of(page))
    assert phone.me["person"] == cast.lan.me["person"] and reads(cast.lan), "the old one is not revoked by it"
    assert told(cast) == {"enrolment-new": ["lan"]}


@pytest.mark.parametrize("who, other", [("thu", "kim"), ("son", "thu")])
@pytest.mark.parametrize("role, unit", [("responder", "congan"), ("coordinator", "vhxh"), ("decider", "ubnd")])
def test_an_invitation_made_on_screen_for_a_reader_waits_for_a_coordinator_who_did_not_invite(cast, who, other, role, unit):
    page = post(getattr(cast, who), "/invitations", **{**NEW, "role": role, "unit": unit, "capacity": "officer"}).text
    assert "một điều phối viên khác phải so mã" in page
    phone = cast.stranger().enrol(link_of(page))
    assert phone.get("/todo").status_code == 403
    assert post(getattr(cast, who), f"/approvals/{phone.me['enrolment']}", choice="approve").status_code == 404
    assert post(getattr(cast, other), f"/approvals/{phone.me['enrolment']}", choice="approve").status_code == 302
    assert phone.get("/todo").status_code == 200


def test_a_coordinator_invites_no_admin(cast):
    page = cast.thu.get("/people").text
    assert 'value="admin"' not in page and 'value="admin"' in cast.son.get("/people").text
    assert post(cast.thu, "/invitations", **{**NEW, "role": "admin"}).status_code == 422
    assert post(cast.thu, "/invitations", person=cast.son.me["person"]).status_code == 404
    assert not cast.rows(Invitation.select().where(Invitation.inviter == cast.thu.me["person"]))
    assert post(cast.son, "/invitations", **{**NEW, "role": "admin", "unit": "vanphong"}).status_code == 200


@pytest.mark.parametrize("field, value, said", [
    ("name", "", "Hãy ghi họ tên."), ("name", "   ", "Hãy ghi họ tên."), ("name", "a" * 81, "Tên dài quá"), ("role", "", "Hãy chọn vai trò."),
    ("role", "boss", "Hãy chọn vai trò."), ("unit", "", "Hãy chọn đơn vị."), ("unit", "khong-co", "Hãy chọn đơn vị."), ("capacity", "king", "Hãy chọn lại."),
    ("person", "x", None)])
def test_what_is_missing_is_said_beside_its_field_and_nobody_is_added(cast, field, value, said):
    before = len(cast.rows(Person.select()))
    answer = post(cast.son, "/invitations", **{**NEW, field: value})
    assert answer.status_code == 422
    if said:
        assert said in answer.text and 'aria-invalid="true"' in answer.text
    if field != "name":
        assert 'value="Đặng Thị Tâm"' in html.unescape(answer.text), "what was filled in stays"
    assert len(cast.rows(Person.select())) == before and "start#" not in answer.text


def test_somebody_who_is_not_there_cannot_be_invited(cast):
    assert post(cast.son, "/invitations", person="00000000-0000-4000-8000-000000000000").status_code == 404


def test_an_invitation_on_its_way_is_seen_and_taken_back(cast):
    link = link_of(post(cast.son, "/invitations", **NEW).text)
    [invitation] = cast.rows(Invitation.select().where(Invitation.inviter == cast.son.me["person"]))
    assert "Lời mời chưa dùng" in cast.thu.get("/people").text and link not in cast.thu.get("/people").text
    assert post(cast.thu, f"/invitations/{invitation.id}").status_code == 302
    assert "hết hạn" in cast.stranger().begin(link).json["error"]
    assert "Lời mời chưa dùng" not in cast.thu.get("/people").text
    assert post(cast.thu, f"/invitations/{invitation.id}").status_code == 404


def test_a_spent_or_old_invitation_is_not_on_its_way(cast):
    cast.stranger().enrol(link_of(post(cast.son, "/invitations", **NEW).text))
    post(cast.son, "/invitations", **{**NEW, "name": "Đặng Thị Tám"})
    write(cast, Invitation.update(expires_at=Invitation.expires_at - 73 * HOUR).where(Invitation.spent_at.is_null()))
    assert "Lời mời chưa dùng" not in cast.thu.get("/people").text


@pytest.mark.parametrize("path, data", [("/invitations", NEW), ("/people/x", {"choice": "one"}), ("/devices/x", {"choice": "one"})])
def test_forms_need_their_token(cast, path, data):
    assert cast.son.client.post(path, base_url=cast.son.base, data=data).status_code == 400


def test_the_page_of_a_large_ward_costs_as_many_reads_as_of_a_small_one(cast):
    def reads_of_page():
        with cast.app.app_context():
            database.connect(reuse_if_open=True)
            seen = []
            database.connection().set_trace_callback(seen.append)
            assert cast.son.get("/people").status_code == 200
            database.connection().set_trace_callback(None)
        return sum(statement.startswith("SELECT") for statement in seen)
    before = reads_of_page()
    for n in range(5):
        cast.stranger().enrol(link_of(post(cast.son, "/invitations", **{**NEW, "name": f"Người {'ABCDE'[n]}"}).text))
    assert reads_of_page() == before
