from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel, JSONText
from db.models.case import Case
from db.models.case_person import CasePerson
from db.models.person import Person
from db.models.ward import Ward


class Incident(BaseModel):
    """One "vụ": what the yearly tables count. Codes only, blank is không rõ; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # YYYY-MM-DD, or None when nobody knows.
    on_date = CharField(10, null=True)
    forms = JSONText(null=True)
    main_form = CharField(null=True)
    acts = JSONText(null=True)
    place = CharField(null=True)
    person = ForeignKeyField(CasePerson, null=True, on_delete="RESTRICT")
    # Pseudonyms of the person affected, the other side and the household.
    person_key = FixedCharField(36, null=True)
    other_key = FixedCharField(36, null=True)
    household_key = FixedCharField(36, null=True)
    sex = CharField(null=True)
    age = CharField(null=True)
    disabled = CharField(null=True)
    other_sex = CharField(null=True)
    other_age = CharField(null=True)
    relation = CharField(null=True)
    # Mediation that took place; never a service.
    mediated = CharField(null=True)
    mediated_by = CharField(null=True)
    pressured = CharField(null=True)
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)
    # Noted by mistake: kept, and counted nowhere.
    removed = BooleanField(default=False)

    class Meta:
        indexes = (
            (("case", "received_at"), False),
            (("ward", "on_date"), False),
            (("ward", "received_at"), False),
        )


class Measure(BaseModel):
    """What was done about the one with violent behaviour, when and by which body; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    incident = ForeignKeyField(Incident, null=True, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    measure = CharField()
    on_date = CharField(10, null=True)
    body = CharField(null=True)
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)
    # Noted by mistake: kept, and counted nowhere.
    removed = BooleanField(default=False)

    class Meta:
        indexes = (
            (("case", "received_at"), False),
            (("ward", "on_date"), False),
        )
