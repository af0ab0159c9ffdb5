"""Answers as people read them: the same labels as the form they were given on."""
from pwa.forms.kinds import FORMS as KINDS
from pwa.forms.records import ObservationForm, SchoolForm
from pwa.language import gettext, gettext as _

FORMS = {"observation": ObservationForm, "school": SchoolForm}
_blank = {}


def lines(form_name, answers, unit_names, only=None):
    """[(label, text)] of what was answered, in the form's order; `only` names the fields to show."""
    if form_name not in _blank:
        _blank[form_name] = FORMS[form_name](formdata=None)
    return [(str(field.label.text), text_of(field, answers[field.name], unit_names)) for field in _blank[form_name]
            if field.name in answers and (only is None or field.name in only)]


def posted(fields, kind, unit_names):
    """[(label, text)] of what was posted on any entry form, also when the form refuses it; a MultiDict in. Of a kind this server does
    not know, in the phone's own names."""
    if kind not in KINDS:
        return [(_shown(name), ", ".join(map(_shown, values))) for name, values in fields.lists() if any(values)]
    form_class = KINDS[kind]
    if isinstance(form_class, dict):
        form_class = form_class.get(fields.get("form_name"), ObservationForm)
    form = form_class(formdata=None)
    found = []
    for field in form:
        values = [_shown(value) for value in fields.getlist(field.name) if value]
        if values and field.type != "HiddenField":
            found.append((str(field.label.text), ", ".join(text_of(field, value, unit_names) for value in values)))
    return found


def _shown(text):
    """Text as it can be sent: half a character is shown as a question mark."""
    return text.encode("utf-8", "replace").decode()


def text_of(field, value, unit_names):
    """One answer: labels of codes, the name of a unit, or the words themselves."""
    if field.name in ("tdp", "unit", "next_unit"):
        return unit_names.get(value, value)
    # Only what is shown is translated: a list of rows would otherwise spend its time on chips nobody chose.
    labels = dict(getattr(field, "choices", None) or ())
    if isinstance(value, list):
        return ", ".join(gettext(labels[code]) if code in labels else code for code in value)
    return gettext(labels[value]) if value in labels else value


def summary(form_name, answers, words=False):
    """One short line for a list: what happened, or else what is known in codes; with the beginning of the words only for whoever wrote
    them, as they may name somebody."""
    said = dict(lines(form_name, answers, {}, only=("acts",)))
    text = next(iter(said.values()), "") or (answers.get("narrative", "") if words else _in_codes(form_name, answers))
    return text if len(text) <= 80 else text[:79].rstrip() + "…"


def _in_codes(form_name, answers):
    known = [text for _label, text in lines(form_name, answers, {}, only=("victim_sex", "victim_age", "grade", "when")) if text]
    return " · ".join([*known, *[_("Có lời kể")] * bool(answers.get("narrative"))])
