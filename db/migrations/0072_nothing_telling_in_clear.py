"""Three columns that told something of a case are sealed: where the other side has people, what number a decision has, why an entry
was refused.

Keys are not the database's: what stood there waits in a table of its own until the server seals it (pwa/domain/unsealed.py). What a
case had that was erased since goes.
"""
from peewee import BlobField, CharField, Model, TextField


class Unsealed(Model):
    id = CharField(primary_key=True)
    place = CharField()
    row_id = CharField()
    bound_to = CharField()
    text = TextField()


# Place → (column as it was, the rows that go on, what a value is bound to).
KEPT = "(c.erased_at IS NULL OR c.erased_at < t.received_at)"
PLACES = {
    "held.errors": (TextField(default="[]"), "held AS t WHERE 1 = 1", "t.entry_id"),
    "case_person.ties": (TextField(null=True), f"case_person AS t JOIN case_file AS c ON c.id = t.case_id WHERE {KEPT} AND t.ties != '[]'",
                         "t.id"),
    "decision.number": (CharField(50, null=True), "decision AS t JOIN decision_request AS r ON r.id = t.request_id"
                        f" JOIN case_file AS c ON c.id = r.case_id WHERE {KEPT} AND t.number != ''", "t.id"),
}


def up(migrator, db):
    with db.bind_ctx((Unsealed,)):
        db.create_tables((Unsealed,))
    for place, (_was, rows, bound_to) in PLACES.items():
        table, column = place.split(".")
        row_id = "CAST(t.id AS VARCHAR(36))"
        db.execute_sql("INSERT INTO unsealed (id, place, row_id, bound_to, text)"
                       f" SELECT '{place}|' || {row_id}, '{place}', {row_id}, {bound_to}, t.{column} FROM {rows}"
                       f" AND t.{column} IS NOT NULL")
        migrator.migrate(migrator.drop_column(table, column, cascade=False), migrator.add_column(table, column, BlobField(null=True)))


def down(migrator, db):
    for place, (was, _rows, _bound_to) in PLACES.items():
        table, column = place.split(".")
        migrator.migrate(migrator.drop_column(table, column, cascade=False), migrator.add_column(table, column, was))
        waiting = f"SELECT u.text FROM unsealed AS u WHERE u.id = '{place}|' || CAST({table}.id AS VARCHAR(36))"
        db.execute_sql(f"UPDATE {table} SET {column} = ({waiting}) WHERE EXISTS ({waiting})")
    with db.bind_ctx((Unsealed,)):
        db.drop_tables((Unsealed,))
