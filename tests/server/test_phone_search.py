"""Finding a case by a number, however it was written, without a number in any address and without opening a column."""
import re

import pytest

from db.models import Audit, Case, CasePerson, Record
from pwa.crypto import columns
from tests.server.test_risks import opened


def search(phone, number):
    token = re.search(r'name="csrf_token" value="([^"]+)"', phone.get("/cases/by-phone").text).group(1)
    return phone.client.post("/cases/by-phone", base_url=phone.base, data={"csrf_token": token, "phone": number}, headers={"Referer": phone.base + "/"})


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
    rows = ward.rows(Record.select()) + ward.rows(CasePerson.select())
    assert all("912345678" not in (row.contact_key or "") for row in rows)
    assert [row.subject_kind for row in ward.rows(Audit.select().where(Audit.action == "list", Audit.subject_kind == "phone_search.find"))]


def test_a_number_that_is_none_and_one_nobody_has_are_said(ward):
    assert search(ward.thu, "113").status_code == 422
    assert "Không có hồ sơ nào mang số này" in search(ward.thu, "0912345678").text
