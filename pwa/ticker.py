"""The worker's own clock: looks every second at what is due, because a queue's crontab looks once a minute."""
import logging
import threading
import time

from db.base import database
from pwa.domain import deliveries, escalations, leases, reminders
from pwa.ringing import write_due

log = logging.getLogger(__name__)

EVERY = 1.0
_steady = leases.Steady()


def start(app):
    """Tick beside the queue until the process ends: bells by themselves, as ringing thousands must not hold up a clock."""
    for work in (ring, clocks, write):
        threading.Thread(target=_forever, args=(app, work), name=work.__name__, daemon=True).start()


def _forever(app, work):
    while True:
        began = time.monotonic()
        try:
            tick(app, work)
        except Exception as reason:
            # Whatever it was, the next second must come.
            log.error("a tick failed at %s: %s", work.__name__, type(reason).__name__)
        time.sleep(max(0.05, EVERY - (time.monotonic() - began)))


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
        escalations.watch()
        escalations.fire_due()
        reminders.tell_due()


def write(app):
    """The second channel, where the ward has one."""
    if app.config["SOTAY"].channels:
        write_due(app.config["SOTAY"])
