"""Invitations, enrolments and their cookies."""
import re

import pytest

from db.base import database
from db.models import Device, Enrolment, Invitation
from pwa.domain import permissions
from pwa.domain.clock import DAY, HOUR, now
from pwa.extensions import limiter
from tests.server.conftest import phone_at
from tests.ward import OBSERVATION


def code_of(link):
    return link.rsplit("#", 1)[1]


def said(answer, status):
    assert answer.status_code == status and answer.is_json and set(answer.json) == {"error"}, answer.text
    assert not any("Max-Age=34560000" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    return answer.json["error"]


def write(ward, query):
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        return query.execute()


def command(ward, *words):
    """As `flask --app pwa …` runs it: with the application's context around it."""
    with ward.app.app_context():
        return ward.app.test_cli_runner().invoke(args=list(words))


def cookie(phone, enrolment=None):
    return phone.client.get_cookie("sotay-" + (enrolment or phone.me["enrolment"])).value


def set_cookie(phone, value):
    phone.client.set_cookie("sotay-" + phone.me["enrolment"], value)


# ── Invitations ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_code_stands_in_the_fragment_and_only_its_digest_in_the_database(ward):
    link = ward.invite("lan")
    assert re.fullmatch(r"http://localhost:8000/start#[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}", link)
    [row] = ward.rows(Invitation.select())
    bare = code_of(link).replace("-", "")
    assert len(row.code_digest) == 64 and bare not in str(row.__data__)


def test_looking_at_the_page_spends_nothing(ward):
    link = ward.invite("lan")
    for _preview in range(3):
        assert ward.stranger().get("/start").status_code == 200
    assert ward.rows(Invitation.select())[0].spent_at is None
    assert ward.stranger().enrol(link).me["role"] == "collaborator"


@pytest.mark.parametrize("written", [
    lambda link: link, lambda link: code_of(link), lambda link: code_of(link).lower(), lambda link: code_of(link).replace("-", ""),
    lambda link: f"  {code_of(link).replace('-', ' ')}\n", lambda link: "Mời dùng Sổ tay: " + link, lambda link: link.lower(),
], ids=["link", "code", "small letters", "without dashes", "with spaces", "a pasted message", "link in small letters"])
def test_a_link_or_its_code_however_written_opens(ward, written):
    assert ward.stranger().begin(written(ward.invite("lan"))).status_code == 200


@pytest.mark.parametrize("forged", ["ABCD-EFGH-JKLM", "http://localhost:8000/start#ABCD-EFGH-JKLM", "x", "0000", "Đường dẫn", "' OR 1=1 --"])
def test_a_forged_invitation_says_what_to_do(ward, forged):
    ward.invite("lan")
    assert "không đúng" in said(ward.stranger().begin(forged), 422)
    assert not ward.rows(Enrolment.select())


@pytest.mark.parametrize("empty", ["", "a" * 301])
def test_no_invitation_at_all_says_what_to_do(ward, empty):
    assert said(ward.stranger().begin(empty), 422) == "Hãy dán lời mời hoặc gõ mã mời."


def test_one_letter_wrong_is_forged(ward):
    link = ward.invite("lan")
    wrong = link[:-1] + ("A" if link[-1] != "A" else "B")
    assert "không đúng" in said(ward.stranger().begin(wrong), 422)
    assert ward.stranger().begin(link).status_code == 200


def test_an_expired_invitation_says_what_to_do(ward):
    link = ward.invite("lan")
    write(ward, Invitation.update(expires_at=now() - 1))
    assert "hết hạn" in said(ward.stranger().begin(link), 422)
    assert not ward.rows(Enrolment.select())


def test_an_invitation_lives_three_days(ward):
    ward.invite("lan")
    [row] = ward.rows(Invitation.select())
    assert row.expires_at - row.created_at == 72 * HOUR


def test_a_reused_invitation_says_what_to_do(ward):
    link = ward.invite("lan")
    first = ward.stranger().enrol(link)
    assert "đã được dùng" in said(ward.stranger().begin(link), 422)
    assert len(ward.rows(Enrolment.select())) == 1
    assert first.get("/todo").status_code == 200, "reuse never revokes"


def test_a_phone_that_asks_again_gets_the_enrolment_it_was_given(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    first, again = phone.begin(link), phone.begin(link)
    assert again.status_code == 200 and again.json == first.json
    assert len(ward.rows(Enrolment.select())) == 1


def test_a_phone_whose_answer_was_lost_may_ask_again(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    lost = phone.begin(link).json
    phone.client.delete_cookie("sotay-" + lost["enrolment"])
    again = phone.begin(link)
    assert again.status_code == 200 and again.json["enrolment"] == lost["enrolment"]


def test_a_phone_that_was_given_its_pages_sets_no_other_pin_by_the_link(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    phone.enrol(link)
    assert phone.get("/pages").status_code == 200
    assert "đã được dùng" in said(phone.begin(link, "908172"), 422)
    assert phone.unlock().status_code == 200


def test_a_link_says_to_the_phone_it_was_tapped_on_what_it_gave(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    phone.enrol(link)
    assert phone.look(link).json == {"secret": "pin", "given": phone.me["enrolment"]}
    assert "đã được dùng" in said(ward.hoa.look(link), 422)
    ward.revoke(phone)
    assert "đã được dùng" in said(phone.look(link), 422)


def test_a_different_phone_may_not_ask_again_though_it_is_enrolled(ward):
    link = ward.invite("lan")
    ward.stranger().enrol(link)
    assert "đã được dùng" in said(ward.hoa.begin(link), 422)


def test_a_revoked_phone_does_not_get_its_enrolment_back_by_the_old_link(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    phone.enrol(link)
    ward.revoke(phone)
    assert "đã được dùng" in said(phone.begin(link), 422)
    assert phone.get("/todo").status_code == 401


def test_the_demo_command_voids_earlier_unspent_invitations(ward):
    first, second = (command(ward, "demo", "--quiet") for _time in range(2))
    assert first.exit_code == second.exit_code == 0
    old, new = (re.findall(r"http\S+", done.output)[0] for done in (first, second))
    assert "hết hạn" in said(ward.stranger().begin(old), 422)
    assert ward.stranger().begin(new).status_code == 200


def test_the_invite_command_prints_just_the_link_and_finds_the_person_again(ward):
    links = [command(ward, "invite", "--role", "coordinator", "--unit", "vhxh", "--name", "Chị Thu").output for _time in range(2)]
    assert all(re.fullmatch(r"http://localhost:8000/start#[A-Z2-9-]{14}\n", link) for link in links)
    people = {ward.stranger().enrol(link.strip()).me["person"] for link in links}
    assert len(people) == 1


@pytest.mark.parametrize("role, unit, wrong", [("boss", "vhxh", "boss"), ("coordinator", "khong-co", "khong-co")])
def test_the_invite_command_says_what_exists(ward, role, unit, wrong):
    done = command(ward, "invite", "--role", role, "--unit", unit, "--name", "x")
    assert done.exit_code != 0 and wrong in done.output and ("collaborator" in done.output or "vhxh" in done.output)


# ── Several people on one phone ──────────────────────────────────────────────────────────────────────────────────────

def test_a_second_invitation_on_a_phone_adds_a_person_and_replaces_none(ward):
    phone = ward.lan
    first = dict(phone.me)
    phone.enrol(ward.invite("hoa"))
    assert phone.me["person"] != first["person"]
    rows = ward.rows(Enrolment.select())
    assert len(rows) == 2 and len({row.device_id for row in rows}) == len(ward.rows(Device.select())) == 1
    assert not any(row.revoked_at for row in rows)
    assert cookie(phone) and cookie(phone, first["enrolment"])
    for enrolment in (first["enrolment"], phone.me["enrolment"]):
        phone.lock()
        phone.client.set_cookie("sotay-who", enrolment)
        assert phone.get("/me").json["me"]["enrolment"] == enrolment


def test_the_one_who_uses_the_phone_reads_only_their_own(ward):
    phone = ward.lan
    first = phone.me["enrolment"]
    record = phone.record()
    phone.enrol(ward.invite("hoa"))
    for enrolment, status in ((first, 200), (phone.me["enrolment"], 404)):
        assert phone.unlock(enrolment=enrolment).status_code == 200
        # Whatever the page's own script chose: who reads is who unlocked.
        for chosen in (first, phone.me["enrolment"]):
            phone.client.set_cookie("sotay-who", chosen)
            assert phone.get(f"/records/{record}").status_code == status


def test_choosing_somebody_the_phone_does_not_hold_opens_nothing(ward):
    thief = ward.hoa
    record = ward.lan.record()
    thief.client.set_cookie("sotay-who", ward.lan.me["enrolment"])
    assert ward.lan.me["person"] not in thief.get("/me").text
    assert thief.get(f"/records/{record}").status_code in (401, 404)


def test_one_person_on_two_phones_has_two_enrolments_and_two_devices(ward):
    first, second = ward.lan, ward.phone("lan")
    assert first.me["person"] == second.me["person"] and first.me["enrolment"] != second.me["enrolment"]
    assert len(ward.rows(Device.select())) == 2


# ── Cookies ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def age(ward, phone, days):
    write(ward, Enrolment.update(renewed_at=now() - days * DAY).where(Enrolment.id == phone.me["enrolment"]))


def test_a_young_cookie_is_not_renewed(ward):
    assert "Set-Cookie" not in ward.lan.get("/todo").headers


def test_after_a_day_a_new_value_is_handed_out_and_the_previous_stays_good_until_it_is_presented(ward):
    phone = ward.lan
    old = cookie(phone)
    age(ward, phone, 2)
    assert phone.get("/todo").status_code == 200
    new = cookie(phone)
    assert new != old
    # The answer was lost: the phone still has the old value, as often as it likes, and is offered the same new one.
    for _time in range(3):
        set_cookie(phone, old)
        assert phone.get("/todo").status_code == 200
        assert cookie(phone) == new
    set_cookie(phone, new)
    assert phone.get("/todo").status_code == 200
    # Presented, and lost with the battery before it was on the disk: the one before is good, and leads to it again.
    age(ward, phone, 23 / 24)
    set_cookie(phone, old)
    assert phone.get("/todo").status_code == 200
    assert cookie(phone) == new
    # Until the next renewal.
    next_cookie(ward, phone)
    set_cookie(phone, old)
    assert phone.get("/todo").status_code == 401


def next_cookie(ward, phone):
    """A day later: the phone is given the next value, and presents it."""
    age(ward, phone, 2)
    for _time in range(2):
        assert phone.get("/todo").status_code == 200
    return cookie(phone)


def test_presenting_an_old_value_never_revokes(ward):
    phone = ward.lan
    old = cookie(phone)
    next_cookie(ward, phone)
    new = next_cookie(ward, phone)
    set_cookie(phone, old)
    for _time in range(3):
        assert phone.get("/todo").status_code == 401
        assert phone.sync().status_code == 401
    set_cookie(phone, new)
    assert phone.get("/todo").status_code == 200
    assert ward.rows(Enrolment.select())[0].revoked_at is None


def test_a_deposit_renews_the_cookie_too(ward):
    phone = ward.lan
    age(ward, phone, 2)
    old = cookie(phone)
    assert phone.save("record", OBSERVATION)[1] == "stored"
    assert cookie(phone) != old
    assert phone.save("record", OBSERVATION)[1] == "stored"


def test_two_requests_on_their_way_with_the_old_value_both_arrive(ward):
    phone = ward.lan
    old = cookie(phone)
    age(ward, phone, 2)
    phone.get("/todo")
    new = cookie(phone)
    assert phone.get("/todo").status_code == 200
    set_cookie(phone, old)
    assert phone.get("/todo").status_code == 200
    assert cookie(phone) in (old, new), "no third value, and never one that locks the phone out"
    set_cookie(phone, new)
    assert phone.get("/todo").status_code == 200


def test_a_ward_restored_from_a_backup_of_two_days_knows_the_phones_of_today(ward):
    phone = ward.lan
    [backup] = ward.rows(Enrolment.select())
    for _day in range(3):
        today = next_cookie(ward, phone)
    write(ward, Enrolment.update(generation=backup.generation).where(Enrolment.id == backup.id))
    assert phone.get("/todo").status_code == 200
    assert cookie(phone) == today and ward.rows(Enrolment.select())[0].generation == backup.generation + 3
    # What the ward never made is good at no generation.
    set_cookie(phone, f"{backup.generation + 9}.{today.partition('.')[2]}")
    assert phone.get("/todo").status_code == 401


def test_the_cookie_of_an_enrolment_lives_400_days_and_no_script_reads_it(ward):
    phone = ward.stranger()
    answer = phone.begin(ward.invite("lan"))
    [header] = [value for value in answer.headers.getlist("Set-Cookie") if answer.json["enrolment"] in value.split("=")[0]]
    assert {"httponly", "samesite=lax", "path=/", "max-age=34560000"} <= {part.strip().lower() for part in header.split(";")}


# ── The door ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_what_the_invitation_is_guarded_by_goes_with_no_other_request(ward):
    lan = ward.lan
    assert lan.client.get_cookie("sotay-form", path="/start") and not lan.client.get_cookie("sotay-form")
    # A form of its own has its own.
    ward.thu.get("/duty")
    assert ward.thu.client.get_cookie("sotay-form")
    assert ward.thu.begin(ward.invite("kim")).status_code == 200


@pytest.mark.parametrize("token", [None, "", "falsch", "IjEi.aaaa.bbbb"])
def test_start_needs_its_token(ward, token):
    link, phone = ward.invite("lan"), ward.stranger()
    phone.get("/start")
    data = {"code": link, **({"csrf_token": token} if token is not None else {})}
    answer = phone.client.post("/start", base_url=phone.base, data=data, headers={"Referer": phone.base + "/start"})
    assert "tải lại trang" in said(answer, 400)
    assert ward.rows(Invitation.select())[0].spent_at is None


def test_the_token_of_another_phone_is_not_good(ward):
    link, one, other = ward.invite("lan"), ward.stranger(), ward.stranger()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', one.get("/start").text).group(1)
    other.get("/start")
    assert other.client.post("/start", base_url=other.base, data={"csrf_token": token, "code": link}).status_code == 400


def test_guessing_is_slowed_down_and_told_so(ward):
    phone = ward.stranger()
    statuses = []
    while 429 not in statuses:
        answer = phone.begin("ABCD-EFGH-JKLM")
        statuses.append(answer.status_code)
    assert statuses == [422] * 20 + [429]
    assert "chờ một phút" in said(answer, 429) and int(answer.headers["Retry-After"]) > 0
    link = ward.invite("lan")
    assert phone.begin(link).status_code == 429, "also with the right code, or guessing would go on"
    assert phone_at(ward, "10.9.9.9", link).me["role"] == "collaborator"


def test_guessing_from_many_sessions_of_one_address_is_slowed_down_too(ward):
    statuses = [ward.stranger().begin("ABCD-EFGH-JKLM").status_code for _time in range(21)]
    assert statuses[-1] == 429


ANYONE = [endpoint for endpoint, roles in permissions.ROUTES.items() if roles is permissions.ANYONE]


@pytest.mark.parametrize("endpoint", ANYONE)
def test_every_route_open_to_strangers_is_counted_and_closes(ward, endpoint):
    """The counter is filled by hand: 600 requests each would say no more."""
    rule = next(rule for rule in ward.app.url_map.iter_rules() if rule.endpoint == endpoint)
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))

    def ask(phone):
        if endpoint in ("enrolments.begin", "enrolments.look"):
            return {"enrolments.begin": phone.begin, "enrolments.look": phone.look}[endpoint]("ABCD-EFGH-JKLM")
        return phone.client.open(rule.rule, method=method, base_url=phone.base)
    stranger = ward.stranger()
    assert ask(stranger).status_code != 429
    counters = [key for key in limiter.storage.storage if endpoint in key or "invitations" in key]
    assert counters
    for key in counters:
        limiter.storage.storage[key] += 1_000
    answer = ask(stranger)
    assert answer.status_code == 429 and answer.headers["Retry-After"]
    assert "chờ một phút" in (answer.json["error"] if answer.is_json else answer.text)
    assert ask(phone_at(ward, "10.9.9.8")).status_code != 429


def test_a_flood_without_tokens_is_counted_too(ward):
    stranger = ward.stranger()

    def knock():
        return stranger.client.post("/start", base_url=stranger.base, data={"code": "x"}).status_code
    assert knock() == 400
    for key in limiter.storage.storage:
        limiter.storage.storage[key] += 2_000
    assert knock() == 429
