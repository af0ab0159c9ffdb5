"""The reading session: what opens it, what keeps it open, what ends it; and the PIN in front of it."""
import threading

import pytest

from db.base import database
from db.models import Enrolment, Reading, Subscription
from db.models import Ward as WardRow
from pwa.crypto import verifiers
from pwa.domain import permissions, readings
from pwa.domain.clock import now
from tests.server.test_enrolments import write
from tests.server.test_notices import subscribe
from tests.ward import CAST, OBSERVATION, PIN, Phone

WRONG = "111222"


def row(ward, phone):
    [found] = ward.rows(Enrolment.select().where(Enrolment.id == phone.me["enrolment"]))
    return found


def gesture_ago(ward, seconds):
    write(ward, Reading.update(gesture_at=now() - seconds * 1000).where(Reading.ended_at.is_null()))


def reads(phone):
    return phone.get("/todo").status_code == 200


# ── Enrolling with a PIN ─────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("name, secret", [("lan", "pin"), ("mai", "pin"), ("dung", "pin"), ("van", "pin"), ("thu", "passphrase"), ("binh", "passphrase"), ("son", "passphrase")])
def test_looking_says_what_to_ask_for_and_spends_nothing(ward, name, secret):
    link = ward.invite(name)
    for _time in range(2):
        answer = ward.stranger().look(link)
        assert answer.status_code == 200 and answer.json == {"secret": secret}
    assert ward.stranger().begin(link).status_code == 200


def test_looking_also_takes_a_form_with_its_token(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    data = {"csrf_token": phone.token(), "code": link}
    assert phone.client.post("/start/look", base_url=phone.base, data=data).json == {"secret": "pin"}
    assert phone.client.post("/start/look", base_url=phone.base, data={"code": link}).status_code == 400
    assert phone.client.post("/start/look", base_url=phone.base, json={"code": link}).status_code == 400


def test_looking_refuses_in_the_words_of_spending(ward):
    spent = ward.invite("lan")
    ward.stranger().enrol(spent)
    for code in ("", "a" * 301, "ABCD-EFGH-JKLM", spent):
        looked, begun = ward.stranger().look(code), ward.stranger().begin(code)
        assert looked.status_code == begun.status_code == 422 and looked.json == begun.json
    for code in (None, 7, ["x"], {"a": 1}):
        assert ward.stranger().look(code).status_code == 422


def test_looking_and_spending_are_counted_together(ward):
    phone = ward.stranger()
    for _time in range(10):
        assert phone.look("ABCD-EFGH-JKLM").status_code == phone.begin("ABCD-EFGH-JKLM").status_code == 422
    assert phone.look("ABCD-EFGH-JKLM").status_code == phone.begin("ABCD-EFGH-JKLM").status_code == 429


@pytest.mark.parametrize("verifier", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "+", "ạ" * 43, "A" * 43 + "\n"])
def test_without_a_whole_verifier_nothing_is_spent(ward, verifier):
    link = ward.invite("lan")
    answer = ward.stranger().begin(link, verifier=verifier)
    assert answer.status_code == 422 and "mã PIN" in answer.json["error"]
    assert not ward.rows(Enrolment.select())
    assert ward.stranger().begin(link).status_code == 200


def test_only_a_slow_hash_of_the_verifier_is_stored(ward):
    phone = ward.lan
    kept = row(ward, phone).verifier
    assert kept.startswith("$argon2id$v=19$m=16384,t=3,p=1$")
    assert phone.verifier() not in kept
    again = ward.phone("lan")
    again.salt = phone.salt
    assert row(ward, again).verifier != kept, "salted"


def test_enrolling_opens_a_reading_session_at_once(ward):
    phone = ward.stranger()
    answer = phone.begin(ward.invite("lan"))
    assert set(answer.json) == {"enrolment", "person", "role", "unit", "initials", "key", "vapid", "quick", "exit", "idle", "keep_days", "approved",
                                "short_code", "write"}
    assert (answer.json["quick"], answer.json["exit"], answer.json["idle"], answer.json["keep_days"], answer.json["approved"]) == (False, None, 300, 7, True)
    assert reads(phone)


def test_a_phone_that_asks_again_has_its_new_pin(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    phone.enrol(link, "246813")
    phone.enrol(link, "975318")
    assert len(ward.rows(Enrolment.select())) == 1
    assert phone.unlock("246813").status_code == 403 and phone.unlock("975318").status_code == 200


def test_whoever_finds_the_spent_invitation_on_the_phone_later_sets_no_new_pin(ward):
    """The link still stands in a chat, the browser still has its session: neither opens what the PIN closes."""
    link, phone = ward.invite("lan"), ward.stranger().enrol(ward.invite("hoa"))
    phone.enrol(link)
    assert reads(phone)
    write(ward, Enrolment.update(created_at=Enrolment.created_at - 11 * 60_000))
    # It leads into the book it gave, which asks for the PIN.
    assert phone.look(link).json["given"] == phone.me["enrolment"]
    answer = phone.begin(link, "000111")
    assert answer.status_code == 422 and "đã được dùng" in answer.json["error"]
    assert phone.unlock().status_code == 200


def test_an_answer_lost_for_hours_may_still_be_asked_for(ward):
    link, phone = ward.invite("lan"), ward.stranger()
    lost = phone.begin(link)
    phone.client.delete_cookie("sotay-" + lost.json["enrolment"])
    back = 5 * 3_600_000
    write(ward, Enrolment.update(created_at=Enrolment.created_at - back, last_contact_at=Enrolment.last_contact_at - back))
    assert phone.look(link).status_code == phone.begin(link).status_code == 200


# ── Mở khóa, Khóa lại ────────────────────────────────────────────────────────────────────────────────────────────────

def test_locking_ends_reading_and_unlocking_opens_it_again(ward):
    phone = ward.lan
    assert reads(phone)
    answer = phone.lock()
    assert answer.status_code == 204 and not answer.data
    assert not phone.client.get_cookie("sotay-read") and not phone.client.get_cookie("sotay-open")
    assert not reads(phone)
    assert phone.unlock().json["initials"] and reads(phone)


def test_whoever_leaves_has_the_browser_forget_the_pages_it_could_go_back_to(ward):
    assert ward.lan.lock(leaving=True).headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in ward.lan.lock().headers, "the scripts, which say nothing, stay"


def test_locking_is_good_without_anything_to_lock(ward):
    assert ward.stranger().lock().status_code == 204
    for _time in range(2):
        assert ward.lan.lock().status_code == 204


def test_both_halves_are_needed(ward):
    phone = ward.lan
    read, half = (phone.client.get_cookie(name).value for name in ("sotay-read", "sotay-open"))
    for name, value in (("sotay-read", read), ("sotay-open", half)):
        phone.client.delete_cookie(name)
        assert not reads(phone)
        phone.client.set_cookie(name, value[:-1] + ("A" if value[-1] != "A" else "B"))
        assert not reads(phone)
        phone.client.set_cookie(name, value)
        assert reads(phone)


def test_a_phone_that_dropped_its_half_without_a_network_still_ends_the_session(ward):
    phone = ward.lan
    half = phone.client.get_cookie("sotay-open").value
    read = phone.client.get_cookie("sotay-read").value
    phone.client.delete_cookie("sotay-open")
    phone.lock()
    phone.client.set_cookie("sotay-open", half)
    phone.client.set_cookie("sotay-read", read)
    assert not reads(phone)


def test_a_session_opens_nothing_without_the_cookie_of_its_enrolment(ward):
    thief = ward.stranger()
    for name in ("sotay-read", "sotay-open"):
        thief.client.set_cookie(name, ward.lan.client.get_cookie(name).value)
    assert thief.get("/todo").status_code == 401
    hoa = ward.hoa
    for name in ("sotay-read", "sotay-open"):
        hoa.client.set_cookie(name, ward.lan.client.get_cookie(name).value)
    assert hoa.get("/todo").status_code == 401


def test_the_cookies_of_reading_end_with_the_browser_and_a_script_reads_one_of_them(ward):
    phone = ward.lan
    found = {cookie.split("=")[0]: {part.strip().lower() for part in cookie.split(";")[1:]} for cookie in phone.unlock().headers.getlist("Set-Cookie")}
    assert found["sotay-read"] == {"httponly", "path=/", "samesite=lax"}
    assert found["sotay-open"] == {"path=/", "samesite=lax"}


def test_behind_https_the_half_no_script_reads_is_bound_to_the_host(secure_ward):
    phone = secure_ward.lan
    found = {cookie.split("=")[0]: {part.strip().lower() for part in cookie.split(";")[1:]} for cookie in phone.unlock().headers.getlist("Set-Cookie")}
    assert found["__Host-sotay-read"] == {"secure", "httponly", "path=/", "samesite=lax"}
    assert found["sotay-open"] == {"secure", "path=/", "samesite=lax"}
    assert reads(phone)
    assert phone.lock().status_code == 204 and not reads(phone)


def test_nothing_of_a_session_lies_in_the_database(ward):
    phone = ward.lan
    [kept] = ward.rows(Reading.select())
    token = phone.client.get_cookie("sotay-read").value.split(".", 1)[1]
    assert token not in str(kept.__data__) and phone.client.get_cookie("sotay-open").value not in str(kept.__data__)


def test_unlocking_again_ends_the_session_before(ward):
    phone = ward.lan
    old = {name: phone.client.get_cookie(name).value for name in ("sotay-read", "sotay-open")}
    phone.unlock()
    for name, value in old.items():
        phone.client.set_cookie(name, value)
    assert not reads(phone)
    assert len(ward.rows(Reading.select().where(Reading.ended_at.is_null()))) == 1


def test_on_a_shared_phone_unlocking_for_one_ends_reading_for_the_other(ward):
    phone = ward.lan
    lan, old = phone.me, {name: phone.client.get_cookie(name).value for name in ("sotay-read", "sotay-open")}
    phone.enrol(ward.invite("hoa"), "864209")
    assert phone.get("/me").json["me"]["person"] == phone.me["person"] != lan["person"]
    for name, value in old.items():
        phone.client.set_cookie(name, value)
    assert not reads(phone)
    assert phone.unlock(enrolment=lan["enrolment"]).json["person"] == lan["person"]


def test_the_pin_of_one_opens_nothing_of_the_other_on_the_same_phone(ward):
    phone = ward.lan
    lan = phone.me["enrolment"]
    phone.enrol(ward.invite("hoa"), "864209")
    phone.lock()
    assert phone.unlock(PIN).status_code == 403
    assert phone.unlock("864209", enrolment=lan).status_code == 403
    assert {each.failures for each in ward.rows(Enrolment.select())} == {1}


def test_a_page_that_belongs_to_somebody_else_by_now_is_locked(ward):
    phone = ward.lan
    lan = phone.me["enrolment"]
    phone.enrol(ward.invite("hoa"))
    assert phone.get("/records/rows", **{"Sotay-Enrolment": phone.me["enrolment"]}).status_code == 200
    assert phone.get("/records/rows", **{"Sotay-Enrolment": lan}).status_code == 401
    assert phone.post("/reading", {}, **{"Sotay-Enrolment": lan}).status_code == 401
    told = phone.get("/me", **{"Sotay-Enrolment": lan}).json["me"]
    assert told["enrolment"] == lan and "person" not in told


# ── Idleness ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_session_ends_after_five_minutes_without_a_gesture(ward):
    phone = ward.lan
    gesture_ago(ward, 299)
    assert reads(phone)
    gesture_ago(ward, 300)
    assert not reads(phone)
    assert phone.post("/reading", {}).status_code == 401, "what has ended is not opened by a touch"
    assert phone.unlock().status_code == 200 and reads(phone)


def test_a_gesture_extends_and_nothing_else_does(ward):
    phone = ward.lan
    subscribe(phone)
    gesture_ago(ward, 200)
    [before] = ward.rows(Reading.select())
    phone.get("/todo")
    phone.get("/me")
    phone.get("/records/rows", **{"HX-Request": "true"})
    phone.record()
    phone.get("/push/subscription")
    phone.post("/sync", {"enrolment": phone.me["enrolment"], "entries": []})
    assert ward.rows(Reading.select())[0].gesture_at == before.gesture_at
    answer = phone.post("/reading", {})
    assert answer.status_code == 204 and not answer.data
    assert ward.rows(Reading.select())[0].gesture_at > before.gesture_at + 150_000


# ── What a locked phone is told ──────────────────────────────────────────────────────────────────────────────────────

def test_a_locked_phone_is_told_nothing_of_its_person(ward):
    phone = ward.lan
    assert phone.get("/me").json["me"] == phone.me | {"alone": True}
    phone.lock()
    told = phone.get("/me").json
    assert set(told) == {"me", "revoked"}
    assert set(told["me"]) == {"enrolment", "key", "vapid", "quick", "exit", "idle", "keep_days", "approved", "alone"}
    assert ward.stranger().get("/me").json == {"me": None, "revoked": []}


@pytest.mark.parametrize("role", permissions.ROLES)
def test_only_whoever_records_is_offered_to_write_without_unlocking(ward, role):
    phone = getattr(ward, next(name for name, (each, _unit) in CAST.items() if each == role))
    write(ward, WardRow.update(quick_note=True))
    records = phone.save("record", OBSERVATION)[1] == "stored"
    assert records == (role not in ("leader", "admin"))
    assert phone.get("/me").json["me"]["quick"] == records
    phone.lock()
    assert phone.get("/me").json["me"]["quick"] == records


def test_a_locked_phone_deposits(ward):
    phone = ward.lan
    phone.lock()
    assert phone.save("record", OBSERVATION)[1] == "stored"


def test_a_phone_of_before_the_pin_deposits_and_reads_nothing(ward):
    phone = ward.lan
    write(ward, Enrolment.update(verifier=None))
    write(ward, Reading.delete())
    assert phone.save("record", OBSERVATION)[1] == "stored"
    assert phone.get("/todo").status_code == 401
    answer = phone.unlock()
    assert answer.status_code == 401 and "lời mời mới" in answer.json["error"]
    assert row(ward, phone).failures == 0


# ── Wrong PINs ───────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_wrong_pin_says_from_the_fifth_on_how_many_are_left_and_the_tenth_resets(ward):
    phone = ward.lan
    phone.lock()
    for used in range(1, 10):
        answer = phone.unlock(WRONG)
        assert answer.status_code == 403 and answer.json["left"] == 10 - used
        assert answer.json["error"] == ("Mã chưa đúng. Thử lại." if used < 5 else f"Còn {10 - used} lần. Quên mã: gọi người đã mời bạn.")
        assert row(ward, phone).failures == used
    for pin in (WRONG, PIN, WRONG):
        answer = phone.unlock(pin)
        assert answer.status_code == 410 and answer.json == {"wipe": True, "error": "Sổ đã đặt lại. Cần lời mời mới."}
    assert row(ward, phone).revoked_at
    assert not reads(phone)


def test_the_right_pin_starts_the_count_again(ward):
    phone = ward.lan
    for _round in range(3):
        for _time in range(9):
            assert phone.unlock(WRONG).status_code == 403
        assert phone.unlock().status_code == 200
    assert row(ward, phone).failures == 0


def test_ten_wrong_pins_revoke_that_enrolment_alone_and_its_entries_still_arrive(ward):
    phone, other = ward.lan, ward.phone("lan")
    entry = phone.seal("record", OBSERVATION)
    neighbour = phone.me["enrolment"]
    phone.enrol(ward.invite("hoa"))
    for _time in range(10):
        answer = phone.unlock(WRONG, enrolment=neighbour)
    assert answer.status_code == 410
    assert reads(phone) and reads(other), "the other person of this phone, and the other phone of this person"
    reply = phone.sync(entry, enrolment=neighbour).json
    assert [receipt["outcome"] for receipt in reply["receipts"]] == ["stored"] and reply["wipe"] is True
    assert phone.get("/me").json["revoked"] == [neighbour]


def test_a_new_invitation_restores_the_person(ward):
    phone = ward.lan
    record = phone.record()
    for _time in range(10):
        phone.unlock(WRONG)
    phone.enrol(ward.invite("lan"))
    assert record in phone.get("/records/rows").text


def test_many_wrong_pins_at_once_are_no_more_than_ten_tries(ward, monkeypatch):
    """All wait for each other right before they are looked at: each has been counted by then."""
    phone = ward.lan
    gate, answers, looked = threading.Barrier(10, timeout=20), [], []
    real = verifiers.matches

    def look(kept, verifier):
        looked.append(1)
        gate.wait()
        return real(kept, verifier)
    monkeypatch.setattr(verifiers, "matches", look)
    cookies = {name: phone.client.get_cookie(name).value for name in ("sotay-" + phone.me["enrolment"],)}

    def guess():
        one = Phone(ward.app)
        for name, value in cookies.items():
            one.client.set_cookie(name, value)
        with ward.app.app_context():
            answers.append(one.unlock(WRONG, enrolment=phone.me["enrolment"]).status_code)
            database.close()
    guessers = [threading.Thread(target=guess) for _n in range(16)]
    for each in guessers:
        each.start()
    for each in guessers:
        each.join()
    assert len(looked) == 10
    assert sorted(answers)[:9] == [403] * 9 and answers.count(410) >= 1 and set(answers) <= {403, 410, 429}


@pytest.mark.parametrize("body", [{}, {"enrolment": "x"}, {"enrolment": None}, {"enrolment": ["x"]}, {"enrolment": {}}])
def test_an_enrolment_this_phone_does_not_hold_is_not_unlocked(ward, body):
    answer = ward.lan.post("/unlock", {**body, "verifier": "A" * 43})
    assert answer.status_code == 401 and set(answer.json) == {"error"}
    assert ward.stranger().post("/unlock", {"enrolment": ward.lan.me["enrolment"], "verifier": ward.lan.verifier()}).status_code == 401


@pytest.mark.parametrize("verifier", [None, "", 7, "A" * 42, ["A" * 43]])
def test_a_verifier_that_is_none_is_no_wrong_pin(ward, verifier):
    answer = ward.lan.post("/unlock", {"enrolment": ward.lan.me["enrolment"], "verifier": verifier})
    assert answer.status_code == 422 and set(answer.json) == {"error"}
    assert row(ward, ward.lan).failures == 0


DOORS = [("POST", "/unlock"), ("POST", "/reading"), ("DELETE", "/reading"), ("POST", "/pin"), ("POST", "/enrolments/forget")]


@pytest.mark.parametrize("method, path", DOORS)
@pytest.mark.parametrize("headers", [{"Origin": "https://kac.example"}, {"Origin": ""}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}], ids=str)
def test_another_site_opens_keeps_and_ends_nothing(ward, method, path, headers):
    phone = ward.lan
    body = {"enrolment": phone.me["enrolment"], "verifier": phone.verifier(), "old": phone.verifier(), "new": phone.verifier("9")}
    assert phone.post(path, body, method, **headers).status_code == 400
    assert reads(phone)


@pytest.mark.parametrize("path", ["/unlock", "/reading", "/pin", "/enrolments/forget"])
@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"7", b'"x"', b"[" * 100_000])
def test_malformed_json_is_refused_and_changes_nothing(ward, path, data):
    phone = ward.lan
    answer = phone.client.post(path, base_url=phone.base, data=data, content_type="application/json", headers={"Origin": phone.base})
    assert answer.status_code in ({204} if path == "/reading" else {401, 422})
    assert not row(ward, phone).revoked_at and phone.unlock().status_code == 200


def test_guessing_on_from_one_phone_is_slowed_down_too(ward):
    phone = ward.lan
    statuses = [phone.unlock(WRONG).status_code for _time in range(31)]
    assert statuses == [403] * 9 + [410] * 21 + [429]


# ── Another PIN ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_pin_is_changed_by_whoever_reads_and_knows_the_old_one(ward):
    phone = ward.lan
    answer = phone.post("/pin", {"old": phone.verifier(), "new": phone.verifier("975310")})
    assert answer.status_code == 204 and not answer.data
    # Browsers send again what nobody answered: it has been done, and is no wrong try.
    answer = phone.post("/pin", {"old": phone.verifier(), "new": phone.verifier("975310")})
    assert answer.status_code == 204 and row(ward, phone).failures == 0
    assert reads(phone)
    assert phone.unlock().status_code == 403 and phone.unlock("975310").status_code == 200


def test_a_wrong_old_pin_counts_and_the_tenth_resets(ward):
    phone = ward.lan
    for left in range(9, 0, -1):
        answer = phone.post("/pin", {"old": phone.verifier(WRONG), "new": phone.verifier("975310")})
        assert answer.status_code == 403 and answer.json["left"] == left
    assert phone.post("/pin", {"old": phone.verifier(WRONG), "new": phone.verifier("975310")}).json["wipe"] is True
    assert row(ward, phone).revoked_at and not reads(phone)


@pytest.mark.parametrize("body", [{}, {"old": "A" * 43}, {"new": "A" * 43}, {"old": "x", "new": "A" * 43}])
def test_half_a_change_of_pin_changes_nothing(ward, body):
    assert ward.lan.post("/pin", body).status_code == 422
    assert row(ward, ward.lan).failures == 0 and ward.lan.unlock().status_code == 200


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_unlock(ward):
    from argon2 import PasswordHasher
    phone = ward.lan
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(verifiers.read(phone.verifier()))
    write(ward, Enrolment.update(verifier=old))
    assert phone.unlock().status_code == 200
    kept = row(ward, phone).verifier
    assert kept != old and not verifiers.outdated(kept) and phone.unlock().status_code == 200


# ── Giving up ────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_phone_that_wiped_itself_without_a_network_gives_its_enrolment_up(ward):
    phone = ward.lan
    phone.lock()
    for _time in range(2):
        answer = phone.post("/enrolments/forget", {"enrolment": phone.me["enrolment"]})
        assert answer.status_code == 204 and not answer.data
    assert row(ward, phone).revoked_at and phone.unlock().status_code == 410
    assert phone.save("record", OBSERVATION)[1] == "stored"


def test_nobody_gives_up_what_another_phone_holds(ward):
    assert ward.hoa.post("/enrolments/forget", {"enrolment": ward.lan.me["enrolment"]}).status_code == 401
    assert reads(ward.lan)


def test_a_device_is_rung_until_its_last_enrolment_is_gone(ward):
    phone = ward.lan
    subscribe(phone)
    lan = phone.me["enrolment"]
    phone.enrol(ward.invite("hoa"))
    phone.post("/enrolments/forget", {"enrolment": lan})
    assert len(ward.rows(Subscription.select())) == 1
    phone.post("/enrolments/forget", {"enrolment": phone.me["enrolment"]})
    assert not ward.rows(Subscription.select())


# ── Waiting for approval ─────────────────────────────────────────────────────────────────────────────────────────────

def test_a_reader_who_waits_sees_the_short_code_and_no_more(ward):
    phone = ward.phone("dung", approved=False)
    assert phone.me["approved"] is False and len(phone.me["short_code"]) == 6
    referral = ward.lan.refer(unit="congan", urgency="urgent", basis="danger")
    for path in ("/", "/todo", f"/referrals/{referral}", "/directory"):
        answer = phone.get(path)
        assert answer.status_code == 403 and phone.me["short_code"] in answer.text and "Chờ điều phối viên duyệt" in answer.text
        assert "Việc cần làm" not in answer.text and referral not in answer.text
    assert phone.get("/records/rows", **{"HX-Request": "true"}).text.startswith("<p")
    assert set(phone.post("/pin", {}).json) == {"error"}
    phone.lock()
    assert phone.get("/todo").status_code == 401
    assert phone.unlock().json["short_code"] == phone.me["short_code"]


def test_an_invitation_of_the_command_line_is_approved_unless_it_is_told_to_wait(ward):
    from tests.server.test_enrolments import command
    words = ("invite", "--role", "coordinator", "--unit", "vhxh", "--name", "Chị Thu")
    for extra, status in (((), 200), (("--wait",), 403)):
        phone = ward.stranger().enrol(command(ward, *words, *extra).output.strip())
        assert phone.get("/todo").status_code == status


# ── What a copy is not ───────────────────────────────────────────────────────────────────────────────────────────────

def test_a_phone_that_keeps_a_copy_has_seen_nothing(ward):
    record, referral = ward.lan.record(), ward.lan.refer()
    for path in (f"/records/{record}", f"/referrals/{referral}"):
        assert ward.thu.get(path, **{"Sotay-Keep": "1"}).status_code == 200
    assert "Đã xem" not in ward.lan.get("/records/rows").text
    for path in (f"/records/{record}", f"/referrals/{referral}"):
        ward.thu.get(path)
    assert ward.lan.get("/records/rows").text.count("Đã xem") == 2


def test_a_note_written_without_unlocking_says_so_wherever_it_stands(ward):
    said, quick, known = "Chưa xác minh người ghi", ward.lan.record(unverified="yes"), ward.lan.record()
    assert ward.thu.get("/todo").text.count(said) == 1 == ward.lan.get("/records/rows").text.count(said)
    assert said in ward.thu.get(f"/records/{quick}").text and said not in ward.thu.get(f"/records/{known}").text
    referral = ward.lan.refer(record=quick, unit="congan", urgency="urgent", basis="danger")
    assert said in ward.dung.get(f"/referrals/{referral}").text
    assert ward.lan.save("record", {**OBSERVATION, "unverified": "no"})[1] == "invalid"


def test_a_session_is_never_older_in_the_books_than_thirty_days(ward):
    phone = ward.lan
    write(ward, Reading.update(gesture_at=now() - readings.KEPT - 1, ended_at=now() - readings.KEPT))
    phone.unlock()
    assert len(ward.rows(Reading.select())) == 1
