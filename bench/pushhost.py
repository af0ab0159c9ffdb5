"""A push service in a process of its own, so that what it costs is not counted: slow, throttling, forgetting or silent, by endpoint.

    /ok/<name>        201 after the latency
    /throttled/<name> 429 with Retry-After: 1 the first time, then 201
    /gone/<name>      410
    /silent/<name>    no answer the first time, then 201
"""
import asyncio
import json
import subprocess
import sys
import urllib.request
from collections import defaultdict
from contextlib import contextmanager

from tests.ward import ROOT

SILENCE = 60


class Host:
    def __init__(self, latency):
        self.latency = latency
        # Endpoint → [status, …], in the order of the answers.
        self.answered = defaultdict(list)

    async def talk(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                method, path, _version = lines[0].split(" ")
                length = next((int(each.split(":")[1]) for each in lines if each.lower().startswith("content-length:")), 0)
                await reader.readexactly(length)
                writer.write(await self.answer(method, path))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, method, path):
        if method == "GET":
            return self._said(200, json.dumps(self.answered).encode())
        status = self._status(path)
        self.answered[path].append(status)
        await asyncio.sleep(self.latency if status else SILENCE)
        return self._said(status or 201)

    def _status(self, path):
        kind, first = path.split("/")[1], not self.answered.get(path)
        return {"gone": 410, "throttled": 429 if first else 201, "silent": 0 if first else 201}.get(kind, 201)

    @staticmethod
    def _said(status, body=b""):
        wait = "Retry-After: 1\r\n" if status == 429 else ""
        return f"HTTP/1.1 {status} Said\r\n{wait}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _serve(latency):
    server = await asyncio.start_server(Host(latency).talk, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def push_host(latency=0.0):
    """host:port of a push service that runs until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", "bench.pushhost", str(latency)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield f"localhost:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def answered(host):
    """{path: [status, …]} of everything that came; 0 is an answer that never came."""
    with urllib.request.urlopen(f"http://{host}/") as said:
        return json.load(said)


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
