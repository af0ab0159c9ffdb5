"""Máy này: what a person changes on this phone alone; the server keeps nothing of it but the verifier of a new PIN."""
from flask import Blueprint, render_template

blueprint = Blueprint("phone", __name__)


@blueprint.get("/phone")
def index():
    return render_template("phone/index.html")
