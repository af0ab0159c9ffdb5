"""A second coordinator lets a new phone read: who may, who is told, and what is taken back."""
import pytest

from db.base import database
from db.models import Enrolment, Notice, Person, Ward as WardRow
from db.queries import reach
from pwa.domain import invitations, permissions
from pwa.domain.clock import HOUR, now
from tests.server.test_enrolments import command, write
from tests.server.test_notices import subscribe, told
from tests.ward import OBSERVATION, Phone, person_of


def invited_by(ward, inviter, name, called=None):
    """A phone of somebody whom a person of the ward has invited; nobody on the command line when None."""
    return Phone(ward.app, invitation_by(ward, inviter, name, called))


def invitation_by(ward, inviter, name, called=None):
    with ward.app.app_context():
        code = invitations.invite(person_of(ward.row, name, called or name), 72, inviter=inviter and Person.get_by_id(inviter.me["person"]))
        database.close()
    return code


def settle(phone, subject, choice, **seen):
    data = {"csrf_token": phone.token(), "choice": choice, **seen}
    return phone.client.post(f"/approvals/{subject.me['enrolment']}", base_url=phone.base, data=data)


def reads(phone):
    return phone.get("/todo").status_code


def row(ward, phone):
    return ward.rows(Enrolment.select().where(Enrolment.id == phone.me["enrolment"]))[0]


@pytest.fixture
def waits(cast):
    """Dũng of the police, invited by Sơn the admin."""
    return invited_by(cast, cast.son, "dung")


def test_a_coordinator_approves_and_the_phone_reads(cast, waits):
    assert reads(waits) == 403
    page = cast.thu.get("/approvals").text
    assert waits.me["short_code"] in page and "Công an phường" in page and "Người mời: son" in page
    answer = settle(cast.thu, waits, "approve")
    assert answer.status_code == 302 and answer.headers["Location"] == "/approvals"
    assert reads(waits) == 200 and waits.get("/me").json["me"]["approved"] is True
    assert "Không có máy nào chờ duyệt" in cast.thu.get("/approvals").text


def test_the_inviter_does_not_approve_and_sees_why(cast):
    waits = invited_by(cast, cast.thu, "dung")
    page = cast.thu.get("/approvals").text
    assert "Bạn đã mời người này" in page and 'value="approve"' not in page
    assert settle(cast.thu, waits, "approve").status_code == 404 and reads(waits) == 403
    assert settle(cast.kim, waits, "approve").status_code == 302 and reads(waits) == 200


def test_nobody_approves_a_phone_of_their_own(cast):
    """Not even by an older phone, or a thief of an invitation would need only one tap of hers."""
    waits = invited_by(cast, cast.son, "thu")
    assert "Đây là máy của bạn" in cast.thu.get("/approvals").text
    assert settle(cast.thu, waits, "approve").status_code == 404
    assert settle(waits, waits, "approve").status_code == 403, "least of all by itself"
    assert settle(cast.kim, waits, "approve").status_code == 302


def test_an_admin_alone_makes_no_coordinator(cast):
    made_up = invited_by(cast, cast.son, "thu", "Người mới")
    assert settle(cast.son, made_up, "approve").status_code == 404
    assert reads(made_up) == 403
    # Nor with a second one of the same making.
    second = invited_by(cast, cast.son, "thu", "Người mới nữa")
    assert settle(second, made_up, "approve").status_code == 403


def test_a_refused_phone_is_revoked_and_what_it_wrote_still_arrives(cast, waits):
    assert settle(cast.thu, waits, "refuse").status_code == 302
    assert row(cast, waits).revoked_at and reads(waits) == 401
    assert waits.sync().json["wipe"] is True
    assert waits.me["short_code"] not in cast.thu.get("/approvals").text
    assert settle(cast.thu, waits, "approve").status_code == 404, "too late"
    assert waits.record()


def test_an_approval_is_taken_back_within_the_hour(cast, waits):
    settle(cast.thu, waits, "approve")
    assert "Vừa duyệt" in cast.thu.get("/approvals").text
    assert settle(cast.kim, waits, "undo").status_code == 302
    assert reads(waits) == 403
    settle(cast.thu, waits, "approve")
    write(cast, Enrolment.update(approved_at=now() - HOUR, created_at=1).where(Enrolment.id == waits.me["enrolment"]))
    assert "Vừa duyệt" not in cast.thu.get("/approvals").text
    assert settle(cast.kim, waits, "undo").status_code == 404 and reads(waits) == 200


def named(phone, mark=None):
    """(ids, mark) of the pages a phone is named, or the status of the answer."""
    answer = phone.get("/pages", **({"If-None-Match": mark} if mark else {}))
    return ({page["id"] for page in answer.json["pages"]}, answer.headers["ETag"]) if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize("locked", [False, True], ids=["open", "locked"])
def test_what_an_approval_let_a_phone_keep_goes_at_its_next_contact_and_comes_again_with_the_next_approval(cast, waits, locked):
    settle(cast.thu, waits, "approve")
    pages, mark = named(waits)
    assert pages and named(waits, mark) == 304 and "drop" not in waits.sync().json and "drop" not in waits.get("/me").json
    settle(cast.kim, waits, "undo")
    if locked:
        waits.lock()
    assert set(waits.sync().json["drop"]) == pages == set(waits.get("/me").json["drop"])
    assert waits.unlock().status_code == 200 and named(waits, mark) == 403
    settle(cast.thu, waits, "approve")
    assert named(waits, mark)[0] == pages, "also for a phone that still knows the mark of what it has let go"
    assert "drop" not in waits.sync().json and "drop" not in waits.get("/me").json


@pytest.mark.parametrize("choice", ["", "undo", "accept", "approve "])
def test_a_choice_there_is_not_changes_nothing(cast, waits, choice):
    assert settle(cast.thu, waits, choice).status_code == 404
    assert reads(waits) == 403


def test_approving_needs_the_token_of_the_page(cast, waits):
    path = f"/approvals/{waits.me['enrolment']}"
    for data in ({"choice": "approve"}, {"choice": "approve", "csrf_token": cast.kim.token("/approvals")}):
        assert cast.thu.client.post(path, base_url=cast.thu.base, data=data).status_code == 400
    assert reads(waits) == 403
    assert cast.thu.client.post(path, base_url=cast.thu.base, data={"choice": "approve", "csrf_token": cast.thu.token("/approvals")}).status_code == 302


def test_phones_of_before_the_pin_and_phones_that_read_no_cases_do_not_wait_in_the_list(cast):
    waits = invited_by(cast, cast.son, "dung")
    invited_by(cast, cast.thu, "lan")
    assert cast.thu.get("/approvals").text.count('class="short-code') == 1
    write(cast, Enrolment.update(verifier=None).where(Enrolment.id == waits.me["enrolment"]))
    assert cast.thu.get("/approvals").text.count('class="short-code') == 0


def test_what_waits_stands_among_the_things_to_do_without_a_name(cast):
    invited_by(cast, cast.son, "dung", "Trần Văn Dũng")
    page = cast.thu.get("/todo").text
    assert "Máy chờ duyệt" in page and 'href="/approvals"' in page and "Trần Văn Dũng" not in page
    assert "Trần Văn Dũng" in cast.thu.get("/approvals").text
    assert "Máy chờ duyệt" not in cast.dung.get("/todo").text


# ── A further phone, invited by one who may not read the book ────────────────────────────────────────────────────────

@pytest.mark.parametrize("name", ["lan", "mai"])
def test_an_admin_reads_nobodys_book_by_inviting_one_more_phone_in_their_name(cast, name):
    owner = getattr(cast, name)
    record = owner.record(narrative="Chị Tư nhà số chín")
    admins = invited_by(cast, cast.son, name)
    assert admins.me["approved"] is False
    for path in (f"/records/{record}", "/records/rows", "/todo", "/devices"):
        answer = admins.get(path)
        assert answer.status_code == 403 and "Chị Tư" not in answer.text
    assert owner.get(f"/records/{record}").status_code == 200, "the phone there was reads on"
    assert settle(cast.son, admins, "approve").status_code == 404 and settle(owner, admins, "approve").status_code == 404
    assert settle(cast.thu, admins, "refuse").status_code == 302 and admins.get(f"/records/{record}").status_code == 401


def test_a_lost_book_that_is_taken_back_first_still_waits(cast):
    """Or an admin would revoke every phone of hers, and be the first again."""
    record = cast.lan.record()
    cast.son.client.post(f"/people/{cast.lan.me['enrolment']}", base_url=cast.son.base, data={"csrf_token": cast.son.token(), "choice": "one"})
    assert cast.lan.get("/todo").status_code == 401
    assert invited_by(cast, cast.son, "lan").get(f"/records/{record}").status_code == 403


def test_a_phone_that_waits_says_so_and_delivers_what_is_on_it(cast):
    waits = invited_by(cast, cast.son, "lan")
    page = waits.get("/")
    assert page.status_code == 403 and "Chờ điều phối viên duyệt" in page.text and waits.me["short_code"] in page.text
    assert "vẫn được gửi về phường" in page.text
    # Sealed on the phone there was: after a forgotten PIN the new enrolment carries what the old one left.
    waiting = [waits.seal("record", OBSERVATION), {**waits.seal("record", OBSERVATION, enrolment=cast.lan.me["enrolment"]),
                                                   "enrolment": cast.lan.me["enrolment"]}]
    reply = waits.sync(*waiting).json
    assert [each["outcome"] for each in reply["receipts"]] == ["stored", "stored"] and "wipe" not in reply
    assert all(cast.lan.get(f"/records/{entry['id']}").status_code == 200 for entry in waiting)


def test_a_coordinator_lets_it_in_and_sees_that_there_is_another(cast):
    record, waits = cast.lan.record(), invited_by(cast, cast.son, "lan")
    page = cast.thu.get("/approvals").text
    assert waits.me["short_code"] in page and "Người mời: son" in page and "Người này đang có máy khác: 1" in page
    assert "Máy chờ duyệt" in cast.kim.get("/todo").text and "Chờ duyệt" in cast.lan.get("/devices").text
    assert settle(cast.thu, waits, "approve").status_code == 302
    assert waits.get("/me").json["me"]["approved"] is True and waits.get(f"/records/{record}").status_code == 200
    assert settle(cast.kim, waits, "undo").status_code == 302 and reads(waits) == 403
    assert command(cast, "enrolments", "approve", waits.me["enrolment"]).output == "approved\n" and reads(waits) == 200


def test_the_person_and_the_coordinators_are_told_of_it(cast):
    invited_by(cast, cast.son, "lan")
    assert told(cast) == {"enrolment-new": ["lan"], "enrolment-waiting": ["kim", "thu"]}


def test_the_first_phone_of_anybody_and_those_a_coordinator_or_the_operator_invites_read_at_once(ward):
    """A ward whose only person is an admin begins; nobody is there yet who could approve."""
    first = invited_by(ward, ward.son, "lan", "Chị mới")
    assert first.me["approved"] is True and reads(first) == 200
    assert reads(invited_by(ward, ward.thu, "lan", "Chị mới")) == 200 and reads(ward.phone("lan")) == 200 and reads(ward.phone("lan")) == 200
    assert reads(invited_by(ward, None, "lan")) == 200


@pytest.mark.parametrize("name", ["van", "son"])
def test_who_has_no_book_does_not_wait(cast, name):
    assert reads(invited_by(cast, cast.son, name)) == 200


def test_whoever_invites_is_told_that_it_will_wait(cast):
    def invited(by):
        return by.client.post("/invitations", base_url=by.base, data={"csrf_token": by.token(), "person": cast.lan.me["person"]}).text
    assert "máy mới chờ một điều phối viên" in invited(cast.son) and "máy mới chờ một điều phối viên" not in invited(cast.thu)


def test_a_phone_that_waits_is_not_counted_as_one_that_can_be_rung(cast):
    waits = invited_by(cast, cast.son, "lan")
    subscribe(waits)

    def rung():
        with cast.app.app_context(), database.connection_context():
            return list(reach.rung([cast.lan.me["person"]], permissions.READERS, 0, 0, 0))
    assert not rung()
    settle(cast.thu, waits, "approve")
    assert rung()


# ── Who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_of_a_phone_that_waits_the_coordinators_who_may_approve_are_told_and_the_persons_other_phones(cast):
    invited_by(cast, cast.thu, "dung")
    assert told(cast) == {"enrolment-waiting": ["kim"], "enrolment-new": ["dung"]}


def test_of_a_first_phone_nobody_is_told_but_the_coordinators(cast):
    invited_by(cast, cast.son, "dung", "Anh mới")
    assert told(cast) == {"enrolment-waiting": ["kim", "thu"]}


def test_of_a_further_phone_of_someone_who_reads_no_cases_only_the_person_is_told(cast):
    invited_by(cast, cast.thu, "lan")
    assert told(cast) == {"enrolment-new": ["lan"]}


def test_a_phone_the_command_line_approved_is_announced_on_the_persons_other_phones_too(cast):
    cast.phone("thu")
    assert told(cast) == {"enrolment-new": ["thu"]}


def test_asking_again_for_a_lost_answer_tells_nobody_twice(cast):
    with cast.app.app_context():
        code = invitations.invite(Person.get_by_id(cast.dung.me["person"]), 72, inviter=Person.get_by_id(cast.son.me["person"]))
        database.close()
    phone = cast.stranger()
    for _time in range(2):
        phone.enrol(code)
    assert told(cast) == {"enrolment-waiting": ["kim", "thu"], "enrolment-new": ["dung"]}


def test_a_tap_on_the_notice_leads_to_where_something_can_be_done(cast, waits):
    for notice in cast.rows(Notice.select()):
        phone, place = (cast.dung, "/devices") if notice.event == "enrolment-new" else (cast.thu, "/approvals")
        if notice.person_id == phone.me["person"]:
            assert phone.get(f"/n/{notice.id}").headers["Location"] == place


# ── The invitation once more ─────────────────────────────────────────────────────────────────────────────────────────

CONTACTS = {
    "a page": lambda phone: phone.get("/todo"), "its name": lambda phone: phone.get("/me"), "a lock": lambda phone: phone.lock(),
    "a gesture": lambda phone: phone.post("/reading", {}), "a locked page": lambda phone: phone.client.delete_cookie("sotay-open") or phone.get("/")}


@pytest.mark.parametrize("approved", [False, True], ids=["waiting", "approved since"])
@pytest.mark.parametrize("contact", CONTACTS)
def test_whoever_finds_the_invitation_of_a_phone_that_waited_later_sets_no_new_pin(cast, contact, approved):
    code = invitation_by(cast, cast.son, "dung")
    phone = Phone(cast.app, code)
    age(cast, phone)
    CONTACTS[contact](phone)
    if approved:
        settle(cast.thu, phone, "approve")
    # It leads into the book it gave, which asks for the PIN there is.
    assert phone.look(code).json["given"] == phone.me["enrolment"]
    answer = phone.begin(code, "000111")
    assert answer.status_code == 422 and "đã được dùng" in answer.json["error"]
    assert phone.unlock("000111").status_code == 403 and phone.unlock().status_code == 200


def age(ward, phone):
    """Eleven minutes pass in which nothing is heard of a phone."""
    back = 11 * 60_000
    write(ward, Enrolment.update(created_at=Enrolment.created_at - back, last_contact_at=Enrolment.last_contact_at - back).where(
        Enrolment.id == phone.me["enrolment"]))


@pytest.mark.parametrize("heard", [True, False], ids=["within ten minutes", "never heard of"])
def test_a_new_pin_by_the_invitation_has_the_phone_wait_anew_under_another_code(cast, heard):
    code = invitation_by(cast, cast.son, "dung")
    phone = Phone(cast.app, code)
    settle(cast.thu, phone, "approve")
    if heard:
        assert reads(phone) == 200
    else:
        age(cast, phone)
    before = told(cast)["enrolment-waiting"]
    again = phone.begin(code, "000111").json
    assert again["enrolment"] == phone.me["enrolment"] and again["approved"] is False and again["short_code"] != phone.me["short_code"]
    assert reads(phone) == 403 and again["short_code"] in phone.get("/").text
    assert told(cast)["enrolment-waiting"] == sorted(before * 2), "there is something to compare again"
    page = cast.kim.get("/approvals").text
    assert again["short_code"] in page and phone.me["short_code"] not in page and "Vừa duyệt" not in page
    assert settle(cast.kim, phone, "approve").status_code == 302 and reads(phone) == 200


def test_a_code_that_was_compared_before_the_new_pin_approves_nothing(cast):
    code = invitation_by(cast, cast.son, "dung")
    phone = Phone(cast.app, code)
    compared = phone.me["short_code"]
    assert f'name="short_code" value="{compared}"' in cast.thu.get("/approvals").text
    phone.enrol(code, "000111")
    assert settle(cast.thu, phone, "approve", short_code=compared).status_code == 404 and reads(phone) == 403
    assert settle(cast.thu, phone, "approve", short_code=phone.me["short_code"]).status_code == 302 and reads(phone) == 200


def test_a_reader_whose_answer_was_lost_asks_again_and_is_approved_by_the_code_of_the_second(cast):
    code = invitation_by(cast, cast.son, "dung")
    phone = cast.stranger()
    lost = phone.begin(code).json
    for cookie in ("sotay-" + lost["enrolment"], "sotay-read", "sotay-open"):
        phone.client.delete_cookie(cookie)
    phone.enrol(code)
    assert phone.me["enrolment"] == lost["enrolment"] and reads(phone) == 403
    assert settle(cast.thu, phone, "approve", short_code=phone.me["short_code"]).status_code == 302 and reads(phone) == 200


def test_whom_the_command_line_let_in_reads_also_when_the_answer_was_lost(cast):
    link, phone = cast.invite("kim"), cast.stranger()
    first, again = phone.begin(link).json, phone.enrol(link).me
    assert again == first and reads(phone) == 200


# ── On the command line ──────────────────────────────────────────────────────────────────────────────────────────────

def test_the_command_line_lists_and_approves_what_waits(cast, waits):
    listed = command(cast, "enrolments", "list").output
    assert any(waits.me["short_code"] in line and line.endswith("waiting") for line in listed.splitlines())
    assert command(cast, "enrolments", "approve", waits.me["enrolment"]).output == "approved\n"
    assert reads(waits) == 200
    again = command(cast, "enrolments", "approve", waits.me["enrolment"])
    assert again.exit_code != 0 and "enrolments list" in again.output


@pytest.mark.parametrize("name, value, column, kept", [
    ("quick-note", "on", "quick_note", True), ("quick-note", "off", "quick_note", False), ("keep-days", "3", "keep_days", 3),
    ("exit-url", "https://example.vn/thoi-tiet", "exit_url", "https://example.vn/thoi-tiet"), ("exit-url", "/away", "exit_url", "/away"), ("exit-url", "none", "exit_url", None)])
def test_a_ward_decides_by_command_and_its_phones_learn_it(cast, name, value, column, kept):
    assert command(cast, "ward", "set", name, value).exit_code == 0
    assert getattr(cast.rows(WardRow.select())[0], column) == kept
    cast.lan.lock()
    assert cast.lan.get("/me").json["me"][{"quick_note": "quick", "keep_days": "keep_days", "exit_url": "exit"}[column]] == kept


@pytest.mark.parametrize("name, value", [
    ("quick-note", "yes"), ("keep-days", "0"), ("keep-days", "31"), ("keep-days", "x"), ("keep-days", "٣"), ("exit-url", "javascript:alert(1)"),
    ("exit-url", "http://example.vn"), ("exit-url", "//example.vn"), ("exit-url", ""), ("exit-url", "https://a b"), ("exit-url", "/" + "a" * 200), ("colour", "red")])
def test_a_ward_cannot_be_told_what_phones_would_not_understand(cast, name, value):
    before = cast.rows(WardRow.select().dicts())
    done = command(cast, "ward", "set", name, value)
    assert done.exit_code != 0 and name in done.output
    assert cast.rows(WardRow.select().dicts()) == before
