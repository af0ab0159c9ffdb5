from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel
from db.models.case import Case
from db.models.person import Person
from db.models.ward import Ward


class Training(BaseModel):
    """Who has learnt to assess with which tool, and when; kept, also after it has ended."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    person = ForeignKeyField(Person, backref="trainings", on_delete="RESTRICT")
    # "da5" or "child".
    tool = CharField()
    # YYYY-MM-DD; the last day it counts, or None.
    on_date = CharField(10)
    until = CharField(10, null=True)
    course = CharField(200, null=True)
    noted_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    created_at = BigIntegerField()

    class Meta:
        indexes = ((("person", "tool"), False),)


class Risk(BaseModel):
    """One assessment of a case; the newest counts, all are kept. The id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # The training on which the author was allowed to assess.
    training = ForeignKeyField(Training, on_delete="RESTRICT")
    tool = CharField()
    # "high", "medium", "low" or "unclear"; DA-5 knows only "high" and "unclear".
    level = CharField()
    # Items answered yes, or high.
    score = IntegerField()
    choked = BooleanField(default=False)
    answers = BlobField()
    # Until when care after sexual violence is to be reached, when there was some; None otherwise.
    health_until = BigIntegerField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()

    class Meta:
        indexes = ((("case", "received_at"), False),)
