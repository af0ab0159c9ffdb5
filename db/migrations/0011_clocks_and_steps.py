"""Clocks of the ward, and the steps taken when something waits in vain."""
from peewee import (AutoField, BigIntegerField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField, Model)


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


def stub(name, key):
    """A table of an earlier step, as far as rows here point to it."""
    return type(name, (BaseModel,), {"id": key, "Meta": type("Meta", (), {"legacy_table_names": False})})


Ward, Unit = stub("Ward", AutoField()), stub("Unit", AutoField())


class ClockRule(BaseModel):
    ward = ForeignKeyField(Ward, on_delete="CASCADE")
    urgency = CharField()
    service = CharField(default="")
    seen = IntegerField()
    answered = IntegerField()
    gap = IntegerField()
    any_hour = BooleanField(default=False)

    class Meta:
        indexes = ((("ward", "urgency", "service"), True),)


class Watch(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    subject_kind = CharField()
    subject_id = FixedCharField(36)
    asked_at = BigIntegerField()
    started_at = BigIntegerField()
    step = IntegerField(default=0)
    due_at = BigIntegerField(null=True, index=True)
    done_at = BigIntegerField(null=True)

    class Meta:
        indexes = ((("subject_id", "asked_at"), True),)


class Step(BaseModel):
    id = FixedCharField(36, primary_key=True)
    watch = ForeignKeyField(Watch, backref="steps", on_delete="CASCADE")
    name = CharField()
    due_at = BigIntegerField()
    fired_at = BigIntegerField()
    told = IntegerField()
    reachable = IntegerField()

    class Meta:
        indexes = ((("watch", "name"), True),)


class Lease(BaseModel):
    name = CharField(primary_key=True)
    holder = CharField()
    until = BigIntegerField()
    beat_at = BigIntegerField()


TABLES = (ClockRule, Watch, Step, Lease)


def up(migrator, db):
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES)


def down(migrator, db):
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)
