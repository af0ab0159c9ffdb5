"""Milliseconds to what people read."""
from datetime import datetime, time, UTC
from functools import lru_cache

from flask_babel import gettext as _

from pwa.domain import calendars
from pwa.domain.clock import day  # noqa: F401 – one way to write a day, on pages too


def _moment(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def clock(milliseconds):
    """Day and time of the ward, like 24/11 08:05."""
    return _clock(milliseconds // 60_000, calendars.Here.zone)


@lru_cache(4096)
def _clock(minute, _zone):
    # Long timelines repeat their minutes; the zone is the ward's setting.
    return calendars.local(minute * 60_000).strftime("%d/%m %H:%M")


def machine(milliseconds):
    """The same for <time datetime>."""
    return _moment(milliseconds).isoformat(timespec="minutes")


def shown(row):
    """When it was written: the phone's clock, unless it runs ahead of the server that already has it."""
    return min(row.made_at, row.received_at)


def span(starts, ends):
    """Two minutes of the day as 07:30 – 17:30; the whole day when they are the same."""
    return _("cả ngày") if starts == ends else f"{starts // 60:02}:{starts % 60:02} – {ends // 60:02}:{ends % 60:02}"


def hour(minute):
    """A minute of the day as a time field wants it."""
    return None if minute is None else time(minute // 60, minute % 60)


