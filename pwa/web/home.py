"""The first page and the page shown without a network."""
from flask import Blueprint, make_response, render_template

from pwa.web.headers import versioned

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index():
    return versioned(make_response(render_template("home/index.html")))


@blueprint.get("/offline")
def offline():
    return versioned(make_response(render_template("home/offline.html")))
