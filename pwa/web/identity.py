"""Whose phone is asking, and whether its reader has unlocked it: one cookie per enrolment, two for the reading session."""
from flask import current_app, g, request
from flask.sessions import SecureCookieSessionInterface

from pwa.domain import access, enrolments, permissions, readings

PREFIX = "sotay-"
# Which of several people on one locked phone is meant: whoever unlocked last.
WHO = "sotay-who"
# The two halves of a reading session: one no script reads, one a page deletes at lock and exit, also without a network.
READ, OPEN = "read", "sotay-open"
LONG = 400 * 24 * 3600
START = "/start"


class FormCookie(SecureCookieSessionInterface):
    """What a form's token is checked against; that of the invitation goes to the invitation alone, not along with every sync."""

    def get_cookie_path(self, app):
        return START if request.path.startswith(START) else super().get_cookie_path(app)


def cookie_name(enrolment_id):
    return ("__Host-" if current_app.config["SOTAY"].secure else "") + PREFIX + enrolment_id


def proved():
    """Every enrolment this phone proves to hold, revoked ones included."""
    if "proved" not in g:
        start = cookie_name("")
        g.proved = enrolments.prove({name.removeprefix(start): value for name, value in request.cookies.items()
                                     if name.startswith(start) and name != WHO})
    return g.proved


def named(enrolment_id):
    """The enrolment a body names, when this phone proves to hold it; else None."""
    return next((each for each in proved() if each.id == enrolment_id), None)


def is_one_persons():
    """Whether one person alone uses this phone, so that what is written on it while it is locked can only be theirs."""
    return len({each.person_id for each in proved() if each.revoked_at is None}) == 1


def reading():
    """The reading session that is open on this phone, or None."""
    if "reading" not in g:
        live = [each for each in proved() if each.revoked_at is None]
        g.reading = readings.find(request.cookies.get(cookie_name(READ)), request.cookies.get(OPEN), live,
                                  current_app.config["SOTAY"].IDLE_SECONDS)
    return g.reading


def enrolment():
    """The live enrolment in use, or None: the one a page says it belongs to, the one that reads, the one chosen."""
    live = [each for each in proved() if each.revoked_at is None]
    chosen = request.headers.get("Sotay-Enrolment") or (reading() and reading().enrolment_id) or request.cookies.get(WHO)
    if not chosen:
        return live[0] if live else None
    # Never somebody else in place of one who is gone.
    return next((each for each in live if each.id == chosen), None)


def opened():
    """The enrolment that reads, or None; another tab may have unlocked for somebody else since this page was made."""
    if reading() is None or request.headers.get("Sotay-Enrolment", reading().enrolment_id) != reading().enrolment_id:
        return None
    return reading().enrolment


def person():
    """Who reads; behind the guard there is always one."""
    return opened().person


def looks():
    """Whether a person looks at what is asked for, and not their phone that only keeps a copy."""
    return "Sotay-Keep" not in request.headers


def guard():
    """Before every request: nothing opens that access does not open."""
    if request.endpoint is None:
        return
    if permissions.ROUTES.get(request.endpoint) is permissions.ANYONE:
        access.check_route(request.endpoint, None, None)
        return
    # Whatever the answer is, it has been heard of: whoever finds its invitation later begins nothing by it (decision 68).
    heard()
    access.check_route(request.endpoint, enrolment(), opened())


def heard():
    """Note that the phone of the enrolment in use, if there is one, has its cookie."""
    if carried := enrolment():
        enrolments.touch(carried)


def renew(response):
    """Hand out the next cookie values that are due, but never with a page that phones keep for everyone."""
    if response.headers["Cache-Control"] != "no-store":
        return response
    for each in g.get("proved", ()):
        value = enrolments.due_cookie(each)
        if value:
            set_cookie(response, each, value)
    return response


def open_reading(response, chosen):
    """From this answer on the phone is used, and read, by this enrolment."""
    shown, half = readings.open(chosen)
    secure = current_app.config["SOTAY"].secure
    response.set_cookie(WHO, chosen.id, max_age=LONG, samesite="Lax", path="/", secure=secure)
    # No age: they end with the browser, if nothing ends them before.
    response.set_cookie(cookie_name(READ), shown, httponly=True, samesite="Lax", path="/", secure=secure)
    response.set_cookie(OPEN, half, samesite="Lax", path="/", secure=secure)


def close_reading(response):
    """End the session this phone shows, also when it has already dropped a half."""
    readings.end(request.cookies.get(cookie_name(READ)))
    secure = current_app.config["SOTAY"].secure
    response.delete_cookie(cookie_name(READ), httponly=True, samesite="Lax", path="/", secure=secure)
    response.delete_cookie(OPEN, samesite="Lax", path="/", secure=secure)


def set_cookie(response, chosen, value):
    response.set_cookie(cookie_name(chosen.id), value, max_age=LONG, httponly=True, samesite="Lax", path="/",
                        secure=current_app.config["SOTAY"].secure)
