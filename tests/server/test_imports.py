"""A file instead of a network: the outbox of a phone, brought to a coordinator, goes the way of every entry."""
import json
import re
from io import BytesIO

import pytest

from db.base import database
from db.models import Enrolment, Entry, Held, Notice, Record
from pwa.crypto import envelope
from pwa.domain import people
from tests.server.test_enrolments import command
from tests.server.test_notices import told
from tests.ward import OBSERVATION, Phone

BAD = {"form_name": "observation"}


def export(phone, *entries, **changed):
    """The file a phone writes (Xuất phần chờ gửi)."""
    content = {"enrolment": phone.me["enrolment"], "entries": list(entries), **changed}
    return sealed(phone, json.dumps(content).encode())


def sealed(phone, plaintext):
    point = phone.point
    return envelope.seal_export(point, phone.me["key"]["key_id"], plaintext)


def bring(coordinator, file, name="so-tay-2026-11-24.bin"):
    data = {"csrf_token": coordinator.token(), **({"export": (BytesIO(file), name)} if file is not None else {})}
    return coordinator.client.post("/import", base_url=coordinator.base, data=data, content_type="multipart/form-data")


def counts(answer):
    assert answer.status_code == 200, answer.text
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", answer.text))


def test_what_waited_on_a_phone_is_in_the_book_as_if_it_had_delivered(cast):
    entries = [cast.lan.seal("record", {**OBSERVATION, "narrative": f"Câu {n}"}) for n in range(3)]
    answer = bring(cast.thu, export(cast.lan, *entries))
    assert counts(answer) == {"Mục trong tệp": "3", "Ghi mới vào sổ": "3", "Đã có từ trước": "0", "Giữ lại, cần xem": "0"}
    assert "Phần chờ gửi của lan, Tổ dân phố 1." in answer.text
    rows = cast.rows(Record.select())
    assert {row.id for row in rows} == {entry["id"] for entry in entries}
    assert {row.author_id for row in rows} == {cast.lan.me["person"]} and not any(row.marked for row in rows)
    assert told(cast) == {"record-new": ["kim", "kim", "kim", "thu", "thu", "thu"]}
    assert entries[0]["id"] in cast.lan.get("/records/rows").text


def test_a_phone_that_comes_online_after_all_and_a_file_brought_twice_change_nothing(cast):
    entry, later = cast.lan.seal("record", OBSERVATION), cast.lan.seal("record", OBSERVATION)
    bring(cast.thu, export(cast.lan, entry))
    assert [each["outcome"] for each in cast.lan.sync(entry, later).json["receipts"]] == ["duplicate", "stored"]
    assert counts(bring(cast.kim, export(cast.lan, entry, later)))["Đã có từ trước"] == "2"
    assert len(cast.rows(Entry.select())) == 2


def test_what_the_form_refuses_is_held_and_what_does_not_open_is_said_to_be_only_in_the_file(cast):
    good, refused, broken = cast.lan.seal("record", OBSERVATION), cast.lan.seal("record", BAD), cast.lan.seal("record", OBSERVATION)
    broken["sealed"] = broken["sealed"][:-4] + "AAAA"
    answer = bring(cast.thu, export(cast.lan, refused, broken, good, "x"))
    assert counts(answer) == {"Mục trong tệp": "4", "Ghi mới vào sổ": "1", "Đã có từ trước": "0", "Giữ lại, cần xem": "1", "Không mở được": "2"}
    assert "Hãy giữ tệp này" in answer.text
    assert [row.entry_id for row in cast.rows(Held.select())] == [refused["id"]]
    assert "Hãy giữ tệp này" not in bring(cast.thu, export(cast.lan, good)).text


def test_of_a_revoked_phone_the_entries_are_marked_however_long_ago(cast):
    cast.revoke(cast.lan, days_ago=90)
    assert cast.lan.sync().status_code == 403
    entry, undoing = cast.lan.seal("record", OBSERVATION), cast.lan.seal("withdrawal", {"target": "00000000-0000-4000-8000-000000000000"})
    answer = bring(cast.thu, export(cast.lan, entry, undoing))
    assert counts(answer)["Ghi mới vào sổ"] == "1" and counts(answer)["Giữ lại, cần xem"] == "1" and "đã bị thu hồi" in answer.text
    assert cast.rows(Record.select())[0].marked


def test_a_file_brings_only_what_its_person_may_write(cast):
    assert counts(bring(cast.thu, export(cast.van, cast.van.seal("record", OBSERVATION))))["Giữ lại, cần xem"] == "1"
    stolen = cast.hoa.seal("record", OBSERVATION)
    carried = {**stolen, "enrolment": cast.hoa.me["enrolment"]}
    assert counts(bring(cast.thu, export(cast.lan, carried)))["Giữ lại, cần xem"] == "1"
    stolen = cast.hoa.seal("record", OBSERVATION)
    assert counts(bring(cast.thu, export(cast.lan, stolen)))["Không mở được"] == "1", "sealed on another phone"
    assert not cast.rows(Record.select())


def test_a_file_of_a_phone_of_before_the_pin_and_of_an_older_key_is_taken_too(cast):
    file = export(cast.lan, cast.lan.seal("record", OBSERVATION))
    with cast.app.app_context():
        database.connect(reuse_if_open=True)
        Enrolment.update(verifier=None).execute()
    assert command(cast, "keys", "renew").exit_code == 0
    assert counts(bring(cast.thu, file))["Ghi mới vào sổ"] == "1"


def test_several_hundred_entries_are_one_file(cast):
    entries = [cast.lan.seal("record", {**OBSERVATION, "narrative": "a" * 400}) for _n in range(230)]
    file = export(cast.lan, *entries)
    assert counts(bring(cast.thu, file))["Ghi mới vào sổ"] == "230"


def test_a_file_larger_than_other_requests_is_let_in_and_one_without_end_is_not(cast):
    entry = cast.lan.seal("record", OBSERVATION)
    assert counts(bring(cast.thu, export(cast.lan, entry, padding="x" * 3_000_000)))["Ghi mới vào sổ"] == "1"
    answer = bring(cast.thu, b"SOTAY1\n" + b"x" * 5_100_000)
    assert answer.status_code == 413 and "Hãy gửi ít hơn" in answer.text
    assert cast.thu.client.post("/invitations", base_url=cast.thu.base, data={"name": "x" * 2_100_000}).status_code == 413


WRONG = {
    "empty": lambda phone: b"", "text": lambda phone: "Nghe tiếng khóc".encode(), "head only": lambda phone: b"SOTAY1\n",
    "damaged": lambda phone: export(phone)[:-1] + b"x", "cut short": lambda phone: export(phone)[:100],
    "next version": lambda phone: export(phone).replace(b"SOTAY1", b"SOTAY2"), "unknown key": lambda phone: b"SOTAY1\n" + b"0" * 16 + b"\n" + b"x" * 200,
    "no json": lambda phone: sealed(phone, b"{"), "no object": lambda phone: sealed(phone, b"[]"), "no text": lambda phone: sealed(phone, b"\xff\xfe"),
    "nested": lambda phone: sealed(phone, b"[" * 100_000), "no enrolment": lambda phone: sealed(phone, b'{"entries": []}'),
    "enrolment is no text": lambda phone: export(phone, enrolment=7), "entries are no list": lambda phone: export(phone, entries={}),
    "no entries": lambda phone: sealed(phone, json.dumps({"enrolment": phone.me["enrolment"]}).encode()),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_a_file_that_is_none_is_told_in_a_sentence_and_nothing_is_kept(cast, make):
    answer = bring(cast.thu, make(cast.lan))
    assert answer.status_code == 422 and "Hãy xuất lại trên máy của người đó" in answer.text
    assert not cast.rows(Entry.select()) and not cast.rows(Held.select()) and not cast.rows(Notice.select())


def test_without_a_file_the_page_says_so(cast):
    answer = bring(cast.thu, None)
    assert answer.status_code == 422 and "Hãy chọn tệp đã xuất." in answer.text


@pytest.mark.parametrize("enrolment", ["00000000-0000-4000-8000-000000000000", "", "x", "' OR 1=1"])
def test_a_file_of_nobody_is_told_so(cast, enrolment):
    answer = bring(cast.thu, export(cast.lan, enrolment=enrolment))
    assert answer.status_code == 422 and "Không rõ tệp này của ai" in answer.text


def test_a_file_of_another_ward_is_a_file_of_nobody(cast):
    from pwa.cli import _link, _seed
    with cast.app.app_context():
        other = people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
        link = _link(people.add(other, "collaborator", "tdp-1", "Người phường khác"))
        database.close()
    abroad = Phone(cast.app, link)
    answer = bring(cast.thu, export(abroad, abroad.seal("record", OBSERVATION)))
    assert answer.status_code == 422 and "Không rõ tệp này của ai" in answer.text and "Người phường khác" not in answer.text
    assert not cast.rows(Record.select())


def test_too_many_entries_are_refused_whole(cast):
    answer = bring(cast.thu, export(cast.lan, *["x"] * 2_001))
    assert answer.status_code == 422 and "quá nhiều mục" in answer.text


def test_an_import_needs_its_token(cast):
    data = {"export": (BytesIO(export(cast.lan, cast.lan.seal("record", OBSERVATION))), "x.bin")}
    assert cast.thu.client.post("/import", base_url=cast.thu.base, data=data, content_type="multipart/form-data").status_code == 400
    assert not cast.rows(Record.select())
