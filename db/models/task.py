from peewee import BigIntegerField, BlobField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel
from db.models.case import Case
from db.models.person import Person
from db.models.ward import Ward


class Task(BaseModel):
    """Something one person is to do by a moment; the id is the entry's that asked for it."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, on_delete="RESTRICT")
    # Not a foreign key: the question about a record may arrive before it.
    record_id = FixedCharField(36, null=True, index=True)
    referral_id = FixedCharField(36, null=True, index=True)
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    owner = ForeignKeyField(Person, on_delete="RESTRICT")
    # "visit", "call", "reassess", "paper", "other" or "question" (Hỏi lại).
    what = CharField()
    state = CharField()
    due_at = BigIntegerField()
    # due_at while it waits, else None: what the lists are ordered by.
    turn = BigIntegerField(null=True)
    snoozed = IntegerField(default=0)
    # Until when it helps, whenever it is to be done: the end of the 72 hours of care.
    until = BigIntegerField(null=True)
    note = BlobField(null=True)
    answer = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    done_at = BigIntegerField(null=True)
    done_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    # The entry that completed it, and the task it was the next step of.
    done_entry = FixedCharField(36, null=True)
    after = FixedCharField(36, null=True)

    class Meta:
        indexes = (
            (("owner", "turn", "id"), False),
            (("ward", "turn", "id"), False),
            (("case", "received_at"), False),
        )
