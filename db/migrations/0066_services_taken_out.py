"""A service that was noted by mistake is written anew, or taken out of what is counted."""
from peewee import BooleanField, FixedCharField


def up(migrator, db):
    migrator.migrate(migrator.add_column("service", "replaced_by", FixedCharField(36, null=True)),
                     migrator.add_column("service", "removed", BooleanField(default=False)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("service", "removed", cascade=False),
                     migrator.drop_column("service", "replaced_by", cascade=False))
