"""What one push is made of: padded, signed once per push service, the same words whoever reads them."""
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pwa.push import sender
from pwa.push.sender import Answer, Ring, Sender
from tests.push.service import Receiver, PushService, vapid
from tests.ward import ROOT

RING = Ring("0" * 36, "1" * 36, False, "new", "https://push.example.org/x", "", "")


@pytest.mark.parametrize("base", ["http://localhost:8000", "https://so-tay.phuong-thanh-sen.hatinh.gov.vn"])
def test_every_kind_has_one_length_also_with_a_long_address(base):
    sizes = {len(sender.payload(base, Ring("0" * 36, "1" * 36, urgent, words, "", "", ""))) for urgent in (True, False) for words in sender.WORDS}
    assert sizes == {sender.SIZE}


def test_the_words_are_those_of_the_worker():
    worker = (ROOT / "service_worker" / "push.js").read_text()
    for words in (sender.TITLE, *sender.WORDS.values()):
        assert f'"{words}"' in worker


def test_what_a_declarative_phone_shows_is_what_ours_shows():
    said = json.loads(sender.payload("https://so-tay.vn", RING))
    assert said["web_push"] == 8030 and said["mutable"] is True
    assert said["notification"] == {"title": "Sổ tay", "body": "Có mục mới. Mở sổ để xem.", "lang": "vi", "tag": "sotay",
                                    "navigate": "https://so-tay.vn/n/" + "1" * 36}


def test_a_message_is_sealed_anew_each_time_and_opens_with_the_phones_key():
    receiver = Receiver(PushService.__new__(PushService), "http://localhost/x")
    keys = receiver.subscription["keys"]
    first, second = (sender.seal(b"words", keys["p256dh"], keys["auth"]) for _time in range(2))
    assert first[:86] != second[:86]
    post = type("Post", (), {"body": first})
    assert receiver.read(post) == "words"


def test_a_signature_serves_a_push_service_until_an_hour_before_its_end(monkeypatch):
    made, key = Sender("https://so-tay.vn", "mailto:a@example.vn"), ec.generate_private_key(ec.SECP256R1())
    first = made._signature("https://one.example", "k", key)
    assert made._signature("https://one.example", "k", key) == first
    assert vapid(made._signature("https://two.example", "k", key))[0]["aud"] == "https://two.example"
    assert made._signature("https://one.example", "other", ec.generate_private_key(ec.SECP256R1())) != first
    later = time.time() + 11.5 * 3600
    monkeypatch.setattr(sender.time, "time", lambda: later)
    fresh = made._signature("https://one.example", "k", key)
    assert fresh != first and later < vapid(fresh)[0]["exp"] <= later + 24 * 3600


@pytest.mark.parametrize(("status", "said"), [
    (201, Answer("sent")), (202, Answer("sent")), (204, Answer("sent")), (404, Answer("gone", None, "404")), (410, Answer("gone", None, "410")),
    (429, Answer("retry", 7, "429")), (503, Answer("retry", 7, "503")), (301, Answer("refused", None, "redirect")), (400, Answer("refused", None, "400")),
    (403, Answer("refused", None, "403"))])
def test_each_status_means_one_thing(status, said):
    assert sender.answer(status, "7") == said


@pytest.mark.parametrize(("said", "seconds"), [
    (None, None), ("", None), ("x", None), ("²", None), ("-5", None), ("1.5", None), ("0", 0), (" 120 ", 120), ("7200", 7200),
    ("86401", 86400), ("9" * 5000, 86400), ("Fri, 31 Dec 9999 23:59:59 GMT", 86400), ("Wed, 01 Jan 2020 00:00:00 GMT", 0),
    ("Fri, 31 Dec 99999 23:59:59 GMT", None), ("Fri, 99 Dec 2026 23:59:59 +9999", None)])
def test_a_time_to_wait_is_read_as_far_as_it_can_be_and_is_never_longer_than_a_day(said, seconds):
    assert sender.answer(503, said) == Answer("retry", seconds, "503")
