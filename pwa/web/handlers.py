"""Who handles what is recorded at a school: named, and taken back, on the page of people."""
from flask import Blueprint, redirect, request

from pwa.domain import access, handlers
from pwa.web import identity

blueprint = Blueprint("handlers", __name__)


@blueprint.post("/handlers/<counsellor_id>")
def change(counsellor_id):
    choice = request.form.get("choice")
    if choice not in ("name", "end"):
        access.refuse(identity.person(), "handler", counsellor_id)
    handlers.change(identity.person(), counsellor_id, choice)
    return redirect("/people")
