"""Every telephone number of a text is found, not only the first: their digests have a table of their own.

The other numbers lie sealed, and keys are not the database's: a row that stands for no text says that all have yet to be looked through
(pwa/domain/similar.py).
"""
import uuid

from peewee import FixedCharField, Model

TEXTS = ("record", "case_person")
UNREAD = "unread"


class ContactKey(Model):
    id = FixedCharField(36, primary_key=True)
    key = FixedCharField(64)
    subject_id = FixedCharField(36, index=True)

    class Meta:
        table_name = "contact_key"
        indexes = ((("key", "subject_id"), False),)


def up(migrator, db):
    with db.bind_ctx((ContactKey,)):
        db.create_tables((ContactKey,))
        for table in TEXTS:
            known = db.execute_sql(f"SELECT contact_key, id FROM {table} WHERE contact_key IS NOT NULL").fetchall()
            for start in range(0, len(known), 200):
                ContactKey.insert_many([(str(uuid.uuid4()), key, subject) for key, subject in known[start:start + 200]],
                                       fields=(ContactKey.id, ContactKey.key, ContactKey.subject_id)).execute()
            if db.execute_sql(f"SELECT id FROM {table} LIMIT 1").fetchone():
                ContactKey.insert(id=f"{UNREAD}-{table}", key=UNREAD, subject_id=UNREAD).execute()
    for table in TEXTS:
        migrator.migrate(migrator.drop_index(table, f"{table}_contact_key"), migrator.drop_column(table, "contact_key", cascade=False))


def down(migrator, db):
    for table in TEXTS:
        migrator.migrate(migrator.add_column(table, "contact_key", FixedCharField(64, null=True)))
        db.execute_sql(f'CREATE INDEX "{table}_contact_key" ON "{table}" ("contact_key") WHERE "contact_key" IS NOT NULL')
        db.execute_sql(f"UPDATE {table} SET contact_key = (SELECT MIN(k.key) FROM contact_key AS k WHERE k.subject_id = {table}.id)")
    with db.bind_ctx((ContactKey,)):
        db.drop_tables((ContactKey,))
