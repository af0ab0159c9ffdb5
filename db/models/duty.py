from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel
from db.models.person import Person
from db.models.ward import Unit


class Shift(BaseModel):
    """When one person of a unit is on duty, every week; the order says who is rung first."""
    id = FixedCharField(36, primary_key=True)
    unit = ForeignKeyField(Unit, on_delete="CASCADE")
    person = ForeignKeyField(Person, on_delete="CASCADE")
    # "unit", or "leader" for the lãnh đạo trực, who is told a code only.
    duty = CharField(default="unit")
    position = IntegerField()
    # Days as digits, 0 is Monday; H: holidays too.
    days = CharField()
    # Minutes of the day; an end before the beginning lies on the next day, the same means the whole day.
    starts = IntegerField()
    ends = IntegerField()


class Leave(BaseModel):
    """Days on which a person is not rung as the one on duty, the last included."""
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, on_delete="CASCADE")
    first = CharField(10)
    last = CharField(10)


class Preference(BaseModel):
    """How one person wants to be rung: quiet hours, and kinds of events that need not ring. Urgent ones ignore it."""
    person = ForeignKeyField(Person, primary_key=True, on_delete="CASCADE")
    quiet_from = IntegerField(null=True)
    quiet_until = IntegerField(null=True)
    # Names of events, with spaces between.
    muted = CharField(1000, default="")
    changed_at = BigIntegerField()


class Contact(BaseModel):
    """Where a person is written to with the neutral words, and called at when nobody can be reached: sealed."""
    person = ForeignKeyField(Person, primary_key=True, on_delete="CASCADE")
    phone = BlobField(null=True)
    mail = BlobField(null=True)
    # Whether the coordinators of the ward may see the number, to call when nobody answers.
    shared = BooleanField(default=True)
