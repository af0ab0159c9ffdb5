"""Envelopes: bound to entry, kind and enrolment; what is damaged or meant for somebody else does not open."""
import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pwa.crypto import envelope, keyring

ENTRY, KIND, ENROLMENT = "11111111-1111-4111-8111-111111111111", "record", "22222222-2222-4222-8222-222222222222"
PLAIN = '{"seq":1,"at":2,"form":"narrative=Nghe tiếng khóc"}'.encode()


@pytest.fixture
def sealed(ring):
    key_id, public = ring.current_entry_key()
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    return key_id, envelope.seal_entry(point, PLAIN, ENTRY, KIND, ENROLMENT)


def damaged(text, at):
    data = bytearray(base64.urlsafe_b64decode(text + "=="))
    data[at] ^= 1
    return base64.urlsafe_b64encode(bytes(data)).rstrip(b"=").decode()


def test_what_a_phone_seals_the_ward_opens(sealed):
    assert envelope.open_entry(*sealed, ENTRY, KIND, ENROLMENT) == PLAIN


def test_an_export_is_opened_by_the_ward_alone_and_only_whole(ring, tmp_path):
    key_id, public = ring.current_entry_key()
    file = envelope.seal_export(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public), key_id, PLAIN)
    assert file.startswith(f"SOTAY1\n{key_id}\n".encode()) and PLAIN not in file
    assert envelope.open_export(file) == PLAIN
    for wrong in (b"", b"SOTAY1\n", file[:-1], file + b"x", file.replace(b"SOTAY1", b"SOTAY2"), file.replace(key_id.encode(), b"0" * 16),
                  file.replace(key_id.encode(), "khóa".encode()), file.replace(key_id.encode(), b"../current"), file[:40], b"SOTAY1\n" + key_id.encode() + b"\n"):
        with pytest.raises(envelope.CannotOpen):
            envelope.open_export(wrong)
    keyring.load(tmp_path / "others")
    with pytest.raises(envelope.CannotOpen):
        envelope.open_export(file)


def test_an_export_is_no_entry_nor_the_other_way_round(sealed):
    key_id, entry = sealed
    with pytest.raises(envelope.CannotOpen):
        envelope.open_export(f"SOTAY1\n{key_id}\n".encode() + base64.urlsafe_b64decode(entry + "=="))


def test_the_binding_is_written_as_phones_write_it():
    assert envelope.info(ENTRY, KIND, ENROLMENT) == f"sotay/entry/1|{ENTRY}|{KIND}|{ENROLMENT}".encode()
    assert envelope.info(ENTRY, None, ENROLMENT) == f"sotay/entry/2|{ENTRY}|{ENROLMENT}".encode()


def test_nothing_of_it_is_readable(sealed):
    data = base64.urlsafe_b64decode(sealed[1] + "==")
    assert b"narrative" not in data and "tiếng".encode() not in data
    assert len(data) == 65 + len(PLAIN) + 16


@pytest.mark.parametrize("entry, kind, enrolment", [
    (ENTRY.replace("1", "3"), KIND, ENROLMENT), (ENTRY, "referral", ENROLMENT), (ENTRY, KIND, ENTRY), (ENTRY, f"{KIND}|{ENROLMENT}", ""), (ENTRY, "", ENROLMENT)])
def test_for_another_entry_kind_or_enrolment_it_does_not_open(sealed, entry, kind, enrolment):
    with pytest.raises(envelope.CannotOpen):
        envelope.open_entry(*sealed, entry, kind, enrolment)


@pytest.mark.parametrize("at", [0, 1, 33, 64, 65, 80, -16, -1])
def test_one_changed_bit_and_it_does_not_open(sealed, at):
    with pytest.raises(envelope.CannotOpen):
        envelope.open_entry(sealed[0], damaged(sealed[1], at), ENTRY, KIND, ENROLMENT)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "Đây", "=", "A" * 87, "A" * 110])
def test_what_is_no_envelope_does_not_open(sealed, text):
    with pytest.raises(envelope.CannotOpen):
        envelope.open_entry(sealed[0], text, ENTRY, KIND, ENROLMENT)


@pytest.mark.parametrize("length", [10, 60, 86, 90, 100])
def test_cut_short_it_does_not_open(sealed, length):
    with pytest.raises(envelope.CannotOpen):
        envelope.open_entry(sealed[0], sealed[1][:length], ENTRY, KIND, ENROLMENT)


@pytest.mark.parametrize("key_id", ["", "0123456789abcdef", "current", "../vapid", "..", "a/b", "\x00"])
def test_an_unknown_key_opens_nothing_and_no_file_outside_is_read(sealed, key_id):
    with pytest.raises(envelope.CannotOpen):
        envelope.open_entry(key_id, sealed[1], ENTRY, KIND, ENROLMENT)


def test_sealed_to_a_foreign_key_it_does_not_open(ring):
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(envelope.CannotOpen):
        envelope.open_entry(ring.current_entry_key()[0], envelope.seal_entry(public, PLAIN, ENTRY, KIND, ENROLMENT), ENTRY, KIND, ENROLMENT)


def test_an_old_key_opens_what_still_waits_and_phones_are_given_the_new_one(ring, sealed):
    fresh = ring.add_entry_key()
    assert ring.current_entry_key()[0] == fresh != sealed[0]
    assert envelope.open_entry(*sealed, ENTRY, KIND, ENROLMENT) == PLAIN


def test_the_digest_is_the_same_for_the_same_bytes_only_and_needs_the_key(ring, tmp_path):
    from pwa.crypto import keyring
    first = envelope.digest(PLAIN)
    assert len(first) == 64 and first == envelope.digest(bytes(PLAIN)) != envelope.digest(PLAIN + b" ")
    keyring.load(tmp_path / "other")
    assert envelope.digest(PLAIN) != first
