"""Telephone numbers by keyed hash: the same number is found and two of the same are noticed, without opening a column."""
import hashlib
import hmac
import re

from pwa.crypto import keyring

# Groups of digits with what people put between them. Two numbers, or a number and an hour, may stand in one such run.
RUN = re.compile(r"\(?\+?\(?\d(?:[\s.\-()/]{0,3}\d)*")
GROUP = re.compile(r"(?:\(?\+)?\d+")
# Groups that make up one number at most: pairs of digits, with a country code before them.
MOST = 10
COUNTRY = "84"


def normal(text):
    """The one way to write a Vietnamese number, like 84912345678, or None when it is no number of a person or an office.

    Knows 0…, +84…, 0084…, 84…, +84 (0)…; nine digits after the country code for mobiles, nine or ten for landlines.
    """
    digits = re.sub(r"\D", "", text or "")
    international = text.strip().startswith(("+", "(+")) if text else False
    if digits.startswith("00"):
        digits, international = digits[2:], True
    if international:
        if not digits.startswith(COUNTRY):
            return None
        national = digits[2:].removeprefix("0")
    elif digits.startswith("0"):
        national = digits[1:]
    elif digits.startswith(COUNTRY) and len(digits) >= 11:
        national = digits[2:].removeprefix("0")
    else:
        return None
    # Mobiles begin with 3, 5, 7, 8, 9 and have nine digits; landlines with 2 and have ten.
    whole = (national[:1] in "35789" and len(national) == 9) or (national[:1] == "2" and len(national) == 10)
    return COUNTRY + national if national and whole else None


def numbers(text):
    """Every telephone number written in a text, each normalised, in order and once."""
    found = (number for run in RUN.finditer(text or "") for number in _in_run(run.group()))
    return list(dict.fromkeys(found))


def _in_run(run):
    """Groups are taken together as far as they make a number, the longest first; none is cut in two."""
    groups = list(GROUP.finditer(run))
    start = 0
    while start < len(groups):
        ends = range(min(start + MOST, len(groups)), start, -1)
        end, number = next(((end, number) for end in ends if (number := normal(run[groups[start].start():groups[end - 1].end()]))),
                           (start + 1, None))
        if number:
            yield number
        start = end


def phone_hash(ward_id, number):
    """The keyed hash of a normalised number in one ward, 64 hex characters; wards cannot be matched against each other."""
    return hmac.new(keyring.current().search, f"phone|{ward_id}|{number}".encode(), hashlib.sha256).hexdigest()


def phone_hashes(ward_id, text):
    """Keyed hashes of the numbers written in a text."""
    return [phone_hash(ward_id, number) for number in numbers(text)]
