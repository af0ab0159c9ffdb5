"""Records and referrals learn which case they belong to and their place in the queue; units say what they give and when."""
from peewee import BigIntegerField, BooleanField, CharField, FixedCharField, ForeignKeyField, Model, TextField


class Person(Model):
    id = FixedCharField(36, primary_key=True)

    class Meta:
        table_name = "person"


COLUMNS = {
    "record": {"turn": BigIntegerField(null=True), "became": CharField(null=True), "case_id": FixedCharField(36, null=True),
               "duplicate_of": FixedCharField(36, null=True), "place_key": FixedCharField(64, null=True),
               "contact_key": FixedCharField(64, null=True)},
    "referral": {"case_id": FixedCharField(36, null=True), "from_case": BooleanField(default=False),
                 "assignee_id": ForeignKeyField(Person, Person.id, null=True, on_delete="RESTRICT"),
                 "resulted_at": BigIntegerField(null=True), "turn": BigIntegerField(null=True)},
    "unit": {"services": TextField(null=True), "hours": TextField(null=True)},
}
INDEXES = {
    "record": [("ward_id", "turn", "id"), ("place_key", "received_at"), ("case_id",), ("duplicate_of",), ("contact_key",)],
    "referral": [("unit_id", "turn", "id"), ("owner_id", "turn", "id"), ("ward_id", "turn", "id"), ("assignee_id", "state"),
                 ("unit_id", "state", "answered_at", "id"), ("case_id",)],
}
# As pwa/domain/queue.py counts: the urgent a long way ahead of everyone else.
AHEAD = 10**14


def up(migrator, db):
    for table, columns in COLUMNS.items():
        migrator.migrate(*[migrator.add_column(table, name, field) for name, field in columns.items()])
    for table, indexes in INDEXES.items():
        migrator.migrate(*[migrator.add_index(table, columns) for columns in indexes])
    db.execute_sql(f"UPDATE record SET turn = received_at - CASE WHEN danger OR child THEN {AHEAD} ELSE 0 END"
                   " WHERE replaced_by IS NULL AND withdrawn_at IS NULL")
    db.execute_sql(f"UPDATE referral SET turn = received_at - CASE WHEN urgent THEN {AHEAD} ELSE 0 END"
                   " WHERE state IN ('sent', 'seen', 'passed', 'declined')")


def down(migrator, db):
    for table, columns in COLUMNS.items():
        ours = {tuple(names) for names in INDEXES.get(table, ())}
        touched = [index.name for index in db.get_indexes(table) if set(columns) & set(index.columns) or tuple(index.columns) in ours]
        migrator.migrate(*[migrator.drop_index(table, name) for name in touched])
        migrator.migrate(*[migrator.drop_column(table, name, cascade=False) for name in columns])
