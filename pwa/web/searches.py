"""Finding cases: posted, so that neither a number nor a code stands in an address."""
from flask import Blueprint, render_template
from flask_babel import gettext as _

from pwa.domain import access, queue, searches
from pwa.forms.searches import SearchForm
from pwa.web import identity, paging, rows as row

blueprint = Blueprint("searches", __name__)


@blueprint.get("/cases/search")
def ask():
    return _page(SearchForm(formdata=None), {})


@blueprint.post("/cases/search")
def find():
    person, form = identity.person(), SearchForm()
    if not form.validate():
        return _page(form, form.asked(), problems=form.sentences()), 422
    asked = form.asked()
    try:
        found = searches.find(person, asked, paging.place(form.after.data))
    except searches.NoNumber:
        return _page(form, asked, problems=[_("Hãy nhập một số điện thoại Việt Nam.")]), 422
    rows = _told_of(person, asked.get("code")) + row.of_cases(found[:queue.PAGE])
    return _page(form, asked, rows, more=paging.more(found, "opened_at"))


def _told_of(person, code):
    """What a code that was read out on the phone names: a record or a referral may not be in a case yet."""
    names = row.unit_names(person.ward_id)
    records, referrals = searches.told_of(person, code)
    theirs = access.readable(person, "record", [each.id for each in records])
    return row.of_records([each for each in records if each.id in theirs]) + [row.of_referral(each, names) for each in referrals]


def _page(form, asked, found=None, problems=(), more=None):
    # A number is never written back, neither for the next page: so many cases of one number there are not.
    asked, more = {name: value for name, value in asked.items() if name != "phone"}, None if "phone" in asked else more
    units = [(unit.code, unit.name) for unit in access.units(identity.person())]
    return render_template("cases/search.html", form=form, asked=asked, found=found, problems=problems, more=more, options={"unit": units})
