"""Mở khẩn cấp hồ sơ của phường, xã lân cận."""
from flask import Blueprint, redirect, render_template

from pwa import tasks
from pwa.domain import break_glass
from pwa.extensions import limiter
from pwa.forms.rights import BreakGlassForm
from pwa.web import identity

blueprint = Blueprint("break_glass", __name__)


@blueprint.get("/break-glass")
def ask():
    return render_template("rights/break_glass.html", form=BreakGlassForm(formdata=None), problem=None)


@blueprint.post("/break-glass")
@limiter.limit("10 per hour")
def open_case():
    form = BreakGlassForm()
    if not form.validate():
        problem = next(iter([each for all_of in form.errors.values() for each in all_of]), None)
        return render_template("rights/break_glass.html", form=form, problem=problem), 422
    try:
        case = break_glass.open_case(identity.person(), form.code.data, form.reason.data)
    except break_glass.CannotOpen as reason:
        return render_template("rights/break_glass.html", form=form, problem=str(reason)), 422
    tasks.ring()
    return redirect(f"/cases/{case.id}")
