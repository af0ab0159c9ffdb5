"""How browsers keep things on disk: every file as the readable pieces it holds, decompressed and taken out of its container."""
import gzip
import shutil
import sqlite3
import struct
import tempfile
import zlib
from pathlib import Path

import brotli
import cramjam

# Nothing a phone of ours stores is larger; a length beyond it is noise that looked like a header.
MOST = 64 << 20
# LevelDB: log files come in blocks, tables end with a number (doc/table_format.md, doc/log_format.md of its sources).
LOG_BLOCK, LOG_HEAD = 32_768, 7
TABLE_END = struct.pack("<Q", 0xDB4775248B80FB57)
# Chromium's simple cache: head of an entry, and what ends its streams (net/disk_cache/simple/simple_entry_format.h).
SIMPLE = struct.pack("<Q", 0xFCFB6D1BA7725C30)
SNAPPY_STREAM = b"\xff\x06\x00\x00sNaPpY"
MOZ_LZ4 = b"mozLz40\0"
SQLITE = b"SQLite format 3\0"
# Blink's envelope around a compressed IndexedDB value: version, then how it was compressed.
WRAPPED = {b"\xff\x11\x02": cramjam.snappy.decompress_raw, b"\xff\x11\x03": cramjam.zstd.decompress}
DEEPEST = 3


def pieces(path):
    """(how it was read, bytes) of one file: as it lies there, and everything that can be unpacked from it."""
    data = path.read_bytes()
    yield "as it is", data
    yield from _inside(data, path, DEEPEST)


def _inside(data, path, depth):
    for how, reader in READERS.items() if depth else ():
        for piece in reader(data, path):
            yield how, piece
            # What lies in a container has no file of its own.
            yield from ((f"{how}, {deeper}", part) for deeper, part in _inside(piece, None, depth - 1))


def _attempt(unpack, data):
    """What this gives, or nothing where it is not in that format after all."""
    try:
        return [bytes(unpack(data))]
    except (cramjam.DecompressionError, brotli.error, zlib.error, gzip.BadGzipFile, EOFError, ValueError, OverflowError):
        return []


def _raw_snappy(data, path):
    """A bare Snappy block, as Firefox keeps structured clones, in a cell or in a file; it has no mark but its length."""
    if not (isinstance(data, Blob) or path and path.parent.name.endswith(".files")):
        return []
    try:
        length = cramjam.snappy.decompress_raw_len(data) if data else 0
    except cramjam.DecompressionError:
        return []
    return _attempt(cramjam.snappy.decompress_raw, data) if len(data) / 2 <= length <= MOST else []


def _snappy_stream(data, _path):
    """Framed Snappy, chunk by chunk: Firefox writes checksums of its own, which a library refuses."""
    if not data.startswith(SNAPPY_STREAM):
        return
    whole, at = b"", len(SNAPPY_STREAM)
    while at + 8 <= len(data):
        kind, length = data[at], int.from_bytes(data[at + 1:at + 4], "little")
        chunk = data[at + 8:at + 4 + length]
        whole += {0: lambda packed: b"".join(_attempt(cramjam.snappy.decompress_raw, packed)), 1: bytes}.get(kind, lambda _other: b"")(chunk)
        at += 4 + length
    yield whole


def _moz_lz4(data, _path):
    if not data.startswith(MOZ_LZ4):
        return []
    length, = struct.unpack_from("<I", data, 8)
    return _attempt(lambda block: cramjam.lz4.decompress_block(block, output_len=length), data[12:]) if length <= MOST else []


def _gzip(data, _path):
    return _attempt(_inflate, data) if data[:3] == b"\x1f\x8b\x08" else []


def _inflate(data):
    """Also when something else follows."""
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, MOST)


def _wrapped(data, path):
    """Compressed values of Chromium's IndexedDB: inside a table, a log, or a file of their own."""
    for mark, unpack in WRAPPED.items():
        at = data.find(mark)
        while at >= 0 and (path is None or at < 16):
            yield from _attempt(unpack, data[at + len(mark):])
            at = data.find(mark, at + 1)


def _simple_cache(data, _path):
    """The body of an entry of Chromium's caches, still encoded as it came over the network."""
    if not data.startswith(SIMPLE) or len(data) < 24:
        return
    key, = struct.unpack_from("<I", data, 12)
    body = data[24 + key:]
    yield body
    yield from _attempt(_unbrotli, body)


def _firefox_cache(data, path):
    """The body of an entry of Firefox's HTTP cache: what lies before the offset at its end."""
    if path is None or "cache2" not in path.parts or len(data) < 8:
        return
    length, = struct.unpack(">I", data[-4:])
    if length <= len(data):
        yield data[:length]
        yield from _attempt(_unbrotli, data[:length])


def _unbrotli(data):
    """Also when something else follows, which in the same bite would be an error."""
    unpack = brotli.Decompressor()
    found = []
    for at in range(len(data)):
        found.append(unpack.process(data[at:at + 1]))
        if unpack.is_finished():
            break
    return b"".join(found)


def _log(data, path):
    """Records of a LevelDB log, put together again where a block ended in their midst."""
    if path is None or path.suffix != ".log":
        return
    record = b""
    for start in range(0, len(data), LOG_BLOCK):
        block, at = data[start:start + LOG_BLOCK], 0
        while at + LOG_HEAD <= len(block):
            length, kind = struct.unpack_from("<HB", block, at + 4)
            if not kind:
                break
            part = block[at + LOG_HEAD:at + LOG_HEAD + length]
            # Whole, first, middle, last.
            record = part if kind in (1, 2) else record + part
            if kind in (1, 4):
                yield record
            at += LOG_HEAD + length


def _table(data, path):
    """Blocks of a LevelDB table, keys written out in full."""
    if path is None or not data.endswith(TABLE_END) or len(data) < 48:
        return
    foot = data[-48:]
    at = _varint(foot, _varint(foot, 0)[1])[1]
    for _key, handle in _entries(_block(data, foot[at:])):
        yield b"\0".join(part for entry in _entries(_block(data, handle)) for part in entry)
        yield from (value for _key, value in _entries(_block(data, handle)))


def _block(data, handle):
    """A block by its handle (offset, length), decompressed."""
    offset, at = _varint(handle, 0)
    length, _at = _varint(handle, at)
    block = data[offset:offset + length]
    return bytes({0: bytes, 1: cramjam.snappy.decompress_raw, 2: cramjam.zstd.decompress}[data[offset + length]](block))


def _entries(block):
    """(key, value) in a block: each key is told by what it does not share with the one before."""
    restarts, = struct.unpack("<I", block[-4:])
    end, at, key = len(block) - 4 * (restarts + 1), 0, b""
    while at < end:
        shared, at = _varint(block, at)
        rest, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at:at + rest]
        yield key, block[at + rest:at + rest + length]
        at += rest + length


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def _sqlite(data, path):
    """Every cell of every table: all text in one piece, and each blob."""
    if path is None or not data.startswith(SQLITE):
        return
    with tempfile.TemporaryDirectory() as folder:
        for each in path.parent.glob(f"{path.name}*"):
            if each.is_file():
                shutil.copy(each, folder)
        # Text as bytes: what a browser calls text is not always UTF-8.
        connection = sqlite3.connect(Path(folder) / path.name)
        connection.text_factory = bytes
        try:
            yield from _cells(connection)
        finally:
            connection.close()


def _cells(connection):
    texts = []
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        try:
            rows = connection.execute(f"SELECT * FROM \"{table.decode()}\"").fetchall()
        except sqlite3.DatabaseError:
            # A table of an extension this Python has not got; its pages are still searched as they are.
            continue
        for cell in (cell for row in rows for cell in row if cell is not None):
            texts.append(cell if isinstance(cell, bytes) else str(cell).encode())
    yield b"\0".join(texts)
    yield from (Blob(cell) for cell in texts)


class Blob(bytes):
    """One cell of a database, which may be compressed as a whole."""


READERS = {
    "SQLite": _sqlite, "LevelDB table": _table, "LevelDB log": _log, "compressed value": _wrapped, "Snappy": _raw_snappy,
    "framed Snappy": _snappy_stream, "mozLz4": _moz_lz4, "simple cache": _simple_cache, "HTTP cache": _firefox_cache, "gzip": _gzip,
}
