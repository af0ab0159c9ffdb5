from peewee import AutoField, BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.person import Enrolment, Person
from db.models.ward import Ward


class Entry(BaseModel):
    """The log of what phones delivered and the ward merged; its noun's row has the same id."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # The enrolment it was sealed on, which may be older than the one that delivered it.
    enrolment_id = FixedCharField(36, index=True)
    kind = CharField()
    seq = BigIntegerField()
    # Milliseconds since 1970: the phone's clock, which may be wrong, and the server's.
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    digest = FixedCharField(64)
    # Delivered by a phone that had been revoked, or without the proof that its phone gives.
    marked = BooleanField(default=False)


class Held(BaseModel):
    """An entry that opened but was not merged, kept for a coordinator so that no phone is its only keeper."""
    id = AutoField()
    entry_id = FixedCharField(36, index=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    enrolment = ForeignKeyField(Enrolment, on_delete="RESTRICT")
    kind = CharField()
    outcome = CharField()
    # Sentences for whoever wrote it; they may say something of a case.
    errors = BlobField(null=True)
    digest = FixedCharField(64)
    body = BlobField()
    received_at = BigIntegerField()
    closed_by = FixedCharField(36, null=True)
    closed_at = BigIntegerField(null=True, index=True)

    class Meta:
        indexes = ((("entry_id", "digest"), True),)
