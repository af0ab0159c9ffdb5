"""A no that was said in a case goes along with a record or a referral that comes out of it, and lies in no case meanwhile."""
from peewee import FixedCharField


def up(migrator, db):
    migrator.migrate(migrator.add_column("consent", "subject_id", FixedCharField(36, null=True, index=True)),
                     migrator.drop_not_null("consent", "case_id"))


def down(migrator, db):
    db.execute_sql("DELETE FROM consent WHERE case_id IS NULL")
    migrator.migrate(migrator.drop_index("consent", "consent_subject_id"),
                     migrator.drop_column("consent", "subject_id", cascade=False),
                     migrator.add_not_null("consent", "case_id"))
