"""People, units and the demo cast."""
import unicodedata
import uuid

from db.base import write
from db.models import Hotline, Person, Unit, Ward
from pwa.crypto import columns
from pwa.domain import audit
from pwa.domain.clock import now
from pwa.domain.permissions import ROLES


# Grave, acute, tilde, hook and dot below; circumflex, breve and horn make another letter.
TONES = "\u0300\u0301\u0303\u0309\u0323"


class SameName(Exception):
    """There is a `person` of this role, unit and name: who is meant, only whoever invites can say."""

    def __init__(self, person):
        super().__init__("same name")
        self.person = person


class Unknown(Exception):
    """A role, unit or person does not exist; the message says which exist."""


def name_of(person):
    return columns.unseal("person.name", person.id, person.name)


def coordinators(ward_id):
    """Who coordinates in a ward."""
    return Person.select().where(Person.ward == ward_id, Person.role == "coordinator")


def initials(person):
    """At most two letters, what a shared phone may show of a person: of the family name, and of the given name, which is the last."""
    words = [word for word in name_of(person).split() if word[0].isalpha()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:])) or "?"


def add(ward, role, unit_code, name, capacity=None, by=None):
    """A new person in a unit of the ward, added by another or by command; raises Unknown or SameName."""
    if role not in ROLES:
        raise Unknown(f"Role {role!r} does not exist. Use one of: {', '.join(ROLES)}.")
    unit = Unit.get_or_none(Unit.ward == ward, Unit.code == unit_code)
    if unit is None:
        codes = ", ".join(row.code for row in Unit.select().where(Unit.ward == ward).order_by(Unit.position))
        raise Unknown(f"Unit {unit_code!r} does not exist. Use one of: {codes}.")
    person_id = str(uuid.uuid4())
    with write():
        if known := find(ward, role, unit_code, name):
            raise SameName(known)
        made = Person.create(id=person_id, ward=ward, unit=unit, role=role, capacity=capacity or role,
                             name=columns.seal("person.name", person_id, name), created_at=now())
        audit.changed(by, "person", person_id, ward_id=made.ward_id, role=role, unit=unit_code)
    return made


def find(ward, role, unit_code, name):
    """The person of this role, unit and name, or None; names are sealed, so the few of a unit are opened."""
    rows = Person.select().join(Unit).where(Person.ward == ward, Person.role == role, Unit.code == unit_code)
    return next((person for person in rows if _as_heard(name_of(person)) == _as_heard(name)), None)


def _as_heard(name):
    """A name as people compare it: however it is encoded, spaced and capitalised, and whichever letter the tone stands on (Hoà, Hòa)."""
    words = unicodedata.normalize("NFD", name.casefold()).split()
    return [sorted(set(word) & set(TONES)) + [letter for letter in word if letter not in TONES] for word in words]


def seed_ward(plan, hotlines):
    """The plan's units and numbers, once; answers the ward."""
    ward, created = Ward.get_or_create(code=plan["code"], defaults={
        "name": plan["name"], "duty_phone": plan["duty_phone"], "duty_phone_note": plan["duty_phone_note"]})
    if created:
        units = list(plan["units"])
        for series in plan["numbered_units"]:
            units += [{"code": f"{series['code']}-{n}", "name": f"{series['name']} {n}", "kind": series["kind"]}
                      for n in range(1, series["count"] + 1)]
        for position, unit in enumerate(units):
            Unit.create(ward=ward, position=position, **unit)
        for position, line in enumerate(hotlines):
            Hotline.create(ward=ward, position=position, **line)
    for unit in plan["units"]:
        # A ward that is older than the directory's services learns them; what it has set itself stays.
        if unit.get("services"):
            Unit.update(services=unit["services"], hours=unit.get("hours")).where(
                Unit.ward == ward, Unit.code == unit["code"], Unit.services.is_null()).execute()
    return ward
