"""Records that wait in vain are found by their place in the queue: whether a unit still has them is asked of what was asked of it."""


def up(migrator, db):
    migrator.migrate(migrator.drop_index("record", "record_ward_id_referred_at_received_at"))


def down(migrator, db):
    migrator.migrate(migrator.add_index("record", ("ward_id", "referred_at", "received_at")))
