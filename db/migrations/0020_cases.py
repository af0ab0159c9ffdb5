"""Cases and what belongs to them: a copy frozen on the day, independent of db/models."""
from peewee import (BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField, Model,
                    TextField)


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


class Ward(BaseModel):
    pass


class Unit(BaseModel):
    pass


class Person(BaseModel):
    id = FixedCharField(36, primary_key=True)


class Referral(BaseModel):
    id = FixedCharField(36, primary_key=True)


class Case(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    code = CharField(unique=True)
    state = CharField()
    coordinator = ForeignKeyField(Person, on_delete="RESTRICT")
    opened_by = ForeignKeyField(Person, on_delete="RESTRICT")
    opened_at = BigIntegerField()
    changed_at = BigIntegerField()
    urgent = BooleanField(default=False)
    child = BooleanField(default=False)
    gbv_type = CharField(null=True)
    contexts = TextField(null=True)
    acts = TextField(null=True)
    vulnerabilities = TextField(null=True)
    risk = CharField(null=True)
    area = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    household_key = FixedCharField(36)
    closed_at = BigIntegerField(null=True)
    outcome = CharField(null=True)
    said = CharField(null=True)
    merged_into = FixedCharField(36, null=True, index=True)
    offered_to = ForeignKeyField(Ward, null=True, on_delete="RESTRICT")

    class Meta:
        table_name = "case_file"
        indexes = (
            (("ward", "state", "changed_at", "id"), False),
            (("coordinator", "state", "changed_at", "id"), False),
        )


class CaseEvent(BaseModel):
    id = FixedCharField(36, primary_key=True)
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    at = BigIntegerField()
    number = IntegerField()
    made_at = BigIntegerField()
    author = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    kind = CharField()
    choice = CharField(null=True)
    entry_id = FixedCharField(36, null=True, index=True)
    subject_id = FixedCharField(36, null=True)
    data = TextField(null=True)
    words = BlobField(null=True)

    class Meta:
        indexes = ((("case", "at", "number"), False),)


class Triage(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    choice = CharField()
    subject_id = FixedCharField(36, index=True)
    subject_kind = CharField()
    case = ForeignKeyField(Case, null=True, on_delete="RESTRICT")
    other_id = FixedCharField(36, null=True)
    reason = CharField(null=True)
    unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    undone_at = BigIntegerField(null=True)
    undone_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("case", "received_at"), False),)


class Handover(BaseModel):
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


class CasePerson(BaseModel):
    id = FixedCharField(36, primary_key=True)
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    part = CharField()
    key = FixedCharField(36, index=True)
    household_key = FixedCharField(36, null=True)
    sex = CharField(null=True)
    age = CharField(null=True)
    disabled = CharField(null=True)
    relation = CharField(null=True)
    vulnerabilities = TextField(null=True)
    ties = TextField(null=True)
    details = BlobField(null=True)
    contact_key = FixedCharField(64, null=True, index=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)
    removed = BooleanField(default=False)

    class Meta:
        indexes = ((("case", "received_at"), False),)


class Incident(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    on_date = CharField(10, null=True)
    forms = TextField(null=True)
    main_form = CharField(null=True)
    acts = TextField(null=True)
    place = CharField(null=True)
    person = ForeignKeyField(CasePerson, null=True, on_delete="RESTRICT")
    person_key = FixedCharField(36, null=True)
    other_key = FixedCharField(36, null=True)
    household_key = FixedCharField(36, null=True)
    sex = CharField(null=True)
    age = CharField(null=True)
    disabled = CharField(null=True)
    other_sex = CharField(null=True)
    other_age = CharField(null=True)
    relation = CharField(null=True)
    mediated = CharField(null=True)
    mediated_by = CharField(null=True)
    pressured = CharField(null=True)
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)

    class Meta:
        indexes = (
            (("case", "received_at"), False),
            (("ward", "on_date"), False),
            (("ward", "received_at"), False),
        )


class Measure(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    incident = ForeignKeyField(Incident, null=True, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    measure = CharField()
    on_date = CharField(10, null=True)
    body = CharField(null=True)
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)

    class Meta:
        indexes = (
            (("case", "received_at"), False),
            (("ward", "on_date"), False),
        )


class Consent(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    decision = CharField()
    basis = CharField()
    fields = TextField(null=True)
    purpose = CharField(null=True)
    asked_of = CharField(null=True)
    asked_on = CharField(10, null=True)
    limits_said = BooleanField(default=False)
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    replaced_by = FixedCharField(36, null=True)

    class Meta:
        indexes = ((("case", "unit", "received_at"), False),)


class Service(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, on_delete="RESTRICT")
    referral = ForeignKeyField(Referral, null=True, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    service = CharField()
    step = CharField()
    on_date = CharField(10, null=True)
    result = CharField(null=True)
    note = BlobField(null=True)
    entry_id = FixedCharField(36, index=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()

    class Meta:
        indexes = (
            (("case", "received_at"), False),
            (("referral", "received_at"), False),
            (("ward", "step", "received_at"), False),
        )


class Task(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, on_delete="RESTRICT")
    record_id = FixedCharField(36, null=True, index=True)
    referral_id = FixedCharField(36, null=True, index=True)
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    owner = ForeignKeyField(Person, on_delete="RESTRICT")
    what = CharField()
    state = CharField()
    due_at = BigIntegerField()
    turn = BigIntegerField(null=True)
    snoozed = IntegerField(default=0)
    note = BlobField(null=True)
    answer = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    done_at = BigIntegerField(null=True)
    done_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    done_entry = FixedCharField(36, null=True)
    after = FixedCharField(36, null=True)

    class Meta:
        indexes = (
            (("owner", "turn", "id"), False),
            (("ward", "turn", "id"), False),
            (("case", "received_at"), False),
        )


TABLES = (Case, CaseEvent, Triage, Handover, CasePerson, Incident, Measure, Consent, Service, Task)


def up(migrator, db):
    with db.bind_ctx((Ward, Unit, Person, Referral, *TABLES)):
        db.create_tables(TABLES)


def down(migrator, db):
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)
