"""Now, in milliseconds since 1970."""
import time
from datetime import UTC, datetime

from flask_babel import format_datetime

HOUR = 3_600_000
DAY = 24 * HOUR


def now():
    return time.time_ns() // 1_000_000


def day(on_date):
    """A day as people here write it: 24/11/2026."""
    return f"{on_date[8:]}/{on_date[5:7]}/{on_date[:4]}"


def said(milliseconds):
    """A moment inside a sentence, in the ward's time, as every list writes it: 24/11 08:05."""
    return _written(milliseconds, "dd/MM HH:mm")


def written(milliseconds):
    """On paper, which is kept for years: 08:05 24/11/2026."""
    return _written(milliseconds, "HH:mm dd/MM/yyyy")


def _written(milliseconds, how):
    return format_datetime(datetime.fromtimestamp(milliseconds / 1000, UTC), how)
