"""An enrolment knows from when on what was written on it without a proof is doubted; a referral whether it was.

Nobody has given a proof yet, so nothing is asked of the phones there are.
"""
from peewee import BigIntegerField, BooleanField


def up(migrator, db):
    migrator.migrate(migrator.add_column("enrolment", "proof_due_at", BigIntegerField(null=True)),
                     migrator.add_column("referral", "unverified", BooleanField(default=False)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("referral", "unverified", cascade=False),
                     migrator.drop_column("enrolment", "proof_due_at", cascade=False))
