from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.person import Person
from db.models.ward import Unit, Ward


class Referral(BaseModel):
    """A promise asked of one unit; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    # Not a foreign key: the record may arrive later, or never.
    record_id = FixedCharField(36, null=True, index=True)
    # Whose turn it is to answer.
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    # Who answers for it until someone accepts: the unit asked first, or the last one to pass it on.
    owner = ForeignKeyField(Unit, on_delete="RESTRICT")
    urgency = CharField()
    urgent = BooleanField(default=False)
    basis = CharField()
    answers = BlobField()
    state = CharField()
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    seen_at = BigIntegerField(null=True)
    answered_at = BigIntegerField(null=True)
    called_at = BigIntegerField(null=True)
    marked = BooleanField(default=False)
    # Without the proof that its phone gives.
    unverified = BooleanField(default=False)
    replaces = FixedCharField(36, null=True)
    replaced_by = FixedCharField(36, null=True)
    withdrawn_at = BigIntegerField(null=True)
    # Of a mended version: from when what it tells of waits, and from when it is for somebody to see; None where that is received_at.
    since = BigIntegerField(null=True)
    unseen_since = BigIntegerField(null=True)
    # Not a foreign key: the triage that opens the case may arrive later.
    case_id = FixedCharField(36, null=True, index=True)
    # Made from a case: the receiver sees what the consent for it allows, field by field.
    from_case = BooleanField(default=False)
    # Who at the unit has it, and when the unit said what became of it.
    assignee = ForeignKeyField(Person, null=True, backref="assigned", on_delete="RESTRICT")
    resulted_at = BigIntegerField(null=True)
    # When its words were taken out; codes stay for counting.
    erased_at = BigIntegerField(null=True)
    # Place in the list of the unit whose turn it is, while an answer is awaited.
    turn = BigIntegerField(null=True)

    class Meta:
        indexes = (
            (("unit", "turn", "id"), False),
            (("ward", "turn", "id"), False),
            (("assignee", "state"), False),
            (("unit", "state", "answered_at", "id"), False),
            (("unit", "state"), False),
            (("owner", "state"), False),
            (("author", "received_at"), False),
            (("ward", "state", "answered_at", "id"), False),
        )


# Who owns what is not theirs to answer: few of all that wait.
Referral.add_index(Referral.owner, Referral.turn, Referral.id, where=Referral.unit != Referral.owner, name="referral_owned")


class Answer(BaseModel):
    """One unit's answer to a referral; the id is the entry's. The list of them is the referral's way."""
    id = FixedCharField(36, primary_key=True)
    referral = ForeignKeyField(Referral, backref="answers_given", on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    choice = CharField()
    reason = CharField(null=True)
    next_unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()


class Withdrawal(BaseModel):
    """The author takes an entry back; the entry itself stays."""
    id = FixedCharField(36, primary_key=True)
    target_id = FixedCharField(36, index=True)
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    made_at = BigIntegerField()
    received_at = BigIntegerField()
