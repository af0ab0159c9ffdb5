from peewee import BigIntegerField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel
from db.models.person import Device, Person


class Notice(BaseModel):
    """One person should look at one thing; written in the transaction of what caused it. All of a person's are the inbox."""
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, on_delete="RESTRICT")
    event = CharField()
    subject_kind = CharField()
    subject_id = FixedCharField(36)
    urgent = BooleanField(default=False)
    created_at = BigIntegerField()
    # From when on it may ring: later than created_at in quiet hours; None for what the person does not want rung.
    ring_at = BigIntegerField(null=True)
    # When it was handed to the person's devices as deliveries.
    spread_at = BigIntegerField(null=True, index=True)
    read_at = BigIntegerField(null=True)
    # When it was handed to the second channel, because no phone had confirmed it.
    second_at = BigIntegerField(null=True)

    class Meta:
        indexes = ((("person", "created_at"), False),)


class Delivery(BaseModel):
    """One ring of one device: pending until the push service took it, or the device is gone."""
    id = FixedCharField(36, primary_key=True)
    notice = ForeignKeyField(Notice, on_delete="CASCADE")
    device = ForeignKeyField(Device, on_delete="CASCADE")
    urgent = BooleanField(default=False)
    created_at = BigIntegerField()
    attempts = IntegerField(default=0)
    next_at = BigIntegerField(null=True)
    outcome = CharField(null=True)
    # Why the last try failed: "timeout", "unreachable", "redirect", "key", or the push service's status.
    cause = CharField(null=True)
    done_at = BigIntegerField(null=True)
    # What the phone itself said: the notification is on its screen; it was tapped.
    shown_at = BigIntegerField(null=True)
    opened_at = BigIntegerField(null=True)

    class Meta:
        indexes = ((("urgent", "next_at"), False),)


class PushHost(BaseModel):
    """A push service in trouble: how many tries in a row failed, and until when it is left alone."""
    host = CharField(primary_key=True)
    failures = IntegerField(default=0)
    closed_until = BigIntegerField(null=True)
    # When the people who run the ward were last told that it refuses our signature.
    alarmed_at = BigIntegerField(null=True)


class Message(BaseModel):
    """One SMS or e-mail to one person, because no phone could be rung or none confirmed: pending until it was taken."""
    id = FixedCharField(36, primary_key=True)
    notice = ForeignKeyField(Notice, on_delete="CASCADE")
    person = ForeignKeyField(Person, on_delete="CASCADE")
    # "sms" or "mail".
    channel = CharField()
    created_at = BigIntegerField()
    attempts = IntegerField(default=0)
    next_at = BigIntegerField(null=True, index=True)
    outcome = CharField(null=True)
    cause = CharField(null=True)
    done_at = BigIntegerField(null=True)
