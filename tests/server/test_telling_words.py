"""What a phone keeps in clear says nothing of what the app is for: every file and page of the precache, word by word."""
import re

import pytest

from pwa.assets import NOT_PRECACHED, ROOT, SERVED
from pwa.domain.access import KEPT_FORMS
from pwa.domain.permissions import ANYONE, ROUTES

# What would tell whoever looks into a phone's storage, in either language; not what browsers themselves call their settings.
TELLING = re.compile(
    r"bạo|hành hạ|xâm hại|bị hại|nạn nhân|đánh đập|đe dọa|quấy rối|tình dục|nguy hiểm|trẻ em|công an|tạm lánh|ly hôn|chuyển gửi|tin báo|hồ sơ|"
    r"tố giác|cấm tiếp xúc|phường|sự việc|violen|victim|abus|danger|surviv|perpetrat|assault|\brape|harass|shelter|police|(?<!no-)referr(?!erPolicy)|gender|\bharm|"
    r"\bwife|husband|partner|family_|school|(?<!-)\bchild\b|\bGBV\b", re.I)
FILES = [path for folder in SERVED for path in sorted((ROOT / folder).rglob("*"))
         if path.is_file() and path.suffix not in (".png", ".md") and not str(path).endswith(NOT_PRECACHED)]


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_no_file_of_the_precache_tells(path):
    found = {match.group(0) for match in TELLING.finditer(path.read_text())}
    assert not found


@pytest.mark.parametrize("path", ["/lock", "/away", "/later", "/sw.js", "/manifest.webmanifest"])
def test_no_page_that_lies_in_clear_tells(ward, path):
    answer = ward.stranger().get(path)
    assert answer.status_code == 200
    assert not TELLING.search(answer.text)


def test_no_page_that_opens_without_a_pin_tells(ward):
    free = sorted({rule.rule for rule in ward.app.url_map.iter_rules()
                   if ROUTES.get(rule.endpoint) is ANYONE and "GET" in rule.methods and not rule.arguments})
    assert {"/start", "/lock", "/me", "/sync/key"} <= set(free)
    ward.lan.lock()
    for phone in (ward.stranger(), ward.lan):
        for path in free:
            answer = phone.get(path)
            assert answer.status_code == 200 and not TELLING.search(answer.text), path


@pytest.mark.parametrize("method, path, status", [("GET", "/nowhere", 404), ("GET", "/cases/x/y/z", 404), ("GET", "/cases", 401),
                                                  ("GET", "/records/new", 401), ("PUT", "/lock", 405), ("POST", "/break-glass", 400)])
@pytest.mark.parametrize("fragment", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_no_error_tells_whoever_has_not_unlocked(ward, method, path, status, fragment):
    ward.lan.lock()
    for phone in (ward.stranger(), ward.lan):
        answer = phone.client.open(path, method=method, base_url=phone.base, headers=fragment)
        assert answer.status_code == status
        assert not TELLING.search(answer.text)


def test_an_error_keeps_what_its_scripts_say(ward):
    """Also for whoever reads: what waits on the phone stands under the title of every page."""
    for phone in (ward.stranger(), ward.lan):
        text = phone.get("/nowhere").text
        assert all(f'data-say="{word}"' in text for word in ("waiting", "sending", "refused", "unknown", "captive", "update", "kept"))


def test_the_list_would_find_a_form(ward):
    assert TELLING.search(ward.lan.get("/records/new").text) and TELLING.search(ward.lan.get("/referrals/new").text)


def test_addresses_say_no_more(ward):
    for address in [*(rule.rule for rule in ward.app.url_map.iter_rules()), *KEPT_FORMS]:
        # Three addresses are named by whoever builds tools beside the app; the rest stay neutral.
        if address not in ("/records/new-school", "/referrals/new", "/referrals/<referral_id>"):
            assert not TELLING.search(re.sub("<.+?>", "", address)), address
