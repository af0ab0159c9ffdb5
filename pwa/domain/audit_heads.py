"""Where each ward's audit chain ended at an hour: signed, kept outside the database, and what the chain is checked against."""
import json
import os
from pathlib import Path

from peewee import fn

from db.base import write
from db.models import Audit, AuditHead, Ward
from pwa.crypto import chain
from pwa.domain import audit
from pwa.domain.clock import HOUR, now

AT_ONCE = 5_000


def send_due(folder):
    """Sign and write the heads that are an hour old and have grown since, and at once those behind which something grave was done;
    answers the files written."""
    due = AuditHead.select(AuditHead, Ward).join(Ward).where(
        AuditHead.seq > AuditHead.sent_seq, AuditHead.sent_at.is_null() | (AuditHead.sent_at <= now() - HOUR) | fn.EXISTS(_grave()))
    return [send(head, folder) for head in due]


def _grave():
    """What nobody may take out of the database again in the hour it was done: a document, an emergency, an erasing."""
    # What is changed of a case outside the entries is its erasing.
    action = (Audit.action == "change") & (Audit.subject_kind == "case") | Audit.action.in_(("export", "break-glass"))
    return Audit.select().where(Audit.ward == AuditHead.ward, Audit.action.in_(("change", "export", "break-glass")),
                                Audit.seq > AuditHead.sent_seq, action)


def send(head, folder):
    """Sign one head and write it to a file of its own, which is never written over; answers its path."""
    said = {"ward": head.ward.code, "seq": head.seq, "link": head.link, "at": now()}
    said["signature"] = chain.sign(list(said.values()))
    path = Path(folder) / f"{head.ward.code}-{head.seq:010d}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(json.dumps(said | {"signer": chain.signer()}) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        # Written before a crash; verify reads it like any other.
        pass
    with write():
        AuditHead.update(sent_seq=head.seq, sent_at=said["at"]).where(AuditHead.ward == head.ward_id).execute()
    return path


def verify(ward, folder):
    """Every way in which a ward's chain is not what was written and signed, as sentences; none when it is whole."""
    head = AuditHead.get_or_none(AuditHead.ward == ward)
    heads, problems = _signed_heads(ward, folder)
    if head is None:
        return problems + _cut(0, heads)
    links = dict.fromkeys(each["seq"] for each in heads)
    last = _walk(ward, head, links, problems)
    for each in heads:
        if links[each["seq"]] not in (None, each["link"]):
            problems.append(f"Row {each['seq']} is not the one that was signed: the chain was written anew up to there.")
    newest = max((each["seq"] for each in heads), default=0)
    if head.sent_seq > newest:
        problems.append(f"The head of row {head.sent_seq} was signed, but {folder} has none newer than row {newest}: bring the heads back.")
    return problems + _cut(last, heads)


def _walk(ward, head, links, problems):
    """Check the chain up to its head, and fill in the `links` of the rows asked for; answers the last row there is."""
    last, before = 0, chain.START
    while rows := list(Audit.select().where(Audit.ward == ward, Audit.seq > last, Audit.seq <= head.seq).order_by(Audit.seq)
                       .limit(AT_ONCE).dicts()):
        for row in rows:
            seq = row["seq"]
            if seq != last + 1:
                problems.append(f"Rows {last + 1} to {seq - 1} are missing.")
            elif chain.link(before, audit.values(row)) != row["link"]:
                problems.append(f"Row {seq} was changed, or does not stand where it was written.")
            last, before = seq, row["link"]
            if seq in links:
                links[seq] = before
    if (last, before) != (head.seq, head.link):
        problems.append(f"The chain should end with row {head.seq}, and ends with row {last}: rows were cut off or the end was replaced.")
    return last


def _signed_heads(ward, folder):
    """(heads of a ward with a good signature, sentences about the others)."""
    good, problems = [], []
    for path in sorted(Path(folder).glob(f"{ward.code}-*.json")):
        try:
            said = json.loads(path.read_text())
            ours = chain.is_ours([said[name] for name in ("ward", "seq", "link", "at")], said["signature"]) and said["ward"] == ward.code
        except (ValueError, KeyError, TypeError):
            ours = False
        if ours:
            good.append(said)
        else:
            problems.append(f"{path.name} is not a head this ward signed.")
    return good, problems


def _cut(last, heads):
    newest = max(heads, key=lambda each: each["seq"], default=None)
    if newest and newest["seq"] > last:
        return [f"Row {newest['seq']} was signed, but the chain ends with row {last}: rows were cut off."]
    return []
