from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel, JSONText
from db.models.case import Case
from db.models.person import Person


class CasePerson(BaseModel):
    """Somebody in a case, only as far as needed; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # "affected", "child" or "other" (the one with violent behaviour).
    part = CharField()
    # Pseudonyms: the same for the same person and household in every case.
    key = FixedCharField(36, index=True)
    household_key = FixedCharField(36, null=True)
    sex = CharField(null=True)
    age = CharField(null=True)
    disabled = CharField(null=True)
    relation = CharField(null=True)
    vulnerabilities = JSONText(null=True)
    # Ids of units where this person works or has kin.
    ties = BlobField(null=True)
    # {"name", "phone", "address", "safe_contact", "note"}, blank left out.
    details = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)
    removed = BooleanField(default=False)

    class Meta:
        indexes = ((("case", "received_at"), False),)
