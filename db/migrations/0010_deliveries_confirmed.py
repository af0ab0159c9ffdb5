"""Rings are confirmed by phones, bounded per push service, and signed with the key a phone subscribed with."""
from peewee import BigIntegerField, CharField, IntegerField, Model

# Nullable, all of them: SQLite would have to copy a table to add a column that is not, and rows that point to it would go.
ADDED = {
    "notice": {"ring_at": BigIntegerField(null=True), "read_at": BigIntegerField(null=True), "second_at": BigIntegerField(null=True)},
    "delivery": {"shown_at": BigIntegerField(null=True), "opened_at": BigIntegerField(null=True), "cause": CharField(null=True)},
    "subscription": {"host": CharField(null=True), "vapid_key": CharField(null=True), "expires_at": BigIntegerField(null=True),
                     "shown_at": BigIntegerField(null=True), "failed_at": BigIntegerField(null=True), "cause": CharField(null=True)},
}


class PushHost(Model):
    host = CharField(primary_key=True)
    failures = IntegerField(default=0)
    closed_until = BigIntegerField(null=True)
    alarmed_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


def up(migrator, db):
    migrator.migrate(*[migrator.add_column(table, name, field) for table, fields in ADDED.items() for name, field in fields.items()])
    with db.bind_ctx([PushHost]):
        db.create_tables([PushHost])
    db.execute_sql("UPDATE notice SET ring_at = created_at")
    endpoints = db.execute_sql("SELECT device_id, endpoint FROM subscription").fetchall()
    for device, endpoint in endpoints:
        db.execute_sql(f"UPDATE subscription SET host = {db.param} WHERE device_id = {db.param}", (endpoint.split("/")[2].lower(), device))
    # Rings are looked for in this order: the urgent first, then those that wait longest.
    migrator.migrate(migrator.add_index("delivery", ("urgent", "next_at")), migrator.drop_index("delivery", "delivery_next_at"),
                     migrator.add_index("notice", ("person_id", "created_at")))


def down(migrator, db):
    migrator.migrate(migrator.drop_index("notice", "notice_person_id_created_at"), migrator.add_index("delivery", ("next_at",)),
                     migrator.drop_index("delivery", "delivery_urgent_next_at"))
    with db.bind_ctx([PushHost]):
        db.drop_tables([PushHost])
    migrator.migrate(*[migrator.drop_column(table, name) for table, fields in ADDED.items() for name in fields])
