"""Now, in milliseconds since 1970."""
import time

HOUR = 3_600_000
DAY = 24 * HOUR


def now():
    return time.time_ns() // 1_000_000
