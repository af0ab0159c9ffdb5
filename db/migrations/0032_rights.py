"""What people ask about their data, cases opened in an emergency by a neighbour, and what has been made anonymous."""
from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, Model, TextField


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


class Ward(BaseModel):
    pass


class Person(BaseModel):
    id = FixedCharField(36, primary_key=True)


class Case(BaseModel):
    id = FixedCharField(36, primary_key=True)

    class Meta:
        table_name = "case_file"


class DataRequest(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    what = CharField()
    key = FixedCharField(36)
    asked_by = CharField()
    shared = BooleanField(default=False)
    words = BlobField(null=True)
    state = CharField()
    due_at = BigIntegerField()
    extended = BooleanField(default=False)
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    done_at = BigIntegerField(null=True)
    done_by = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    answer = BlobField(null=True)

    class Meta:
        indexes = (
            (("ward", "state", "due_at"), False),
            (("case", "received_at"), False),
        )


class BreakGlass(BaseModel):
    id = FixedCharField(36, primary_key=True)
    case = ForeignKeyField(Case, on_delete="RESTRICT")
    person = ForeignKeyField(Person, on_delete="RESTRICT")
    reason = BlobField()
    created_at = BigIntegerField()
    until = BigIntegerField()

    class Meta:
        indexes = ((("person", "until"), False),)


TABLES = (DataRequest, BreakGlass)
PARENTS = (Ward, Person, Case)

COLUMNS = (
    # Wards whose coordinators may open a case in an emergency, as a JSON list of codes.
    ("ward", "neighbours", TextField(null=True)),
    ("case_file", "erased_at", BigIntegerField(null=True)),
    ("record", "erased_at", BigIntegerField(null=True)),
)


def up(migrator, db):
    with db.bind_ctx((*PARENTS, *TABLES)):
        db.create_tables(TABLES)
    migrator.migrate(*[migrator.add_column(table, name, field) for table, name, field in COLUMNS])


def down(migrator, db):
    migrator.migrate(*[migrator.drop_column(table, name, cascade=False) for table, name, _field in COLUMNS])
    with db.bind_ctx((*PARENTS, *TABLES)):
        db.drop_tables(TABLES)
