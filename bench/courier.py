"""A phone without a browser, over a real connection that stays open: what the server alone can take."""
import http.client
import json
import os
import re
import time
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from bench.figures import line, p50, say, spread
from bench.ground import RECORD, ward
from tests.ward import Phone

BATCH, BATCHES, ROUNDS, WARM_UP = 100, 10, 5, 3


class Courier(Phone):
    """Seals as Phone does; speaks HTTP to a server that really runs."""

    def __init__(self, server, name):
        self.server, self.seq, self.me, self.cookies, self.salt = server, 0, None, {}, os.urandom(16)
        self.wire = http.client.HTTPConnection("localhost", server.port)
        self.enrol(server.invite(name))

    @property
    def base(self):
        return self.server.url

    def ask(self, method, path, body=None, **headers):
        """(status, body) of one request on the open connection."""
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        self.wire.request(method, path, body, headers)
        answer = self.wire.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {cookie.key: cookie.value for cookie in SimpleCookie(value).values()}
        return answer.status, answer.read()

    def post_json(self, path, data):
        return self.ask("POST", path, data if isinstance(data, bytes) else json.dumps(data).encode(),
                        **{"Content-Type": "application/json", "Origin": self.base, "Sec-Fetch-Site": "same-origin"})

    def enrol(self, link):
        _status, page = self.ask("GET", "/start")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.decode()).group(1)
        form = {"csrf_token": token, "code": link, "verifier": self.verifier(), "proves": "1"}
        status, said = self.ask("POST", "/start", urlencode(form),
                                **{"Content-Type": "application/x-www-form-urlencoded", "Referer": self.base + "/start"})
        if status != 200:
            raise RuntimeError(said.decode())
        self.me = json.loads(said)

    def post_entries(self, *entries):
        """Deliver some entries; the outcomes."""
        _status, said = self.post_json("/sync", {"enrolment": self.me["enrolment"], "entries": entries})
        return [receipt["outcome"] for receipt in json.loads(said)["receipts"]]

    def weigh(self, path, etag=None):
        """(status, ETag, bytes sent, bytes received) of one GET as a browser makes it, headers included."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Sotay-Enrolment": self.me["enrolment"],
                   "Accept-Encoding": "gzip, deflate, br", **({"If-None-Match": etag} if etag else {})}
        self.wire.request("GET", path, None, headers)
        answer = self.wire.getresponse()
        body = answer.read()
        sent = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        received = f"HTTP/1.1 {answer.status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders())
        return answer.status, answer.getheader("ETag"), len(sent) + 2, len(received) + 2 + len(body)

    def batch(self, entries):
        """The bytes of one POST /sync."""
        sealed = [self.seal("record", RECORD) for _entry in range(entries)]
        return json.dumps({"enrolment": self.me["enrolment"], "entries": sealed}).encode()

    def deliver(self, body):
        """Post one batch; every entry must be stored."""
        status, said = self.post_json("/sync", body)
        outcomes = {receipt["outcome"] for receipt in json.loads(said).get("receipts", ())}
        if status != 200 or outcomes != {"stored"}:
            raise RuntimeError(f"{status} {outcomes} {said[:300]}")


def cpu_seconds(server):
    """Processor time of the web processes so far: unlike the clock's, hardly changed by what else runs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    return sum(ticks for pid, (parent, ticks) in parents.items() if server.web.pid in (pid, parent)) / os.sysconf("SC_CLK_TCK")


def server_entries():
    """One web process, one connection, batches of 100 sealed beforehand; every entry opened, validated, merged and durable."""
    with ward() as server:
        courier = Courier(server, "lan")
        for _turn in range(WARM_UP):
            courier.deliver(courier.batch(BATCH))
        rates, times, spent = [], [], cpu_seconds(server)
        for _round in range(ROUNDS):
            bodies = [courier.batch(BATCH) for _batch in range(BATCHES)]
            began = time.perf_counter()
            for body in bodies:
                before = time.perf_counter()
                courier.deliver(body)
                times.append((time.perf_counter() - before) * 1000)
            rates.append(BATCH * BATCHES / (time.perf_counter() - began))
        courier.wire.close()
        spent = cpu_seconds(server) - spent
    say(f"entries/s per round: {', '.join(f'{rate:.0f}' for rate in rates)}")
    say(f"the server's own processor time: {1000 * spent / BATCHES / ROUNDS:.1f} ms for {BATCH}, "
        f"enough for {BATCH * BATCHES * ROUNDS / spent:.0f} entries/s on an idle core")
    say(f"one batch of {BATCH}: {spread(times)} ms (least – median – most)")
    yield line("server-entries", p50(rates), "entries/s", "≥", 1500)
