"""The one with violent behaviour, as far as a case knows."""
from pwa.crypto import columns

# What somebody of a school is to the person affected.
STAFF = "teacher"


def known(people):
    """Of the people of cases (dicts of column values), those with violent behaviour who still stand there."""
    return [each for each in people if each["part"] == "other" and not each["removed"] and not each["replaced_by"]]


def is_at(people, unit_id):
    """Whether one of them works or has kin at a unit, or is of a school's staff, whichever school that is."""
    return any(unit_id in ties(each) or each["relation"] == STAFF for each in known(people))


def ties(person):
    """Ids of the units where this one (a dict of column values) works or has kin."""
    return columns.unseal("case_person.ties", person["id"], person["ties"]) if person["ties"] else []
