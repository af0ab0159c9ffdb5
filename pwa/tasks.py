"""What may wait: ringing phones. The queue is only a bell; the rows in the database say what is to be done."""
import logging
from urllib.parse import urlsplit

from flask import current_app
from huey import crontab

from db.base import database
from pwa.crypto import keyring
from pwa.domain import audit_heads, deliveries, subscriptions

log = logging.getLogger(__name__)


def make(app):
    """The queue of this application with its tasks, kept at app.extensions["queue"]."""
    huey = _storage(app.config["SOTAY"].huey_url)

    @huey.task()
    def ring_phones():
        _ring_phones(app)

    @huey.periodic_task(crontab(minute="*"))
    def sweep():
        # What a crash or a full queue left behind.
        _ring_phones(app)
        _send_heads(app)

    huey.ring_phones = ring_phones
    app.extensions["queue"] = huey
    return huey


def queue():
    return current_app.extensions["queue"]


def ring():
    """Tell the worker to look; after the commit, and never at its cost: a queue that is down only delays."""
    try:
        queue().ring_phones()
    except Exception as reason:
        log.error("the queue did not take the bell: %s", type(reason).__name__)


def _ring_phones(app):
    with app.app_context():
        database.connect(reuse_if_open=True)
        try:
            retry = ring_due(app.config["SOTAY"])
        finally:
            database.close()
    if retry is not None:
        app.extensions["queue"].ring_phones.schedule(delay=retry)


def _send_heads(app):
    """Let the end of every audit chain leave the database once a day."""
    with app.app_context(), database.connection_context():
        try:
            audit_heads.send_due(app.config["SOTAY"].audit_dir)
        except OSError as reason:
            log.error("AUDIT_DIR cannot be written, and the end of the audit chain is nowhere but here: %s", type(reason).__name__)


def ring_due(config):
    """Hand out the notices that wait and ring every device that is due; answers in how many seconds the first is to be tried again."""
    # Here, so that the web process never loads pywebpush.
    from pwa.push import sender
    deliveries.spread()
    retries = []
    while due := deliveries.claim():
        for ring_, where in due:
            result, retry_after = ("gone", None)
            if subscriptions.allowed(where.endpoint, config.PUSH_EXTRA_HOSTS):
                result, retry_after = _send(sender, ring_, where, config)
            if result == "gone":
                subscriptions.forget(where.endpoint)
            if result == "refused":
                log.error("the push service %s refused a ring", urlsplit(where.endpoint).hostname)
            retries.append(deliveries.settle(ring_, result, retry_after))
    return min((seconds for seconds in retries if seconds is not None), default=None)


def _send(sender, ring_, where, config):
    try:
        return sender.send(where.endpoint, where.p256dh, where.auth, ring_.notice_id, ring_.urgent, keyring.current().vapid,
                           config.vapid_subject)
    except Exception as reason:
        # A subscription comes from outside; whatever is wrong with one must not silence the others.
        log.error("a ring could not be sent: %s", type(reason).__name__)
        return "refused", None


def _storage(url):
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        from huey import SqliteHuey
        return SqliteHuey("sotay", filename=url.removeprefix("sqlite:///"), results=False)
    if scheme.startswith("redis"):
        from huey import RedisHuey
        return RedisHuey("sotay", url=url, results=False)
    if scheme.startswith("postgres"):
        from huey import PostgresHuey
        return PostgresHuey("sotay", dsn=url, results=False)
    raise ValueError(f"HUEY_URL: {scheme} is not known; use sqlite, redis or postgresql")
