"""Sổ tay: create_core() puts settings, keys, database and queue together, create_app() adds the pages."""
from datetime import timedelta

from flask import Flask

from db import base
from pwa import language, tasks
from pwa.config import Config
from pwa.crypto import keyring
from pwa.domain import calendars, reach

MOST_BYTES = 1_000_000


def create_core(config=None):
    """What rings and watches clocks, without a page, for these settings, by default those of the environment; raises BadSetting."""
    config = config or Config.from_environment()
    config.check_packages()
    config.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    keyring.load(config.KEY_DIR)
    base.connect(config.database_url)
    calendars.settle_in(config.TIMEZONE)
    reach.settle_in(config.channels)
    app = Flask(__name__, template_folder="../templates", static_folder=None)
    app.config.update(SOTAY=config, BABEL_DEFAULT_LOCALE=config.LOCALE, BABEL_DEFAULT_TIMEZONE=config.TIMEZONE)
    language.settle_in(app)
    tasks.make(app)
    return app


def create_app(config=None):
    """The application whole."""
    app = create_core(config)
    # Here, so that the worker never loads what shows pages, which take a sixth of its memory.
    from werkzeug.middleware.proxy_fix import ProxyFix

    from pwa import assets, cli, web
    from pwa.extensions import compress, htmx
    config = app.config["SOTAY"]
    app.config.update(
        SECRET_KEY=keyring.current().session,
        SESSION_COOKIE_NAME="sotay-form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=2 * MOST_BYTES,
        # The token lives as long as the session: a page left open for an evening still opens its invitation.
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=config.LIMITS_URL,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=7,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "application/manifest+json"],
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    compress.init_app(app)
    htmx.init_app(app)
    web.register(app)
    cli.register(app)
    assets.serve(app, config.DATA_DIR, assets.digest(config.LOCALE, config.IDLE_SECONDS))
    if config.TRUSTED_PROXIES:
        hops = config.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    return app
