"""Pages of long lists: where the next one begins, in the address."""
import re

from pwa.domain import queue
from pwa.domain.access import ID


def place(text):
    """(key, id) of the last row of the page before, or None for the first page and for anything else."""
    found = re.fullmatch(rf"(-?\d{{1,18}})_({ID}|\d{{1,9}})", text or "")
    return (int(found.group(1)), found.group(2)) if found else None


def more(rows, key):
    """The `after` of the next page, or None when this one is the last."""
    if len(rows) <= queue.PAGE:
        return None
    return after(rows[queue.PAGE - 1], key)


def after(last, key):
    """How an address names the row after which its page begins."""
    return f"{getattr(last, key)}_{last.id}"
