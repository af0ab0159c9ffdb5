"""Training, risk, what awaits the Chairman and what he must be told; when care after sexual violence is to be reached."""
from peewee import (BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField,
                    IntegerField, TextField, Model)


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


class Ward(BaseModel):
    pass


class Unit(BaseModel):
    pass


class Person(BaseModel):
    id = FixedCharField(36, primary_key=True)


class Case(BaseModel):
    id = FixedCharField(36, primary_key=True)

    class Meta:
        table_name = "case_file"


class Training(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    person = ForeignKeyField(Person, backref="trainings", on_delete="RESTRICT")
    tool = CharField()
    on_date = CharField(10)
    until = CharField(10, null=True)
    course = CharField(200, null=True)
    noted_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    created_at = BigIntegerField()

    class Meta:
        indexes = ((("person", "tool"), False),)


class Risk(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    training = ForeignKeyField(Training, on_delete="RESTRICT")
    tool = CharField()
    level = CharField()
    score = IntegerField()
    choked = BooleanField(default=False)
    answers = BlobField()
    health_until = BigIntegerField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()

    class Meta:
        indexes = ((("case", "received_at"), False),)


class DecisionRequest(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    what = CharField()
    asked_by = CharField(null=True)
    words = BlobField()
    state = CharField()
    since = BigIntegerField()
    due_at = BigIntegerField()
    by_law = BooleanField()
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
    id = FixedCharField(36, primary_key=True)
    request = ForeignKeyField(DecisionRequest, backref="decisions", on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    choice = CharField()
    unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    days = IntegerField(null=True)
    measures = TextField(null=True)
    number = CharField(50, null=True)
    words = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()


class Telling(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    record_id = FixedCharField(36, unique=True)
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    danger = BooleanField(default=False)
    child = BooleanField(default=False)
    received_at = BigIntegerField()
    turn = BigIntegerField(null=True)
    told_at = BigIntegerField(null=True)
    told_to = ForeignKeyField(Person, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("ward", "turn", "id"), False),)


TABLES = (Training, Risk, DecisionRequest, Decision, Telling)
PARENTS = (Ward, Unit, Person, Case)


def up(migrator, db):
    with db.bind_ctx((*PARENTS, *TABLES)):
        db.create_tables(TABLES)
    migrator.migrate(migrator.add_column("record", "health_until", BigIntegerField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("record", "health_until", cascade=False))
    with db.bind_ctx((*PARENTS, *TABLES)):
        db.drop_tables(TABLES)
