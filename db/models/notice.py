from peewee import BigIntegerField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel
from db.models.person import Device, Person


class Notice(BaseModel):
    """One person should look at one thing; written in the transaction of what caused it."""
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, on_delete="RESTRICT")
    event = CharField()
    subject_kind = CharField()
    subject_id = FixedCharField(36)
    urgent = BooleanField(default=False)
    created_at = BigIntegerField()
    # When it was handed to the person's devices as deliveries.
    spread_at = BigIntegerField(null=True, index=True)


class Delivery(BaseModel):
    """One ring of one device: pending until the push service took it, or the device is gone."""
    id = FixedCharField(36, primary_key=True)
    notice = ForeignKeyField(Notice, on_delete="CASCADE")
    device = ForeignKeyField(Device, on_delete="CASCADE")
    urgent = BooleanField(default=False)
    created_at = BigIntegerField()
    attempts = IntegerField(default=0)
    next_at = BigIntegerField(index=True, null=True)
    outcome = CharField(null=True)
    done_at = BigIntegerField(null=True)
