"""Finding a case by a telephone number: posted, so that no number stands in an address, and looked up by its keyed hash."""
from flask import Blueprint, render_template
from flask_babel import gettext as _

from pwa.domain import access, similar
from pwa.forms.rights import PhoneForm
from pwa.web import identity, rows as row

blueprint = Blueprint("phone_search", __name__)


@blueprint.get("/cases/by-phone")
def ask():
    return render_template("cases/by_phone.html", form=PhoneForm(formdata=None), found=None, problem=None)


@blueprint.post("/cases/by-phone")
def find():
    person, form = identity.person(), PhoneForm()
    key = similar.contact_key(person.ward_id, form.phone.data) if form.validate() else None
    if key is None:
        return render_template("cases/by_phone.html", form=form, found=None, problem=_("Hãy nhập một số điện thoại Việt Nam.")), 422
    found = [row.of_case(case) for case in similar.cases(access.cases(person), key)]
    return render_template("cases/by_phone.html", form=PhoneForm(formdata=None), found=found, problem=None)
