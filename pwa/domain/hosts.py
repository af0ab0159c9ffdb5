"""Push services in trouble: a breaker per host, kept in the database, so that every worker leaves them alone."""
import random

from db.base import locked
from db.models import PushHost

# Rings on their way to one push service at once.
AT_ONCE = 48
# Turns in a row in which nothing came through, after which it is left alone; how long, doubling.
PATIENCE = 3
FIRST_PAUSE, LAST_PAUSE = 15_000, 15 * 60_000
UNREACHED = ("timeout", "unreachable")


def in_trouble(moment):
    """(hosts to leave alone, hosts to try with one ring)."""
    rows = list(PushHost.select().where(PushHost.failures >= PATIENCE))
    closed = {row.host for row in rows if row.closed_until > moment and row.closed_until <= moment + LAST_PAUSE}
    return closed, {row.host for row in rows} - closed


def note(results, moment):
    """Count turns in which a host answered to nothing; one answer that means something makes it well again."""
    bad = {ring.host for ring, _outcome, _wait, cause in results if _failed(cause)}
    good = {ring.host for ring, _outcome, _wait, cause in results if not _failed(cause)}
    known = {row.host: row for row in locked(PushHost.select().where(PushHost.host.in_(list(bad | good))))} if bad | good else {}
    for host in good:
        if host in known and known[host].failures:
            PushHost.update(failures=0, closed_until=None).where(PushHost.host == host).execute()
    for host in bad - good:
        failures = known[host].failures + 1 if host in known else 1
        until = moment + pause(failures) if failures >= PATIENCE else None
        if host in known:
            PushHost.update(failures=failures, closed_until=until).where(PushHost.host == host).execute()
        else:
            PushHost.create(host=host, failures=failures, closed_until=until)


def _failed(cause):
    """Whether the host itself is in trouble; a throttled or vanished phone is not its host's."""
    return cause in UNREACHED or (cause or "").startswith("5")


def pause(failures):
    return int(min(FIRST_PAUSE * 2 ** (failures - PATIENCE), LAST_PAUSE) * random.uniform(0.7, 1))
