"""How the web process is served: one process, a few threads; more processes need LIMITS_URL."""
from pwa.config import Config

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
