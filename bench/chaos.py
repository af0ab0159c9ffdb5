"""Entries lost over random sequences of use and mishap, on a real ward and in a real browser; none may be, and nobody may see another's."""
import multiprocessing
import os
import random
import resource
import time

from bench.figures import line, say
from bench.ground import folder
from tests.chaos import sequences
from tests.chaos.ward import mortal_ward
from tests.chromium import chromium

SEQUENCES = 500
# Sequences in a row on one phone: it keeps what the earlier ones left on it, as phones do.
ON_ONE_PHONE = 25
# One seed, or several in a row on one phone, to play again.
SEED = "CHAOS_SEED"


def phone_chaos():
    """500 sequences, several phones at once; every seed is printed and plays the same steps again."""
    rows = _rows()
    began = time.monotonic()
    with folder() as where:
        outcomes = _play(rows, where)
    seconds = time.monotonic() - began
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    broken = [each for each in outcomes if each.broken]
    confirmed = sum(each.confirmed for each in outcomes)
    if not confirmed:
        raise RuntimeError("No entry was ever saved: nothing could be lost.")
    say(f"{len(outcomes)} sequences, {sum(len(each.steps) for each in outcomes)} steps, {confirmed} entries confirmed to people; "
        f"{sum(each.locked for each in outcomes)} times a phone locked itself unasked, {sum(each.dead for each in outcomes)} pages that "
        f"answered no more; "
        f"{spent.ru_utime + spent.ru_stime:.0f} s of processor time, {os.getloadavg()[0]:.1f} waiting for {os.cpu_count()} cores")
    yield line("phone-chaos", len(broken), "broken sequences", "≤", 0)
    yield line("phone-chaos-minutes", seconds / 60, "min", "≤", 20, digits=1)


def _rows():
    """Seeds, row by row; each row is one phone's."""
    if asked := os.environ.get(SEED):
        return [[int(seed) for seed in asked.split(",")]]
    first = random.randrange(10**6)
    return [list(range(at, min(at + ON_ONE_PHONE, first + SEQUENCES))) for at in range(first, first + SEQUENCES, ON_ONE_PHONE)]


def _play(rows, where):
    """Every row on some phone; more processes than cores, because people mostly wait."""
    context = multiprocessing.get_context("spawn")
    waiting, done = context.Queue(), context.Queue()
    workers = min(len(rows), 2 * (os.cpu_count() or 1) + 1)
    for row in [*rows, *[None] * workers]:
        waiting.put(row)
    processes = [context.Process(target=_work, args=(str(where / str(number)), waiting, done)) for number in range(workers)]
    for process in processes:
        process.start()
    outcomes = []
    for _turn in range(sum(map(len, rows))):
        row, outcome = done.get(timeout=600)
        outcomes.append(outcome)
        say(f"{outcome.seed}: {', '.join(outcome.steps)} ({outcome.confirmed} confirmed, {outcome.seconds:.1f} s)")
        if outcome.broken:
            lived = ",".join(str(seed) for seed in row[:row.index(outcome.seed) + 1])
            say(f"{outcome.broken}\nAgain: make bench FIGURE=phone-chaos {SEED}={outcome.seed}; "
                f"with what the phone had lived through: {SEED}={lived}")
    for process in processes:
        process.join()
    return outcomes


def _work(where, waiting, done):
    os.makedirs(where)
    with mortal_ward(where) as ward, chromium() as browser:
        stage = sequences.Stage(browser, ward)
        while row := waiting.get():
            stage.fresh_phone()
            for seed in row:
                outcome = stage.run(seed)
                done.put((row, outcome))
                if outcome.broken:
                    # What it left behind must not be blamed on those who come after.
                    stage.fresh_phone()
        stage.close()
