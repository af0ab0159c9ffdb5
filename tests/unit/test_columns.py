"""Sealed columns: what a stolen database shows, and what a row copied elsewhere opens to."""
import pytest
from cryptography.exceptions import InvalidTag

from pwa.crypto import columns, keyring

WORDS = {"narrative": "Nghe tiếng khóc", "acts": ["hit"]}


@pytest.mark.parametrize("value", [WORDS, "Nguyễn Thị Lan", "", None, [], 7, "😀 ữ"])
def test_what_was_sealed_opens_in_its_place(ring, value):
    assert columns.unseal("record.answers", "row-1", columns.seal("record.answers", "row-1", value)) == value


def test_nothing_of_it_is_readable(ring):
    data = columns.seal("record.answers", "row-1", WORDS)
    assert "khóc".encode() not in data and b"hit" not in data and b"narrative" not in data


def test_the_same_value_never_looks_the_same(ring):
    assert columns.seal("record.answers", "row-1", WORDS) != columns.seal("record.answers", "row-1", WORDS)


@pytest.mark.parametrize("place, row", [("record.answers", "row-2"), ("referral.answers", "row-1"), ("record.answers|row-1", ""), ("record", "answers|row-1")])
def test_copied_to_another_row_or_column_it_does_not_open(ring, place, row):
    data = columns.seal("record.answers", "row-1", WORDS)
    with pytest.raises(InvalidTag):
        columns.unseal(place, row, data)


@pytest.mark.parametrize("at", [9, 20, 21, -17, -1])
def test_one_changed_bit_and_it_does_not_open(ring, at):
    data = bytearray(columns.seal("record.answers", "row-1", WORDS))
    data[at] ^= 1
    with pytest.raises(InvalidTag):
        columns.unseal("record.answers", "row-1", bytes(data))


@pytest.mark.parametrize("at", range(1, 9))
def test_a_changed_key_id_names_no_key(ring, at):
    data = bytearray(columns.seal("record.answers", "row-1", WORDS))
    data[at] ^= 1
    with pytest.raises(keyring.UnknownKey):
        columns.unseal("record.answers", "row-1", bytes(data))


@pytest.mark.parametrize("data", [b"", b"\x02" + b"x" * 60, b"x"])
def test_an_unknown_format_is_refused(ring, data):
    with pytest.raises(ValueError):
        columns.unseal("record.answers", "row-1", data)


@pytest.mark.parametrize("length", [1, 9, 20, 30])
def test_cut_short_it_does_not_open(ring, length):
    data = columns.seal("record.answers", "row-1", WORDS)
    with pytest.raises((InvalidTag, ValueError, keyring.UnknownKey)):
        columns.unseal("record.answers", "row-1", data[:length])


def test_without_the_keys_of_this_ward_it_does_not_open(ring, tmp_path):
    data = columns.seal("record.answers", "row-1", WORDS)
    keyring.load(tmp_path / "other")
    with pytest.raises(keyring.UnknownKey):
        columns.unseal("record.answers", "row-1", data)


def test_after_a_new_column_key_the_old_values_still_open(ring):
    old = columns.seal("record.answers", "row-1", WORDS)
    ring.add_column_key()
    new = columns.seal("record.answers", "row-2", WORDS)
    assert old[1:9] != new[1:9]
    assert columns.unseal("record.answers", "row-1", old) == columns.unseal("record.answers", "row-2", new) == WORDS


def test_keys_stay_the_same_from_start_to_start_and_nobody_else_may_read_them(ring):
    again = keyring.load(ring.folder)
    assert (again.session, again.cookie, again.digest) == (ring.session, ring.cookie, ring.digest)
    assert again.current_column_key() == ring.current_column_key() and again.current_vapid_key() == ring.current_vapid_key()
    for path in ring.folder.rglob("*"):
        if path.suffix in (".pem", ".key"):
            assert path.stat().st_mode & 0o077 == 0, path
    assert ring.folder.stat().st_mode & 0o077 == 0
