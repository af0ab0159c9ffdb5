"""A service that was noted by mistake is written anew, or taken out of what is counted; one that a unit had given for a referral
before a case was opened lies in that case."""
from peewee import BooleanField, FixedCharField

ALONE = "case_id IS NULL AND referral_id IN (SELECT id FROM referral WHERE case_id IN (SELECT id FROM case_file))"
THEIRS = "SELECT {} FROM case_file AS c JOIN referral AS r ON r.case_id = c.id WHERE r.id = service.referral_id"


def up(migrator, db):
    migrator.migrate(migrator.add_column("service", "replaced_by", FixedCharField(36, null=True)),
                     migrator.add_column("service", "removed", BooleanField(default=False)))
    db.execute_sql(f"UPDATE service SET ward_id = ({THEIRS.format('c.ward_id')}), case_id = ({THEIRS.format('c.id')}) WHERE {ALONE}")


def down(migrator, db):
    migrator.migrate(migrator.drop_column("service", "removed", cascade=False),
                     migrator.drop_column("service", "replaced_by", cascade=False))
