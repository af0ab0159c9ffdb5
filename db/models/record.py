from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.person import Person
from db.models.ward import Unit, Ward


class Record(BaseModel):
    """What one person noticed or was told; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    form = CharField()
    capacity = CharField(null=True)
    # "report" (tin báo) or "observation" (quan sát).
    standing = CharField()
    danger = BooleanField(default=False)
    child = BooleanField(default=False)
    # Every answer as sealed JSON, field name to code, codes or text.
    answers = BlobField()
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    seen_at = BigIntegerField(null=True)
    called_at = BigIntegerField(null=True)
    # Delivered by a phone that had been revoked: a coordinator looks first.
    marked = BooleanField(default=False)
    # Written without unlocking the phone: somebody else may have held it.
    unverified = BooleanField(default=False)
    replaces = FixedCharField(36, null=True)
    replaced_by = FixedCharField(36, null=True)
    withdrawn_at = BigIntegerField(null=True)
    # Set by the first referral that names this record; what the coordinator's list is made from.
    referred_at = BigIntegerField(null=True)

    class Meta:
        indexes = (
            (("author", "received_at"), False),
            (("ward", "referred_at", "received_at"), False),
        )
