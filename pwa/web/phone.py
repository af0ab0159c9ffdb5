"""Máy này: what a person changes on this phone alone; the server keeps nothing of it but the verifier of a new PIN."""
from flask import Blueprint, make_response, render_template

from pwa.web.headers import versioned

blueprint = Blueprint("phone", __name__)


@blueprint.get("/phone")
def index():
    return versioned(make_response(render_template("phone/index.html")))
