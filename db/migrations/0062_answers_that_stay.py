"""What was answered stays: the questions a case's type rests on, and that nobody was asked where the law allowed sharing."""
from peewee import TextField

UNASKED = "basis IN ('danger', 'child') AND (asked_of IS NULL OR asked_of = 'nobody')"


def up(migrator, db):
    migrator.migrate(migrator.add_column("case_file", "questions", TextField(null=True)))
    db.execute_sql(f"UPDATE consent SET decision = 'law' WHERE decision = 'agreed' AND {UNASKED}")


def down(migrator, db):
    db.execute_sql("UPDATE consent SET decision = 'agreed' WHERE decision = 'law'")
    migrator.migrate(migrator.drop_column("case_file", "questions", cascade=False))
