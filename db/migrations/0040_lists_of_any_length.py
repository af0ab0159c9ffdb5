"""Indexes for what a phone is to keep, and partial ones where nearly every row has nothing: a full one would be no help."""
# Table, column: known of few rows, looked for by its value.
RARE = (("case_file", "merged_into"), ("record", "duplicate_of"), ("record", "contact_key"), ("case_person", "contact_key"))


def up(migrator, db):
    for table, column in RARE:
        _drop(migrator, db, table, (column,))
        db.execute_sql(f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}") WHERE "{column}" IS NOT NULL')
    _drop(migrator, db, "referral", ("owner_id", "turn", "id"))
    db.execute_sql('CREATE INDEX "referral_owned" ON "referral" ("owner_id", "turn", "id") WHERE "unit_id" != "owner_id"')
    _drop(migrator, db, "referral", ("ward_id", "state"))
    migrator.migrate(migrator.add_index("referral", ("ward_id", "state", "answered_at", "id")))


def down(migrator, db):
    _drop(migrator, db, "referral", ("ward_id", "state", "answered_at", "id"))
    migrator.migrate(migrator.add_index("referral", ("ward_id", "state")))
    _drop(migrator, db, "referral", ("owner_id", "turn", "id"))
    migrator.migrate(migrator.add_index("referral", ("owner_id", "turn", "id")))
    for table, column in RARE:
        _drop(migrator, db, table, (column,))
        migrator.migrate(migrator.add_index(table, (column,)))


def _drop(migrator, db, table, columns):
    migrator.migrate(*[migrator.drop_index(table, index.name) for index in db.get_indexes(table) if tuple(index.columns) == columns])
