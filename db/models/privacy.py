from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.case import Case
from db.models.person import Person
from db.models.ward import Ward


class DataRequest(BaseModel):
    """What somebody asks about the data held on them; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # "copy", "correct", "withdraw", "restrict" or "delete".
    what = CharField()
    # Pseudonym of the person in the case it is about.
    key = FixedCharField(36)
    asked_by = CharField()
    # Others hold the data too, which the law gives more time for.
    shared = BooleanField(default=False)
    words = BlobField(null=True)
    state = CharField()
    due_at = BigIntegerField()
    extended = BooleanField(default=False)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    done_at = BigIntegerField(null=True)
    done_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    # What was answered, or why it was refused or extended.
    answer = BlobField(null=True)

    class Meta:
        indexes = (
            (("ward", "state", "due_at"), False),
            (("case", "received_at"), False),
        )


class BreakGlass(BaseModel):
    """A coordinator of a neighbouring ward opened one case in an emergency: for a few hours, and loudly."""
    id = FixedCharField(36, primary_key=True)
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    person = ForeignKeyField(Person, on_delete="RESTRICT")
    reason = BlobField()
    created_at = BigIntegerField()
    until = BigIntegerField()

    class Meta:
        indexes = ((("person", "until"), False),)
