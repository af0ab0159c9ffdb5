from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel, JSONText
from db.models.case import Case
from db.models.person import Person
from db.models.ward import Unit, Ward


class Consent(BaseModel):
    """What one receiver may be told of one case, and why; the newest for a receiver counts. The id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    # None while what it goes along with is in no case.
    case = ForeignKeyField(Case, null=True, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # "agreed", "law" (nobody was asked), "declined" or "withdrawn".
    decision = CharField()
    # "agreed", or the law that stands in its place: "danger" or "child".
    basis = CharField()
    # Codes of db/seed/cases.json "shared"; nothing else is shown to the receiver.
    fields = JSONText(null=True)
    # What for, of rows of before; now sealed with the note.
    purpose = CharField(null=True)
    asked_of = CharField(null=True)
    asked_on = CharField(10, null=True)
    limits_said = BooleanField(default=False)
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    # The consent for the same receiver that took this one's place.
    replaced_by = FixedCharField(36, null=True)
    # The record or the referral it goes along with, out of the case in which it was said (domain/refusals.py).
    subject_id = FixedCharField(36, null=True, index=True)

    class Meta:
        indexes = ((("case", "unit", "received_at"), False),)
