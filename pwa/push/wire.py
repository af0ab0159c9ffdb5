"""Connections to push services, kept between rings. Of an answer we need a status and two headers; its body is skipped, never read."""
import asyncio
import ssl
import urllib.request
from collections import defaultdict, deque
from functools import cache
from urllib.parse import urlsplit

import certifi

CONNECT, ANSWER = 5, 10
# An answer with a longer head, or a longer body, is not waited for.
LONGEST = 65_536


class Silent(Exception):
    """Nobody answered in time."""


class Broken(Exception):
    """No connection, or one that ended before there was an answer."""


class Wires:
    """For one event loop: each post takes a connection that is idle, or opens one."""

    def __init__(self):
        self._idle = defaultdict(deque)

    async def post(self, endpoint, headers, body):
        """(status, headers by small name) of one POST; raises Silent or Broken. Redirects are answers like any other."""
        parts = urlsplit(endpoint)
        request = _request(parts, headers, body)
        idle = self._idle[parts.scheme, parts.netloc]
        if wire := _usable(idle):
            try:
                return await self._ask(wire, request, idle)
            except Broken:
                # It may have been closed just as we began: once more, on a fresh one.
                pass
        return await self._ask(await _open(parts), request, idle)

    async def _ask(self, wire, request, idle):
        reader, writer = wire
        whole = False
        try:
            async with asyncio.timeout(ANSWER):
                writer.write(request)
                status, headers, whole = await _read(reader)
            return status, headers
        except TimeoutError:
            raise Silent from None
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as reason:
            raise Broken(type(reason).__name__) from None
        finally:
            if whole:
                idle.append(wire)
            else:
                writer.transport.abort()


def _request(parts, headers, body):
    path = parts.path + ("?" + parts.query if parts.query else "")
    lines = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}", *map(": ".join, headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body


def _usable(idle):
    """A kept connection that its other end has not closed, or None."""
    while idle:
        reader, writer = idle.pop()
        if not (reader.at_eof() or writer.is_closing()):
            return reader, writer
        writer.transport.abort()
    return None


@cache
def _context():
    return ssl.create_default_context(cafile=certifi.where())


async def _open(parts):
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        async with asyncio.timeout(CONNECT):
            if proxy := _proxy(parts):
                return await _open_through(proxy, parts.hostname, port)
            return await asyncio.open_connection(parts.hostname, port, limit=LONGEST, ssl=_context() if secure else None)
    except TimeoutError:
        raise Silent from None
    except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as reason:
        raise Broken(type(reason).__name__) from None


def _proxy(parts):
    """The ward's way out, where there is one: for https only, never for what is beside us."""
    address = urllib.request.getproxies().get("https") if parts.scheme == "https" else None
    return urlsplit(address) if address and not urllib.request.proxy_bypass(parts.hostname) else None


async def _open_through(proxy, host, port):
    reader, writer = await asyncio.open_connection(proxy.hostname, proxy.port or 80, limit=LONGEST)
    writer.write(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode("ascii"))
    if _status(await reader.readuntil(b"\r\n\r\n")) != 200:
        writer.transport.abort()
        raise OSError("the proxy refused")
    await writer.start_tls(_context(), server_hostname=host)
    return reader, writer


async def _read(reader):
    """(status, headers, whether the connection may be used again)."""
    head = await reader.readuntil(b"\r\n\r\n")
    while (status := _status(head)) < 200:
        # 103 Early Hints and the like.
        head = await reader.readuntil(b"\r\n\r\n")
    headers = {}
    for row in head.decode("latin-1").split("\r\n")[1:-2]:
        name, _colon, value = row.partition(":")
        headers[name.strip().lower()] = value.strip()
    ends = head.startswith(b"HTTP/1.0") or headers.get("connection", "").lower() == "close"
    return status, headers, not ends and await _skip(reader, status, headers)


def _status(head):
    version, status = head[:64].split(b" ", 2)[:2]
    if not version.startswith(b"HTTP/1."):
        raise ValueError("not HTTP")
    return int(status[:3])


async def _skip(reader, status, headers):
    """Read past the body; False when where it ends is not worth knowing."""
    if status in (204, 304):
        return True
    if "transfer-encoding" in headers:
        return headers["transfer-encoding"].lower() == "chunked" and await _skip_chunks(reader)
    length = headers.get("content-length", "")
    if not length.isdigit() or int(length) > LONGEST:
        return False
    await reader.readexactly(int(length))
    return True


async def _skip_chunks(reader):
    for _chunk in range(100):
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        if size > LONGEST:
            return False
        if size == 0:
            # Trailers would stand here; whoever sends them is not kept.
            return await reader.readexactly(2) == b"\r\n"
        await reader.readexactly(size + 2)
    return False
