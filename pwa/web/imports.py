"""Nhập phần chờ gửi: the outbox of a phone that finds no network, brought as a file to a coordinator."""
import json

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from pwa import MOST_BYTES
from pwa.crypto import envelope
from pwa.domain import access, audit, held, people
from pwa.extensions import limiter
from pwa.forms.imports import ImportForm
from pwa.web import identity
from pwa.web.sync import MOST_ENTRIES, accept

blueprint = Blueprint("imports", __name__)
MOST_FILE = 5 * MOST_BYTES
MOST_IMPORTED = 2_000
DONE = ("stored", "duplicate")


class CannotImport(Exception):
    """The file cannot be taken in; the message says what to do."""


def allow_size():
    """Before anything reads the body: a file may be larger than whatever else is sent here."""
    if request.endpoint == "imports.create":
        request.max_content_length = MOST_FILE


@blueprint.get("/import")
def index():
    return render_template("imports/index.html", form=ImportForm(), error=None)


@blueprint.post("/import")
@limiter.limit("30 per minute")
def create():
    """Merge the entries of a file as if their phone had delivered them; where that one reads nothing, they are marked."""
    form = ImportForm()
    try:
        if not form.validate():
            raise CannotImport(form.export.errors[0])
        carrier, entries = _read(identity.person(), form.export.data.read())
    except CannotImport as reason:
        return render_template("imports/index.html", form=form, error=str(reason)), 422
    audit.changed(identity.person(), "import", carrier.id, entries=len(entries))
    batches = [entries[start:start + MOST_ENTRIES] for start in range(0, len(entries), MOST_ENTRIES)]
    receipts = [receipt for batch in batches for receipt in accept(carrier, batch)]
    return render_template("imports/show.html", counts=_counts(receipts), total=len(receipts), marked=access.reads_nothing(carrier),
                           name=people.name_of(carrier.person), unit=carrier.person.unit.name)


def _read(person, data):
    """(enrolment, entries) of a file of the ward of this person; raises CannotImport."""
    try:
        content = json.loads(envelope.open_export(data))
        enrolment_id, entries = content["enrolment"], content["entries"]
        if not isinstance(enrolment_id, str) or not isinstance(entries, list):
            raise ValueError
    except (envelope.CannotOpen, ValueError, KeyError, TypeError, RecursionError):
        raise CannotImport(
            _("Tệp này không phải phần chờ gửi của Sổ tay phường mình, hoặc đã hỏng. Hãy xuất lại trên máy của người đó.")) from None
    if len(entries) > MOST_IMPORTED:
        raise CannotImport(_("Tệp có quá nhiều mục. Hãy gọi người quản trị."))
    try:
        return access.phone_of_ward(person, enrolment_id), entries
    except access.NotFound:
        raise CannotImport(_("Không rõ tệp này của ai trong phường. Hãy hỏi người đưa tệp, rồi xuất lại.")) from None


def _counts(receipts):
    """How many entries came to be stored, were there already, are held, or could not be opened and are nowhere but in the file."""
    refused = [receipt.id for receipt in receipts if receipt.outcome not in DONE]
    kept = held.ids_of({each for each in refused if each})
    outcomes = [receipt.outcome for receipt in receipts]
    return {"stored": outcomes.count("stored"), "duplicate": outcomes.count("duplicate"),
            "held": sum(each in kept for each in refused), "unreadable": sum(each not in kept for each in refused)}
