"""What one ring costs, and how soon a whole ward is rung: our ringing against pywebpush's `webpush()`, each in a process of its own."""
import json
import os
import resource
import subprocess
import sys
import time

from bench.crowd import gather, tell
from bench.figures import line, say
from bench.ground import folder
from bench.pushhost import answered, push_host
from pwa import create_app
from pwa.config import Config
from tests.ward import ROOT

PHONES, SEQUENTIAL, LATENCY = 2_000, 200, 0.05
ROUNDS = 3


def fan_out():
    """2,000 phones behind a push service 50 ms away; `webpush()` as its manual shows it, one after the other, measured over 200."""
    with push_host(LATENCY) as host:
        alone = _in_a_process("sequential", host, SEQUENTIAL)
        ours = _in_a_process("ours", host, PHONES)
    _check(ours, PHONES)
    before, after = alone["wall"] / SEQUENTIAL, ours["wall"] / PHONES
    say(f"webpush(): {1000 * before:.1f} ms a ring; ours: {PHONES} rings in {ours['wall']:.2f} s")
    yield line("fan-out", before / after, "times webpush()", "≥", 20, digits=1)
    yield line("fan-out-memory", ours["mib"], "MiB", "≤", 150, digits=1)


def push_cpu():
    """Processor time of one ring without latency, leases and outcome rows included, against `webpush()` alone with a shared session."""
    pairs = []
    for _round in range(ROUNDS):
        with push_host() as host:
            alone, ours = _in_a_process("shared", host, PHONES), _in_a_process("ours", host, PHONES)
        _check(ours, PHONES)
        pairs.append((ours["cpu"] / alone["cpu"], 1000 * ours["cpu"] / PHONES, 1000 * alone["cpu"] / PHONES))
    pairs.sort()
    for times, mine, theirs in pairs:
        say(f"{mine:.3f} ms ours, {theirs:.3f} ms webpush(): {times:.2f}")
    yield line("push-cpu", pairs[len(pairs) // 2][0], "times webpush()", "≤", 0.5, digits=2)


def _check(ours, count):
    if ours["sent"] != count:
        raise RuntimeError(f"{ours['sent']} of {count} rings came")


def _in_a_process(how, host, count):
    with folder() as where:
        done = subprocess.run([sys.executable, "-m", "bench.ringing", how, str(where), host, str(count)], cwd=ROOT, stdout=subprocess.PIPE,
                              text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _measure(how, where, host, count):
    """One crowd, rung in one way: seconds by the clock and of the processor, and the most memory the process ever had."""
    app = create_app(Config(DATA_DIR=where / "data", KEY_DIR=where / "keys", PUSH_EXTRA_HOSTS=(host,)))
    name = os.urandom(4).hex()
    people = gather(app, [f"http://{host}/ok/{name}-{number}" for number in range(count)])
    tell(app, people)
    with app.app_context():
        ring = {"ours": _ours, "shared": _shared, "sequential": _sequential}[how](app)
        wall, cpu = time.perf_counter(), time.process_time()
        ring()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sent = sum(201 in statuses for path, statuses in answered(host).items() if name in path)
    return {"wall": wall, "cpu": cpu, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "sent": sent}


def _ours(app):
    from db.base import database
    database.connect(reuse_if_open=True)
    return app.extensions["queue"].ringer.ring_due


def _webpush(app, **options):
    """`webpush()` for each subscription in turn, with a payload of the same size."""
    from py_vapid import Vapid02
    from pywebpush import webpush

    from db.models import Subscription
    from pwa.crypto import keyring
    from pwa.push.sender import SIZE
    key = Vapid02(private_key=keyring.current().vapid_key(None))
    phones = [{"endpoint": row.endpoint, "keys": {"p256dh": row.p256dh, "auth": row.auth}} for row in Subscription.select()]
    words = json.dumps({"n": ""}).ljust(SIZE)

    def ring():
        for phone in phones:
            webpush(phone, words, vapid_private_key=key, vapid_claims={"sub": "mailto:so-tay@localhost"}, ttl=3600, timeout=10, **options)
    return ring


def _sequential(app):
    return _webpush(app)


def _shared(app):
    import requests
    return _webpush(app, requests_session=requests.Session())


if __name__ == "__main__":
    from pathlib import Path
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
