"""Finding a case by a number, however it was written, without a number in any address and without opening a column."""
import re
from datetime import date, timedelta

import pytest

from db.base import database
from db.models import Audit, Case, ContactKey, Person, Record
from pwa.crypto import columns
from pwa.crypto import search as search_of
from pwa.domain import escalations, numbers, queue
from pwa.domain.clock import DAY, now
from tests.server.test_cases import CONSENT, abroad, saved
from tests.server.test_risks import opened


def ask(who, **asked):
    """A coordinator's search, as the form posts it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', who.get("/cases/search").text).group(1)
    return who.client.post("/cases/search", base_url=who.base, data={"csrf_token": token, **asked}, headers={"Referer": who.base + "/"})


def search(who, number):
    return ask(who, phone=number)


def code_of(ward, case):
    code = ward.rows(Case.select().where(Case.id == case))[0].code
    return f"{code[:3]}-{code[3:]}"


@pytest.mark.parametrize("number", ["0912345678", "+84 912 345 678", "0912.345.678", "84912345678"])
def test_a_case_is_found_by_the_number_of_a_person_or_of_a_record(ward, number):
    first, second, other = opened(ward), opened(ward, safe_contact="Gọi 0912 345 678 buổi sáng"), opened(ward, safe_contact="0987654321")
    ward.thu.save("person", {"case": first, "part": "affected", "phone": "+84 912.345.678"})
    page = search(ward.thu, number).text
    assert code_of(ward, first) in page and code_of(ward, second) in page and code_of(ward, other) not in page


def test_nothing_is_opened_to_find_it_and_the_number_is_nowhere_in_clear(ward, monkeypatch):
    case = opened(ward, safe_contact="0912345678")
    monkeypatch.setattr(columns, "unseal", lambda *_: pytest.fail("a column was opened"))
    page = search(ward.thu, "0912345678").text
    assert code_of(ward, case) in page and "912345678" not in page
    rows = ward.rows(ContactKey.select())
    assert rows and all("912345678" not in row.key for row in rows)
    assert [row.subject_kind for row in ward.rows(Audit.select().where(Audit.action == "list", Audit.subject_kind == "searches.find"))]


def test_a_number_that_is_none_and_one_nobody_has_are_said(ward):
    assert search(ward.thu, "113").status_code == 422
    assert "Không có hồ sơ nào như vậy" in search(ward.thu, "0912345678").text


def found(ward, who=None, **asked):
    """Ids of the cases a search shows, in order."""
    return re.findall(r'href="/cases/([0-9a-f-]{36})"', ask(who or ward.thu, **asked).text)


def opened_days_ago(ward, case, days):
    with ward.app.app_context():
        Case.update(opened_at=now() - days * DAY).where(Case.id == case).execute()


def test_a_case_is_found_by_its_code_its_unit_its_state_and_its_time_and_by_all_of_them_together(ward):
    old, asked, school = opened(ward, tdp="tdp-3"), opened(ward), opened(ward)
    saved(ward.thu.save("case-referral", {"case": asked, "unit": "tramyte", "urgency": "normal", **CONSENT}))
    opened_days_ago(ward, old, 30)
    saved(ward.thu.save("closing", {"case": school, "choice": "close", "outcome": "safe", "said": "better"}))
    today, week = date.today(), (date.today() - timedelta(days=7)).isoformat()
    assert found(ward, code=code_of(ward, old).lower()) == [old]
    assert (found(ward, unit="tdp-3"), found(ward, unit="tramyte"), set(found(ward, unit="tdp-1"))) == ([old], [asked], {old, asked, school})
    assert (found(ward, state="closed"), set(found(ward, state="open"))) == ([school], {old, asked})
    assert (set(found(ward, since=week)), found(ward, until=week)) == ({asked, school}, [old])
    assert set(found(ward, since=today.isoformat(), until=today.isoformat())) <= {asked, school}
    assert found(ward, unit="tdp-1", state="open", since=week) == [asked]
    assert found(ward, code="ZZZZZZ") == found(ward, unit="congan") == found(ward, unit="no-such") == []


def test_a_search_shows_the_newest_first_a_page_at_a_time(ward, monkeypatch):
    made = [opened(ward) for _case in range(3)]
    for days, case in enumerate(made):
        opened_days_ago(ward, case, days)
    monkeypatch.setattr(queue, "PAGE", 2)
    page = ask(ward.thu, state="open").text
    following = re.search(r'name="after" value="([^"]+)"', page).group(1)
    assert re.findall(r'href="/cases/([0-9a-f-]{36})"', page) == made[:2] and found(ward, state="open", after=following) == made[2:]


def test_a_search_finds_what_need_to_know_shows_and_nothing_of_another_ward(ward):
    case = opened(ward, safe_contact="0912345678")
    xuan = abroad(ward)
    for asked in ({"code": code_of(ward, case)}, {"phone": "0912345678"}, {"state": "open"}, {"unit": "tdp-1"}):
        assert found(ward, ward.kim, **asked) == [case] and found(ward, xuan, **asked) == []


def reads_out(code, answer):
    """Whether a page says this code: not as the beginning of an id, which it is when that has no letter in it."""
    return re.search(f"{code}(?!-)", answer.text) is not None


def test_the_code_that_is_read_out_on_the_phone_finds_what_it_is_of_also_outside_a_case(ward):
    record, referral, xuan = ward.lan.record(danger="yes"), ward.lan.refer(unit="congan", urgency="urgent", basis="danger"), abroad(ward)
    inside = ward.lan.record(danger="yes")
    case = saved(ward.thu.save("triage", {"record": inside, "choice": "open"}))
    for subject, path in ((record, "/records/"), (referral, "/referrals/")):
        code = escalations.code_of(subject)
        assert reads_out(code, ward.thu.get(path + subject)) and not reads_out(code, ward.lan.get(path + subject))
        for said in (code, code.lower(), f"{code[:4]} {code[4:]}"):
            assert f'href="{path}{subject}"' in ask(ward.thu, code=said).text
        assert f'href="{path}{subject}"' not in ask(xuan, code=code).text
    assert not reads_out(code, ward.dung.get(f"/referrals/{referral}"))
    assert found(ward, code=escalations.code_of(inside)) == [case]


def test_a_search_for_nothing_or_for_what_is_no_day_is_said(ward):
    for asked, word in (({}, "ít nhất một điều"), ({"since": "hôm qua"}, "chọn lại ngày"), ({"state": "lost"}, "chọn lại một ô")):
        answer = ask(ward.thu, **asked)
        assert answer.status_code == 422 and word in answer.text
    assert all(row.detail is None for row in ward.rows(Audit.select().where(Audit.subject_kind == "searches.find")))


MANY = "Chị Sáu 0912 345 678 (18h) 0987 654 321; mẹ: 0239 385 6789"


@pytest.mark.parametrize("number", ["0912345678", "0987654321", "02393856789"])
def test_every_number_of_a_text_is_found_and_none_of_an_older_version(ward, number):
    told, named, other = opened(ward, safe_contact=MANY), opened(ward), opened(ward, safe_contact="0977000111")
    person = saved(ward.thu.save("person", {"case": named, "part": "affected", "phone": "0977000222", "safe_contact": MANY}))
    assert set(found(ward, phone=number)) == {told, named} and found(ward, phone="0977 000 222") == [named]
    # Two records with one number of several in common may tell of the same.
    late = ward.hoa.record(safe_contact=f"Gọi {number}")
    assert f'name="other" value="{record_of(ward, told)}"' in ward.thu.get(f"/records/{late}").text
    assert f'name="other" value="{record_of(ward, other)}"' not in ward.thu.get(f"/records/{late}").text
    saved(ward.thu.save("person", {"case": named, "part": "affected", "over": person, "phone": "0977000333"}))
    assert found(ward, phone=number) == [told] and found(ward, phone="0977000333") == [named]


def record_of(ward, case):
    return ward.rows(Record.select().where(Record.case_id == case))[0].id


def test_texts_of_before_are_looked_through_once_for_the_numbers_nobody_kept(ward):
    case = opened(ward, safe_contact=MANY)
    saved(ward.thu.save("person", {"case": case, "part": "affected", "phone": "0977000222", "safe_contact": "0977000333"}))
    with ward.app.app_context(), database.connection_context():
        # As migration 0056 leaves it: the first number of each text, and a mark for each table.
        ContactKey.delete().execute()
        ward_id, record = Person.get_by_id(ward.thu.me["person"]).ward_id, Record.get(Record.case_id == case).id
        ContactKey.create(id="first", key=search_of.phone_hash(ward_id, "84912345678"), subject_id=record)
        for table in ("record", "case_person"):
            ContactKey.create(id=f"{numbers.UNREAD}-{table}", key=numbers.UNREAD, subject_id=numbers.UNREAD)
        assert (numbers.look_through(), numbers.look_through()) == (2, 0)
        assert ContactKey.select().count() == 5
    assert all(found(ward, phone=number) == [case] for number in ("0912345678", "0987654321", "0977000222", "0977000333"))
