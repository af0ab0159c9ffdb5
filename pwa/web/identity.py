"""Whose phone is asking: one cookie per enrolment, and the one the person chose to use now."""
from flask import current_app, g, request

from pwa.domain import access, enrolments

PREFIX = "sotay-"
# Which of several people on one phone is using it; written by the page, so that it can change without a network.
WHO = "sotay-who"
LONG = 400 * 24 * 3600


def cookie_name(enrolment_id):
    return ("__Host-" if current_app.config["SOTAY"].secure else "") + PREFIX + enrolment_id


def proved():
    """Every enrolment this phone proves to hold, revoked ones included."""
    if "proved" not in g:
        start = cookie_name("")
        g.proved = enrolments.prove({name.removeprefix(start): value for name, value in request.cookies.items()
                                     if name.startswith(start) and name != WHO})
    return g.proved


def enrolment():
    """The live enrolment in use, or None."""
    live = [each for each in proved() if each.revoked_at is None]
    # A page says whose it is: another tab may have changed the person since.
    chosen = request.headers.get("Sotay-Enrolment") or request.cookies.get(WHO)
    if not chosen:
        return live[0] if live else None
    # Never somebody else in place of one who is gone.
    return next((each for each in live if each.id == chosen), None)


def person():
    found = enrolment()
    return found.person if found else None


def guard():
    """Before every request: nothing opens that access does not open."""
    if request.endpoint is None:
        return
    needs_person = access.ROUTES.get(request.endpoint) is not access.ANYONE
    access.check_route(request.endpoint, person() if needs_person else None)
    if needs_person and enrolment():
        enrolments.touch(enrolment())


def renew(response):
    """Hand out the next cookie values that are due, but never with a page that phones keep for everyone."""
    if response.headers["Cache-Control"] != "no-store":
        return response
    for each in g.get("proved", ()):
        value = enrolments.due_cookie(each)
        if value:
            set_cookie(response, each, value)
    return response


def use(response, chosen):
    """From this answer on the phone is used by this person; kept longer than a cookie a script has set."""
    response.set_cookie(WHO, chosen.id, max_age=LONG, samesite="Lax", path="/", secure=current_app.config["SOTAY"].secure)


def set_cookie(response, chosen, value):
    response.set_cookie(cookie_name(chosen.id), value, max_age=LONG, httponly=True, samesite="Lax", path="/",
                        secure=current_app.config["SOTAY"].secure)
