"""When the words of a referral that became no case were taken out."""
from peewee import BigIntegerField


def up(migrator, db):
    migrator.migrate(migrator.add_column("referral", "erased_at", BigIntegerField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("referral", "erased_at", cascade=False))
