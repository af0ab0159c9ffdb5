"""Case work with a thousand cases and with a million in the database: lists, one long case, statements per page, access."""
import http.client
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import brotli

from bench.courier import Courier, cpu_seconds
from bench.figures import line, p50, p95, say, spread
from bench.ground import ward
from pwa import create_app
from pwa.config import Config
from pwa.crypto import columns, keyring
from tests.server import cells
from tests.ward import ROOT

SMALL, LARGE = 1_000, 1_000_000
SEED_BAR = 180
# Fifty requests a second from eight phones of coordinators: each stays under its rate.
PHONES, PER_SECOND, SECONDS = 8, 50, 20
LISTS = ("/todo", "/cases")
EVENTS = 200
# Of cells that are missing or leak, so many are named.
SHOWN = 20

# Ids that look random to an index, and lead from one table to the other.
ID = "printf('%08x-0000-4000-8{}00-%012x', (n * 2654435761) % 4294967296, n)"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE = "||".join(f"substr('{LETTERS}', 1 + ((n * 387420489 % 1073741824) >> {5 * place}) % 32, 1)" for place in range(6))
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
# Half of the cases are open and a fifth of the records wait, so that every page is full at either size: what differs is the database.
OPEN, WAITING = "n % 10 < 5", "n % 10 < 2"
TABLES = ("case_file", "case_event", "record", "referral", "task")


def _statements(base, last, ids):
    """The bulk INSERTs; everything not shown on a first page carries a blob nobody opens."""
    numbers = NUMBERS.format(last=last)
    at = f"{base} - ({last} - n) * 60000"
    case, record, referral, task, event = (ID.format(letter) for letter in "12345")
    yield (f"{numbers} INSERT INTO case_file (id, ward_id, code, state, coordinator_id, opened_by_id, opened_at, changed_at, urgent,"
           f" child, household_key, closed_at, outcome, said) SELECT {case}, 1, {CODE}, CASE WHEN {OPEN} THEN 'open' ELSE 'closed' END,"
           f" :thu, :thu, {at}, {at}, n % 10 = 0, n % 7 = 0, {case}, CASE WHEN {OPEN} THEN NULL ELSE {at} END, 'safe', 'better'"
           f" FROM numbers", ids)
    yield (f"{numbers} INSERT INTO record (id, ward_id, author_id, unit_id, form, standing, danger, child, answers, made_at, received_at,"
           f" marked, unverified, case_id, became, turn)"
           f" SELECT {record}, 1, :lan, :tdp, 'observation', 'observation', 0, 0, x'00', {at}, {at}, 0, 0,"
           f" CASE WHEN {WAITING} THEN NULL ELSE {case} END, CASE WHEN {WAITING} THEN NULL ELSE 'case' END,"
           f" CASE WHEN {WAITING} THEN {at} END FROM numbers", ids)
    yield (f"{numbers} INSERT INTO referral (id, ward_id, author_id, unit_id, owner_id, urgency, urgent, basis, answers, state, made_at,"
           f" received_at, answered_at, marked, unverified, case_id, from_case, turn)"
           f" SELECT {referral}, 1, :thu, 1 + n / 2 % 4, 1 + n / 2 % 4,"
           f" 'normal', 0, 'agreed', x'00', CASE WHEN {OPEN} THEN CASE n % 2 WHEN 0 THEN 'sent' ELSE 'accepted' END ELSE 'closed' END,"
           f" {at}, {at}, {at}, 0, 0, {case}, 1, CASE WHEN {OPEN} AND n % 2 = 0 THEN {at} END FROM numbers", ids)
    yield (f"{numbers} INSERT INTO task (id, ward_id, case_id, author_id, owner_id, what, state, due_at, turn, snoozed, made_at,"
           f" received_at) SELECT {task}, 1, {case}, :thu, :thu, 'call', CASE WHEN {OPEN} THEN 'open' ELSE 'done' END, {at},"
           f" CASE WHEN {OPEN} THEN {at} END, 0, {at}, {at} FROM numbers", ids)
    yield (f"{numbers} INSERT INTO case_event (id, case_id, at, number, made_at, author_id, kind, choice) SELECT {event}, {case}, {at},"
           f" 0, {at}, :thu, 'triage', 'open' FROM numbers", ids)


def seed(server, cases):
    """Fill the database of a stopped server; seconds it took. Indexes are made after the rows, as anybody filling a database does."""
    began = time.perf_counter()
    keyring.load(server.folder / "keys")
    with sqlite3.connect(server.folder / "data" / "sotay.db", isolation_level=None) as connection:
        for pragma in ("journal_mode = wal", "synchronous = off", "cache_size = -400000", "temp_store = memory"):
            connection.execute(f"PRAGMA {pragma}")
        found = dict(connection.execute("SELECT role, id FROM person").fetchall())
        tdp = connection.execute("SELECT id FROM unit WHERE code = 'tdp-1'").fetchone()[0]
        indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN "
                                     f"({', '.join('?' * len(TABLES))})", TABLES).fetchall()
        for name, _sql in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        connection.execute("BEGIN")
        people = {"thu": found["coordinator"], "lan": found["collaborator"], "tdp": tdp}
        for words, ids in _statements(int(time.time() * 1000), cases, people):
            connection.execute(words, {name: value for name, value in ids.items() if f":{name}" in words})
        connection.execute("COMMIT")
        for _name, sql in indexes:
            connection.execute(sql)
        _seal_first_pages(connection)
        connection.execute("ANALYZE")
    return time.perf_counter() - began


def _seal_first_pages(connection):
    """What a first page shows is opened: those rows get real words."""
    orders = {"record": ("turn IS NOT NULL ORDER BY turn, id", {"acts": ["hit"], "narrative": "Nghe tiếng khóc"}),
              "referral": ("turn IS NOT NULL ORDER BY turn, id", {"services": ["counselling"], "unit": "vhxh"})}
    for table, (chosen, value) in orders.items():
        rows = connection.execute(f"SELECT id FROM {table} WHERE {chosen} LIMIT 400").fetchall()
        if table == "referral":
            rows += connection.execute("SELECT id FROM referral WHERE unit_id = 1 AND state = 'accepted' ORDER BY answered_at DESC"
                                       " LIMIT 60").fetchall()
        connection.executemany(f"UPDATE {table} SET answers = ? WHERE id = ?",
                               [(columns.seal(f"{table}.answers", row_id, value), row_id) for (row_id,) in rows])


def _get(courier, path):
    """(status, body), compressed as for a browser; a connection the server closed while it was idle is opened again, as a browser does."""
    wanted = {"Accept-Encoding": "gzip, deflate, br"}
    try:
        return courier.ask("GET", path, **wanted)
    except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest):
        courier.wire.close()
        return courier.ask("GET", path, **wanted)


def _ask(courier, path, times):
    began = time.perf_counter()
    status, body = _get(courier, path)
    times.append((time.perf_counter() - began) * 1000)
    if status != 200 or b"<main" not in brotli.decompress(body):
        raise RuntimeError(f"{path}: {status}")


def _calm(couriers):
    """Milliseconds of each list, one request after the other, by path."""
    found = {path: [] for path in LISTS}
    for turn in range(120):
        for path in LISTS:
            _ask(couriers[turn % PHONES], path, found[path])
    return {path: times[20:] for path, times in found.items()}


def _at_rate(couriers):
    """Milliseconds from the moment each request was due, fifty a second, whether or not those before it have been answered.

    A phone that still waits for its last answer asks late, and that counts. All phones are threads of this process, on the server's
    cores: what they take of them is said beside the figure, half a millisecond a request against the server's several.
    """
    times, began = [], time.perf_counter() + 0.2

    def phone(number, courier):
        for turn in range(number, PER_SECOND * SECONDS, PHONES):
            due = began + turn / PER_SECOND
            time.sleep(max(0, due - time.perf_counter()))
            status, _body = _get(courier, LISTS[turn % 2])
            times.append((time.perf_counter() - due) * 1000)
            if status != 200:
                raise RuntimeError(str(status))

    threads = [threading.Thread(target=phone, args=(number, courier)) for number, courier in enumerate(couriers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return times


def list_growth():
    """Việc cần làm and the case list at a thousand and at a million cases, half of them open, the pages full at either size."""
    calm, pressed, seeded = {}, {}, {}
    for cases in (SMALL, LARGE):
        with ward() as server:
            Courier(server, "thu"), Courier(server, "lan")
            server.stop()
            seeded[cases] = seed(server, cases)
            server.start()
            couriers = [Courier(server, "thu") for _phone in range(PHONES)]
            calm[cases] = _calm(couriers)
            servers, phones = cpu_seconds(server), time.process_time()
            pressed[cases] = _at_rate(couriers)
            servers, phones = (1000 * each / len(pressed[cases]) for each in (cpu_seconds(server) - servers, time.process_time() - phones))
            size = (server.folder / "data" / "sotay.db").stat().st_size / 2**20
        say(f"{cases} cases: seeded in {seeded[cases]:.0f} s, {size:.0f} MiB; "
            + "; ".join(f"{path} {spread(times)} ms" for path, times in calm[cases].items()))
        say(f"   at {PER_SECOND}/s: {spread(pressed[cases])} ms, p95 {p95(pressed[cases]):.1f} ms (least – median – most); "
            f"processor time of a request: the server's {servers:.1f} ms, the phones' {phones:.1f} ms")
    yield line("list-growth-seed", seeded[LARGE], "s", "≤", SEED_BAR)
    for path in LISTS:
        ratio = p50(calm[LARGE][path]) / p50(calm[SMALL][path])
        yield line(f"list-growth-{path.strip('/')}", ratio, "times", "≤", 1.3, digits=2)
    yield line("list-growth-p95", p95(pressed[LARGE]), "ms", "≤", 30, digits=1)


def case_page():
    """One case whose page opens 200 lines of its timeline, asked for over a real connection: the server's time and the wire's."""
    with ward() as server:
        thu, lan = Courier(server, "thu"), Courier(server, "lan")
        record = lan.seal("record", {"form_name": "observation", "narrative": "Nghe tiếng khóc"})
        lan.post_json("/sync", {"enrolment": lan.me["enrolment"], "entries": [record]})
        case = thu.seal("triage", {"record": record["id"], "choice": "open"})
        words = "Đã gọi, chị nói con đã ngủ, mai gọi lại giờ ra chơi. " * 3
        notes = [thu.seal("note", {"case": case["id"], "text": words}) for _note in range(EVENTS)]
        for entries in ([case], notes[:100], notes[100:]):
            status, said = thu.post_json("/sync", {"enrolment": thu.me["enrolment"], "entries": entries})
            if b'"stored"' not in said or status != 200:
                raise RuntimeError(said.decode()[:300])
        times = []
        for _turn in range(60):
            _ask(thu, f"/cases/{case['id']}", times)
    say(f"{EVENTS} lines: {spread(times[10:])} ms (least – median – most)")
    yield line("case-page", p50(times[10:]), "ms", "≤", 40, digits=1)


def queries_per_page():
    """Statements of each page with two rows and with sixteen; a test asserts that they are the same."""
    done = _tests("tests/server/test_queries.py", "-s")
    found = dict(re.findall(r"statements (\S+) (\d+)", done.stdout))
    for path, count in found.items():
        say(f"{path}: {count}")
    yield line("queries-per-page", 0 if done.returncode == 0 and found else 1, "pages that grow", "≤", 0)


def _tests(*names, **environment):
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *names], cwd=ROOT, env={**os.environ, **environment}, capture_output=True,
                          text=True)


def access_cells():
    """Every role, route and relation there is, by real requests against the hand-written table; one that differs from it is a leak.

    How many there must be is counted from the application's routes, its roles, kinds of entries and relations, not from the table.
    """
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(DATA_DIR=Path(folder) / "data", KEY_DIR=Path(folder) / "keys"))
        book = Path(folder) / "cells.txt"
        done = _tests("tests/server/test_access.py", "tests/server/test_relations.py", "tests/server/test_cells.py", ACCESS_CELLS=str(book))
        found = [each.split("\t") for each in book.read_text().splitlines()] if book.exists() else []
    tested, leaks = {cell for cell, _how in found}, sorted({cell for cell, how in found if how == "leak"})
    must = cells.must_be(cells.routes(app))
    for what, which in (("not tested", sorted(must - tested)), ("leaks", leaks)):
        for cell in which[:SHOWN]:
            say(f"{what}: {cell}")
    failed = int((re.search(r"(\d+) (?:failed|error)", done.stdout) or [0, 0])[1])
    say(f"{len(must)} cells there must be, {len(must & tested)} of them tested, {len(tested - must)} more; {failed} tests failed")
    yield line("access-cells", len(must & tested), "cells", "≥", len(must))
    # A test that broke before it came to a cell is no proof that nothing leaks.
    yield line("access-leaks", max(len(leaks), failed), "leaks", "≤", 0)
