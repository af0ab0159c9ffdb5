"""Danh bạ: the ward's units and numbers, one fragment that every page of the phone reads."""
from flask import Blueprint, make_response, render_template

from db.models import Hotline
from pwa.domain import access
from pwa.web import identity
from pwa.web.headers import versioned

blueprint = Blueprint("directory", __name__)


@blueprint.get("/directory")
def index():
    return versioned(make_response(render_template("directory/index.html")))


@blueprint.get("/directory/rows")
def rows():
    person = identity.person()
    hotlines = Hotline.select().where(Hotline.ward == person.ward_id).order_by(Hotline.position)
    response = make_response(render_template("directory/_rows.html", ward=person.ward, units=access.units(person), hotlines=hotlines))
    # The phone keeps this one; no login page of a Wi-Fi carries this header.
    response.headers["Sotay-Ward"] = person.ward.code
    return response
