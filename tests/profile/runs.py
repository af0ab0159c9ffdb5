"""The two runs of the search: over a site that keeps everything in clear, and over ours."""
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.faults.proxy import behind_network
from tests.profile import browsers, control, planting, scan

BROWSERS = ("chromium", "firefox")
ENDINGS = ("Khóa lại", "Thoát nhanh")
# What a search of each browser has to have read to be believed; each is the only way to some store.
READERS = {
    "chromium": {"as it is", "LevelDB table", "LevelDB table, compressed value", "SQLite", "simple cache"},
    "firefox": {"as it is", "SQLite", "SQLite, Snappy", "framed Snappy", "HTTP cache", "mozLz4"},
}


# In both a browser keeps text, each store in its own.
ENCODINGS = {"UTF-8", "UTF-16LE"}


def wanted(marks):
    """All that is looked for: what was planted, and words of our own pages."""
    return [*marks.values(), *planting.SHOWN]


@dataclass
class Control:
    """What a search over the control site missed: kind of store → markers; ways of reading, and encodings, that gave nothing."""
    missing: dict
    unread: set
    unwritten: set
    files: int


def over_control(name, folder, markers):
    with browsers.running(name, folder / name) as browser:
        control.leave(browser, markers)
    found, files = scan.look(folder / name, markers)
    missing = {store: set(markers) - seen for store, seen in scan.by_store(name, found).items()}
    return Control({store: lost for store, lost in missing.items() if lost}, READERS[name] - {each.read for each in found},
                   ENCODINGS - {each.written for each in found}, files)


@dataclass
class Day:
    """A day with our book, and what a search found afterwards: while the browser still ran, and after it was closed."""
    markers: int
    leaks: list
    allowed: set
    files: int


def over_ours(name, folder, ending):
    marks = planting.fresh()
    allowed = marks[planting.ALLOWED]
    ward_folder, alive = folder / "ward", folder / f"{name}-alive"
    ward_folder.mkdir(parents=True)
    with behind_network(ward_folder) as ward, browsers.running(name, folder / name) as browser:
        planting.Use(browser, ward, marks).day(ending)
        # Sockets and locks are no files to copy, and some files go while one looks.
        shutil.copytree(folder / name, alive, ignore=_unreadable, ignore_dangling_symlinks=True)
        browser.quit()
    words = wanted(marks)
    found, files = set(), 0
    for place in (alive, folder / name):
        seen, read = scan.look(place, words)
        found, files = found | seen, files + read
    return Day(len(words) - 1, sorted((each for each in found if each.marker != allowed), key=str),
               {each.marker for each in found if each.marker == allowed}, files)


def _unreadable(folder, names):
    return [each for each in names if not ((path := Path(folder) / each).is_dir() or path.is_file()) or path.is_symlink()]
