"""The worker's own clock: looks every second at what is due, because a queue's crontab looks once a minute."""
import logging
import threading
import time

from db.base import database
from pwa.domain import audit_heads, deliveries, escalations, leases, pruning, reminders
from pwa.domain.clock import HOUR
from pwa.ringing import write_due

log = logging.getLogger(__name__)

EVERY = 1.0
# The broom is due once an hour.
SELDOM = 60.0
_steady = leases.Steady()


def start(app):
    """Tick beside the queue until the process ends: bells by themselves, as ringing thousands must not hold up a clock."""
    for work, every in ((ring, EVERY), (clocks, EVERY), (write, EVERY), (heads, EVERY), (prune, SELDOM)):
        threading.Thread(target=_forever, args=(app, work, every), name=work.__name__, daemon=True).start()


def _forever(app, work, every):
    while True:
        began = time.monotonic()
        try:
            tick(app, work)
        except Exception as reason:
            # Whatever it was, the next second must come.
            log.error("a tick failed at %s: %s", work.__name__, type(reason).__name__)
        time.sleep(max(0.05, every - (time.monotonic() - began)))


def tick(app, work):
    """One look at what is due."""
    with app.app_context():
        database.connect(reuse_if_open=True)
        try:
            work(app)
        finally:
            database.close()


def ring(app):
    """What a crash or a full queue left behind, and what is to be tried again."""
    if deliveries.is_due():
        app.extensions["queue"].ringer.ring_due()


def clocks(app):
    """What has waited too long: by one worker at a time, from rows and never from memory."""
    if (step := _steady.step()):
        log.error("the system's clock was set by %.1f s; what waits is moved along with it", step / 1000)
    if leases.keep("clocks", step):
        for deed in (escalations.watch, escalations.fire_due, reminders.tell_due, reminders.tell_tasks):
            _do(deed)


def _do(deed):
    """One of several deeds of a tick: what stops it does not stop those after it."""
    try:
        deed()
    except Exception as reason:
        log.error("%s failed: %s", deed.__name__, type(reason).__name__)


def write(app):
    """The second channel, where the ward has one."""
    if app.config["SOTAY"].channels:
        write_due(app.config["SOTAY"])


def heads(app):
    """Let the end of every audit chain leave the database once an hour, and at once when it must not be lost."""
    try:
        audit_heads.send_due(app.config["SOTAY"].audit_dir)
    except OSError as reason:
        log.error("AUDIT_DIR cannot be written, and the end of the audit chain is nowhere but here: %s", type(reason).__name__)


def prune(_app):
    """Take out old notices once an hour, by one worker."""
    if leases.turn("prune", HOUR):
        pruning.prune()
