from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel, JSONText
from db.models.case import Case
from db.models.person import Person
from db.models.ward import Unit, Ward


class DecisionRequest(BaseModel):
    """What a coordinator asks the Chairman to decide about a case; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # "assign" (phân công), "contact-ban" (cấm tiếp xúc) or "child-measure".
    what = CharField()
    # Who asks for a ban: "victim" or "agency".
    asked_by = CharField(null=True)
    # What the decider needs to know, in the coordinator's words.
    words = BlobField()
    state = CharField()
    # When its clock began and runs out, and whether the law or the ward set it.
    since = BigIntegerField()
    due_at = BigIntegerField()
    by_law = BooleanField()
    # due_at while it waits, else None: what the decider's list is ordered by.
    turn = BigIntegerField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    decided_at = BigIntegerField(null=True)
    decided_by = ForeignKeyField(Person, null=True, backref="decided", on_delete="RESTRICT")

    class Meta:
        indexes = (
            (("ward", "turn", "id"), False),
            (("case", "received_at"), False),
        )


class Decision(BaseModel):
    """What was decided, by whom; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    request = ForeignKeyField(DecisionRequest, backref="decisions", on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # "approve", "refuse" or "recall".
    choice = CharField()
    # Whom a case is assigned to; days of a ban; measures for a child.
    unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    days = IntegerField(null=True)
    measures = JSONText(null=True)
    # As it was typed: it may name somebody.
    number = BlobField(null=True)
    words = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()


class Telling(BaseModel):
    """A tin báo the Chairman must be told of at once; nothing of it but when, from where, and whether it presses."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    record_id = FixedCharField(36, unique=True)
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    danger = BooleanField(default=False)
    child = BooleanField(default=False)
    received_at = BigIntegerField()
    # Place in the decider's list until told.
    turn = BigIntegerField(null=True)
    told_at = BigIntegerField(null=True)
    told_to = ForeignKeyField(Person, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("ward", "turn", "id"), False),)
