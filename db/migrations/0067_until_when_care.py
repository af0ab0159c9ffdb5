"""Until when care after sexual violence is to be reached stays with its task, also when that is put off."""
from peewee import BigIntegerField


def up(migrator, db):
    migrator.migrate(migrator.add_column("task", "until", BigIntegerField(null=True)))
    # What somebody gave themselves to do has an entry of its own, and no hours.
    db.execute_sql("UPDATE task SET until = due_at WHERE what = 'care' AND snoozed = 0 AND id NOT IN (SELECT id FROM entry)")


def down(migrator, db):
    migrator.migrate(migrator.drop_column("task", "until", cascade=False))
