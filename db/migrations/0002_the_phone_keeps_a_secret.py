"""PINs, reading sessions, approval: what an enrolment, an invitation, a ward and a record must remember for them."""
from peewee import BigIntegerField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField, Model, TextField


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


class Person(BaseModel):
    id = FixedCharField(36, primary_key=True)


class Enrolment(BaseModel):
    id = FixedCharField(36, primary_key=True)


class Reading(BaseModel):
    id = FixedCharField(36, primary_key=True)
    enrolment = ForeignKeyField(Enrolment, backref="readings", on_delete="CASCADE")
    token_digest = FixedCharField(64)
    half_digest = FixedCharField(64)
    opened_at = BigIntegerField()
    gesture_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)


def added():
    """(table, column, field) of every new column; the default is what rows already there get."""
    return (
        # Without a verifier an enrolment reads nothing: it must be made anew, with a PIN.
        ("enrolment", "verifier", TextField(null=True)),
        ("enrolment", "failures", IntegerField(default=0)),
        ("enrolment", "approved_at", BigIntegerField(null=True)),
        ("enrolment", "short_code", FixedCharField(6, null=True)),
        ("invitation", "inviter_id", ForeignKeyField(Person, field=Person.id, backref="invited", null=True, on_delete="RESTRICT")),
        # Until today invitations were only made on the command line.
        ("invitation", "approved", BooleanField(default=True)),
        ("ward", "quick_note", BooleanField(default=False)),
        ("ward", "keep_days", IntegerField(default=7)),
        ("ward", "exit_url", CharField(null=True)),
        ("record", "unverified", BooleanField(default=False)),
    )


def up(migrator, db):
    for table, column, field in added():
        migrator.migrate(migrator.add_column(table, column, field))
    with db.bind_ctx([Person, Enrolment, Reading]):
        db.create_tables([Reading])


def down(migrator, db):
    with db.bind_ctx([Person, Enrolment, Reading]):
        db.drop_tables([Reading])
    # SQLite's own DROP COLUMN refuses a column that refers to another table.
    rebuild = {"legacy": True} if type(migrator).__name__ == "SqliteMigrator" else {}
    for table, column, field in reversed(added()):
        refers = isinstance(field, ForeignKeyField)
        if refers:
            migrator.migrate(migrator.drop_index(table, f"{table}_{column}"))
        migrator.migrate(migrator.drop_column(table, column, **(rebuild if refers else {})))
