"""POST /sync: every outcome, and everything that must not be one."""
import base64
import json
import logging
import uuid
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from db.base import database
from db.models import Answer, Enrolment, Entry, Held, Notice, Record, Referral, Withdrawal
from pwa.crypto import envelope
from pwa.domain import held as held_entries
from pwa.domain import people
from pwa.domain.clock import DAY, now
from pwa.domain.merge import OUTCOMES
from pwa.forms import kinds
from tests.ward import OBSERVATION, REFERRAL, encode

URGENT = {**REFERRAL, "urgency": "urgent", "basis": "danger"}


def outcomes(answer):
    assert answer.status_code == 200, answer.text
    assert {receipt["outcome"] for receipt in answer.json["receipts"]} <= set(OUTCOMES)
    return [receipt["outcome"] for receipt in answer.json["receipts"]]


def by_id(answer):
    assert answer.status_code == 200, answer.text
    return {receipt["id"]: receipt for receipt in answer.json["receipts"]}


def counts(ward):
    return {model.__name__: len(ward.rows(model.select())) for model in (Entry, Record, Referral, Answer, Withdrawal, Held, Notice)}


def nothing_but(ward, **expected):
    assert {name: n for name, n in counts(ward).items() if n and name != "Notice"} == expected


# ── The closed set ───────────────────────────────────────────────────────────────────────────────────────────────────

def test_stored_a_record_becomes_one_row(ward):
    entry_id = ward.lan.record()
    [row] = ward.rows(Record.select())
    assert row.id == entry_id and row.form == "observation"


def test_duplicate_the_same_bytes_again_are_a_success(ward):
    entry = ward.lan.seal("record", {"form_name": "observation", "narrative": "Một câu"})
    assert outcomes(ward.lan.sync(entry)) == ["stored"]
    assert outcomes(ward.lan.sync(entry)) == ["duplicate"]
    nothing_but(ward, Entry=1, Record=1)


def test_duplicate_the_same_plaintext_sealed_anew_is_the_same_entry(ward):
    entry_id = str(uuid.uuid4())
    first, again = (ward.lan.seal("record", OBSERVATION, entry_id=entry_id, seq=1, at=5) for _time in range(2))
    assert first["sealed"] != again["sealed"]
    assert outcomes(ward.lan.sync(first)) + outcomes(ward.lan.sync(again)) == ["stored", "duplicate"]


def test_conflict_the_same_id_with_other_bytes_keeps_both(ward):
    entry_id = ward.lan.record(narrative="Bản một")
    _id, outcome = ward.lan.save("record", {"form_name": "observation", "narrative": "Bản hai"}, entry_id=entry_id)
    assert outcome == "conflict"
    assert len(ward.rows(Record.select())) == 1
    [held] = ward.rows(Held.select())
    assert held.entry_id == entry_id and held.outcome == "conflict"
    assert "Bản hai" in ward.thu.get(f"/held/{held.id}").text and "Bản một" in ward.thu.get(f"/records/{entry_id}").text


def test_conflict_somebody_elses_id_takes_nothing_from_them(ward):
    entry_id = ward.lan.record(narrative="Của Lan")
    assert ward.hoa.save("record", {"form_name": "observation", "narrative": "Của Hòa"}, entry_id=entry_id)[1] == "conflict"
    [row] = ward.rows(Record.select())
    assert row.author_id == ward.lan.me["person"]


def test_invalid_one_bad_entry_in_the_middle_blocks_nothing(ward):
    good, bad, last = (ward.lan.seal("record", {"form_name": "observation", "narrative": words}) for words in ("a", "", "c"))
    receipts = by_id(ward.lan.sync(good, bad, last))
    assert receipts[good["id"]]["outcome"] == receipts[last["id"]]["outcome"] == "stored"
    assert receipts[bad["id"]]["outcome"] == "invalid" and receipts[bad["id"]]["errors"]
    nothing_but(ward, Entry=2, Record=2, Held=1)


def test_forbidden_a_leader_records_nothing_and_the_entry_is_held(ward):
    _id, outcome = ward.van.save("record", {"form_name": "observation", "narrative": "x"})
    assert outcome == "forbidden"
    nothing_but(ward, Held=1)


def test_every_outcome_of_the_closed_set_has_its_test():
    """Principle 7 of the house."""
    names = [name for name in globals() if name.startswith("test_")]
    assert all(any(name.startswith(f"test_{outcome}_") for name in names) for outcome in OUTCOMES)


def test_a_replayed_refusal_is_held_once_and_answered_the_same(ward):
    entry = ward.lan.seal("record", {"form_name": "observation"})
    first, again = ward.lan.sync(entry), ward.lan.sync(entry)
    assert first.json == again.json and outcomes(again) == ["invalid"]
    nothing_but(ward, Held=1)


def test_duplicates_inside_one_batch_are_one_row(ward):
    entry = ward.lan.seal("record", OBSERVATION)
    assert outcomes(ward.lan.sync(entry, entry, entry)) == ["stored", "duplicate", "duplicate"]
    nothing_but(ward, Entry=1, Record=1)


def test_the_same_id_with_other_bytes_inside_one_batch_is_a_conflict(ward):
    first = ward.lan.seal("record", OBSERVATION)
    other = ward.lan.seal("record", {**OBSERVATION, "narrative": "Khác"}, entry_id=first["id"])
    assert outcomes(ward.lan.sync(first, other)) == ["stored", "conflict"]
    nothing_but(ward, Entry=1, Record=1, Held=1)


def test_an_empty_batch_is_answered_and_writes_nothing(ward):
    assert ward.lan.sync().json == {"receipts": []}
    nothing_but(ward)


def test_a_hundred_entries_are_one_batch(ward):
    entries = [ward.lan.seal("record", {**OBSERVATION, "narrative": f"Số {n}"}) for n in range(100)]
    answer = ward.lan.sync(*entries)
    assert outcomes(answer) == ["stored"] * 100 and set(by_id(answer)) == {entry["id"] for entry in entries}


# ── At the door: JSON, always, and never a receipt ───────────────────────────────────────────────────────────────────

def refused(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.is_json and set(answer.json) == {"error"} and answer.json["error"].count(".") >= 1
    assert "receipts" not in answer.text


def post(phone, data=b"{}", content_type="application/json", **headers):
    headers = {"Origin": phone.base, "Sec-Fetch-Site": "same-origin", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return phone.client.post("/sync", base_url=phone.base, data=data, content_type=content_type,
                             headers={name: value for name, value in headers.items() if value is not None})


def batch(phone, *entries):
    return json.dumps({"enrolment": phone.me["enrolment"], "entries": entries})


def test_more_than_a_hundred_entries_are_refused_whole(ward):
    entries = [ward.lan.seal("record", OBSERVATION)] * 101
    refused(ward.lan.sync(*entries), 413)
    nothing_but(ward)


@pytest.mark.parametrize("size", [1_000_001, 1_900_000, 2_500_000])
def test_more_than_a_million_bytes_are_refused_whole(ward, size):
    body = batch(ward.lan, ward.lan.seal("record", OBSERVATION))
    refused(post(ward.lan, body + " " * (size - len(body))), 413)
    nothing_but(ward)


def test_a_million_bytes_are_let_in(ward):
    body = batch(ward.lan, ward.lan.seal("record", OBSERVATION))
    assert outcomes(post(ward.lan, body + " " * (1_000_000 - len(body)))) == ["stored"]


@pytest.mark.parametrize("data", [b"", b"{", b"null", b"[]", b"7", b'"x"', b"{}", b'{"entries": {}}', b'{"entries": null}', b"\xff\xfe", b'{"entries": "[]"}'])
def test_malformed_json_is_refused(ward, data):
    refused(post(ward.lan, data), 400)


def test_json_nested_without_end_is_refused(ward):
    refused(post(ward.lan, b'{"entries":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), 400)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None])
def test_anything_but_json_is_refused(ward, content_type):
    refused(post(ward.lan, batch(ward.lan, ward.lan.seal("record", OBSERVATION)), content_type), 400)
    nothing_but(ward)


@pytest.mark.parametrize("origin", ["https://kac.example", "null", "", None, "http://localhost:8000.kac.example", "https://localhost:8000", "http://localhost:8001"])
def test_a_foreign_or_missing_origin_is_refused(ward, origin):
    refused(post(ward.lan, batch(ward.lan, ward.lan.seal("record", OBSERVATION)), Origin=origin), 400)
    nothing_but(ward)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_request_another_site_caused_is_refused(ward, site):
    refused(post(ward.lan, batch(ward.lan, ward.lan.seal("record", OBSERVATION)), Sec_Fetch_Site=site), 400)
    nothing_but(ward)


def test_a_browser_that_does_not_send_fetch_metadata_is_let_in(ward):
    assert outcomes(post(ward.lan, batch(ward.lan, ward.lan.seal("record", OBSERVATION)), Sec_Fetch_Site=None)) == ["stored"]


def test_a_read_of_sync_is_json_too(ward):
    refused(ward.lan.get("/sync"), 405)


# ── Entries that are none: a clear receipt, nothing stored, nothing lost ─────────────────────────────────────────────

MALFORMED = {
    "null": None, "text": "x", "number": 7, "list": [], "empty": {},
    "no id": {"kind": "record", "key_id": "a", "sealed": "b"},
    "id a number": {"id": 7, "kind": "record", "key_id": "a", "sealed": "b"},
    "id no uuid": {"id": "x", "kind": "record", "key_id": "a", "sealed": "b"},
    "id with more behind": {"id": f"{uuid.uuid4()}\n", "kind": "record", "key_id": "a", "sealed": "b"},
    "id in capitals": {"id": str(uuid.uuid4()).upper() + "A", "kind": "record", "key_id": "a", "sealed": "b"},
    "sealed a list": {"id": str(uuid.uuid4()), "kind": "record", "key_id": "a", "sealed": []},
    "kind a number": {"id": str(uuid.uuid4()), "kind": 1, "key_id": "a", "sealed": "b"},
    "enrolment a list": {"id": str(uuid.uuid4()), "kind": "record", "key_id": "a", "sealed": "b", "enrolment": []},
    "enrolment null": {"id": str(uuid.uuid4()), "kind": "record", "key_id": "a", "sealed": "b", "enrolment": None},
}


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_entry_gets_a_receipt_and_blocks_nothing(ward, malformed):
    good, last = ward.lan.seal("record", OBSERVATION), ward.lan.seal("record", OBSERVATION)
    answer = ward.lan.sync(good, malformed, last)
    receipts = by_id(answer)
    assert len(answer.json["receipts"]) == 3
    assert receipts[good["id"]]["outcome"] == receipts[last["id"]]["outcome"] == "stored"
    [bad] = [receipt for receipt in answer.json["receipts"] if receipt["id"] not in (good["id"], last["id"])]
    assert bad["outcome"] == "invalid" and "hãy" in " ".join(bad["errors"]).lower()
    nothing_but(ward, Entry=2, Record=2)


def _with(entry, **changes):
    return {**entry, **changes}


def _damaged(entry, at):
    data = bytearray(base64.urlsafe_b64decode(entry["sealed"] + "=="))
    data[at] ^= 1
    return _with(entry, sealed=base64.urlsafe_b64encode(bytes(data)).decode())


def _foreign_key(phone):
    entry_id = str(uuid.uuid4())
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return {"id": entry_id, "kind": "record", "key_id": phone.me["key"]["key_id"],
            "sealed": envelope.seal_entry(public, b"{}", entry_id, "record", phone.me["enrolment"])}


UNOPENABLE = {
    "sealed to a foreign key": lambda phone: _foreign_key(phone),
    "unknown key id": lambda phone: _with(phone.seal("record", OBSERVATION), key_id="0123456789abcdef"),
    "key id a path": lambda phone: _with(phone.seal("record", OBSERVATION), key_id="../../vapid"),
    "key id empty": lambda phone: _with(phone.seal("record", OBSERVATION), key_id=""),
    "key id with a zero byte": lambda phone: _with(phone.seal("record", OBSERVATION), key_id="a\x00b"),
    "enrolment of the seal another": lambda phone: phone.seal("record", OBSERVATION, enrolment=str(uuid.uuid4())),
    "kind of the seal another": lambda phone: _with(phone.seal("record", OBSERVATION), kind="referral"),
    "id of the seal another": lambda phone: _with(phone.seal("record", OBSERVATION), id=str(uuid.uuid4())),
    "truncated": lambda phone: (lambda entry: _with(entry, sealed=entry["sealed"][:-7]))(phone.seal("record", OBSERVATION)),
    "truncated to a stump": lambda phone: _with(phone.seal("record", OBSERVATION), sealed="QUJD"),
    "empty": lambda phone: _with(phone.seal("record", OBSERVATION), sealed=""),
    "no base64": lambda phone: _with(phone.seal("record", OBSERVATION), sealed="Đây là chữ"),
    "one bit of the key share": lambda phone: _damaged(phone.seal("record", OBSERVATION), 20),
    "no point of the curve": lambda phone: _damaged(phone.seal("record", OBSERVATION), 0),
    "one bit of the ciphertext": lambda phone: _damaged(phone.seal("record", OBSERVATION), 80),
    "one bit of the tag": lambda phone: _damaged(phone.seal("record", OBSERVATION), -1),
    "half a surrogate": lambda phone: _with(phone.seal("record", OBSERVATION), kind="\ud800"),
}


@pytest.mark.parametrize("make", UNOPENABLE.values(), ids=UNOPENABLE)
def test_an_entry_that_does_not_open_gets_a_receipt_and_nothing_is_stored(ward, make):
    bad, good = make(ward.lan), ward.lan.seal("record", OBSERVATION)
    receipts = by_id(ward.lan.sync(bad, good))
    assert receipts[bad["id"]]["outcome"] == "invalid" and "hãy" in " ".join(receipts[bad["id"]]["errors"]).lower()
    assert receipts[good["id"]]["outcome"] == "stored"
    nothing_but(ward, Entry=1, Record=1)


def test_a_key_id_too_long_for_a_file_blocks_nothing(ward):
    bad, good = _with(ward.lan.seal("record", OBSERVATION), key_id="a" * 5000), ward.lan.seal("record", OBSERVATION)
    receipts = by_id(ward.lan.sync(bad, good))
    assert receipts[bad["id"]]["outcome"] == "invalid" and receipts[good["id"]]["outcome"] == "stored"


# Sealed rightly, but by nothing our pages are made of: it opened, so it is held for a coordinator, and nothing is lost.
def _sealed_bytes(phone, plaintext, kind="record"):
    entry_id = str(uuid.uuid4())
    point = phone.point
    return {"id": entry_id, "kind": kind, "key_id": phone.me["key"]["key_id"],
            "sealed": envelope.seal_entry(point, plaintext, entry_id, kind, phone.me["enrolment"])}


FORM = encode(OBSERVATION)
UNREADABLE = {
    "no json": b"xin ch\xc3\xa0o", "not even text": b"\xff\x00\xfe", "empty": b"", "a list": b"[]", "null": b"null",
    "deep": b"[" * 50_000, "seq as text": json.dumps({"seq": "1", "at": 1, "form": FORM}).encode(),
    "at as text": json.dumps({"seq": 1, "at": "1", "form": FORM}).encode(), "seq true": json.dumps({"seq": True, "at": 1, "form": FORM}).encode(),
    "at a fraction": json.dumps({"seq": 1, "at": 1.5, "form": FORM}).encode(), "at negative": json.dumps({"seq": 1, "at": -1, "form": FORM}).encode(),
    "at too great": json.dumps({"seq": 1, "at": 2**63, "form": FORM}).encode(), "at endless": b'{"seq":1,"at":' + b"9" * 5000 + b',"form":"a=b"}',
    "no form": b'{"seq":1,"at":1}', "form an object": b'{"seq":1,"at":1,"form":{}}', "form null": b'{"seq":1,"at":1,"form":null}',
    "form a number": b'{"seq":1,"at":1,"form":7}', "not a number": b'{"seq":NaN,"at":1,"form":""}',
    "fields without end": json.dumps({"seq": 1, "at": 1, "form": "a=1&" * 5000}).encode(),
    "bytes that are no text": json.dumps({"seq": 1, "at": 1, "form": "form_name=observation&narrative=%ff%fe"}).encode(),
    "half a surrogate": json.dumps({"seq": 1, "at": 1, "form": "form_name=observation&narrative=\ud800"}).encode(),
}


@pytest.mark.parametrize("plaintext", UNREADABLE.values(), ids=UNREADABLE)
def test_an_entry_no_phone_of_ours_wrote_is_held_and_said_to_be_invalid(ward, plaintext):
    bad, good = _sealed_bytes(ward.lan, plaintext), ward.lan.seal("record", OBSERVATION)
    receipts = by_id(ward.lan.sync(bad, good))
    assert receipts[bad["id"]]["outcome"] == "invalid" and receipts[bad["id"]]["errors"]
    assert receipts[good["id"]]["outcome"] == "stored"
    nothing_but(ward, Entry=1, Record=1, Held=1)


@pytest.mark.parametrize("kind", [7, ["record"], "\ud800", "a\0b", "a" * 41], ids=["number", "list", "half a surrogate", "zero byte", "endless"])
def test_a_kind_within_the_seal_that_is_no_word_is_held_too(ward, kind):
    bad = _sealed_bytes(ward.lan, json.dumps({"seq": 1, "at": 1, "kind": kind, "form": FORM}).encode(), kind=None)
    good = ward.lan.seal("record", OBSERVATION)
    receipts = by_id(ward.lan.sync(bad, good))
    assert receipts[bad["id"]]["outcome"] == "invalid" and receipts[good["id"]]["outcome"] == "stored"
    [held] = ward.rows(Held.select())
    assert ward.thu.get(f"/held/{held.id}").status_code == 200


def test_an_entry_of_the_first_format_is_delivered_and_its_kind_is_bound(ward):
    old = ward.lan.seal("record", OBSERVATION, version=1)
    turned = _with(ward.lan.seal("record", OBSERVATION, version=1), kind="referral")
    bare = {name: value for name, value in ward.lan.seal("record", OBSERVATION, version=1).items() if name != "kind"}
    assert outcomes(ward.lan.sync(old, turned, bare)) == ["invalid", "invalid", "stored"]
    assert outcomes(ward.lan.sync(old)) == ["duplicate"]
    nothing_but(ward, Entry=1, Record=1)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_coordinator_can_open_what_cannot_be_read(ward, name):
    ward.lan.sync(_sealed_bytes(ward.lan, UNREADABLE[name]))
    [held] = ward.rows(Held.select())
    assert ward.thu.get(f"/held/{held.id}").status_code == 200
    assert ward.thu.get("/todo").status_code == 200


def test_a_coordinator_can_open_whatever_is_held(ward):
    """Of every kind, with something in every field, and of kinds that only a newer phone knows; in either format."""
    with ward.app.app_context():
        forms = [(kind, form(formdata=None)) for kind, known in kinds.FORMS.items()
                 for form in (known.values() if isinstance(known, dict) else [known])]
        known = [ward.lan.seal(kind, {field.name: ["lạ", "x" * 400] for field in form}) for kind, form in forms]
    newer = [ward.lan.seal(kind, {"place": "Ngoài chợ", "half": "\ud800"}, version=version, form="place=Ngo%C3%A0i%20ch%E1%BB%A3&half=\ud800&blank=")
             for kind in ("teapot", "x" * 40) for version in (1, 2)]
    receipts = by_id(ward.lan.sync(*known, *newer))
    assert all(receipt["outcome"] in ("invalid", "forbidden") for receipt in receipts.values())
    found = ward.rows(Held.select())
    assert {each.kind for each in found} == {*kinds.FORMS, "teapot", "x" * 40} and len(found) == len(receipts)
    pages = {each.kind: ward.thu.get(f"/held/{each.id}") for each in found}
    assert {page.status_code for page in pages.values()} == {200}
    assert "Ngoài chợ" in pages["teapot"].text and "blank" not in pages["teapot"].text
    # What takes an entry back has no words of its own.
    assert {kind for kind, page in pages.items() if "Không đọc được nội dung" in page.text} == {"withdrawal"}
    # It is not the person who may not send it: their phone is ahead of the server.
    for entry in newer:
        assert receipts[entry["id"]]["outcome"] == "invalid" and "chưa biết loại mục này" in receipts[entry["id"]]["errors"][0]


@pytest.mark.parametrize("kind", ["x" * 41, "Nguyễn Văn A đánh vợ", "rec\0ord"], ids=["endless", "a sentence", "zero byte"])
def test_a_kind_beside_the_seal_that_is_no_word_is_not_kept_in_clear(ward, kind):
    entry = ward.lan.seal(kind, OBSERVATION, version=1)
    assert outcomes(ward.lan.sync(entry, _with(ward.lan.seal("record", OBSERVATION), kind="\ud800"))) == ["invalid", "invalid"]
    nothing_but(ward)


BAD_FORMS = {
    "nothing said": ("record", {"form_name": "observation", "danger": "no"}), "unknown form": ("record", {**OBSERVATION, "form_name": "khac"}),
    "no form name": ("record", {"acts": "hit"}), "unknown chip": ("record", {**OBSERVATION, "acts": ["hit", "khac"]}),
    "unknown radio": ("record", {**OBSERVATION, "danger": "maybe"}), "too long": ("record", {**OBSERVATION, "narrative": "a" * 501}),
    "contact too long": ("record", {**OBSERVATION, "safe_contact": "a" * 201}), "replaces no id": ("record", {**OBSERVATION, "replaces": "x"}),
    "called no time": ("record", {**OBSERVATION, "called_at": "hôm qua"}), "called in other digits": ("record", {**OBSERVATION, "called_at": "²"}),
    "no unit": ("referral", {**REFERRAL, "unit": ""}), "unknown unit": ("referral", {**REFERRAL, "unit": "khong-co"}),
    "unit that receives nothing": ("referral", {**REFERRAL, "unit": "ktht"}), "no urgency": ("referral", {**REFERRAL, "urgency": ""}),
    "no basis": ("referral", {**REFERRAL, "basis": ""}), "unknown service": ("referral", {**REFERRAL, "services": ["khac"]}),
    "note too long": ("referral", {**REFERRAL, "note": "a" * 301}), "record no id": ("referral", {**REFERRAL, "record": "1 OR 1=1"}),
    "withdrawal of nothing": ("withdrawal", {}), "withdrawal of no id": ("withdrawal", {"target": "x"}),
    "unknown kind": ("case", OBSERVATION), "kind without a form": ("", OBSERVATION),
}


@pytest.mark.parametrize("kind, fields", BAD_FORMS.values(), ids=BAD_FORMS)
def test_an_entry_the_form_refuses_says_what_to_change_and_is_held(ward, kind, fields):
    entry = ward.lan.seal(kind, fields)
    [receipt] = ward.lan.sync(entry).json["receipts"]
    assert receipt["outcome"] == "invalid"
    assert receipt["errors"] and all(error.endswith(".") and error[0].isupper() or error.startswith("“") for error in receipt["errors"])
    nothing_but(ward, Held=1)
    [held] = ward.rows(Held.select())
    with ward.app.app_context():
        assert json.loads(held_entries.body(held))["form"] == encode(fields)


def test_five_hundred_letters_with_marks_are_five_hundred(ward):
    assert ward.lan.save("record", {**OBSERVATION, "narrative": "ữ" * 500})[1] == "stored"


def test_a_bad_entry_mended_under_the_same_id_is_stored_and_settles_what_was_held(ward):
    bad = ward.lan.seal("record", {"form_name": "observation"})
    ward.lan.sync(bad)
    assert ward.lan.save("record", OBSERVATION, entry_id=bad["id"])[1] == "stored"
    [held] = ward.rows(Held.select())
    assert held.closed_at and held.closed_by == bad["id"]


# ── Who carries it ───────────────────────────────────────────────────────────────────────────────────────────────────

def test_an_unknown_enrolment_is_told_to_enrol_again_and_nothing_is_stored(ward):
    entry = ward.lan.seal("record", OBSERVATION)
    for answer in (ward.lan.sync(entry, enrolment=str(uuid.uuid4())), ward.stranger().sync(entry, enrolment=ward.lan.me["enrolment"])):
        refused(answer, 401)
        assert "vẫn còn trên máy" in answer.json["error"]
    nothing_but(ward)


@pytest.mark.parametrize("enrolment", [None, 7, [], {}, True])
def test_an_enrolment_that_is_no_text_is_unknown(ward, enrolment):
    refused(post(ward.lan, json.dumps({"enrolment": enrolment, "entries": []})), 401)


@pytest.mark.parametrize("value", [
    "0.0000", "0." + "a" * 64, "9999999999.a", "-1.a", "x", "", ".", "0",
    "²." + "a" * 64, "0.é",
])
def test_a_forged_cookie_is_unknown(ward, value):
    enrolment, base = ward.lan.me["enrolment"], ward.lan.base
    headers = {"Origin": base, "Sec-Fetch-Site": "same-origin", "Cookie": f"sotay-{enrolment}={value}".encode().decode("latin-1")}
    thief = ward.app.test_client(use_cookies=False)
    refused(thief.post("/sync", base_url=base, json={"enrolment": enrolment, "entries": []}, headers=headers), 401)
    assert thief.get("/push/subscription", base_url=base, headers=headers).status_code == 401


def test_the_true_cookie_in_the_same_header_is_known(ward):
    """So that the test above cannot pass because its header never arrives."""
    enrolment, base = ward.lan.me["enrolment"], ward.lan.base
    cookie = ward.lan.client.get_cookie("sotay-" + enrolment).value
    answer = ward.app.test_client(use_cookies=False).get("/push/subscription", base_url=base, headers={"Cookie": f"sotay-{enrolment}={cookie}"})
    assert answer.status_code == 200


def test_the_cookie_of_one_enrolment_does_not_open_another(ward):
    thief = ward.hoa
    own = thief.client.get_cookie("sotay-" + thief.me["enrolment"]).value
    thief.client.set_cookie("sotay-" + ward.lan.me["enrolment"], own)
    refused(thief.sync(enrolment=ward.lan.me["enrolment"]), 401)


def test_a_revoked_phone_deposits_is_marked_and_told_to_wipe(ward):
    phone = ward.lan
    waiting = [phone.seal("record", {**OBSERVATION, "narrative": f"Số {n}"}) for n in range(2)]
    ward.revoke(phone, days_ago=29)
    answer = phone.sync(*waiting)
    assert outcomes(answer) == ["stored", "stored"] and answer.json["wipe"] is True
    assert all(entry.marked for entry in ward.rows(Entry.select()))
    assert phone.get("/todo").status_code == 401 and phone.get(f"/records/{waiting[0]['id']}").status_code == 401
    assert phone.get("/me").json == {"me": None, "revoked": [phone.me["enrolment"]]}


def test_a_live_phone_is_not_marked_and_not_told_to_wipe(ward):
    assert "wipe" not in ward.lan.sync(ward.lan.seal("record", OBSERVATION)).json
    assert not ward.rows(Entry.select())[0].marked


def test_a_referral_from_a_revoked_phone_waits_for_the_coordinator(ward):
    phone = ward.lan
    entry = phone.seal("referral", {**URGENT, "unit": "congan"})
    ward.dung, ward.thu  # noqa: B018 – both are to have a phone before the entry arrives
    ward.revoke(phone)
    assert outcomes(phone.sync(entry)) == ["stored"]
    [row] = ward.rows(Referral.select())
    with ward.app.app_context():
        assert row.unit.code == row.owner.code == "vhxh"
    rung = {notice.person_id for notice in ward.rows(Notice.select())}
    assert ward.thu.me["person"] in rung and ward.dung.me["person"] not in rung
    assert ward.dung.get(f"/referrals/{entry['id']}").status_code == 404


def test_an_answer_from_a_revoked_phone_is_forbidden_and_held(ward):
    referral = ward.lan.refer()
    answer = ward.thu.seal("answer", {"referral": referral, "choice": "accept"})
    ward.revoke(ward.thu)
    assert outcomes(ward.thu.sync(answer)) == ["forbidden"]
    assert ward.rows(Referral.select())[0].state == "sent" and len(ward.rows(Held.select())) == 1


def test_after_thirty_days_a_revoked_phone_is_told_to_let_go_of_what_it_can_read(ward):
    entry = ward.lan.seal("record", OBSERVATION)
    ward.revoke(ward.lan, days_ago=31)
    answer = ward.lan.sync(entry)
    assert answer.status_code == 403 and set(answer.json) == {"error", "wipe"} and answer.json["wipe"] is True
    nothing_but(ward)


def test_revoking_is_a_command_and_leaves_other_phones_alone(ward):
    first, second = ward.lan, ward.phone("lan")
    done = ward.app.test_cli_runner().invoke(args=["enrolments", "revoke", first.me["enrolment"]])
    assert done.exit_code == 0
    assert first.get("/todo").status_code == 401 and second.get("/todo").status_code == 200


def test_entries_sealed_to_an_old_key_still_open(ward):
    waiting = ward.lan.seal("record", OBSERVATION)
    renewed = ward.app.test_cli_runner().invoke(args=["keys", "renew"])
    assert renewed.exit_code == 0
    offered = ward.lan.get("/sync/key").json
    assert offered["key_id"] == renewed.output.strip() != waiting["key_id"]
    ward.lan.me["key"] = offered
    fresh = ward.lan.seal("record", OBSERVATION)
    assert fresh["key_id"] == offered["key_id"]
    assert outcomes(ward.lan.sync(waiting, fresh)) == ["stored", "stored"]


def test_a_new_enrolment_carries_what_was_sealed_on_the_old_one(ward):
    phone, old = ward.lan, ward.lan.me["enrolment"]
    waiting = phone.seal("record", OBSERVATION)
    phone.client.delete_cookie("sotay-" + old)
    phone.enrol(ward.invite("lan"))
    assert phone.me["enrolment"] != old
    assert outcomes(phone.sync({**waiting, "enrolment": old})) == ["stored"]
    [entry] = ward.rows(Entry.select())
    assert entry.enrolment_id == old and entry.author_id == phone.me["person"]


def test_entries_sealed_on_somebody_elses_enrolment_are_forbidden_and_held(ward):
    waiting = ward.hoa.seal("record", {**OBSERVATION, "narrative": "Của Hòa"})
    carried = {**waiting, "enrolment": ward.hoa.me["enrolment"]}
    assert outcomes(ward.lan.sync(carried)) == ["forbidden"]
    nothing_but(ward, Held=1)
    assert outcomes(ward.hoa.sync(waiting)) == ["stored"]


def test_many_phones_behind_one_address_do_not_stop_each_other(ward):
    """A whole village may share one address; enrolled phones are counted each for itself."""
    first, second = ward.lan, ward.hoa
    while first.sync().status_code == 200:
        pass
    assert second.sync().status_code == 200


def test_too_many_deposits_are_told_to_wait_in_json(ward):
    while (answer := ward.lan.sync()).status_code == 200:
        pass
    refused(answer, 429)
    assert int(answer.headers["Retry-After"]) > 0


# ── Order, time, replacing and withdrawing ───────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("offset", [-365 * DAY, 365 * DAY, -now()], ids=["a year behind", "a year ahead", "at zero"])
def test_a_clock_wrong_by_a_year_is_kept_beside_the_servers(ward, offset):
    before, at = now(), now() + offset
    entry_id, outcome = ward.lan.save("record", OBSERVATION, at=at)
    assert outcome == "stored"
    [entry], [record] = ward.rows(Entry.select()), ward.rows(Record.select())
    assert entry.made_at == record.made_at == at and before <= entry.received_at <= now()
    for path in (f"/records/{entry_id}", "/records/rows"):
        assert ward.lan.get(path).status_code == 200


def test_a_call_at_an_impossible_time_does_not_close_the_record(ward):
    entry = ward.lan.seal("record", {**OBSERVATION, "danger": "yes", "called_at": "9" * 15})
    if outcomes(ward.lan.sync(entry)) == ["stored"]:
        assert ward.thu.get(f"/records/{entry['id']}").status_code == 200


def test_the_phones_sequence_and_the_call_are_kept(ward):
    ward.lan.save("record", {**OBSERVATION, "danger": "yes", "called_at": "1700000000000"}, seq=41)
    assert ward.rows(Entry.select())[0].seq == 41 and ward.rows(Record.select())[0].called_at == 1_700_000_000_000


def test_a_referral_of_a_record_in_the_same_batch_is_linked(ward):
    record = ward.lan.seal("record", {"form_name": "observation", "narrative": "x"})
    referral = ward.lan.seal("referral", {"record": record["id"], "unit": "vhxh", "urgency": "day", "basis": "agreed"})
    assert outcomes(ward.lan.sync(record, referral)) == ["stored", "stored"]
    [row] = ward.rows(Referral.select())
    assert row.record_id == record["id"] and ward.rows(Record.select())[0].referred_at


@pytest.mark.parametrize("together", [True, False])
def test_a_referral_that_arrives_before_its_record_is_linked_later(ward, together):
    record = ward.lan.seal("record", OBSERVATION)
    referral = ward.lan.seal("referral", {**REFERRAL, "record": record["id"]})
    for entries in ([(referral, record)] if together else [(referral,), (record,)]):
        assert set(outcomes(ward.lan.sync(*entries))) == {"stored"}
    [row] = ward.rows(Record.select())
    assert row.referred_at
    page = ward.thu.get(f"/referrals/{referral['id']}").text
    assert OBSERVATION["narrative"] in page


def test_a_referral_of_a_record_that_never_comes_is_kept(ward):
    assert ward.lan.save("referral", {**REFERRAL, "record": str(uuid.uuid4())})[1] == "stored"
    [row] = ward.rows(Referral.select())
    assert ward.thu.get(f"/referrals/{row.id}").status_code == 200


def test_a_referral_that_names_somebody_elses_later_record_does_not_take_it(ward):
    record = ward.hoa.seal("record", {**OBSERVATION, "narrative": "Bí mật của Hòa"})
    referral = ward.lan.refer(record=record["id"])
    assert outcomes(ward.hoa.sync(record)) == ["stored"]
    assert ward.rows(Record.select())[0].referred_at is None
    assert "Bí mật của Hòa" not in ward.lan.get(f"/referrals/{referral}").text


def test_a_record_that_replaces_another_takes_its_place_and_its_referrals(ward):
    first = ward.lan.record(narrative="Bản đầu")
    referral = ward.lan.refer(record=first)
    second, outcome = ward.lan.save("record", {**OBSERVATION, "narrative": "Bản sửa", "replaces": first})
    assert outcome == "stored"
    rows = {row.id: row for row in ward.rows(Record.select())}
    assert rows[first].replaced_by == second and rows[second].replaces == first and rows[second].referred_at
    assert ward.rows(Referral.select())[0].record_id == second
    page = ward.thu.get(f"/referrals/{referral}").text
    assert "Bản sửa" in page and "Bản đầu" not in page


def test_a_chain_of_replacements_in_one_batch_keeps_its_order(ward):
    first = ward.lan.seal("record", OBSERVATION)
    second = ward.lan.seal("record", {**OBSERVATION, "replaces": first["id"]})
    third = ward.lan.seal("record", {**OBSERVATION, "replaces": second["id"]})
    assert outcomes(ward.lan.sync(first, second, third)) == ["stored"] * 3
    rows = {row.id: row for row in ward.rows(Record.select())}
    assert rows[first["id"]].replaced_by == second["id"] and rows[second["id"]].replaced_by == third["id"]
    assert rows[third["id"]].replaced_by is None


def test_a_replacement_whose_original_never_came_is_kept(ward):
    assert ward.lan.save("record", {**OBSERVATION, "replaces": str(uuid.uuid4())})[1] == "stored"


def test_a_replacement_by_another_author_is_forbidden(ward):
    first = ward.lan.record()
    assert ward.hoa.save("record", {**OBSERVATION, "replaces": first})[1] == "forbidden"
    assert ward.rows(Record.select())[0].replaced_by is None


@pytest.mark.parametrize("together", [True, False])
def test_a_second_replacement_of_the_same_record_is_a_conflict_and_both_are_kept(ward, together):
    first = ward.lan.record()
    one, two = (ward.lan.seal("record", {**OBSERVATION, "narrative": words, "replaces": first}) for words in ("Một", "Hai"))
    found = outcomes(ward.lan.sync(one, two)) if together else outcomes(ward.lan.sync(one)) + outcomes(ward.lan.sync(two))
    assert found == ["stored", "conflict"]
    [held] = ward.rows(Held.select())
    assert held.entry_id == two["id"] and "Hai" in ward.thu.get(f"/held/{held.id}").text


def test_a_replacement_settles_the_refused_entry_it_replaces(ward):
    bad = ward.lan.seal("record", {"form_name": "observation"})
    ward.lan.sync(bad)
    good = ward.lan.record(replaces=bad["id"])
    [held] = ward.rows(Held.select())
    assert held.closed_at and held.closed_by == good
    assert "Mục chưa ghi được" not in ward.thu.get("/todo").text


def test_a_replacing_referral_voids_the_first_until_it_is_answered(ward):
    first = ward.lan.refer()
    second, outcome = ward.lan.save("referral", {**REFERRAL, "note": "Đúng hơn", "replaces": first})
    assert outcome == "stored"
    assert {row.id: row.state for row in ward.rows(Referral.select())} == {first: "withdrawn", second: "sent"}
    assert ward.thu.answer(second)[1] == "stored"
    assert ward.lan.save("referral", {**REFERRAL, "replaces": second})[1] == "conflict"
    assert ward.hoa.save("referral", {**REFERRAL, "replaces": second})[1] == "forbidden"


def test_a_withdrawal_of_ones_own_record_keeps_it_for_the_coordinator(ward):
    record = ward.lan.record()
    assert ward.lan.save("withdrawal", {"target": record})[1] == "stored"
    [row] = ward.rows(Record.select())
    assert row.withdrawn_at and len(ward.rows(Withdrawal.select())) == 1
    assert ward.thu.get(f"/records/{record}").status_code == 200
    assert record not in ward.thu.get("/todo").text


def test_a_withdrawal_of_ones_own_referral_takes_it_from_the_unit(ward):
    referral = ward.lan.refer(**{**URGENT, "unit": "congan"})
    assert referral in ward.dung.get("/todo").text
    assert ward.lan.save("withdrawal", {"target": referral})[1] == "stored"
    assert ward.rows(Referral.select())[0].state == "withdrawn"
    assert referral not in ward.dung.get("/todo").text
    assert ward.dung.answer(referral)[1] == "conflict"


def test_a_withdrawal_of_somebody_elses_entry_is_forbidden(ward):
    record, referral = ward.lan.record(), ward.lan.refer()
    for other in (ward.hoa, ward.thu):
        assert other.save("withdrawal", {"target": record})[1] == other.save("withdrawal", {"target": referral})[1] == "forbidden"
    assert ward.rows(Record.select())[0].withdrawn_at is None and ward.rows(Referral.select())[0].state == "sent"


def test_a_withdrawal_after_the_referral_was_accepted_is_a_conflict(ward):
    referral = ward.lan.refer()
    ward.thu.answer(referral)
    assert ward.lan.save("withdrawal", {"target": referral})[1] == "conflict"
    assert ward.rows(Referral.select())[0].state == "accepted"


def test_a_withdrawal_of_a_held_entry_settles_it(ward):
    bad = ward.lan.seal("record", {"form_name": "observation"})
    ward.lan.sync(bad)
    withdrawal, outcome = ward.lan.save("withdrawal", {"target": bad["id"]})
    assert outcome == "stored"
    [held] = ward.rows(Held.select())
    assert held.closed_at and held.closed_by == withdrawal


def test_a_withdrawal_settles_nobody_elses_held_entry(ward):
    bad = ward.lan.seal("record", {"form_name": "observation"})
    ward.lan.sync(bad)
    ward.hoa.save("withdrawal", {"target": bad["id"]})
    [held] = [held for held in ward.rows(Held.select()) if held.entry_id == bad["id"]]
    assert held.closed_at is None


@pytest.mark.parametrize("kind, fields, model", [("record", OBSERVATION, Record), ("referral", REFERRAL, Referral)], ids=["record", "referral"])
def test_a_withdrawal_that_arrives_before_its_entry_is_not_forgotten(ward, kind, fields, model):
    entry = ward.lan.seal(kind, fields)
    assert ward.lan.save("withdrawal", {"target": entry["id"]})[1] == "stored"
    assert outcomes(ward.lan.sync(entry)) == ["stored"]
    assert ward.rows(model.select())[0].withdrawn_at
    assert entry["id"] not in ward.thu.get("/todo").text


@pytest.mark.parametrize("kind, fields, model", [("record", OBSERVATION, Record), ("referral", REFERRAL, Referral)], ids=["record", "referral"])
def test_a_withdrawal_by_another_before_its_entry_takes_nothing_back(ward, kind, fields, model):
    entry = ward.lan.seal(kind, fields)
    ward.hoa.save("withdrawal", {"target": entry["id"]})
    assert outcomes(ward.lan.sync(entry)) == ["stored"]
    assert ward.rows(model.select())[0].withdrawn_at is None
    assert entry["id"] in ward.thu.get("/todo").text


@pytest.mark.parametrize("kind, fields", [("withdrawal", {"target": "of-lan"}), ("record", {**OBSERVATION, "replaces": "of-lan"})], ids=["withdrawal", "replacement"])
def test_a_revoked_phone_undoes_nothing_that_others_rely_on(ward, kind, fields):
    record = ward.lan.record()
    entry = ward.lan.seal(kind, {name: record if value == "of-lan" else value for name, value in fields.items()})
    ward.revoke(ward.lan)
    assert outcomes(ward.lan.sync(entry)) == ["forbidden"]
    row = ward.rows(Record.select())[0]
    assert row.withdrawn_at is None and row.replaced_by is None and len(ward.rows(Held.select())) == 1


def test_a_record_and_its_withdrawal_in_one_batch_keep_their_order(ward):
    record = ward.lan.seal("record", OBSERVATION)
    withdrawal = ward.lan.seal("withdrawal", {"target": record["id"]})
    assert outcomes(ward.lan.sync(record, withdrawal)) == ["stored", "stored"]
    assert ward.rows(Record.select())[0].withdrawn_at


# ── Referrals and their answers ──────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("unit, fields, outcome", [
    ("vhxh", REFERRAL, "stored"), ("congan", REFERRAL, "invalid"), ("tramyte", REFERRAL, "invalid"), ("phunu", REFERRAL, "invalid"),
    ("congan", URGENT, "stored"), ("tramyte", {**REFERRAL, "basis": "danger"}, "stored"), ("congan", {**REFERRAL, "urgency": "urgent"}, "stored"),
    ("phunu", URGENT, "invalid"), ("diachi-1", URGENT, "invalid"), ("ubnd", URGENT, "invalid"), ("tdp-1", URGENT, "invalid")])
@pytest.mark.parametrize("who", ["lan", "mai"])
def test_a_volunteer_sends_to_the_coordinators_and_in_danger_to_police_and_clinic(ward, who, unit, fields, outcome):
    assert getattr(ward, who).save("referral", {**fields, "unit": unit})[1] == outcome


def test_a_coordinator_sends_to_any_unit_that_receives(ward):
    for unit in ("phunu", "diachi-1", "benhvien", "tgpl", "congan"):
        assert ward.thu.save("referral", {**REFERRAL, "unit": unit})[1] == "stored"
    assert ward.thu.save("referral", {**REFERRAL, "unit": "ktht"})[1] == "invalid"


def one(ward, model=Referral):
    with ward.app.app_context(), database.connection_context():
        [row] = list(model.select())
        return row, row.unit.code, row.owner.code if model is Referral else None


def test_an_accepted_referral_belongs_to_the_unit_and_its_author_sees_it(ward):
    referral = ward.lan.refer(**{**URGENT, "unit": "congan"})
    assert ward.dung.answer(referral)[1] == "stored"
    row, unit, owner = one(ward)
    assert (row.state, unit, owner) == ("accepted", "congan", "congan") and row.answered_at
    assert "Đã tiếp nhận" in ward.lan.get("/records/rows").text


def test_a_declined_referral_returns_to_the_coordinator(ward):
    referral = ward.lan.refer(**{**URGENT, "unit": "tramyte"})
    assert ward.hanh.answer(referral, "decline", reason="no-capacity")[1] == "stored"
    row, unit, owner = one(ward)
    assert (row.state, unit, owner) == ("declined", "vhxh", "tramyte")
    assert referral in ward.thu.get("/todo").text and "Bị từ chối" in ward.lan.get("/records/rows").text
    assert ward.thu.answer(referral)[1] == "stored"
    assert one(ward)[1:] == ("vhxh", "vhxh")


def test_declining_with_the_next_unit_passes_it_on(ward):
    referral = ward.lan.refer(**{**URGENT, "unit": "tramyte"})
    assert ward.hanh.answer(referral, "decline", reason="wrong-place", next_unit="congan")[1] == "stored"
    row, unit, owner = one(ward)
    assert (row.state, unit, owner) == ("passed", "congan", "tramyte")


def test_whoever_passes_on_owns_it_until_it_is_accepted(ward):
    referral = ward.lan.refer(**{**URGENT, "unit": "congan"})
    assert ward.dung.answer(referral, "pass", next_unit="tramyte")[1] == "stored"
    row, unit, owner = one(ward)
    assert (row.state, unit, owner) == ("passed", "tramyte", "congan")
    assert referral in ward.dung.get("/todo").text
    assert ward.hanh.answer(referral, "pass", next_unit="phunu")[1] == "stored"
    assert one(ward)[1:] == ("phunu", "tramyte")
    assert ward.nga.answer(referral)[1] == "stored"
    assert one(ward)[1:] == ("phunu", "phunu")
    assert referral not in ward.hanh.get("/todo").text


@pytest.mark.parametrize("who, unit", [("dung", "congan"), ("thu", "vhxh")])
def test_a_unit_that_must_take_it_cannot_decline(ward, who, unit):
    referral = ward.lan.refer(**{**URGENT, "unit": unit})
    for fields in ({"reason": "no-capacity"}, *([{"reason": "wrong-place", "next_unit": "tramyte"}] if unit == "congan" else [])):
        entry = getattr(ward, who).seal("answer", {"referral": referral, "choice": "decline", **fields})
        [receipt] = getattr(ward, who).sync(entry).json["receipts"]
        assert receipt["outcome"] == "invalid" and "Chuyển đúng nơi" in receipt["errors"][0]
    assert one(ward)[0].state == "sent"


@pytest.mark.parametrize("fields", [
    {"choice": "pass"}, {"choice": "pass", "next_unit": "khong-co"}, {"choice": "pass", "next_unit": "congan"}, {"choice": "pass", "next_unit": "ktht"},
    {"choice": "pass", "next_unit": "diachi-1"}, {"choice": "keep"}, {}, {"choice": "pass", "next_unit": "tramyte", "reason": "other"},
    {"choice": "accept", "note": "a" * 301}], ids=str)
def test_an_answer_without_what_it_needs_is_invalid_and_changes_nothing(ward, fields):
    referral = ward.lan.refer(**{**URGENT, "unit": "congan"})
    assert ward.dung.save("answer", {"referral": referral, **fields})[1] == "invalid"
    assert one(ward)[0].state == "sent" and not ward.rows(Answer.select())


@pytest.mark.parametrize("fields", [{"choice": "decline"}, {"choice": "decline", "reason": "wrong-place"}, {"choice": "decline", "reason": "other"}], ids=str)
def test_declining_needs_a_reason_and_what_the_reason_needs(ward, fields):
    referral = ward.lan.refer(**{**URGENT, "unit": "tramyte"})
    assert ward.hanh.save("answer", {"referral": referral, **fields})[1] == "invalid"


def test_a_coordinator_may_pass_on_to_a_trusted_address(ward):
    referral = ward.lan.refer()
    assert ward.thu.answer(referral, "pass", next_unit="diachi-1")[1] == "stored"
    assert one(ward)[1:] == ("diachi-1", "vhxh")


def test_a_second_answer_is_a_conflict_and_held(ward):
    referral = ward.lan.refer()
    assert ward.thu.answer(referral)[1] == "stored"
    assert ward.kim.answer(referral, "pass", next_unit="phunu", note="Kim muộn hơn")[1] == "conflict"
    assert one(ward)[0].state == "accepted" and len(ward.rows(Answer.select())) == 1
    [held] = ward.rows(Held.select())
    assert "Kim muộn hơn" in ward.thu.get(f"/held/{held.id}").text


def test_two_answers_in_one_batch_are_an_answer_and_a_conflict(ward):
    referral = ward.lan.refer()
    first, second = (ward.thu.seal("answer", {"referral": referral, "choice": "accept"}) for _time in range(2))
    assert outcomes(ward.thu.sync(first, second)) == ["stored", "conflict"]


def test_an_answer_by_the_wrong_unit_is_forbidden_and_held(ward):
    referral = ward.lan.refer(**{**URGENT, "unit": "congan"})
    assert ward.nga.answer(referral)[1] == "forbidden"
    assert ward.nga.answer(str(uuid.uuid4()))[1] == "forbidden"
    assert one(ward)[0].state == "sent" and len(ward.rows(Held.select())) == 2


def test_an_answer_after_the_unit_passed_it_on_is_a_conflict(ward):
    referral = ward.lan.refer(**{**URGENT, "unit": "congan"})
    ward.dung.answer(referral, "pass", next_unit="tramyte")
    assert ward.dung.answer(referral)[1] == "conflict"


# ── One commit, and a savepoint each when it must be ─────────────────────────────────────────────────────────────────

def break_for(ward, table, condition, words="hỏng"):
    with ward.app.app_context(), database.connection_context():
        database.execute_sql(f"CREATE TRIGGER IF NOT EXISTS broken_{table} BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END")


@pytest.mark.parametrize("table", ["entry", "record"])
def test_one_entry_the_database_refuses_is_held_and_the_others_are_stored(ward, table):
    first, bad, last = (ward.lan.seal("record", {**OBSERVATION, "narrative": words}) for words in ("a", "b", "c"))
    referral = ward.lan.seal("referral", {**REFERRAL, "record": bad["id"]})
    break_for(ward, table, f"NEW.id = '{bad['id']}'")
    receipts = by_id(ward.lan.sync(first, bad, referral, last))
    assert [receipts[entry["id"]]["outcome"] for entry in (first, bad, referral, last)] == ["stored", "invalid", "stored", "stored"]
    assert receipts[bad["id"]]["errors"]
    nothing_but(ward, Entry=3, Record=2, Referral=1, Held=1)
    assert not ward.rows(Notice.select().where(Notice.subject_id == bad["id"]))
    [held] = ward.rows(Held.select())
    assert held.entry_id == bad["id"]


def test_the_held_entry_can_be_sent_again_once_the_database_is_mended(ward):
    bad = ward.lan.seal("record", OBSERVATION)
    break_for(ward, "record", "1")
    assert outcomes(ward.lan.sync(bad)) == ["invalid"]
    with ward.app.app_context(), database.connection_context():
        database.execute_sql("DROP TRIGGER broken_record")
    assert outcomes(ward.lan.sync(bad)) == ["stored"]
    assert ward.rows(Held.select())[0].closed_at


def test_one_by_one_says_the_same_as_all_together(ward):
    """Every outcome again, with the fast way closed by one entry."""
    referral = ward.lan.refer()
    stored = ward.lan.seal("record", OBSERVATION)
    ward.lan.sync(stored)
    entries = [
        stored, ward.lan.seal("record", {**OBSERVATION, "narrative": "Khác"}, entry_id=stored["id"]), ward.lan.seal("record", {"form_name": "observation"}),
        ward.lan.seal("answer", {"referral": referral, "choice": "accept"}), ward.lan.seal("record", {**OBSERVATION, "replaces": stored["id"]}),
        ward.lan.seal("withdrawal", {"target": referral})]
    broken = ward.lan.seal("record", OBSERVATION)
    break_for(ward, "record", f"NEW.id = '{broken['id']}'")
    assert outcomes(ward.lan.sync(*entries, broken)) == ["duplicate", "conflict", "invalid", "forbidden", "stored", "stored", "invalid"]


def test_a_database_that_fails_altogether_gives_no_receipt_and_keeps_nothing_half(ward):
    entries = [ward.lan.seal("record", OBSERVATION), ward.lan.seal("referral", REFERRAL)]
    ward.thu  # noqa: B018 – somebody to be rung
    with ward.app.app_context(), database.connection_context():
        database.execute_sql("ALTER TABLE notice RENAME TO elsewhere")
    refused(ward.lan.sync(*entries), 500)
    with ward.app.app_context(), database.connection_context():
        database.execute_sql("ALTER TABLE elsewhere RENAME TO notice")
    nothing_but(ward)
    assert outcomes(ward.lan.sync(*entries)) == ["stored", "stored"]


@contextmanager
def statements(ward):
    """What SQLite itself is asked, by its own account."""
    seen = []
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        connection = database.connection()
        connection.set_trace_callback(seen.append)
        yield seen
        connection.set_trace_callback(None)


def reads(ward, entries):
    with statements(ward) as seen:
        assert set(outcomes(ward.lan.sync(*entries))) == {"stored"}
    assert sum(statement.startswith("INSERT INTO \"entry\"") for statement in seen) == len(entries)
    # A read may also hide in a write.
    return sum("SELECT" in statement for statement in seen), sum("SAVEPOINT" in statement for statement in seen)


@pytest.mark.parametrize("kind, fields", [("record", {**OBSERVATION, "danger": "yes"}), ("referral", REFERRAL),
                                          ("referral", {**REFERRAL, "record": "of-its-own"}), ("record", {**OBSERVATION, "replaces": "of-its-own"})],
                         ids=["records", "referrals", "referrals of records", "replacing"])
def test_a_hundred_entries_cost_as_many_reads_as_one(ward, kind, fields):
    ward.thu, ward.kim  # noqa: B018 – people to be rung
    ward.lan.sync()
    targets = [ward.lan.seal("record", OBSERVATION) for _n in range(101)]
    ward.lan.sync(*targets[:50])
    ward.lan.sync(*targets[50:])

    def entries(chosen):
        return [ward.lan.seal(kind, {name: target["id"] if value == "of-its-own" else value for name, value in fields.items()}) for target in chosen]
    alone = reads(ward, entries(targets[:1]))
    assert reads(ward, entries(targets[1:])) == alone
    assert alone[0] > 0 and alone[1] > 0


# ── Nothing personal where it does not belong ────────────────────────────────────────────────────────────────────────

NARRATIVE = "Chị Tư khóc suốt đêm, số nhà chín"
CONTACT = "Gọi cho chị Sáu bán nước"
NOTE = "Nhờ chị Bảy đón cháu"


def test_neither_words_nor_names_lie_in_clear_in_any_file(own_ward):
    ward, config = own_ward, own_ward.app.config["SOTAY"]
    with ward.app.app_context():
        people.add(ward.row, "collaborator", "tdp-1", "Nguyễn Thị Lan")
        database.close()
    record = ward.lan.record(narrative=NARRATIVE, safe_contact=CONTACT)
    referral = ward.lan.refer(record=record, note=NOTE)
    ward.thu.answer(referral, "pass", next_unit="phunu", note=NOTE)
    held = ward.lan.seal("record", {"form_name": "observation", "narrative": NARRATIVE, "replaces": "khac"})
    assert outcomes(ward.lan.sync(held)) == ["invalid"]
    assert NARRATIVE in ward.thu.get(f"/records/{record}").text
    files = [path for path in config.DATA_DIR.rglob("*") if path.is_file() and "assets" not in path.parts]
    everything = b"".join(path.read_bytes() for path in files)
    assert record.encode() in everything and any(path.suffix == ".db" for path in files)
    for words in (NARRATIVE, CONTACT, NOTE, "Nguyễn Thị Lan"):
        for form in (words, encode({"": words})[1:], json.dumps(words)[1:-1]):
            assert form.encode() not in everything and form.encode("utf-16-le") not in everything, words


def test_no_words_of_a_record_reach_a_log_or_an_error(ward, caplog):
    caplog.set_level(logging.INFO)
    ward.thu  # noqa: B018 – somebody to be rung
    break_for(ward, "record", "1", words=NARRATIVE)
    alone = ward.lan.sync(ward.lan.seal("record", {**OBSERVATION, "narrative": NARRATIVE, "safe_contact": CONTACT}))
    # Now it cannot even be held, and the database's own message carries the words up to the last handler.
    break_for(ward, "held", "1", words=NARRATIVE)
    failed = ward.lan.sync(ward.lan.seal("record", {**OBSERVATION, "narrative": NOTE}))
    assert outcomes(alone) == ["invalid"] and failed.status_code == 500
    assert caplog.messages, "a failure is told to whoever runs the server"
    said = "\n".join([caplog.text, *(str(record.exc_info) for record in caplog.records), alone.text, failed.text])
    for words in (NARRATIVE, CONTACT, NOTE, json.dumps(NARRATIVE)[1:-1], json.dumps(NOTE)[1:-1], "'lan'"):
        assert words not in said


def test_the_key_of_the_ward_is_public_and_nothing_else(ward):
    found = ward.stranger().get("/sync/key").json
    assert set(found) == {"key_id", "public"}
    assert len(base64.urlsafe_b64decode(found["public"] + "=")) == 65


def test_a_second_person_on_the_phone_sends_as_themselves(ward):
    phone = ward.lan
    mine, entry = dict(phone.me), phone.seal("record", OBSERVATION)
    phone.enrol(ward.invite("hoa"))
    theirs = phone.seal("record", {**OBSERVATION, "narrative": "Của Hòa"})
    assert outcomes(phone.sync(theirs)) == ["stored"]
    assert outcomes(phone.sync(entry, enrolment=mine["enrolment"])) == ["stored"]
    assert {row.id: row.author_id for row in ward.rows(Record.select())} == {theirs["id"]: phone.me["person"], entry["id"]: mine["person"]}
    assert len({enrolment.device_id for enrolment in ward.rows(Enrolment.select())}) == 1
