"""Work that one process does at a time; and what happens to everything that waits when the system's clock is set."""
import logging
import os
import secrets
import time
from collections import namedtuple

from db.base import locked, write
from db.models import Delivery, Lease, Message, Notice, Step, Watch
from pwa.domain.clock import now

log = logging.getLogger(__name__)

# Two looks and a half: short, because a killed worker's lease delays every clock until it is over.
LENGTH = 2_500
# A clock that runs well drifts less; one that was set jumps further. Two machines may differ by more than one drifts.
TOLERANCE, BETWEEN_MACHINES = 2_000, 60_000
ME = f"{os.getpid()}-{secrets.token_hex(4)}"
# What names a moment at which something is still to happen, or from which it is counted.
MOVED = ((Watch, ("started_at", "due_at")), (Delivery, ("next_at",)), (Message, ("next_at",)))
# What was seen of a lease from the future: its beat, since when that stands still, whether it went on before; by name and who looks.
Seen = namedtuple("Seen", "beat_at since was_alive")
UNSEEN = Seen(None, None, False)
_ahead = {}


def _elapsed():
    # Where it exists, the clock that also runs while the machine sleeps.
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


class Steady:
    """The system's clock, watched: a second is a second, also while somebody sets it."""

    def __init__(self, wall=now, elapsed=_elapsed):
        self._wall, self._elapsed = wall, elapsed
        self._last = None

    def step(self):
        """By how many milliseconds the clock was set since the last look; 0 when it only ran."""
        wall, elapsed = self._wall(), self._elapsed()
        before, self._last = self._last, (wall, elapsed)
        if before is None:
            return 0
        jump = (wall - before[0]) - (elapsed - before[1])
        return jump if abs(jump) > TOLERANCE else 0


def keep(name, step=0, moment=None, holder=ME):
    """Take or keep a lease; False while another process has it. `step` is by how much the clock was set since the last time.

    Whoever holds the lease moves along what waits, so that it is moved once. A lease until later than any is taken for is from
    a clock that runs ahead: it counts while somebody renews it, and is no lease once that has ended.
    """
    moment = moment or now()
    with write():
        row = locked(Lease.select().where(Lease.name == name)).first()
        if row is None:
            Lease.create(name=name, holder=holder, until=moment + LENGTH, beat_at=moment)
            return True
        from_the_future = row.holder != holder and row.until > moment + LENGTH
        if from_the_future and _is_renewed(row, moment, holder):
            return False
        was_alive = _ahead.pop((name, holder), UNSEEN).was_alive
        if row.holder != holder and moment < row.until and not from_the_future:
            return False
        if not step and not was_alive and row.beat_at > moment + BETWEEN_MACHINES:
            # Ours was set back while nobody looked; a beat that went on ahead of ours was another machine's.
            step = moment - row.beat_at
        if step:
            _move(step)
        Lease.update(holder=holder, until=moment + LENGTH, beat_at=moment).where(Lease.name == name).execute()
    return True


def _is_renewed(row, moment, holder):
    """Whether a lease from the future may be that of a living worker on another machine: it has been renewed since our last look,
    or we have not looked for as long as a lease lasts."""
    before, elapsed = _ahead.get((row.name, holder), UNSEEN), _elapsed()
    if before.beat_at == row.beat_at:
        return elapsed - before.since < LENGTH
    is_alive = before is not UNSEEN
    if is_alive and not before.was_alive:
        log.error("the clock of another worker runs %.0f s ahead of this one's: set one of the two. Until then that one does %s",
                  (row.beat_at - moment) / 1000, row.name)
    _ahead[row.name, holder] = Seen(row.beat_at, elapsed, is_alive)
    return True


def turn(name, every, moment=None):
    """Take the turn of work that is due once in so many milliseconds; False when somebody took it already.

    A turn taken in the future is from a clock that ran ahead: it is no turn.
    """
    moment = moment or now()
    with write():
        row = locked(Lease.select().where(Lease.name == name)).first()
        if row is None:
            # Two first ones: one inserts, the other finds its row.
            return bool(Lease.insert(name=name, holder=ME, until=moment, beat_at=moment).on_conflict_ignore().as_rowcount().execute())
        if 0 <= moment - row.beat_at < every:
            return False
        Lease.update(holder=ME, until=moment, beat_at=moment).where(Lease.name == name).execute()
    return True


def _move(milliseconds):
    """Move along everything that waits, so that nothing comes early, late or twice."""
    for model, names in MOVED:
        for name in names:
            field = getattr(model, name)
            model.update({field: field + milliseconds}).where(field.is_null(False)).execute()
    going_on = Watch.select(Watch.id).where(Watch.due_at.is_null(False))
    Step.update(fired_at=Step.fired_at + milliseconds).where(Step.watch.in_(going_on)).execute()
    Notice.update(ring_at=Notice.ring_at + milliseconds).where(Notice.spread_at.is_null(), Notice.ring_at.is_null(False)).execute()
