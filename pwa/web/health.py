"""Is the ward's server well: for a monitor, no data."""
from flask import Blueprint, current_app, jsonify

from db.base import database, pending_migrations
from pwa import tasks

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def index():
    checks = {"database": _check(_database), "queue": _check(_queue), "schema": _check(_schema)}
    well = all(state == "ok" for state in checks.values())
    return jsonify(status="ok" if well else "failing", version=current_app.config["VERSION"], **checks), 200 if well else 503


def _check(probe):
    try:
        return probe()
    except Exception as reason:
        return f"failing: {type(reason).__name__}"


def _database():
    database.connect(reuse_if_open=True)
    database.execute_sql("SELECT 1")
    return "ok"


def _queue():
    tasks.queue().pending_count()
    return "ok"


def _schema():
    return "ok" if not pending_migrations() else "behind: run flask --app pwa init"
