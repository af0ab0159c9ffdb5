"""Now, in milliseconds since 1970."""
import time
from datetime import UTC, datetime

from flask_babel import format_datetime

HOUR = 3_600_000
DAY = 24 * HOUR


def now():
    return time.time_ns() // 1_000_000


def said(milliseconds):
    """A moment inside a sentence, in the ward's time: 08:05 ngày 24/11."""
    return format_datetime(datetime.fromtimestamp(milliseconds / 1000, UTC), "HH:mm dd/MM")
