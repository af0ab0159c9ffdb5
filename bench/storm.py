"""10,000 notices at once, a push service in trouble, a worker that is killed again and again; and clocks that must not mind."""
import os
import random
import signal
import subprocess
import time
import uuid
from functools import cache
from pathlib import Path
import sys

from bench.crowd import gather, tell
from bench.figures import line, p95, say
from bench.ground import folder
from bench.pushhost import answered, push_host
from db.base import database, insert_rows, write
from db.models import Delivery, Notice, Person, Referral, Step, Subscription, Unit, Watch
from pwa import create_app
from pwa.config import Config
from pwa.crypto import columns
from pwa.domain import arrivals, queue
from pwa.domain.clock import now
from tests.ward import ROOT, Server

NOTICES, KILLS, REFERRALS = 10_000, 20, 60
# Of ten phones two are throttled and one is gone, of twenty one is silent at first.
KINDS = ("throttled", "throttled", "gone") + ("ok",) * 7
PATIENCE = 15 * 60
HALF_AN_HOUR = 30 * 60_000
# The referrals become overdue over this span, from a little after the start on.
FIRST, SPAN = 10_000, 90_000


def _kind(number):
    return "silent" if number % 20 == 19 else KINDS[number % 10]


class Storm:
    def __init__(self, where, host):
        self.server = Server(where, PUSH_EXTRA_HOSTS=host)
        self.host, self.app = host, create_app(Config.from_environment(self.server.environment))
        self.worker, self.confirmed, self.kills = None, set(), 0

    def prepare(self):
        endpoints = [f"http://{self.host}/{_kind(number)}/{number}" for number in range(NOTICES)]
        people = gather(self.app, endpoints)
        gather(self.app, [f"http://{self.host}/ok/police-{number}" for number in range(3)], "congan")
        with self.app.app_context(), database.connection_context():
            self.devices = dict(Subscription.select(Subscription.endpoint, Subscription.device).tuples())
            self.due = self._refer(people[0])
        tell(self.app, people)

    def _refer(self, author):
        """Referrals that turn half an hour old while the storm blows; id → when exactly."""
        person, unit = Person.get_by_id(author), Unit.get(Unit.code == "congan")
        start, due = now() + FIRST, {}
        rows = []
        for number in range(REFERRALS):
            row_id, moment = str(uuid.uuid4()), start + number * SPAN // REFERRALS
            due[row_id] = moment
            asked = moment - HALF_AN_HOUR
            rows.append(dict(id=row_id, ward=person.ward_id, author=author, record_id=None, unit=unit.id, owner=unit.id, urgency="urgent",
                             urgent=True, basis="danger", answers=columns.seal("referral.answers", row_id, {}), state="sent", made_at=asked,
                             received_at=asked, seen_at=None, answered_at=None, called_at=None, marked=False, unverified=False,
                             from_case=False, turn=queue.turn(asked, True)))
        with write():
            insert_rows(Referral, rows)
        return due

    def start(self):
        consumer = Path(sys.executable).parent / "huey_consumer"
        with open(self.server.folder / "log.txt", "ab") as log:
            self.worker = subprocess.Popen([str(consumer), "pwa.worker.huey", "--workers", "2", "--delay", "0.05", "--max-delay", "0.25"],
                                           cwd=ROOT, env=self.server.environment, stdout=log, stderr=log, start_new_session=True)

    def kill(self):
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()
        self.kills += 1

    def confirm(self):
        """What the phones say that got a ring since the last time; answers what the push service has seen."""
        seen = answered(self.host)
        fresh = [path for path, statuses in seen.items() if 201 in statuses and path not in self.confirmed]
        with self.app.app_context(), database.connection_context():
            rings = dict(Delivery.select(Delivery.device, Delivery.id).where(
                Delivery.device.in_([self.devices[f"http://{self.host}{path}"] for path in fresh])).tuples())
            for path in fresh:
                device = self.devices[f"http://{self.host}{path}"]
                arrivals.confirm({device}, rings[device])
        self.confirmed.update(fresh)
        return seen

    def blow(self):
        """Kill the worker again and again, until everything is settled."""
        began = time.monotonic()
        next_kill = began + random.uniform(2, 8)
        self.start()
        while time.monotonic() - began < PATIENCE:
            self.confirm()
            if self.kills < KILLS and time.monotonic() > next_kill:
                self.kill()
                self.start()
                next_kill = time.monotonic() + random.uniform(3, 8)
            if self.kills == KILLS and self._settled():
                break
            time.sleep(0.5)
        self.kill()
        return time.monotonic() - began

    def _settled(self):
        with self.app.app_context(), database.connection_context():
            waits = Delivery.select().where(Delivery.urgent.in_([True, False]), Delivery.next_at.is_null(False)).exists()
            steps = Step.select().join(Watch).where(Step.name == "unit").count()
            return not waits and not Notice.select().where(Notice.spread_at.is_null()).exists() and steps >= REFERRALS


@cache
def _blown():
    with folder() as where, push_host(0.02) as host:
        storm = Storm(where, host)
        storm.prepare()
        seconds = storm.blow()
        seen = storm.confirm()
        with storm.app.app_context(), database.connection_context():
            first = list(Step.select(Watch.subject_id, Step.fired_at).join(Watch).order_by(Step.fired_at).tuples())
    late = {}
    for subject, fired in first:
        late.setdefault(subject, (fired - storm.due[subject]) / 1000)
    live = [f"/{_kind(number)}/{number}" for number in range(NOTICES) if _kind(number) != "gone"]
    say(f"{seconds:.0f} s, worker killed {storm.kills - 1} times; {sum(map(len, seen.values()))} POSTs for {len(live)} living phones")
    return {"lost": sum(201 not in seen.get(path, ()) for path in live), "again": sum(seen.get(path, ()).count(201) > 1 for path in live),
            "live": len(live), "late": list(late.values()), "unfired": REFERRALS - len(late)}


def notice_storm():
    """Every repetition counts as visible here: also those that a phone would show in the same place and without a sound."""
    found = _blown()
    yield line("notice-storm", found["lost"], "lost", "≤", 0)
    yield line("notice-storm-duplicates", 100 * found["again"] / found["live"], "%", "≤", 0.1, digits=2)


def escalation_error():
    """Referrals that become overdue in the same storm: how late their first step was taken, killed workers included."""
    found = _blown()
    if found["unfired"]:
        raise RuntimeError(f"{found['unfired']} of {REFERRALS} steps were not taken")
    say(f"p95 {p95(found['late']):.2f} s late over {REFERRALS} steps")
    yield line("escalation-error", max(found["late"]), "s late", "≤", 5, digits=2)
    yield line("escalation-early", max(0, -min(found["late"])), "s early", "≤", 0, digits=2)
