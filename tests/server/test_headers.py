"""Headers and markup of every answer, errors included."""
import re
import uuid
from functools import cache
from html.parser import HTMLParser

import pytest

from db.base import database
from db.models import Record, Telling
from pwa.assets import SHELLS
from pwa.domain.pages import FOR_ALL, FOR_RECORDERS
from pwa.domain.permissions import ROLES
from tests.server.conftest import path_of, phone_at
from tests.ward import CAST, OBSERVATION

ONE_OF_EACH_ROLE = {role: next(name for name, (its, _unit) in CAST.items() if its == role) for role in ROLES}
KEEPABLE = {*SHELLS, "/sw.js", "/manifest.webmanifest"}


@pytest.fixture(scope="module")
def subjects(town):
    """Ids that stand in for the placeholders of routes; what Thu the coordinator may open."""
    record = town.lan.record(narrative="Nghe tiếng khóc")
    referral = town.lan.refer(record=record)
    town.lan.save("record", {"form_name": "observation"})
    case, _outcome = town.thu.save("triage", {"record": record, "choice": "open"})
    task, _outcome = town.thu.save("task", {"case": case, "what": "call", "due": "today"})
    decision = town.thu.save("decision-request", {"case": case, "what": "assign", "remark": "Việc gấp"})[0]
    person = town.thu.save("person", {"case": case, "part": "affected"})[0]
    request = town.thu.save("data-request", {"case": case, "person": person, "what": "delete", "asked_by": "self"})[0]
    with town.app.app_context(), database.connection_context():
        row = Record.get_by_id(record)
        telling = Telling.create(id=str(uuid.uuid4()), ward=row.ward_id, record_id=record, unit=row.unit_id, received_at=1, turn=1).id
    return {"record_id": record, "referral_id": referral, "held_id": 1, "notice_id": uuid.uuid4(), "enrolment_id": uuid.uuid4(),
            "invitation_id": uuid.uuid4(), "counsellor_id": uuid.uuid4(), "unit_id": town.unit_id("vhxh"), "case_id": case, "task_id": task, "form_name": "refer",
            "decision_id": decision, "telling_id": telling, "data_request_id": request, "name": "1"}


@pytest.fixture(scope="module")
def everyone(town):
    """A phone of each role, and one that is nobody's; each behind an address of its own."""
    phones = {role: phone_at(town, f"10.1.0.{n}", town.invite(name)) for n, (role, name) in enumerate(ONE_OF_EACH_ROLE.items(), 1)}
    return {"stranger": phone_at(town, "10.1.0.99"), **phones}


@pytest.fixture(scope="module")
def answers(town, subjects, everyone):
    """(who, method, path) → answer, of every route to every role, and of errors."""
    paths = {path_of(rule) for rule in town.app.url_map.iter_rules()}
    for name, value in subjects.items():
        paths = {path.replace(f"<{name}>", str(value)) for path in paths}
    paths |= {"/records/khong-co", "/khong-co", "/records/" + str(uuid.uuid4()), "/start/", "/_/0000/static/js/khong-co.js"}
    assert not any("<" in path for path in paths)
    found = {}
    for who, phone in everyone.items():
        for path in paths:
            for method in ("GET", "POST", "HEAD", "DELETE"):
                found[who, method, path] = phone.client.open(path, method=method, base_url=phone.base)
        found[who, "GET", "/todo (htmx)"] = phone.get("/records/" + str(uuid.uuid4()), **{"HX-Request": "true"})
    return found


def each(answers, condition=lambda answer: True):
    chosen = {where: answer for where, answer in answers.items() if condition(answer)}
    assert chosen
    return chosen.items()


def is_html(answer):
    return answer.mimetype == "text/html" and answer.data


def test_the_answers_looked_at_are_of_every_kind(answers):
    """So that the tests below cannot pass by looking at one kind of answer only."""
    assert {200, 302, 400, 401, 404, 405} - {answer.status_code for answer in answers.values()} <= {302}
    kinds = {answer.mimetype for answer in answers.values()}
    assert {"text/html", "application/json", "text/javascript", "application/manifest+json"} <= kinds
    for path in ("/records/", "/referrals/", "/held/", "/cases/", "/tasks/", "/decisions/", "/tellings/", "/data-requests/"):
        assert any(who == "coordinator" and method == "GET" and where.startswith(path) and answer.status_code == 200
                   for (who, method, where), answer in answers.items())


def directives(answer):
    [policy] = answer.headers.getlist("Content-Security-Policy")
    found = {}
    for directive in policy.split(";"):
        name, *values = directive.split()
        assert name not in found, f"{name} twice: the second would be ignored"
        found[name] = values
    return found


def may_be_a_page(answer):
    """Everything but the manifest, which runs nothing and shows nothing."""
    return answer.mimetype != "application/manifest+json"


def test_the_policy_lets_in_nothing_inline_and_nobody_else(answers):
    for where, answer in each(answers, may_be_a_page):
        policy = directives(answer)
        assert policy["default-src"] == ["'none'"], where
        assert policy["frame-ancestors"] == ["'none'"] and policy["base-uri"] == ["'none'"], where
        assert policy["require-trusted-types-for"] == ["'script'"] and policy["trusted-types"], where
        assert "'allow-duplicates'" not in policy["trusted-types"] and "*" not in policy["trusted-types"], where
        for name, values in policy.items():
            if name.endswith("-src") or name == "form-action":
                # wasm-unsafe-eval runs no text; the PIN's hash will need it.
                assert set(values) <= {"'self'", "'none'", "'wasm-unsafe-eval'"}, (where, name)


def test_every_answer_carries_the_fixed_headers(answers):
    for where, answer in each(answers, may_be_a_page):
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff", where
        assert headers["Referrer-Policy"] == "same-origin", where
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", where
        for power in ("camera", "microphone", "geolocation"):
            assert f"{power}=()" in headers["Permissions-Policy"], where
        assert "Access-Control-Allow-Origin" not in headers, where
        assert "Set-Cookie" not in headers or headers["Cache-Control"] == "no-store", where


def test_whatever_is_not_the_same_for_everyone_is_not_stored(answers):
    for (who, method, path), answer in each(answers):
        expected = "no-cache" if path in KEEPABLE and answer.status_code == 200 else "no-store"
        assert answer.headers["Cache-Control"] == expected, (who, method, path)


def test_no_answer_empties_storage_or_cookies_of_the_phone(answers):
    for where, answer in each(answers):
        assert not re.search(r"storage|cookies|\*", answer.headers.get("Clear-Site-Data", "")), where


@pytest.mark.parametrize("path", [*SHELLS, *FOR_ALL, *FOR_RECORDERS])
def test_a_shell_is_the_same_bytes_for_everyone_and_kept_by_its_version(town, answers, path):
    everyone = ("stranger", *ROLES) if path in SHELLS else ROLES
    bodies = {answers[who, "GET", path].data for who in everyone}
    assert len(bodies) == 1
    [body] = bodies
    assert b"csrf" not in body.lower()
    for who in everyone:
        answer = answers[who, "GET", path]
        assert answer.status_code == 200 and answer.headers["Cache-Control"] == ("no-cache" if path in SHELLS else "no-store")
        assert answer.headers["Sotay-Version"] == town.app.config["VERSION"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", [*FOR_ALL, *FOR_RECORDERS, "/todo", "/records/00000000-0000-4000-8000-000000000000", "/n/x", "/held/1"])
def test_without_a_reading_session_every_page_is_the_lock_screen_byte_for_byte(answers, town, path):
    lock = answers["stranger", "GET", "/lock"].data
    locked = town.hoa
    locked.lock()
    for phone in (town.stranger(), locked):
        answer = phone.get(path)
        assert answer.status_code == 401 and answer.data == lock and "Sotay-Version" not in answer.headers
        assert phone.get(path, **{"HX-Request": "true"}).text.startswith('<p class="notice" role="alert">')


def test_an_error_on_a_phone_that_reads_nothing_has_none_of_the_apps_words_around_it(answers):
    assert "Việc cần làm" not in answers["stranger", "GET", "/khong-co"].text
    assert "Việc cần làm" in answers["collaborator", "GET", "/records/khong-co"].text, "so that the line above looks for what there is"


def test_a_shell_stays_the_same_when_a_cookie_is_due_for_renewal(town, everyone, answers):
    """Renewal rides on personal answers; a shell with a cookie would make the phone's copy one person's."""
    from db.models import Enrolment
    from pwa.domain.clock import DAY, now
    phone = everyone["collaborator"]
    old = phone.client.get_cookie("sotay-" + phone.me["enrolment"]).value
    town.rows(Enrolment.update(renewed_at=now() - 2 * DAY).where(Enrolment.id == phone.me["enrolment"]).returning(Enrolment.id))
    for path in SHELLS:
        assert "Set-Cookie" not in phone.get(path).headers
    assert "Set-Cookie" in phone.get("/records/new").headers
    phone.client.set_cookie("sotay-" + phone.me["enrolment"], old)
    assert "Set-Cookie" in phone.get("/todo").headers


def test_only_shells_say_that_they_are_shells(answers):
    for (who, method, path), answer in each(answers):
        if path not in (*SHELLS, *FOR_ALL, *FOR_RECORDERS, "/pages"):
            assert "Sotay-Version" not in answer.headers, (who, method, path)


class Markup(HTMLParser):
    """What a strict policy would break, and the titles."""

    def __init__(self, text):
        super().__init__()
        self.bad, self.titles, self.foreign, self._open, self.no_autocomplete = [], [], [], None, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self._open = tag
        if tag == "style" or (tag == "script" and "src" not in found):
            self.bad.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").strip().lower().startswith("javascript:"):
                self.bad.append(f"{tag} {name}")
            if name in ("src", "href", "action", "formaction", "hx-get", "hx-post") and not re.match(r"/(?!/)|#|tel:|$", value or ""):
                self.foreign.append(value)
        if tag in ("form", "select", "textarea") or (tag == "input" and found.get("name") != "csrf_token"):
            if found.get("autocomplete") != "off":
                self.no_autocomplete.append(f"{tag} {found.get('name')}")

    def handle_data(self, data):
        if self._open == "title":
            self.titles.append(data)
        elif self._open == "script" and data.strip():
            self.bad.append("script text")

    def handle_endtag(self, tag):
        self._open = None


@cache
def markup_of(text):
    return Markup(text)


def test_no_page_carries_code_or_style_of_its_own_nor_points_elsewhere(answers):
    for where, answer in each(answers, is_html):
        markup = markup_of(answer.text)
        assert not markup.bad and not markup.foreign, (where, markup.bad, markup.foreign)


def test_the_title_of_every_page_is_the_neutral_name(answers):
    titles = 0
    for where, answer in each(answers, is_html):
        found = markup_of(answer.text).titles
        # Whoever leaves in a hurry is not to be found on a page called Sổ tay.
        name = "Lịch" if where[1:] == ("GET", "/away") else "Sổ tay"
        assert found == ([name] if "<html" in answer.text else []), where
        titles += len(found)
    assert titles > 50


def test_every_field_tells_the_browser_to_remember_nothing(answers):
    for where, answer in each(answers, is_html):
        assert not markup_of(answer.text).no_autocomplete, where


def test_the_markup_reader_notices_what_it_looks_for():
    bad = Markup('<title>Khác</title><p style="a" onclick="b"><script>c</script><style></style><a href="https://x.example"><a href="javascript:1"><input name=x>')
    assert len(bad.bad) == 6 and bad.titles == ["Khác"] and len(bad.foreign) == 2 and bad.no_autocomplete


def test_errors_say_in_vietnamese_what_to_do_next(answers):
    for where, answer in each(answers, lambda answer: answer.status_code >= 400 and answer.data
                              and answer.data != answers["stranger", "GET", "/lock"].data):
        words = answer.json["error"] if answer.is_json else re.search(r'role="alert">([^<]+)<', answer.text).group(1)
        assert re.search(r"[Hh]ãy ", words), (where, words)


def test_an_error_to_htmx_is_a_fragment_and_to_a_page_a_page(answers):
    assert "<html" not in answers["collaborator", "GET", "/todo (htmx)"].text
    assert "<html" in answers["collaborator", "GET", "/khong-co"].text


def test_assets_are_kept_for_ever_and_never_guessed_at(town):
    phone = town.stranger()
    for path in town.app.config["FILES"]:
        answer = phone.get(path)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Access-Control-Allow-Origin" not in answer.headers
        answer.close()


def test_on_loopback_nothing_asks_for_https(answers):
    for _where, answer in each(answers):
        assert "Strict-Transport-Security" not in answer.headers


def test_on_loopback_the_cookie_works_without_https(town):
    phone = phone_at(town, "10.1.1.1")
    answer = phone.begin(town.invite("lan"))
    [cookie] = [value for value in answer.headers.getlist("Set-Cookie") if answer.json["enrolment"] in value.split("=")[0]]
    assert cookie.startswith("sotay-" + answer.json["enrolment"]) and "secure" not in cookie.lower() and "httponly" in cookie.lower()


# From here on another application is the current one: the tests of the whole town stand above.

def test_behind_https_every_answer_asks_for_https(secure_ward):
    phone = secure_ward.lan
    for path in ("/", "/todo", "/khong-co", "/sync/key", "/start", "/sw.js"):
        for asking in (phone, secure_ward.stranger()):
            assert "max-age=63072000" in asking.get(path).headers["Strict-Transport-Security"]


def test_behind_https_the_cookie_of_an_enrolment_is_bound_to_the_host(secure_ward):
    phone = secure_ward.stranger()
    answer = phone.begin(secure_ward.invite("lan"))
    [cookie] = [value for value in answer.headers.getlist("Set-Cookie") if answer.json["enrolment"] in value.split("=")[0]]
    name, attributes = cookie.split("=", 1)[0], [part.strip().lower() for part in cookie.split(";")[1:]]
    assert name == "__Host-sotay-" + answer.json["enrolment"]
    assert {"secure", "httponly", "samesite=lax", "path=/", f"max-age={400 * 24 * 3600}"} <= set(attributes)
    assert not any(part.startswith("domain") for part in attributes)
    assert phone.get("/todo").status_code == 200


def test_behind_https_every_cookie_is_secure(secure_ward):
    """Also the form's and the one that says who is using the phone."""
    thu = secure_ward.thu
    cookies = [cookie for answer in (secure_ward.stranger().get("/start"), thu.unlock(), thu.lock()) for cookie in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) == 1 + 3 + 2
    assert all("; secure" in cookie.lower() and "samesite=lax" in cookie.lower() for cookie in cookies)


def test_behind_https_entries_arrive_too(secure_ward):
    assert secure_ward.lan.save("record", OBSERVATION)[1] == "stored"
