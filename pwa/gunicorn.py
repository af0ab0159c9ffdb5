"""How the web process is served: one process, a few threads; more processes need LIMITS_URL."""
from gunicorn.http import wsgi

from pwa.config import Config

# What serves is nobody's business, and it would be said thirty times on a first visit.
wsgi.SERVER = "-"

_config = Config.from_environment()

bind = f"{_config.BIND}:{_config.PORT}"
workers = _config.WEB_CONCURRENCY
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 10
keepalive = 30
preload_app = True
control_socket_disable = True
accesslog = None
loglevel = "warning"
