"""HTTP only: parse, call the domain, render. One blueprint per noun."""
from flask import request
from flask_babel import get_locale

from db.base import SqliteDatabase, database
from pwa.extensions import csrf, limiter
from pwa.domain.escalations import code_of
from pwa.domain.held import errors as sentences
from pwa.domain.notices import event
from pwa.domain.records import ALARMING
from pwa.domain.lists import emergency_hotlines
from pwa.forms.fields import EntryForm
from pwa.forms.follows import FOLLOWS
from pwa.web import (approvals, audit, break_glass, cases, clocks, decisions, devices, directory, enrolments, errors, handlers, headers,
                     health, held, home, identity, imports, invitations, lock, notices, pages, papers, people, phone, preferences, push,
                     readings, records, referrals, rendering, retention, rights, risks, rosters, rows, searches, sync, task, times, todo,
                     trainings, triage, words, worker)

BLUEPRINTS = (home.blueprint, records.blueprint, referrals.blueprint, todo.blueprint, directory.blueprint, lock.blueprint,
              enrolments.blueprint, readings.blueprint, pages.blueprint, phone.blueprint, held.blueprint, sync.blueprint,
              push.blueprint, notices.blueprint, rosters.blueprint, preferences.blueprint, approvals.blueprint, devices.blueprint,
              people.blueprint, handlers.blueprint, invitations.blueprint, imports.blueprint, worker.blueprint, health.blueprint,
              triage.blueprint, cases.blueprint, task.blueprint, audit.blueprint, decisions.blueprint, risks.blueprint, trainings.blueprint,
              papers.blueprint, rights.blueprint, break_glass.blueprint, retention.blueprint, searches.blueprint, clocks.blueprint)


def register(app):
    """Bind pages, guard and headers to the application."""
    # In this order: rates are counted before anything is refused, and per phone, which the database knows.
    app.before_request(imports.allow_size)
    app.before_request(_open_database)
    app.session_interface = identity.FormCookie()
    limiter.init_app(app)
    csrf.init_app(app)
    app.before_request(audit.open_trail)
    app.before_request(identity.guard)
    app.after_request(identity.renew)
    app.after_request(audit.close_trail)
    app.after_request(headers.add)
    app.teardown_appcontext(_close_database)
    errors.register(app)
    rendering.settle_in(app.jinja_env)
    app.add_template_filter(times.clock, "clock")
    app.add_template_filter(times.machine, "machine")
    app.add_template_filter(times.day, "day")
    app.add_template_filter(sentences, "sentences")
    app.add_template_global(rows.Row, "blank_row")
    app.jinja_env.globals.update(STATES=words.STATES, TRIAGE=words.TRIAGE, GBV_TYPES=words.GBV_TYPES, ALARMING=ALARMING,
                                 RISK=words.RISK, DECIDED=words.DECIDED,
                                 FOLLOWS=FOLLOWS, event=event, code_of=code_of, bare_form=EntryForm)
    app.add_template_global(get_locale, "get_locale")
    app.add_template_global(emergency_hotlines, "emergency_hotlines")
    app.add_template_global(lambda: app.config["SOTAY"].IDLE_SECONDS, "idle_seconds")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def _open_database():
    if request.endpoint == "health.index":
        # It says itself whether there is a database.
        return
    database.connect(reuse_if_open=True)


def _close_database(_error=None):
    # Closing the last connection to a SQLite file makes it write its log back, which costs more than the request:
    # each thread keeps its own. A server's connections go back to it.
    if not isinstance(database.obj, SqliteDatabase) and not database.is_closed():
        database.close()
