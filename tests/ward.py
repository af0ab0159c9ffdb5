"""A ward to test against: in this process, or as real processes with a real browser in front."""
import atexit
import base64
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec

from db import base
from db.base import database
from db.models import Enrolment, Unit
from pwa import create_app
from pwa.cli import _link, _ward
from pwa.config import Config
from pwa.crypto import envelope, keyring
from pwa.domain import people, proofs
from pwa.domain.clock import now
from pwa.web.enrolments import b64

ROOT = Path(__file__).parents[1]
# A ward keeps what Python has made of its files, whatever the tests themselves do: it starts a fifth sooner.
CARRIED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

# What they type on their phones: six digits, or a passphrase for those who decide and who read every case.
# The cookie that a form's token is checked against.
FORM = "sotay-form"
PIN, PASSPHRASE = "264197", "ba con mèo xanh"
LONG = ("coordinator", "decider", "admin")

# The cast: who they are, once for all tests.
CAST = {
    "lan": ("collaborator", "tdp-1"), "hoa": ("collaborator", "tdp-2"), "mai": ("counsellor", "truong-1"),
    "thu": ("coordinator", "vhxh"), "kim": ("coordinator", "vhxh"), "dung": ("responder", "congan"), "hanh": ("responder", "tramyte"),
    "nga": ("responder", "phunu"), "binh": ("decider", "ubnd"), "van": ("leader", "ubnd"), "son": ("admin", "vanphong"),
}
OBSERVATION = {"form_name": "observation", "danger": "no", "acts": ["hit"], "narrative": "Nghe tiếng khóc"}
REFERRAL = {"unit": "vhxh", "urgency": "normal", "basis": "agreed", "services": ["counselling"]}


def secret_of(name):
    return PASSPHRASE if CAST[name][0] in LONG else PIN


def encode(fields):
    """What the HTML form would post."""
    return urlencode(fields, doseq=True)


class Phone:
    """One enrolled phone of an in-process ward: what static/js does, without a browser. All protections stay on."""

    def __init__(self, app, link=None):
        self.app, self.seq = app, 0
        self.client = app.test_client()
        self.me = None
        # What a phone keeps to make the same verifier of the same PIN again; never sent.
        self.salt = os.urandom(16)
        if link:
            self.enrol(link)

    @property
    def base(self):
        return self.app.config["SOTAY"].base_url

    def get(self, path, **headers):
        return self.client.get(path, base_url=self.base, headers=headers)

    def post(self, path, body=None, method="POST", **headers):
        """JSON as our own pages send it."""
        return self.client.open(path, method=method, base_url=self.base, json=body,
                                headers={"Origin": self.base, "Sec-Fetch-Site": "same-origin", **headers})

    def token(self, path=None):
        """The CSRF token of a page; without one, such as any page with a form would give, also to somebody who can open none."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path or "/start").text).group(1)
        if path is None:
            # The invitation's own cookie goes to the invitation alone.
            self.client.set_cookie(FORM, self.client.get_cookie(FORM, path="/start").value)
        return found

    def verifier(self, pin=PIN):
        """43 characters that only this phone makes of this PIN; a browser takes Argon2id for it (service_worker/)."""
        return b64(hashlib.sha256(self.salt + pin.encode()).digest())

    def look(self, link):
        return self.post("/start/look", {"code": link}, Referer=self.base + "/start", **{"X-CSRFToken": self.token("/start")})

    def begin(self, link, pin=PIN, **fields):
        data = {"csrf_token": self.token("/start"), "code": link, "verifier": self.verifier(pin), "proves": "1", **fields}
        return self.client.post("/start", base_url=self.base, data=data, headers={"Referer": self.base + "/start"})

    def enrol(self, link, pin=PIN):
        """Begin with a PIN; the phone reads at once."""
        answer = self.begin(link, pin)
        assert answer.status_code == 200, answer.text
        self.me = answer.json
        return self

    def lock(self, **how):
        """Khóa lại, with a network; the answer."""
        return self.post("/reading", how, method="DELETE")

    def unlock(self, pin=PIN, enrolment=None):
        """Mở khóa: for the one who uses the phone, or for another of its people; the answer."""
        return self.post("/unlock", {"enrolment": enrolment or self.me["enrolment"], "verifier": self.verifier(pin)})

    def seal(self, kind, fields, entry_id=None, at=None, seq=None, form=None, enrolment=None, version=2, secret=None):
        """One offered entry, as the outbox keeps it; in format 1 its kind stood beside the seal. `secret` proves it, in place of what
        this phone has; "" is a phone that is locked."""
        self.seq += 1
        entry_id = entry_id or str(uuid.uuid4())
        enrolment = enrolment or self.me["enrolment"]
        beside, within = ({"kind": kind}, {}) if version == 1 else ({}, {"kind": kind})
        said = {"seq": seq or self.seq, "at": now() if at is None else at, **within, "form": encode(fields) if form is None else form}
        plaintext = json.dumps(said).encode()
        # The first format knew no proofs.
        if secret := self.me["write"] if secret is None and version > 1 else secret:
            plaintext = proofs.prove(secret, plaintext, entry_id, enrolment)
        return {"id": entry_id, **beside, "key_id": self.me["key"]["key_id"],
                "sealed": envelope.seal_entry(self.point, plaintext, entry_id, beside.get("kind"), enrolment)}

    @property
    def point(self):
        """The ward's public key."""
        text = self.me["key"]["public"]
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    def sync(self, *entries, enrolment=None, origin=None, **extra):
        """POST /sync as our own pages do; the answer."""
        return self.client.post("/sync", base_url=self.base, json={"enrolment": enrolment or self.me["enrolment"], "entries": list(entries), **extra},
                                headers={"Origin": origin or self.base, "Sec-Fetch-Site": "same-origin"})

    def save(self, kind, fields, **how):
        """Seal, deliver; (id, outcome)."""
        entry = self.seal(kind, fields, **how)
        answer = self.sync(entry)
        assert answer.status_code == 200, answer.text
        return entry["id"], answer.json["receipts"][0]["outcome"]

    def record(self, **fields):
        return self.save("record", {**OBSERVATION, **fields})[0]

    def refer(self, **fields):
        return self.save("referral", {**REFERRAL, **fields})[0]

    def answer(self, referral, choice="accept", **fields):
        return self.save("answer", {"referral": referral, "choice": choice, **fields})


class Ward:
    """An in-process ward with the cast; `ward.lan` is Lan's phone, enrolled when first asked for."""

    def __init__(self, app):
        self.app = app
        self._phones = {}
        with app.app_context():
            self.row = _ward()
            database.close()

    def __getattr__(self, name):
        if name not in CAST:
            raise AttributeError(name)
        if name not in self._phones:
            self._phones[name] = self.phone(name)
        return self._phones[name]

    def invite(self, name, approved=True):
        with self.app.app_context():
            link = _link(person_of(self.row, name, name), approved)
            database.close()
        return link

    def phone(self, name, approved=True):
        """A further phone of somebody."""
        return Phone(self.app, self.invite(name, approved))

    def stranger(self):
        return Phone(self.app)

    def rows(self, query):
        """The rows a query gives, with the database open."""
        with self.app.app_context(), database.connection_context():
            return list(query)

    def unit_id(self, code):
        """What addresses call the unit of this code."""
        return self.rows(Unit.select().where(Unit.ward == self.row.id, Unit.code == code))[0].id

    def revoke(self, phone, days_ago=0):
        with self.app.app_context(), database.connection_context():
            Enrolment.update(revoked_at=now() - days_ago * 86_400_000).where(Enrolment.id == phone.me["enrolment"]).execute()

    @property
    def keys(self):
        return keyring.current()


def person_of(ward, name, called):
    """One of the cast, or another person of the same role and unit who is called otherwise."""
    role, unit = CAST[name]
    return people.find(ward, role, unit, called) or people.add(ward, role, unit, called)


@cache
def seeded():
    """Folder of a ward in which nothing has happened yet; made once in this process, as its steps and keys take a second."""
    folder = Path(tempfile.mkdtemp(prefix="sotay-seeded-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Ward(create_app(Config(DATA_DIR=folder / "data", KEY_DIR=folder / "keys")))
    return folder


def copy_of_seeded(folder, **settings):
    """Settings of such a ward, with data and keys of its own in `folder`."""
    for part in ("data", "keys"):
        shutil.copytree(seeded() / part, Path(folder) / part)
    return Config(DATA_DIR=Path(folder) / "data", KEY_DIR=Path(folder) / "keys", **settings)


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Server:
    """A ward as it really runs: gunicorn and the worker, on loopback, with their own folders."""
    app = None

    def __init__(self, folder, **settings):
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = Path(folder)
        self.environment = {
            **CARRIED, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PORT": str(self.port), "BASE_URL": self.url,
            "DATA_DIR": str(self.folder / "data"), "KEY_DIR": str(self.folder / "keys"), **settings}
        self.web = self.worker = None
        if not (self.folder / "data").exists():
            copy_of_seeded(self.folder)
        # In this process: what `flask init` does, half a second sooner.
        with self.at_home():
            _ward()

    def flask(self, *words):
        """Run one of our commands beside the server; what it printed."""
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "pwa", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def invite(self, name, called=None):
        """A fresh link for one of the cast; `called` is another person of the same role and unit."""
        with self.at_home():
            return _link(person_of(_ward(), name, called or name))

    @contextmanager
    def at_home(self):
        """This ward's own database and keys, opened in this process."""
        config = Config.from_environment(self.environment)
        self.app = self.app or create_app(config)
        base.connect(config.database_url)
        keyring.load(config.KEY_DIR)
        with self.app.app_context(), database.connection_context():
            yield

    def start(self, worker=False):
        self.launch(worker)
        self.wait()
        return self

    def launch(self, worker=False):
        """Start without waiting until it answers."""
        log = open(self.folder / "log.txt", "ab")
        self.web = subprocess.Popen([sys.executable, "-m", "gunicorn", "--config", "pwa/gunicorn.py", "pwa:create_app()"], cwd=ROOT,
                                    env=self.environment, stdout=log, stderr=log, start_new_session=True)
        if worker:
            self.worker = self.launch_worker()

    def launch_worker(self):
        """One more worker; whoever asked for it ends it."""
        log = open(self.folder / "log.txt", "ab")
        return subprocess.Popen([str(Path(sys.executable).parent / "huey_consumer"), "pwa.worker.huey", "--workers", "2", "--delay", "0.05",
                                 "--max-delay", "0.25"], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)

    def wait(self, seconds=40):
        until = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(self.url + "/healthz", timeout=2) as answer:
                    return json.load(answer)
            except OSError:
                assert time.monotonic() < until, (self.folder / "log.txt").read_text()[-3000:]
                time.sleep(0.05)

    def kill(self):
        """kill -9, the whole web tree at once."""
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def kill_what_serves(self):
        """kill -9 of what answers requests, as when the memory runs out; what watches over it starts another."""
        for pid in Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def stop(self):
        for process in (self.web, self.worker):
            if process and process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(8)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def sql(self, query, *values):
        """Rows of the real database file."""
        with sqlite3.connect(f"file:{self.folder}/data/sotay.db?mode=ro", uri=True, timeout=10) as connection:
            return connection.execute(query, values).fetchall()

    def count(self, table):
        return self.sql(f"SELECT count(*) FROM {table}")[0][0]
