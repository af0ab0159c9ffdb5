from peewee import CompositeKey, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.person import Enrolment


class KeptPage(BaseModel):
    """A page whose copy one phone was told to keep, by the id only that phone knows it by."""
    enrolment = ForeignKeyField(Enrolment, on_delete="CASCADE")
    page_id = FixedCharField(22)

    class Meta:
        primary_key = CompositeKey("enrolment", "page_id")
