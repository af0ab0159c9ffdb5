"""Messages of the second channel."""
from peewee import BigIntegerField, CharField, FixedCharField, ForeignKeyField, IntegerField, Model


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


def stub(name, key):
    """A table of an earlier step, as far as rows here point to it."""
    return type(name, (BaseModel,), {"id": key, "Meta": type("Meta", (), {"legacy_table_names": False})})


Notice, Person = (stub(name, FixedCharField(36, primary_key=True)) for name in ("Notice", "Person"))


class Message(BaseModel):
    id = FixedCharField(36, primary_key=True)
    notice = ForeignKeyField(Notice, on_delete="CASCADE")
    person = ForeignKeyField(Person, on_delete="CASCADE")
    channel = CharField()
    created_at = BigIntegerField()
    attempts = IntegerField(default=0)
    next_at = BigIntegerField(null=True, index=True)
    outcome = CharField(null=True)
    cause = CharField(null=True)
    done_at = BigIntegerField(null=True)


TABLES = (Message,)


def up(migrator, db):
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES)


def down(migrator, db):
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)
