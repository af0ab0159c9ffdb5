"""The pages a phone keeps in clear: the lock screen, where quick exit leads, what stands for want of a network. No telling word on them."""
from flask import Blueprint, make_response, render_template

from pwa.web.headers import keepable

blueprint = Blueprint("lock", __name__)


@blueprint.get("/lock")
def index():
    return keepable(make_response(render_template("lock/index.html")))


@blueprint.get("/away")
def away():
    return keepable(make_response(render_template("away/index.html")))


@blueprint.get("/later")
def later():
    return keepable(make_response(render_template("lock/later.html")))
