"""Flask extensions, bound to the application in create_app."""
from flask_compress import Compress
from flask_htmx import HTMX
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect


def whose_rate():
    """Enrolled phones are counted each for itself: a whole village may share one address."""
    from pwa.web import identity
    proved = identity.proved()
    return f"enrolment:{proved[0].id}" if proved else f"address:{get_remote_address()}"


compress = Compress()
csrf = CSRFProtect()
htmx = HTMX()
limiter = Limiter(whose_rate, default_limits=["600 per minute"], application_limits=["1200 per minute"])
