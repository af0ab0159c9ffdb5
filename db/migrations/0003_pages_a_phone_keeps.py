"""Which pages each phone was told to keep, so that it can be told to let go."""
from peewee import CompositeKey, FixedCharField, ForeignKeyField, Model


class Enrolment(Model):
    id = FixedCharField(36, primary_key=True)


class KeptPage(Model):
    enrolment = ForeignKeyField(Enrolment, on_delete="CASCADE")
    page_id = FixedCharField(22)

    class Meta:
        legacy_table_names = False
        primary_key = CompositeKey("enrolment", "page_id")


def up(migrator, db):
    with db.bind_ctx([Enrolment, KeptPage]):
        db.create_tables([KeptPage])


def down(migrator, db):
    with db.bind_ctx([Enrolment, KeptPage]):
        db.drop_tables([KeptPage])
