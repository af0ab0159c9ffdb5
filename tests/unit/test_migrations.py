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


def put(table, **values):
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    base.database.execute_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))


def a_ward_of_before(runner, step):
    """Two wards with coordinators and a station each, as they were before a step; helpers that put a case and what lies in it."""
    for each in STEPS[:STEPS.index(step)]:
        runner.up(each)
    for number, name in ((1, "w"), (2, "v")):
        put("ward", id=number, code=name, name=name, quick_note=0, keep_days=7)
        for place, code in enumerate(("vhxh", "tramyte")):
            put("unit", id=number * 10 + place, ward_id=number, code=code, name=code, kind="x", position=0, receives=1, must_take=0,
                direct_in_danger=0, through_coordinator=0)
        put("person", id=f"p{number}", ward_id=number, unit_id=number * 10, role="coordinator", name=b"", created_at=1)

    def case(name, ward=1, state="open", offered_to=None):
        put("case_file", id=name, ward_id=ward, code=name, state=state, coordinator_id=f"p{ward}", opened_by_id=f"p{ward}", opened_at=1,
            changed_at=1, urgent=0, child=0, household_key="h", offered_to_id=offered_to)

    def record(name, **more):
        put("record", **{"id": name, "ward_id": 1, "author_id": "p1", "unit_id": 10, "form": "observation", "standing": "observation", "danger": 0,
                         "child": 0, "answers": b"", "made_at": 1, "received_at": 1, "marked": 0, "unverified": 0, **more})
    return case, record


def column(name, table):
    return dict(base.database.execute_sql(f"SELECT id, {name} FROM {table}").fetchall())


def test_numbers_of_before_are_found_in_a_table_of_their_own_and_all_texts_are_to_be_looked_through(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    case, record = a_ward_of_before(runner, "0056_every_number")
    case("k")
    record("r", contact_key="one")
    record("s")
    put("case_person", id="c", case_id="k", author_id="p1", part="affected", key="x", contact_key="two", made_at=1, received_at=1, removed=0)
    base.migrate()
    kept = base.database.execute_sql("SELECT subject_id, key FROM contact_key ORDER BY subject_id").fetchall()
    assert kept == [("c", "two"), ("r", "one"), ("unread", "unread"), ("unread", "unread")]
    runner.down("0056_every_number")
    assert column("contact_key", "record") == {"r": "one", "s": None} and column("contact_key", "case_person") == {"c": "two"}


def test_offers_that_a_case_left_behind_are_recalled_and_the_one_that_stands_is_kept(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    case, _record = a_ward_of_before(runner, "0057_what_undo_needs")
    for name, state, offered_to in (("open", "open", 2), ("closed", "closed", 2), ("merged", "merged", None), ("again", "open", None)):
        case(name, state=state, offered_to=offered_to)
        for number in (1, 2):
            put("handover", id=f"{name}-{number}", case_id=name, from_ward_id=1, to_ward_id=2, author_id="p1", state="offered", made_at=number,
                received_at=number)
    case("nobody", offered_to=2)
    base.migrate()
    assert {name for name, state in column("state", "handover").items() if state == "offered"} == {"open-2"}
    assert {name: ward for name, ward in column("offered_to_id", "case_file").items() if ward} == {"open": 2}
    told = base.database.execute_sql("SELECT case_id, kind, choice, author_id FROM case_event").fetchall()
    assert sorted(told) == sorted([("open", "handover", "recall", None), *[(name, "handover", "recall", None)
                                                                          for name in ("closed", "merged", "again") for _time in range(2)]])
    assert all(column("answered_at", "handover")[name] for name in ("open-1", "closed-2", "again-1"))


def test_what_lies_in_a_case_of_before_lies_where_the_case_is(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    case, record = a_ward_of_before(runner, "0057_what_undo_needs")
    case("here")
    case("moved", ward=2)
    # Mended twice: the newest knows its case, the earlier ones do not.
    record("r1", replaced_by="r2")
    record("r2", replaces="r1", replaced_by="r3")
    record("r3", replaces="r2", became="case", case_id="moved")
    for name, unit, state in (("ours", 10, "accepted"), ("station", 11, "sent")):
        put("referral", id=name, ward_id=1, author_id="p1", unit_id=unit, owner_id=10, urgency="normal", urgent=0, basis="agreed", answers=b"",
            state=state, made_at=1, received_at=1, marked=0, case_id="moved", from_case=0)
    put("referral", id="stays", ward_id=1, author_id="p1", unit_id=10, owner_id=10, urgency="normal", urgent=0, basis="agreed", answers=b"",
        state="sent", made_at=1, received_at=1, marked=0, case_id="here", from_case=0)
    put("task", id="t", ward_id=1, case_id="moved", author_id="p1", owner_id="p1", what="question", state="done", due_at=1, snoozed=0, made_at=1,
        received_at=1)
    # No violence: kept by the coordinators and mended since, sent elsewhere, a mistake, and one that was taken back.
    for name, unit, undone in (("kept", 10, None), ("sent", 11, None), ("mistake", None, None), ("back", 10, 5)):
        record(name, became="elsewhere" if undone is None else None, turn=undone, replaced_by="kept2" if name == "kept" else None)
        put("triage", id=name, ward_id=1, author_id="p1", choice="not-gbv", subject_id=name, subject_kind="record", unit_id=unit, made_at=1,
            received_at=1, undone_at=undone)
    record("kept2", replaces="kept", became="elsewhere")
    base.migrate()
    assert {column("case_id", "record")[name] for name in ("r1", "r2", "r3")} == {"moved"}
    assert column("ward_id", "referral") == {"ours": 2, "station": 2, "stays": 1} and column("ward_id", "task") == {"t": 2}
    assert column("unit_id", "referral") == {"ours": 20, "station": 11, "stays": 10}
    assert column("owner_id", "referral") == {"ours": 20, "station": 20, "stays": 10}
    became = column("became", "record")
    assert {name: became[name] for name in ("kept", "kept2", "sent", "mistake", "back")} == {
        "kept": "kept", "kept2": "kept", "sent": "elsewhere", "mistake": "ended", "back": None}


def test_what_was_given_before_there_was_a_case_lies_in_the_case_of_its_referral(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    case, _record = a_ward_of_before(runner, "0066_services_taken_out")
    case("moved", ward=2)
    for name, where in (("alone", None), ("brought", "moved")):
        put("referral", id=name, ward_id=1, author_id="p1", unit_id=11, owner_id=11, urgency="normal", urgent=0, basis="agreed", answers=b"",
            state="accepted", made_at=1, received_at=1, marked=0, case_id=where, from_case=0)
        put("service", id=name, ward_id=1, case_id=None, referral_id=name, author_id="p1", service="medical", step="received", entry_id=name,
            made_at=1, received_at=1)
    base.migrate()
    assert column("case_id", "service") == {"alone": None, "brought": "moved"} and column("ward_id", "service") == {"alone": 1, "brought": 2}


def test_care_of_before_keeps_its_hours_and_what_somebody_gave_themselves_has_none(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    case, _record = a_ward_of_before(runner, "0067_until_when_care")
    case("k")
    for name, what, snoozed in (("care", "care", 0), ("later", "care", 1), ("own", "care", 0), ("visit", "visit", 0)):
        put("task", id=name, ward_id=1, case_id="k", author_id="p1", owner_id="p1", what=what, state="open", due_at=9, turn=9, snoozed=snoozed,
            made_at=1, received_at=1)
    put("entry", id="own", ward_id=1, author_id="p1", enrolment_id="e", kind="task", seq=1, made_at=1, received_at=1, digest="d", marked=0)
    base.migrate()
    assert column("until", "task") == {"care": 9, "later": None, "own": None, "visit": None}


def test_what_was_refused_in_a_case_whose_opening_was_undone_goes_along_with_what_came_out_of_it(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    case, record = a_ward_of_before(runner, "0070_a_no_goes_along")
    for name, state in (("out", "undone"), ("again", "undone"), ("lost", "undone"), ("open", "open")):
        case(name, state=state)
        put("triage", id=name, ward_id=1, author_id="p1", choice="open", subject_id=f"r-{name}", subject_kind="record", made_at=1, received_at=1)
        for decision in ("withdrawn", "agreed"):
            put("consent", id=f"{name}-{decision}", ward_id=1, case_id=name, unit_id=11, author_id="p1", decision=decision, basis="agreed",
                limits_said=0, made_at=1, received_at=7)
    # Mended since, put into the next case, and gone.
    record("r-out", replaced_by="r-new")
    record("r-new", replaces="r-out")
    for name in ("again", "open"):
        record(f"r-{name}", case_id="open")
    base.migrate()
    along = "SELECT subject_id, case_id, decision, unit_id, received_at FROM consent WHERE subject_id IS NOT NULL ORDER BY subject_id"
    assert base.database.execute_sql(along).fetchall() == [("r-again", "open", "withdrawn", 11, 7), ("r-new", None, "withdrawn", 11, 7)]
    for step in reversed(STEPS[STEPS.index("0070_a_no_goes_along"):]):
        runner.down(step)
    assert len(column("decision", "consent")) == 8


def test_nothing_is_asked_of_phones_and_said_of_referrals_from_before_proofs(empty):
    runner = Runner(base.database.obj, base.MIGRATIONS)
    a_ward_of_before(runner, "0082_what_a_phone_proves")
    put("device", id="d", created_at=1)
    put("enrolment", id="e", person_id="p1", device_id="d", generation=0, renewed_at=1, created_at=1, last_contact_at=1, failures=0)
    put("referral", id="r", ward_id=1, author_id="p1", unit_id=11, owner_id=11, urgency="normal", urgent=0, basis="agreed", answers=b"",
        state="sent", made_at=1, received_at=1, marked=1, from_case=0)
    base.migrate()
    assert column("proof_due_at", "enrolment") == {"e": None} and column("unverified", "referral") == {"r": 0}
    runner.down("0082_what_a_phone_proves")
    assert column("marked", "referral") == {"r": 1} and column("created_at", "enrolment") == {"e": 1}
