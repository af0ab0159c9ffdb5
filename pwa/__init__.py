"""Sổ tay: create_app() puts settings, keys, database and pages together."""
from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from db import base
from pwa import assets
from pwa.config import Config
from pwa.crypto import keyring
from pwa.domain import clocks, reach
from pwa.extensions import babel, compress, htmx

MOST_BYTES = 1_000_000


def create_app(config=None):
    """The application for these settings, by default those of the environment; raises BadSetting."""
    config = config or Config.from_environment()
    config.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = keyring.load(config.KEY_DIR)
    base.connect(config.database_url)
    clocks.settle_in(config.TIMEZONE)
    reach.settle_in(config.channels)

    app = Flask(__name__, template_folder=str(assets.ROOT / "templates"), static_folder=None)
    app.config.update(
        SOTAY=config,
        SECRET_KEY=keys.session,
        SESSION_COOKIE_NAME="sotay-form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=2 * MOST_BYTES,
        # The token lives as long as the session: a page left open for an evening still opens its invitation.
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=config.LOCALE,
        BABEL_DEFAULT_TIMEZONE=config.TIMEZONE,
        RATELIMIT_STORAGE_URI=config.LIMITS_URL,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=7,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "application/manifest+json"],
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for extension in (babel, compress, htmx):
        extension.init_app(app)

    from pwa import cli, tasks, web
    tasks.make(app)
    web.register(app)
    cli.register(app)

    assets.serve(app, config.DATA_DIR, assets.digest(config.LOCALE, config.IDLE_SECONDS))
    if config.TRUSTED_PROXIES:
        hops = config.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    return app
