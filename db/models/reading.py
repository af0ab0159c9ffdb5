from peewee import BigIntegerField, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.person import Enrolment


class Reading(BaseModel):
    """A reading session: opened by the PIN, kept open by a person's gestures alone."""
    id = FixedCharField(36, primary_key=True)
    enrolment = ForeignKeyField(Enrolment, backref="readings", on_delete="CASCADE")
    # Keyed digests of the two halves a phone shows: one no script reads, one a phone can drop without a network.
    token_digest = FixedCharField(64)
    half_digest = FixedCharField(64)
    opened_at = BigIntegerField()
    gesture_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)
