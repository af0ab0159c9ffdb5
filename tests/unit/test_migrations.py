"""Migrations: from nothing to what the models say; again changes nothing; what was written survives."""
import sqlite3

import pytest
from peewee import SqliteDatabase
from playhouse.migrations import Runner

from db import base
from db.models import ALL, Record, Referral, Unit
from pwa.cli import _seed
from pwa.domain import people

STEPS = [step.name for step in Runner(SqliteDatabase(":memory:"), base.MIGRATIONS).status()]


def shape(path):
    """Tables, columns, keys and indexes of a database file, without the names indexes happen to have."""
    with sqlite3.connect(path) as connection:
        def rows(words):
            return connection.execute(words).fetchall()
        tables = sorted(name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'")
                        if not name.startswith("sqlite_") and "migration" not in name)
        found = {}
        for table in tables:
            indexes = sorted((unique, partial, tuple(each[2] for each in rows(f'PRAGMA index_info("{name}")')))
                             for _seq, name, unique, _origin, partial in rows(f'PRAGMA index_list("{table}")'))
            columns = sorted(row[1:] for row in rows(f'PRAGMA table_info("{table}")'))
            keys = sorted(row[2:] for row in rows(f'PRAGMA foreign_key_list("{table}")'))
            found[table] = {"columns": columns, "indexes": indexes, "keys": keys}
        return found


def dump(path):
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


@pytest.fixture
def empty(tmp_path):
    path = tmp_path / "ward.db"
    base.connect(f"sqlite:///{path}")
    yield path
    base.database.close()


def test_an_empty_database_becomes_what_the_models_say(empty, tmp_path):
    assert len(base.migrate()) == len(STEPS)
    base.database.close()
    models = tmp_path / "models.db"
    base.connect(f"sqlite:///{models}")
    base.database.create_tables(ALL)
    base.database.close()
    expected = shape(models)
    assert set(expected) == {model._meta.table_name for model in ALL}
    assert shape(empty) == expected


def test_the_comparison_notices_a_column_and_an_index(tmp_path):
    for name, words in (("a", "CREATE TABLE t (x TEXT NOT NULL, y TEXT)"), ("b", "CREATE TABLE t (x TEXT, y TEXT)")):
        with sqlite3.connect(tmp_path / name) as connection:
            connection.execute(words)
    with_index = shape(tmp_path / "a")
    assert with_index != shape(tmp_path / "b")
    with sqlite3.connect(tmp_path / "a") as connection:
        connection.execute("CREATE INDEX i ON t (y)")
    assert shape(tmp_path / "a") != with_index


def test_migrating_twice_changes_nothing(empty):
    base.migrate()
    before = dump(empty)
    assert not base.migrate() and base.pending_migrations() == []
    assert dump(empty) == before


def test_before_migrating_the_steps_are_pending(empty):
    assert base.pending_migrations() == STEPS != []


def test_what_was_written_survives(empty, tmp_path):
    from pwa.crypto import keyring
    keyring.load(tmp_path / "keys")
    base.migrate()
    ward = people.seed_ward(_seed("ward.json"), _seed("hotlines.json"))
    person = people.add(ward, "coordinator", "vhxh", "Chị Thu")
    before = dump(empty)
    base.database.close()
    base.connect(f"sqlite:///{empty}")
    base.migrate()
    people.seed_ward(_seed("ward.json"), _seed("hotlines.json"))
    assert dump(empty) == before
    assert people.name_of(people.find(ward, "coordinator", "vhxh", "Chị Thu")) == "Chị Thu" and person.unit.code == "vhxh"


@pytest.mark.parametrize("step", STEPS)
def test_each_step_goes_up_down_and_up_again_to_the_same(empty, step):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    runner.up(step)
    after = shape(empty)
    runner.down(step)
    assert shape(empty) != after
    runner.up(step)
    assert shape(empty) == after


def test_a_migration_is_frozen_and_does_not_look_at_the_models():
    from pathlib import Path
    for path in Path(base.MIGRATIONS).glob("[0-9]*.py"):
        text = path.read_text()
        assert "db.models" not in text and "from db" not in text, path.name


def test_the_ward_has_the_units_of_the_plan_once(empty, tmp_path):
    base.migrate()
    for _time in range(2):
        people.seed_ward(_seed("ward.json"), _seed("hotlines.json"))
    codes = [unit.code for unit in Unit.select()]
    assert len(codes) == len(set(codes))
    assert {"vhxh", "vanphong", "congan", "tramyte", "dvth", "mttq", "phunu", "ubnd", *(f"tdp-{n}" for n in range(1, 13)),
            *(f"truong-{n}" for n in range(1, 7))} <= set(codes)


OLD = (
    "INSERT INTO ward (id, code, name) VALUES (1, 'w', 'Phường')",
    "INSERT INTO unit (id, ward_id, code, name, kind, position, receives, must_take, direct_in_danger, through_coordinator) "
    "VALUES (1, 1, 'vhxh', 'Phòng', 'coordination', 0, 1, 0, 0, 0)",
    "INSERT INTO person (id, ward_id, unit_id, role, name, created_at) VALUES ('thu', 1, 1, 'coordinator', x'01', 1)",
    "INSERT INTO invitation (id, person_id, code_digest, created_at, expires_at) VALUES ('i', 'thu', 'd', 1, 2)",
    "INSERT INTO device (id, created_at) VALUES ('d', 1)",
    "INSERT INTO enrolment (id, person_id, device_id, generation, renewed_at, created_at, last_contact_at) VALUES ('e', 'thu', 'd', 3, 1, 1, 1)",
    "INSERT INTO record (id, ward_id, author_id, unit_id, form, standing, danger, child, answers, made_at, received_at, marked) "
    "VALUES ('r', 1, 'thu', 1, 'observation', 'report', 0, 0, x'02', 1, 1, 0)",
)


def test_people_phones_and_records_of_before_the_pin_are_kept_and_read_nothing_until_enrolled_anew(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    runner.up("0001_first_tables")
    for words in OLD:
        base.database.execute_sql(words)
    before = {table: base.database.execute_sql(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("enrolment", "invitation", "record", "ward")}
    runner.up("0002_the_phone_keeps_a_secret")
    assert before == {table: base.database.execute_sql(f"SELECT count(*) FROM {table}").fetchone()[0] for table in before} == dict.fromkeys(before, 1)

    def row(columns, table):
        return base.database.execute_sql(f"SELECT {columns} FROM {table}").fetchone()
    assert row("id, generation, verifier, failures, approved_at, short_code", "enrolment") == ("e", 3, None, 0, None, None)
    assert row("inviter_id, approved", "invitation") == (None, 1), "only the command line had made any"
    assert row("quick_note, keep_days, exit_url", "ward") == (0, 7, None)
    assert row("unverified, answers", "record") == (0, b"\x02")
    assert base.database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
    assert base.database.execute_sql("PRAGMA foreign_keys").fetchone() == (1,)
def test_what_waited_before_there_were_cases_waits_in_its_place_afterwards(empty):
    """Records and referrals of an older database come into the queues: the urgent first, what is settled not at all."""
    runner = Runner(base.database.obj, base.MIGRATIONS)
    runner.up("0001_first_tables")
    base.database.execute_sql("INSERT INTO ward (id, code, name) VALUES (1, 'w', 'W')")
    base.database.execute_sql("INSERT INTO unit (id, ward_id, code, name, kind, position, receives, must_take, direct_in_danger,"
                              " through_coordinator) VALUES (1, 1, 'vhxh', 'V', 'coordination', 0, 1, 0, 0, 0)")
    base.database.execute_sql("INSERT INTO person (id, ward_id, unit_id, role, name, created_at) VALUES ('p', 1, 1, 'collaborator', x'00', 1)")
    for row_id, danger, withdrawn in (("calm", 0, None), ("danger", 1, None), ("gone", 0, 9)):
        base.database.execute_sql("INSERT INTO record (id, ward_id, author_id, unit_id, form, standing, danger, child, answers, made_at,"
                                  " received_at, marked, withdrawn_at) VALUES (?, 1, 'p', 1, 'observation', 'observation', ?, 0, x'00', 5, 5, 0, ?)",
                                  (row_id, danger, withdrawn))
    for row_id, state in (("open", "seen"), ("done", "accepted")):
        base.database.execute_sql("INSERT INTO referral (id, ward_id, author_id, unit_id, owner_id, urgency, urgent, basis, answers, state,"
                                  " made_at, received_at, marked) VALUES (?, 1, 'p', 1, 1, 'normal', 0, 'agreed', x'00', ?, 5, 5, 0)", (row_id, state))
    base.migrate()
    records = dict(Record.select(Record.id, Record.turn).tuples())
    assert records["danger"] < 0 < records["calm"] == 5 and records["gone"] is None
    assert dict(Referral.select(Referral.id, Referral.turn).tuples()) == {"open": 5, "done": None}
    assert not any(Referral.select(Referral.from_case).tuples().first())


def test_what_was_shared_by_law_with_nobody_asked_was_nobodys_yes(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    runner.up("0001_first_tables")
    for words in OLD[:3]:
        base.database.execute_sql(words)
    runner.up("0052_referrals_erased")
    base.database.execute_sql("INSERT INTO case_file (id, ward_id, code, state, coordinator_id, opened_by_id, opened_at, changed_at, urgent, child,"
                              " household_key) VALUES ('c', 1, 'C', 'open', 'thu', 'thu', 1, 1, 0, 0, 'h')")
    for row_id, decision, basis, asked_of in (("law", "agreed", "danger", "nobody"), ("blank", "agreed", "child", None),
                                              ("both", "agreed", "child", "both"), ("own", "agreed", "agreed", "self"),
                                              ("no", "declined", "danger", None)):
        base.database.execute_sql("INSERT INTO consent (id, ward_id, case_id, unit_id, author_id, decision, basis, asked_of, limits_said, made_at,"
                                  " received_at) VALUES (?, 1, 'c', 1, 'thu', ?, ?, ?, 0, 1, 1)", (row_id, decision, basis, asked_of))
    base.migrate()
    found = dict(base.database.execute_sql("SELECT id, decision FROM consent").fetchall())
    assert found == {"law": "law", "blank": "law", "both": "agreed", "own": "agreed", "no": "declined"}
