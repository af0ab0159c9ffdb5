"""Where phones deposit entries: unseal, validate, merge, answer with receipts."""
import re

from flask import Blueprint, current_app, jsonify, request
from flask_babel import gettext as _

from pwa import MOST_BYTES, tasks
from pwa.crypto import envelope, keyring
from pwa.domain import access, enrolments, merge, pages, proofs
from db.models import Enrolment
from pwa.extensions import csrf, limiter
from pwa.forms import kinds
from pwa.forms.fields import UUID
from pwa.web import identity
from pwa.web.enrolments import b64
from pwa.web.errors import answer
from pwa.web.headers import posted_json, same_origin_json

blueprint = Blueprint("sync", __name__)
MOST_ENTRIES = 100


@blueprint.get("/sync/key")
def key():
    key_id, public = keyring.current().current_entry_key()
    return jsonify(key_id=key_id, public=b64(public))


@blueprint.post("/sync")
@csrf.exempt
@limiter.limit("240 per minute")
def deposit():
    if not same_origin_json():
        return answer(400)
    if (request.content_length or 0) > MOST_BYTES or len(request.get_data()) > MOST_BYTES:
        return answer(413)
    body = posted_json() or {}
    if not isinstance(body.get("entries"), list):
        return answer(400)
    if len(body["entries"]) > MOST_ENTRIES:
        return answer(413)
    carrier = identity.named(body.get("enrolment"))
    if carrier is None:
        return answer(401, _("Máy chủ chưa nhận ra máy này. Mọi mục vẫn còn trên máy. Hãy xin lời mời mới."))
    if not enrolments.may_deposit(carrier, current_app.config["SOTAY"].REVOKED_DAYS):
        # It keeps no key and no page any longer, though what it sealed stays there.
        return jsonify(wipe=True, error=_("Máy này đã bị thu hồi quá lâu. Hãy gọi điều phối viên của phường.")), 403
    enrolments.touch(carrier)
    return jsonify(_reply(carrier, accept(carrier, body["entries"])))


def _reply(carrier, receipts):
    """What a phone is told, also while it is locked: outcomes, and what it must drop."""
    reads = identity.opened() == carrier and not access.waits(carrier)
    reply = {"receipts": [vars(receipt) | ({} if reads else {"errors": []}) for receipt in receipts]}
    if drop := pages.to_drop(carrier):
        reply["drop"] = drop
    if carrier.revoked_at:
        reply["wipe"] = True
    return reply


def accept(carrier, offered):
    """Merge entries of an enrolment, however they came here: unsealed, validated; one receipt for each."""
    person = carrier.person
    deposit = merge.Deposit(person=person, enrolment_id=carrier.id, ward_id=person.ward_id, marked=access.reads_nothing(carrier))
    known = _known(carrier, [each.get("enrolment") for each in offered if isinstance(each, dict)])
    receipts, opened = [], []
    for each in offered:
        entry = _open(each, carrier, known)
        (opened if isinstance(entry, merge.Opened) else receipts).append(entry)
    if opened:
        receipts += merge.merge(deposit, opened)
        proofs.note(known.values(), opened)
        tasks.ring()
    return receipts


def _known(carrier, enrolment_ids):
    """Enrolment by id: the one that carries, and those on which entries were sealed that came with another."""
    ids = {each for each in enrolment_ids if isinstance(each, str) and re.match(UUID, each)} - {carrier.id}
    found = Enrolment.select(Enrolment.id, Enrolment.person, Enrolment.proof_due_at).where(Enrolment.id.in_(ids)) if ids else ()
    return {each.id: each for each in (carrier, *found)}


def _open(offered, carrier, known):
    """An Opened entry, or the receipt of one that is not an entry or does not open: nothing of it is kept."""
    fields = offered if isinstance(offered, dict) else {}
    entry_id, kind, key_id, sealed = (fields.get(name) for name in ("id", "kind", "key_id", "sealed"))
    sealed_on = fields.get("enrolment", carrier.id)
    whole = all(isinstance(each, str) for each in (entry_id, key_id, sealed, sealed_on)) and re.match(UUID, entry_id)
    if not whole or not (kind is None or kinds.is_word(kind)):
        return merge.Receipt(entry_id if isinstance(entry_id, str) else None, "invalid",
                             [_("Mục này gửi sai khuôn dạng. Hãy cập nhật Sổ tay rồi gửi lại.")])
    try:
        plaintext = envelope.open_entry(key_id, sealed, entry_id, kind, sealed_on)
    except envelope.CannotOpen:
        return merge.Receipt(entry_id, "invalid", [_("Máy chủ không mở được mục này. Hãy mở mục và bấm Lưu lại.")])
    seq = at = 0
    try:
        seq, at, inside, posted = kinds.read(plaintext)
        # Beside the seal, as the first format had it and bound it, or within.
        kind = kind or inside
        values, errors = kinds.validate(kind, posted)
    except kinds.Unreadable as reason:
        values, errors = None, [str(reason)]
    except Exception as reason:
        # Our own mistake must not block what comes after this entry. The type alone: a message may carry its words.
        current_app.logger.error("entry %s could not be validated and is held: %s", entry_id, type(reason).__name__)
        values, errors = None, [_("Máy chủ không đọc được mục này. Điều phối viên đã được báo.")]
    writer = known.get(sealed_on)
    proved = proofs.is_proved(plaintext, entry_id, sealed_on)
    # What says of itself nothing that can be read is held as most are.
    return merge.Opened(id=entry_id, kind=kind or "record", enrolment_id=sealed_on, seq=seq, at=at, digest=envelope.digest(plaintext),
                        body=plaintext.decode(errors="replace"), values=values, errors=errors,
                        foreign=writer is not None and writer.person_id != carrier.person_id,
                        proved=proved, doubted=not proved and proofs.is_due(writer, carrier))
