"""What may wait: ringing phones. The queue is only a bell; the rows in the database say what is to be done."""
import logging
from urllib.parse import urlsplit

from flask import current_app

from db.base import database
from pwa.ringing import Ringer

log = logging.getLogger(__name__)


def make(app):
    """The queue of this application with its tasks, kept at app.extensions["queue"]."""
    huey = _storage(app.config["SOTAY"].huey_url)

    ringer = Ringer(app.config["SOTAY"])

    @huey.task()
    def ring_phones():
        _ring_phones(app, ringer)

    huey.ring_phones, huey.ringer = ring_phones, ringer
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


def _ring_phones(app, ringer):
    with app.app_context():
        database.connect(reuse_if_open=True)
        try:
            ringer.ring_due()
        finally:
            database.close()


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
