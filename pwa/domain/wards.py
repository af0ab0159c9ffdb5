"""What a ward decides for its phones."""
import re

from db.base import write
from db.models import Ward
from pwa.domain import audit

MOST_KEEP_DAYS = 30
# Our own pages, or a page of the ward's choice on the web; a neutral one.
PAGE = re.compile(r"/[A-Za-z0-9/_-]*|https://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/?=&%-]*)?")


class BadValue(Exception):
    """The value does not fit the setting; the message says what does."""


def _on_or_off(text):
    if text not in ("on", "off"):
        raise BadValue("quick-note must be on or off.")
    return text == "on"


def _page(text):
    if text == "none":
        return None
    # Two slashes would leave our own pages.
    if len(text) > 200 or text.startswith("//") or not PAGE.fullmatch(text):
        raise BadValue("exit-url must be a path like /away, an address like https://example.vn/thoi-tiet, or none.")
    return text


def _days(text):
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_KEEP_DAYS:
        raise BadValue(f"keep-days must be a number from 1 to {MOST_KEEP_DAYS}.")
    return int(text)


# Name on the command line → column and how its value is read.
SETTINGS = {"quick-note": (Ward.quick_note, _on_or_off), "exit-url": (Ward.exit_url, _page), "keep-days": (Ward.keep_days, _days)}


def change(ward, name, text):
    """Set one of SETTINGS; answers its value now, raises BadValue."""
    column, read = SETTINGS[name]
    value = read(text)
    with write():
        Ward.update({column: value}).where(Ward.id == ward.id).execute()
        audit.changed(None, "ward", str(ward.id), ward_id=ward.id, setting=name)
    return value
