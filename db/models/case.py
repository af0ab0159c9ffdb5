from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel, JSONText
from db.models.person import Person
from db.models.ward import Unit, Ward


class Case(BaseModel):
    """What the ward does about one matter; the id is that of the triage that opened it, the code stands in place of a name."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    code = CharField(unique=True)
    state = CharField()
    # Who answers for it; a case is never without one.
    coordinator = ForeignKeyField(Person, on_delete="RESTRICT")
    opened_by = ForeignKeyField(Person, on_delete="RESTRICT")
    opened_at = BigIntegerField()
    changed_at = BigIntegerField()
    urgent = BooleanField(default=False)
    child = BooleanField(default=False)
    # Codes of db/seed/cases.json; None is "not yet known", and is never imputed.
    gbv_type = CharField(null=True)
    # The answers it rests on, question to "yes", "no" or "unknown".
    questions = JSONText(null=True)
    contexts = JSONText(null=True)
    acts = JSONText(null=True)
    vulnerabilities = JSONText(null=True)
    risk = CharField(null=True)
    area = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    # Pseudonym of the household, the same in every case it appears in.
    household_key = FixedCharField(36)
    closed_at = BigIntegerField(null=True)
    outcome = CharField(null=True)
    said = CharField(null=True)
    merged_into = FixedCharField(36, null=True)
    # A ward that has been asked to take it over.
    offered_to = ForeignKeyField(Ward, null=True, on_delete="RESTRICT")
    # When words and names were taken out; codes stay for counting.
    erased_at = BigIntegerField(null=True)

    class Meta:
        # "case" is a word of SQL.
        table_name = "case_file"
        indexes = (
            (("ward", "state", "changed_at", "id"), False),
            (("coordinator", "state", "changed_at", "id"), False),
            (("ward", "opened_at", "id"), False),
        )


# Few of all: those in which the clock of a child may run.
Case.add_index(Case.ward, Case.opened_at, Case.id, where=Case.child & Case.closed_at.is_null(), name="case_file_of_children")
Case.add_index(Case.merged_into, where=Case.merged_into.is_null(False), name="case_file_merged_into")


class CaseEvent(BaseModel):
    """One line of a case's timeline: append-only, written by pwa/domain/timeline.py alone."""
    id = FixedCharField(36, primary_key=True)
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    # Order of what happened at the ward: the moment of the batch, and the place in it.
    at = BigIntegerField()
    number = IntegerField()
    made_at = BigIntegerField()
    author = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    kind = CharField()
    choice = CharField(null=True)
    # The entry that caused it, and the row it is about.
    entry_id = FixedCharField(36, null=True, index=True)
    subject_id = FixedCharField(36, null=True)
    # Codes and ids only.
    data = JSONText(null=True)
    words = BlobField(null=True)

    class Meta:
        indexes = ((("case", "at", "number"), False),)


class Triage(BaseModel):
    """What a coordinator did with a record, a referral or a whole case; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    choice = CharField()
    # The record, referral or case it is about.
    subject_id = FixedCharField(36, index=True)
    subject_kind = CharField()
    case = ForeignKeyField(Case, null=True, on_delete="RESTRICT")
    # The record or case it is a duplicate of, or the task that asks.
    other_id = FixedCharField(36, null=True)
    reason = CharField(null=True)
    unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    # What undoing needs to know: marks of the case this has set (pressing.py), and records that were duplicates of this one.
    raised = JSONText(null=True)
    moved = JSONText(null=True)
    undone_at = BigIntegerField(null=True)
    undone_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("case", "received_at"), False),)


class Handover(BaseModel):
    """A case passed to another coordinator or another ward; the old one answers for it until it is taken."""
    id = FixedCharField(36, primary_key=True)
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    from_ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    to_ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    to_person = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    state = CharField()
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    answered_at = BigIntegerField(null=True)
    answered_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = (
            (("to_ward", "state", "received_at"), False),
            (("case", "received_at"), False),
        )
