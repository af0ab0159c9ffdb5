from peewee import BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel, JSONText
from db.models.ward import Ward


class WorkingWeek(BaseModel):
    """When a ward works, where it keeps other hours than db/seed/clocks.json says."""
    ward = ForeignKeyField(Ward, primary_key=True, on_delete="CASCADE")
    # Days as digits, 0 is Monday.
    weekdays = CharField(7)
    # Spans of the day as [from, until], in minutes.
    spans = JSONText()


class CalendarDay(BaseModel):
    """One day on which a ward does otherwise than its week and the holidays of db/seed/clocks.json say."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="CASCADE")
    day = CharField(10)
    name = CharField(100)
    # A day off; or a day of work, as when a Saturday is worked in exchange.
    works = BooleanField(default=False)

    class Meta:
        indexes = ((("ward", "day"), True),)
