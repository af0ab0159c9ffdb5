"""Looking for planted words in everything a browser left on disk."""
import base64
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from tests.profile import formats

# Where each browser keeps each kind of store, as parts of a path inside its profile.
STORES = {
    "chromium": {"IndexedDB": "IndexedDB/", "Cache Storage": "CacheStorage/", "HTTP cache": "Cache/Cache_Data/", "history": "Default/History",
                 "session": "Default/Sessions/"},
    "firefox": {"IndexedDB": "/idb/", "Cache Storage": "/cache/", "HTTP cache": "cache2/", "history": "places.sqlite", "session": "sessionstore"},
}


@dataclass(frozen=True)
class Found:
    """One marker in one file: where, how the file had to be read, and how the words were written."""
    marker: str
    file: str
    read: str
    written: str


def look(folder, markers):
    """Every place in a folder where one of these markers stands, and how many files were read."""
    wanted = [(marker, how, form) for marker in markers for how, form in forms(marker).items()]
    found, files = set(), 0
    for path in sorted(Path(folder).rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        files += 1
        name = str(path.relative_to(folder))
        # A telling word may stand in a name of a file, too.
        for read, piece in (("its name", name.encode()), *formats.pieces(path)):
            found |= {Found(marker, name, read, how) for marker, how, form in wanted if form in piece}
    return found, files


def forms(marker):
    """The bytes a marker may be on disk, by the name of the way it is written."""
    text = marker.encode()
    written = {
        "UTF-8": text, "UTF-16LE": marker.encode("utf-16-le"), "UTF-16BE": marker.encode("utf-16-be"), "urlencoded": quote_plus(marker).encode(),
        "JSON": json.dumps(marker)[1:-1].encode(), "Firefox's key": _key(marker),
    }
    if all(ord(letter) < 256 for letter in marker):
        written["Latin-1"] = marker.encode("latin-1")
    for shift in range(3):
        # Where in a stream the words begin is not known: three ways, each without the letters that hang together with what is around.
        whole = base64.b64encode(b"\0" * shift + text)
        written[f"base64 +{shift}"] = whole[(0, 2, 3)[shift]:(shift + len(text)) * 8 // 6]
    return {how: form for how, form in written.items() if how in ("UTF-8", "UTF-16LE") or form != text}


def _key(marker):
    """How Firefox writes a string into a key of IndexedDB (dom/indexedDB/Key.cpp): letters moved up, the higher ones over two bytes."""
    low, middle = 0x7F, 0x3FFF + 0x80
    return b"".join(bytes([code + 1]) if code < low else (0x8000 + code - low).to_bytes(2) if code < middle else (0xC00000 | code << 6).to_bytes(3)
                    for code in map(ord, marker))


def by_store(browser, found):
    """Kind of store → the markers found in it."""
    return {kind: {each.marker for each in found if part in f"/{each.file}"} for kind, part in STORES[browser].items()}
