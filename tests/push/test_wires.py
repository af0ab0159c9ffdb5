"""Kept connections: real sockets, a push service that says whatever a test wants it to say."""
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest

from pwa.push import wire
from pwa.push.wire import Broken, Silent, Wires

OK = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


class Other:
    """The other end: says the next of `words` to each request; None hangs up, "" says nothing."""

    def __init__(self, words):
        self.words, self.connections, self.requests = list(words), 0, []

    async def talk(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append((head, await reader.readexactly(length)))
                said = self.words.pop(0)
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


def in_a_loop(work):
    """Run it in a thread of its own: Playwright may have a loop going in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@asynccontextmanager
async def listening(*words):
    other = Other(words)
    async with await asyncio.start_server(other.talk, "127.0.0.1", 0) as server:
        other.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/abc?x=1"
        yield other


def posts(*words, count=None):
    """(what each of the posts gave, the other end): an answer, or the name of what went wrong."""
    async def run():
        async with listening(*words) as other:
            wires, found = Wires(), []
            for _post in range(count or len(words)):
                try:
                    found.append(await wires.post(other.endpoint, {"TTL": "60"}, b"body"))
                except (Broken, Silent) as reason:
                    found.append(type(reason))
            return found, other
    return in_a_loop(run())


def test_one_connection_serves_many_posts():
    found, other = posts(*[OK] * 5)
    assert [status for status, _headers in found] == [201] * 5
    assert other.connections == 1
    head, body = other.requests[0]
    assert head.startswith(b"POST /abc?x=1 HTTP/1.1\r\nHost: 127.0.0.1:") and b"\r\nTTL: 60\r\n" in head and body == b"body"


@pytest.mark.parametrize("said", [
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK])
def test_a_body_is_skipped_and_the_connection_stays(said):
    found, other = posts(said, OK)
    assert [status // 100 for status, _headers in found] == [2, 2]
    assert other.connections == 1


@pytest.mark.parametrize("said", [
    b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 201 Created\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 201 Created\r\n\r\n",
    b"HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n",
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: gzip\r\n\r\nxx"])
def test_where_the_end_of_an_answer_is_unknown_a_fresh_connection_follows(said):
    found, other = posts(said, OK)
    assert [status for status, _headers in found] == [201, 201]
    assert other.connections == 2


def test_a_kept_connection_that_was_closed_is_replaced_without_a_failure():
    found, other = posts(OK, None, OK, count=2)
    assert [status for status, _headers in found] == [201, 201]
    assert other.connections == 2


def test_a_fresh_connection_that_is_closed_without_an_answer_is_a_failure():
    found, _other = posts(None)
    assert found == [Broken]


@pytest.mark.parametrize("said", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"x" * 200_000, b"HTTP/1.1\r\n\r\n"])
def test_what_is_no_answer_is_a_failure(said):
    assert posts(said)[0] == [Broken]


def test_a_redirect_is_an_answer_and_is_not_followed():
    found, other = posts(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    assert found[0][0] == 302 and len(other.requests) == 1


def test_the_time_a_push_service_names_is_handed_on():
    [(status, headers)], _other = posts(b"HTTP/1.1 429 Slow\r\nRETRY-AFTER: 7\r\nContent-Length: 0\r\n\r\n")
    assert (status, headers["retry-after"]) == (429, "7")


def test_nobody_listening_is_a_failure_and_no_answer_is_silence(monkeypatch):
    monkeypatch.setattr(wire, "ANSWER", 0.2)
    assert posts(b"")[0] == [Silent]
    assert posts(b"HTTP/1.1 201 Cre")[0] == [Silent]

    async def closed():
        async with listening() as other:
            endpoint = other.endpoint
        with pytest.raises(Broken):
            await Wires().post(endpoint, {}, b"")
    in_a_loop(closed())
