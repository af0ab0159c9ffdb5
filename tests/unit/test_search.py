"""Telephone numbers: however they are written they are the same, and what is no number is none."""
import pytest

from pwa.crypto import keyring, search

SAME = ["0912345678", "0912 345 678", "0912.345.678", "091-234-5678", "+84912345678", "+84 912 345 678", "(+84) 912 345 678",
        "+84 (0)912 345 678", "84912345678", "0084912345678", " 0912  345 678 "]


@pytest.mark.parametrize("text", SAME)
def test_one_number_however_it_is_written(text):
    assert search.normal(text) == "84912345678"
    assert search.numbers(f"Gọi {text} sau 8 giờ tối.") == ["84912345678"]


@pytest.mark.parametrize("text, number", [("0239 385 6789", "842393856789"), ("(0239) 3856789", "842393856789"), ("+84 239 385 6789", "842393856789"),
                                          ("024.3825.4321", "842438254321")])
def test_a_landline_is_a_number_too(text, number):
    assert search.normal(text) == number and search.numbers(text) == [number]


@pytest.mark.parametrize("text", ["", None, "111", "113", "091234567", "09123456789", "+66 912345678", "0112345678", "912345678", "Gọi cho tôi",
                                  "038123456789", "2026-11-24", "24/11/2026 08:05"])
def test_what_is_no_number_of_a_person_or_office_is_none(text):
    assert search.normal(text) is None
    assert search.numbers(text) == []


def test_all_numbers_of_a_text_are_found_once_and_in_order():
    text = "Chị Sáu 0912.345.678, hoặc mẹ: +84 987 654 321 (không gọi 0912345678 buổi tối), 113 khi gấp"
    assert search.numbers(text) == ["84912345678", "84987654321"]


def test_two_numbers_side_by_side_are_two():
    assert search.numbers("0912345678 0987654321") == ["84912345678", "84987654321"]
    assert search.numbers("0912345678/0987654321") == ["84912345678", "84987654321"]


def test_the_hash_is_the_same_for_the_same_number_and_tells_nothing_without_the_key(ring, tmp_path):
    [one] = search.phone_hashes(1, "0912 345 678")
    assert search.phone_hashes(1, "+84912345678") == [one] and "912345678" not in one and len(one) == 64
    assert search.phone_hashes(1, "0912 345 679") != [one]
    keyring.load(tmp_path / "other")
    assert search.phone_hashes(1, "0912 345 678") != [one]


def test_two_wards_cannot_be_matched_against_each_other(ring):
    assert search.phone_hashes(1, "0912345678") != search.phone_hashes(2, "0912345678")


@pytest.mark.parametrize("text", ["0912 345 678 0987 654 321", "0912 345 678 - 0987 654 321 (18h)", "113 0912345678 (8-10h) 0987.654.321",
                                  "09 12 34 56 78 / +84 987 654 321", "0912345678 (17-18h)/0987654321", "0912 345 678 (+84) 987 654 321"])
def test_numbers_beside_hours_and_beside_one_another_are_all_found(text):
    assert search.numbers(text) == ["84912345678", "84987654321"]
