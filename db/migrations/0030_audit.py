"""The audit trail; rows of it are written once, which the database itself sees to where it can."""
from peewee import (AutoField, BigIntegerField, CharField, CompositeKey, FixedCharField, ForeignKeyField, IntegerField, Model,
                    PostgresqlDatabase, SqliteDatabase, TextField)


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


class Ward(BaseModel):
    id = AutoField()


class Audit(BaseModel):
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    seq = IntegerField()
    at = BigIntegerField()
    person_id = FixedCharField(36, null=True)
    role = CharField(null=True)
    enrolment_id = FixedCharField(36, null=True)
    action = CharField()
    subject_kind = CharField()
    subject_id = CharField(36, null=True)
    detail = TextField(null=True)
    link = FixedCharField(64)

    class Meta:
        primary_key = CompositeKey("ward", "seq")
        indexes = (
            (("subject_id", "at"), False),
            (("ward", "person_id", "seq"), False),
            (("ward", "action", "seq"), False),
        )


class AuditHead(BaseModel):
    ward = ForeignKeyField(Ward, primary_key=True, on_delete="RESTRICT")
    seq = IntegerField()
    link = FixedCharField(64)
    sent_seq = IntegerField(default=0)
    sent_at = BigIntegerField(null=True)


TABLES = (Audit, AuditHead)
# Against our own mistakes; who may alter the schema may drop them, which is what the chain and its signed heads are for.
SQLITE = """CREATE TRIGGER audit_no_{what} BEFORE {what} ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are written once'); END"""
POSTGRES = (
    """CREATE FUNCTION audit_written_once() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'audit rows are written once'; END $$ LANGUAGE plpgsql""",
    "CREATE TRIGGER audit_written_once BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_written_once()",
)


def _guards(db):
    if isinstance(db, SqliteDatabase):
        return [SQLITE.format(what=what) for what in ("UPDATE", "DELETE")]
    # Derived from PostgreSQL in peewee, but without triggers of this kind.
    plain = isinstance(db, PostgresqlDatabase) and "Cockroach" not in type(db).__name__
    return POSTGRES if plain else ()


def up(migrator, db):
    with db.bind_ctx((Ward, *TABLES)):
        db.create_tables(TABLES)
    for words in _guards(db):
        db.execute_sql(words)


def down(migrator, db):
    with db.bind_ctx((Ward, *TABLES)):
        db.drop_tables(TABLES)
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("DROP FUNCTION IF EXISTS audit_written_once()")
