"""Finding the same matter twice without opening anything: keyed digests of area and place, and of phone numbers."""
import hashlib
import hmac

from db.models import Case, CasePerson, ContactKey, Record
from pwa.crypto import keyring
from pwa.domain.clock import DAY

# How far apart two records of one matter may lie.
NEAR = 3 * DAY
# Most that are offered beside one record.
MOST = 5


def _key(label, *values):
    text = "|".join([label, *map(str, values)])
    return hmac.new(keyring.current().digest, text.encode(), hashlib.sha256).hexdigest()


def place_key(author, form, values):
    """Digest of the area and kind of place; None when the area is not known. What a school notes of its pupils lies in the school."""
    area = values.get("tdp") or (f"unit-{author.unit_id}" if form == "school" and author.unit.kind == "school" else None)
    return _key("place", author.ward_id, area, values.get("place", "")) if area else None


def records(record):
    """Records of the ward that may tell of the same: same area and place within days, or the same phone number."""
    near = ((Record.place_key == record.place_key) & Record.received_at.between(record.received_at - NEAR, record.received_at + NEAR)
            if record.place_key else None)
    alike = _same_number(record)
    same = Record.id.in_(alike) if alike is not None else None
    found = []
    for clause in (same, near):
        if clause is not None:
            found += list(Record.select().where(clause, Record.ward == record.ward_id, Record.id != record.id, Record.replaced_by.is_null(),
                                                Record.withdrawn_at.is_null(), Record.duplicate_of.is_null())
                          .order_by(Record.received_at.desc()).limit(MOST))
    return list({each.id: each for each in found}.values())[:MOST]


def cases(record):
    """Open cases of the ward in which somebody is reached by a number of this record."""
    alike = _same_number(record)
    if alike is None:
        return []
    theirs = CasePerson.select(CasePerson.case).where(CasePerson.id.in_(alike), CasePerson.replaced_by.is_null(), ~CasePerson.removed)
    return list(Case.select().where(Case.id.in_(theirs), Case.ward == record.ward_id, Case.state == "open")
                .order_by(Case.changed_at.desc()).limit(MOST))


def _same_number(record):
    """Ids of what carries a number of this record, as a query; None where it has none."""
    numbers = [key for (key,) in ContactKey.select(ContactKey.key).where(ContactKey.subject_id == record.id).tuples()]
    return ContactKey.select(ContactKey.subject_id).where(ContactKey.key.in_(numbers)) if numbers else None
