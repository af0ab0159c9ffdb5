from peewee import BigIntegerField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel
from db.models.ward import Unit, Ward


class ClockRule(BaseModel):
    """How long something may wait, where the ward keeps another time than db/seed/clocks.json says."""
    ward = ForeignKeyField(Ward, on_delete="CASCADE")
    urgency = CharField()
    # A service asked for, or "" for all that have no rule of their own.
    service = CharField(default="")
    # Minutes, of working time unless any_hour: until it is seen, until it is answered, from one step to the next.
    seen = IntegerField()
    answered = IntegerField()
    gap = IntegerField()
    any_hour = BooleanField(default=False)

    class Meta:
        indexes = ((("ward", "urgency", "service"), True),)


class Watch(BaseModel):
    """Something that must not wait in vain: one row for each time a unit is asked."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    # Whose turn it is.
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    subject_kind = CharField()
    subject_id = FixedCharField(36)
    # When it was asked: names the row together with the subject, and never changes.
    asked_at = BigIntegerField()
    # From when its clock runs: as asked_at, until the system's clock is set and everything that waits is moved along.
    started_at = BigIntegerField()
    # The next step, and when; None when all steps have been taken.
    step = IntegerField(default=0)
    due_at = BigIntegerField(null=True, index=True)
    done_at = BigIntegerField(null=True)

    class Meta:
        indexes = ((("subject_id", "asked_at"), True),)


class Step(BaseModel):
    """One step of an escalation that has been taken: a line of the subject's timeline."""
    id = FixedCharField(36, primary_key=True)
    watch = ForeignKeyField(Watch, backref="steps", on_delete="CASCADE")
    name = CharField()
    due_at = BigIntegerField()
    fired_at = BigIntegerField()
    # How many people it told, and how many of them could be reached by any way.
    told = IntegerField()
    reachable = IntegerField()

    class Meta:
        indexes = ((("watch", "name"), True),)


class Lease(BaseModel):
    """Work that one process does at a time, and the last moment it was done."""
    name = CharField(primary_key=True)
    holder = CharField()
    until = BigIntegerField()
    beat_at = BigIntegerField()
