"""How a person wants to be rung: quiet hours, kinds that need not ring, and where to write when no phone can be rung."""
import re

from flask_babel import gettext as _

from db.base import write
from db.models import Contact, Preference
from db.queries import reach as reads
from pwa.crypto import columns
from pwa.domain.clock import now
from pwa.domain.notices import EVENTS
from pwa.domain.refused import Refused

PHONE = re.compile(r"(\+?84|0)\d{9,10}")
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def of(person):
    return Preference.get_or_none(Preference.person == person.id)


def contact(person_id):
    """{"phone", "mail"} of a person, opened; None where there is none."""
    row = Contact.get_or_none(Contact.person == person_id)
    return {name: columns.unseal(f"contact.{name}", person_id, getattr(row, name)) if row and getattr(row, name) else None
            for name in ("phone", "mail")}


def is_unshared(person_id):
    """Whether the person keeps the number from the coordinators."""
    return Contact.select().where(Contact.person == person_id, ~Contact.shared).exists()


def numbers_to_call(people):
    """Person id → the number coordinators may call them at when nobody can be reached, of those who have one; one read for all."""
    rows = reads.numbers(people) if people else ()
    return {row.person_id: columns.unseal("contact.phone", row.person_id, row.phone) for row in rows}


def optional():
    """(name, label) of the kinds a person may leave unrung."""
    return [(name, event.label) for name, event in EVENTS.items() if event.optional]


def keep(person, quiet_from, quiet_until, rung, phone, mail, shared=True):
    """Keep what the person chose; `rung` are the kinds that ring."""
    phone = re.sub(r"[\s.()-]", "", phone or "")
    if phone and not PHONE.fullmatch(phone):
        raise Refused("invalid", _("Số điện thoại chưa đúng. Ví dụ: 0912 345 678."))
    if mail and not MAIL.fullmatch(mail):
        raise Refused("invalid", _("Địa chỉ thư điện tử chưa đúng."))
    muted = " ".join(name for name, _label in optional() if name not in rung)
    with write():
        Preference.delete().where(Preference.person == person.id).execute()
        Preference.create(person=person.id, quiet_from=quiet_from, quiet_until=quiet_until, muted=muted, changed_at=now())
        Contact.delete().where(Contact.person == person.id).execute()
        if phone or mail:
            Contact.create(person=person.id, shared=shared, **{name: columns.seal(f"contact.{name}", person.id, value) if value else None
                                                               for name, value in (("phone", phone), ("mail", mail))})
