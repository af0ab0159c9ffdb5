"""An incident or a measure that was noted by mistake is taken out of what is counted."""
from peewee import BooleanField

TABLES = ("incident", "measure")


def up(migrator, db):
    migrator.migrate(*[migrator.add_column(table, "removed", BooleanField(default=False)) for table in TABLES])


def down(migrator, db):
    migrator.migrate(*[migrator.drop_column(table, "removed", cascade=False) for table in TABLES])
