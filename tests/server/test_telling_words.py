"""What a phone keeps in clear says nothing of what the app is for: files and pages of the precache, whatever opens without a PIN,
and the addresses a browser remembers of the rest."""
import html
import re
import unicodedata

import pytest

from db.models import Unit
from pwa.assets import NOT_PRECACHED, ROOT, SERVED
from pwa.domain.access import KEPT_FORMS
from pwa.domain.papers import PAPERS
from pwa.domain.permissions import ANYONE, ROUTES
from pwa.web.cases import FORMS
from tests.server.test_cases import saved
from tests.server.test_risks import opened

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


def plain(words):
    """As an address would write it: công an → cong-an, congan, cong_an."""
    letters = unicodedata.normalize("NFD", words.replace("đ", "d"))
    return "".join(each for each in letters if not unicodedata.combining(each)).replace(" ", "[-_+]?")


TELLING_ADDRESS = re.compile(f"{TELLING.pattern}|{plain(TELLING.pattern)}", re.I)
# Three addresses are named by whoever builds tools beside the app; the rest stay neutral.
NAMED_ELSEWHERE = re.compile(r"^/records/new-school$|^/referrals/")
SHARED = {"decision": "agreed", "consent_basis": "danger", "asked_of": "nobody", "consent_note": "Bị dọa", "fields": ["what"]}
LINK = re.compile(r'\s(?:href|action|hx-[a-z]+|data-for-\w+|formaction)="([/?][^"]*)"')


def telling(address):
    return None if NAMED_ELSEWHERE.match(address) else TELLING_ADDRESS.search(address)


def test_addresses_say_no_more(ward):
    rules = [re.sub("<.+?>", "", rule.rule) for rule in ward.app.url_map.iter_rules()]
    for address in [*rules, *KEPT_FORMS, *FORMS]:
        assert not telling(address), address


def walked(phone, start):
    """Every address that these pages, and those they lead to, name or answer with: {address: the page it stands on}."""
    found, to_look = {}, list(start)
    while to_look:
        page = to_look.pop()
        answer = phone.get(page)
        found.setdefault(answer.headers.get("Location", page), page)
        said = answer.headers.get("Content-Disposition", "")
        if said:
            found["/" + re.search('filename="(.+)"', said).group(1)] = page
        for link in LINK.findall(answer.text if answer.mimetype == "text/html" else ""):
            address = html.unescape(link).split("#")[0]
            address = page.split("?")[0] + address if address.startswith("?") else address
            if address not in found and not address.startswith("/_/"):
                found[address] = page
                to_look.append(address)
    return found


def test_no_address_that_a_browser_remembers_names_a_unit_a_paper_or_what_it_is_about(ward):
    """Whoever works with cases leaves a history, a list of downloads and open pages that say no more than that it was a notebook."""
    case = opened(ward, victim_age="under-16", danger="yes")
    codes = [unit.code for unit in ward.rows(Unit.select().where(Unit.ward == ward.row.id))]
    for unit in ("congan", "tramyte", "tgpl"):
        saved(ward.thu.save("consent", {"case": case, "unit": unit, **SHARED}))
    saved(ward.thu.save("person", {"case": case, "part": "affected", "name": "Bé Na"}))
    saved(ward.thu.save("incident", {"case": case, "note": "Tối qua"}))
    saved(ward.lan.save("referral", {"unit": "congan", "urgency": "urgent", "basis": "danger"}))
    unit = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, codes))})(?!\w)")
    for phone in (ward.thu, ward.dung, ward.lan, ward.son, ward.binh):
        found = walked(phone, ("/", "/todo", "/records", "/directory/rows"))
        for address, page in found.items():
            assert not telling(address) and not unit.search(address), (address, page)
        if phone is ward.thu:
            assert {f"/cases/{case}/papers/{name}" for name in "12"} <= set(found) and "/duty" in found
            assert sum("/consent?unit=" in address for address in found) == 3 and any("/refer?unit=" in address for address in found)


def test_addresses_of_before_open_what_they_opened(ward):
    """They lie in pages that are open, or kept on phones."""
    case = opened(ward, victim_age="under-16")
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", **SHARED}))
    unit = ward.unit_id("congan")
    for before, since in ((f"/cases/{case}/papers/mau-01", f"/cases/{case}/papers/1"), (f"/cases/{case}/papers/cam-tiep-xuc", f"/cases/{case}/papers/2")):
        answers = [ward.thu.get(each) for each in (before, since)]
        assert [each.status_code for each in answers] == [200, 200] and len({each.headers["Content-Disposition"] for each in answers}) == 1
    for form in ("consent", "refer"):
        chosen = [re.findall(r'<option value="([\w-]+)" selected', ward.thu.get(f"/cases/{case}/{form}?unit={each}").text) for each in ("congan", unit)]
        assert chosen == [["congan"], ["congan"]]
    for each in ("congan", unit):
        assert "Công an phường" in ward.dung.get(f"/duty/{each}").text and ward.hanh.get(f"/duty/{each}").status_code == 404
        # A form that was half filled under an address is found again there: that address is part of its name (static/js/drafts.js).
        assert f'action="/duty/{each}"' in ward.dung.get(f"/duty/{each}").text
    assert PAPERS["1"] is PAPERS["mau-01"] and PAPERS["2"] is PAPERS["cam-tiep-xuc"]
