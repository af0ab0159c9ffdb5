"""The whole `make run` tree: what it weighs at rest, and how soon it is up again."""
import base64
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from bench.courier import Courier
from bench.figures import line, p50, say, spread
from bench.ground import folder
from pwa.crypto.keyring import POINT
from tests.ward import ROOT, Server, free_port

STARTS = 3
PATIENCE = 60


class Running(Server):
    """A ward started by `make run` and nothing else."""

    def __init__(self, where, **settings):
        # Not Server's: that one prepares the database by itself.
        self.folder, self.port, self.tree = where, free_port(), None
        self.url = f"http://localhost:{self.port}"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))} | {
            "PORT": str(self.port), "BASE_URL": self.url, "DATA_DIR": str(where / "data"), "KEY_DIR": str(where / "keys"), **settings}

    def start(self):
        """Seconds from the command to the first good /healthz."""
        log = open(self.folder / "log.txt", "ab")
        began = time.perf_counter()
        self.tree = subprocess.Popen(["make", "run"], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        while not self._up():
            if time.perf_counter() - began > PATIENCE or self.tree.poll() is not None:
                raise RuntimeError((self.folder / "log.txt").read_text()[-2000:])
            time.sleep(0.01)
        return time.perf_counter() - began

    def _up(self):
        try:
            with urllib.request.urlopen(self.url + "/healthz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def processes(self):
        """{process id: command} of make and everything below it."""
        below = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                below.setdefault(parent, []).append((int(entry.name), (entry / "cmdline").read_text().replace("\0", " ").strip()))
            except OSError:
                continue
        found, waiting = {}, [(self.tree.pid, "make run")]
        while waiting:
            pid, command = waiting.pop()
            found[pid] = command
            waiting += below.get(pid, [])
        return found

    def weight(self):
        """{command: (PSS, private)} in MiB of every process of the tree."""
        return {f"{command} [{pid}]": _memory(pid) for pid, command in self.processes().items()}

    def stop(self):
        if self.tree and self.tree.poll() is None:
            members = self.processes()
            os.killpg(self.tree.pid, signal.SIGTERM)
            self.tree.wait(PATIENCE)
            until = time.monotonic() + PATIENCE
            while any(Path(f"/proc/{pid}").exists() for pid in members) and time.monotonic() < until:
                time.sleep(0.05)


def _memory(pid):
    rows = dict(row.split(":") for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    mib = {name: int(value.split()[0]) / 1024 for name, value in rows.items()}
    return mib["Pss"], mib["Private_Clean"] + mib["Private_Dirty"]


@contextmanager
def make_run(**settings):
    with folder() as where:
        tree = Running(where, **settings)
        try:
            say(f"first start: {tree.start():.2f} s")
            yield tree
        finally:
            tree.stop()


@contextmanager
def push_service():
    """A push service that takes everything, on loopback; gives (host:port, list of what came)."""
    came = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words):
            pass

    service = HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    try:
        yield f"localhost:{service.server_port}", came
    finally:
        service.shutdown()
        service.server_close()


def _subscribe(courier, host):
    def text(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*POINT)
    keys = {"p256dh": text(point), "auth": text(os.urandom(16))}
    status, said = courier.post_json("/push/subscription", {"endpoint": f"http://{host}/bench", "keys": keys})
    if status != 201:
        raise RuntimeError(said.decode())


def memory_at_rest():
    """PSS of the whole tree after a sync of 100 entries that rang a phone."""
    with push_service() as (host, came), make_run(PUSH_EXTRA_HOSTS=host) as tree:
        _subscribe(Courier(tree, "thu"), host)
        lan = Courier(tree, "lan")
        lan.deliver(lan.batch(100))
        until = time.monotonic() + PATIENCE
        while not came:
            if time.monotonic() > until:
                raise RuntimeError("no push came: " + (tree.folder / "log.txt").read_text()[-2000:])
            time.sleep(0.1)
        weight = _settled(tree)
    for command, (pss, private) in sorted(weight.items(), key=lambda each: -each[1][0]):
        say(f"{pss:6.1f} MiB PSS, {private:6.1f} MiB private: {command[:100]}")
    yield line("memory-at-rest", sum(pss for pss, _private in weight.values()), "MiB", "≤", 150, digits=1)


def _settled(tree):
    """The weight once it no longer changes, or the last one after half a minute."""
    before = tree.weight()
    for _second in range(15):
        time.sleep(2)
        after = tree.weight()
        if abs(sum(pss for pss, _private in after.values()) - sum(pss for pss, _private in before.values())) < 0.2:
            return after
        before = after
    return before


def second_start():
    """From `make run` to a good /healthz when everything is installed and the database is there."""
    seconds = []
    with make_run() as tree:
        for _turn in range(STARTS):
            tree.stop()
            seconds.append(tree.start())
    say(f"{STARTS} further starts: {spread(seconds, 2)} s (least – median – most)")
    yield line("second-start", p50(seconds), "s", "≤", 3, digits=2)
