"""A counsellor may be the named handler of their school."""
from peewee import BigIntegerField


def up(migrator, db):
    migrator.migrate(migrator.add_column("person", "handler_since", BigIntegerField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("person", "handler_since", cascade=False))
