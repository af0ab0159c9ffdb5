"""Thời hạn lưu giữ: what the policy would take out now, in codes and numbers, and the button that does it."""
from flask import Blueprint, render_template

from pwa.domain import cases, pruning, retention
from pwa.forms.rights import ConfirmForm
from pwa.web import identity

blueprint = Blueprint("retention", __name__)


@blueprint.get("/retention")
def index():
    return _page()


@blueprint.post("/retention")
def apply():
    admin, form = identity.person(), ConfirmForm()
    if not form.validate():
        return _page(form), 422
    return _page(done=retention.apply(admin.ward_id, admin))


def _page(form=None, done=None):
    return render_template("rights/retention.html", found=retention.preview(identity.person().ward_id), done=done,
                           policy=pruning.policy(), shown=cases.shown, form=form or ConfirmForm(formdata=None))
