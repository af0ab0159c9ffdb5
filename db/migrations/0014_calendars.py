"""The ward's own working hours and days off."""
from peewee import AutoField, BooleanField, CharField, FixedCharField, ForeignKeyField, Model, TextField


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


class Ward(BaseModel):
    id = AutoField()


class WorkingWeek(BaseModel):
    ward = ForeignKeyField(Ward, primary_key=True, on_delete="CASCADE")
    weekdays = CharField(7)
    spans = TextField()


class CalendarDay(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="CASCADE")
    day = CharField(10)
    name = CharField(100)
    works = BooleanField(default=False)

    class Meta:
        indexes = ((("ward", "day"), True),)


TABLES = (WorkingWeek, CalendarDay)


def up(migrator, db):
    with db.bind_ctx([Ward, *TABLES]):
        db.create_tables(TABLES)


def down(migrator, db):
    with db.bind_ctx([Ward, *TABLES]):
        db.drop_tables(TABLES)
