"""Rosters, leave, quiet hours, and the second channel of a person."""
from peewee import (AutoField, BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField, Model)


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


def stub(name, key):
    """A table of an earlier step, as far as rows here point to it."""
    return type(name, (BaseModel,), {"id": key, "Meta": type("Meta", (), {"legacy_table_names": False})})


Unit, Person = stub("Unit", AutoField()), stub("Person", FixedCharField(36, primary_key=True))


class Shift(BaseModel):
    id = FixedCharField(36, primary_key=True)
    unit = ForeignKeyField(Unit, on_delete="CASCADE")
    person = ForeignKeyField(Person, on_delete="CASCADE")
    duty = CharField(default="unit")
    position = IntegerField()
    days = CharField()
    starts = IntegerField()
    ends = IntegerField()


class Leave(BaseModel):
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, on_delete="CASCADE")
    first = CharField(10)
    last = CharField(10)


class Preference(BaseModel):
    person = ForeignKeyField(Person, primary_key=True, on_delete="CASCADE")
    quiet_from = IntegerField(null=True)
    quiet_until = IntegerField(null=True)
    muted = CharField(1000, default="")
    changed_at = BigIntegerField()


class Contact(BaseModel):
    person = ForeignKeyField(Person, primary_key=True, on_delete="CASCADE")
    phone = BlobField(null=True)
    mail = BlobField(null=True)
    shared = BooleanField(default=True)


TABLES = (Shift, Leave, Preference, Contact)


def up(migrator, db):
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES)


def down(migrator, db):
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)
