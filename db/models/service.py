from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.case import Case
from db.models.person import Person
from db.models.referral import Referral
from db.models.ward import Unit, Ward


class Service(BaseModel):
    """One step of one service: needed → offered → refused or received. Steps add up; one that is written anew stays beside the new one,
    whose id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, on_delete="RESTRICT")
    referral = ForeignKeyField(Referral, null=True, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    service = CharField()
    step = CharField()
    on_date = CharField(10, null=True)
    result = CharField(null=True)
    note = BlobField(null=True)
    entry_id = FixedCharField(36, index=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)
    # Noted by mistake: kept, and counted nowhere.
    removed = BooleanField(default=False)

    class Meta:
        indexes = (
            (("case", "received_at"), False),
            (("referral", "received_at"), False),
            (("ward", "step", "received_at"), False),
        )
