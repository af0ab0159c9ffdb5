"""The few cases in which the clock of a child may run are found without walking through all the others."""


def up(migrator, db):
    db.execute_sql('CREATE INDEX "case_file_of_children" ON "case_file" ("ward_id", "opened_at", "id")'
                   ' WHERE "child" AND "closed_at" IS NULL')


def down(migrator, db):
    migrator.migrate(migrator.drop_index("case_file", "case_file_of_children"))
