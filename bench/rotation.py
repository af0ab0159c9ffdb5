"""A new key for sealed columns while people read: how fast the rows are sealed anew, and what readers notice of it."""
import subprocess
import sys
import threading
import time
import uuid

from bench.courier import Courier
from bench.figures import line, p95, say, spread
from bench.ground import RECORD, ward
from db.base import connect, database, insert_rows, write
from db.models import Person, Record
from pwa.crypto import columns, keyring
from tests.ward import ROOT

ROWS, READERS, ALONE = 60_000, 2, 8


def _fill(server):
    """Records as phones write them, ids for the readers to open."""
    connect(f"sqlite:///{server.folder}/data/sotay.db")
    keyring.load(server.folder / "keys")
    author, ids = Person.get(), []
    for _turn in range(ROWS // 1000):
        rows = []
        for _row in range(1000):
            row_id = str(uuid.uuid4())
            ids.append(row_id)
            rows.append(dict(id=row_id, ward=author.ward_id, author=author.id, unit=author.unit_id, form="observation", capacity=None,
                             standing="observation", danger=False, child=False, answers=columns.seal("record.answers", row_id, RECORD),
                             made_at=1, received_at=1, marked=False, unverified=False))
        with write():
            insert_rows(Record, rows)
    database.close()
    return ids


class Reader(threading.Thread):
    """A coordinator who opens one record after another, twenty a second, and notes how long each took."""

    def __init__(self, server, ids):
        super().__init__(daemon=True)
        self.courier, self.ids, self.times, self.going = Courier(server, "thu"), ids, [], True

    def run(self):
        turn = 0
        while self.going:
            began = time.perf_counter()
            status, _body = self.courier.ask("GET", f"/records/{self.ids[turn * 7919 % len(self.ids)]}")
            if status != 200:
                raise RuntimeError(status)
            self.times.append((time.perf_counter() - began) * 1000)
            turn += 1
            time.sleep(max(0, 0.05 - (time.perf_counter() - began)))


def key_rotation():
    """The command as an operator runs it, beside a ward that serves; every read opens a value and writes its audit row."""
    with ward() as server:
        courier = Courier(server, "lan")
        courier.deliver(courier.batch(1))
        ids = _fill(server)
        readers = [Reader(server, ids[number::READERS]) for number in range(READERS)]
        for reader in readers:
            reader.start()
        time.sleep(ALONE)
        alone = [each for reader in readers for each in reader.times[5:]]
        started = [len(reader.times) for reader in readers]
        rotating = subprocess.Popen([sys.executable, "-c", COMMAND], cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, text=True)
        seconds, changed = rotating.communicate()[0].split()
        during = [each for reader, start in zip(readers, started, strict=True) for each in reader.times[start:]]
        for reader in readers:
            reader.going = False
            reader.join()
        if rotating.returncode or int(changed) < ROWS or len(during) < 20:
            raise RuntimeError(f"{changed} rows, {len(during)} reads")
    for when, times in (("alone", alone), ("during", during)):
        say(f"reads {when}: {spread(times)} ms (least – median – most), p95 {p95(times):.1f} ms, {len(times)} of them")
    yield line("key-rotation", int(changed) / float(seconds), "rows/s", "≥", 5000)
    yield line("key-rotation-reads", p95(during) / p95(alone), "times", "≤", 2, digits=2)


# The command's own steps, timed without the start of Python and the two seconds in which other processes take up the new key.
COMMAND = """
import time
from db.base import connect, database
from pwa.config import Config
from pwa.crypto import keyring
from pwa.domain import rotation
config = Config.from_environment()
keyring.load(config.KEY_DIR)
connect(config.database_url)
database.connect()
rotation.begin()
began, done = time.perf_counter(), {}
for place, changed in rotation.rotate():
    done[place] = changed
print(time.perf_counter() - began, sum(done.values()))
"""
