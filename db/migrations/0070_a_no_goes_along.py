"""A no that was said in a case goes along with a record or a referral that comes out of it, and lies in no case meanwhile.

What was refused in cases whose opening has been undone is for what had been put into them.
"""
import uuid

from peewee import FixedCharField

COPIED = "ward_id, unit_id, author_id, decision, basis, fields, asked_of, asked_on, limits_said, made_at, received_at"


def up(migrator, db):
    migrator.migrate(migrator.add_column("consent", "subject_id", FixedCharField(36, null=True, index=True)),
                     migrator.drop_not_null("consent", "case_id"))
    refused = db.execute_sql("SELECT c.id, t.subject_kind, t.subject_id FROM consent AS c JOIN case_file AS k ON k.id = c.case_id"
                             " JOIN triage AS t ON t.id = k.id WHERE k.state = 'undone' AND c.replaced_by IS NULL"
                             " AND c.decision NOT IN ('agreed', 'law')").fetchall()
    for consent, table, subject in refused:
        _follow(db, consent, table, subject)


def _follow(db, consent, table, subject):
    mark, found, row_id = db.param, None, subject
    while row_id and (found := db.execute_sql(f"SELECT id, case_id, replaced_by FROM {table} WHERE id = {mark}", (row_id,)).fetchone()):
        row_id = found[2]
    if found:
        db.execute_sql(f"INSERT INTO consent (id, case_id, subject_id, {COPIED}) SELECT {mark}, {mark}, {mark}, {COPIED}"
                       f" FROM consent WHERE id = {mark}", (str(uuid.uuid4()), found[1], found[0], consent))


def down(migrator, db):
    db.execute_sql("DELETE FROM consent WHERE subject_id IS NOT NULL")
    migrator.migrate(migrator.drop_index("consent", "consent_subject_id"),
                     migrator.drop_column("consent", "subject_id", cascade=False),
                     migrator.add_not_null("consent", "case_id"))
