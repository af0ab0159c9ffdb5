from peewee import FixedCharField

from db.base import BaseModel


class ContactKey(BaseModel):
    """One telephone number written in a record or at a person of a case, as a keyed digest: found without opening anything."""
    id = FixedCharField(36, primary_key=True)
    key = FixedCharField(64)
    # The record or the person it is written at.
    subject_id = FixedCharField(36, index=True)

    class Meta:
        indexes = ((("key", "subject_id"), False),)
