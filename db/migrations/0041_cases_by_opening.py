"""Cases are found by when they were opened."""


def up(migrator, db):
    migrator.migrate(migrator.add_index("case_file", ("ward_id", "opened_at", "id")))


def down(migrator, db):
    migrator.migrate(migrator.drop_index("case_file", "case_file_ward_id_opened_at_id"))
