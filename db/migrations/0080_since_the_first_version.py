"""A mended record or referral remembers since when its matter waits, and since when it is for somebody to see; others since they came."""
from peewee import BigIntegerField

TABLES, COLUMNS = ("record", "referral"), ("since", "unseen_since")


def up(migrator, db):
    migrator.migrate(*[migrator.add_column(table, name, BigIntegerField(null=True)) for table in TABLES for name in COLUMNS])


def down(migrator, db):
    migrator.migrate(*[migrator.drop_column(table, name, cascade=False) for table in TABLES for name in COLUMNS])
