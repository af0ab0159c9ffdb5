"""Milliseconds to what people read."""
from datetime import datetime, UTC
from functools import lru_cache

from flask_babel import get_timezone, to_user_timezone


def _moment(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def clock(milliseconds):
    """Day and time of the ward, like 24/11 08:05."""
    return _clock(milliseconds // 60_000, str(get_timezone()))


@lru_cache(4096)
def _clock(minute, _zone):
    # Long timelines repeat their minutes; the zone is the ward's setting.
    return to_user_timezone(_moment(minute * 60_000)).strftime("%d/%m %H:%M")


def machine(milliseconds):
    """The same for <time datetime>."""
    return _moment(milliseconds).isoformat(timespec="minutes")


def shown(row):
    """When it was written: the phone's clock, unless it runs ahead of the server that already has it."""
    return min(row.made_at, row.received_at)


def day(text):
    """A day kept as YYYY-MM-DD, like 24/11/2026."""
    year, month, day_of_month = text.split("-")
    return f"{day_of_month}/{month}/{year}"
