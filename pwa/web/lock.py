"""The two pages a phone keeps in clear: the lock screen, and the one quick exit leads to. Not a telling word on either."""
from flask import Blueprint, make_response, render_template

from pwa.web.headers import keepable

blueprint = Blueprint("lock", __name__)


@blueprint.get("/lock")
def index():
    return keepable(make_response(render_template("lock/index.html")))


@blueprint.get("/away")
def away():
    return keepable(make_response(render_template("away/index.html")))
