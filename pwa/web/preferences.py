"""Thông báo của tôi: quiet hours, which kinds ring, and the second channel."""
from flask import Blueprint, redirect, render_template

from pwa.domain import preferences, reach
from pwa.domain.refused import Refused
from pwa.forms.rosters import PreferenceForm, minute, sentences
from pwa.web import identity
from pwa.web.times import hour

blueprint = Blueprint("preferences", __name__)


def _form(**filled):
    form = PreferenceForm(**filled)
    form.rung.choices = preferences.optional()
    return form


def _page(form, errors=(), status=200):
    return render_template("preferences/show.html", form=form, errors=errors, channels=reach.Channels.names), status


@blueprint.get("/preferences")
def show():
    person = identity.person()
    known, muted = preferences.of(person), ()
    if known:
        muted = known.muted.split()
    return _page(_form(quiet_from=hour(known.quiet_from if known else None), quiet_until=hour(known.quiet_until if known else None),
                       rung=[name for name, _label in preferences.optional() if name not in muted],
                       unshared=preferences.is_unshared(person.id), **preferences.contact(person.id)))


@blueprint.post("/preferences")
def keep():
    form = _form()
    if not form.validate():
        return _page(form, sentences(form), 422)
    try:
        preferences.keep(identity.person(), minute(form.quiet_from.data), minute(form.quiet_until.data), form.rung.data,
                         form.phone.data, form.mail.data, shared=not form.unshared.data)
    except Refused as refusal:
        return _page(form, [refusal.sentence], 422)
    return redirect("/preferences?kept=1", 303)
