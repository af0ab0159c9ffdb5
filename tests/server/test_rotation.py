"""A new key for sealed columns: everything opens before, during and after; stopped at any moment it is finished by another run."""
import itertools
import re

import pytest
from peewee import BlobField

from db.base import database
from db.models import ALL, Audit, Contact, Held, Person, Record
from pwa.crypto import columns, keyring
from pwa.domain import held, people, preferences, records, rotation
from tests.server.test_rights import full as case_of_words
from tests.ward import ROOT

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(rotation, "SETTLE", 0)


@pytest.fixture
def full(own_ward):
    """A ward with something in every sealed column a phone can write now."""
    for number in range(7):
        record = own_ward.lan.record(narrative=f"Tiếng khóc {number}")
        referral = own_ward.lan.refer(record=record, unit="vhxh")
        own_ward.thu.answer(referral, "accept", note="Đã gọi")
    own_ward.lan.save("record", {"form_name": "observation"})
    with own_ward.app.app_context():
        database.connect(reuse_if_open=True)
        yield own_ward
        database.close()


def words():
    return sorted(records.answers(each)["narrative"] for each in Record.select())


WORDS = [f"Tiếng khóc {number}" for number in range(7)]


def keys_in_use():
    keys, problems = rotation.check()
    assert not problems
    return {key for counts in keys.values() for key in counts}


def test_every_sealed_column_is_known_and_no_place_is_sealed_that_is_not_one():
    places = {place for place, _field, _bound in rotation.sealed_columns()}
    sealed = {place for path in (ROOT / "pwa").rglob("*.py") for place in re.findall(r'seal\(\s*"([a-z_.]+)"', path.read_text())}
    assert sealed and sealed <= places
    assert len(places) == sum(isinstance(field, BlobField) for model in ALL for field in model._meta.sorted_fields)


def test_after_a_rotation_everything_is_under_the_new_key_and_reads_as_before(full):
    old = keys_in_use()
    key = rotation.begin().hex()
    assert key not in old and words() == WORDS
    list(rotation.rotate(rest=0))
    assert keys_in_use() == {key}
    assert words() == WORDS
    assert all(held.body(each) for each in Held.select())
    assert "lan" in {people.name_of(person) for person in Record.get().author.select()}


# A case with words in every place.
everywhere = case_of_words


def test_every_column_of_a_case_moves_to_the_new_key_bound_as_before(everywhere):
    ward, _case, _person = everywhere
    with ward.app.app_context():
        database.connect(reuse_if_open=True)
        key = rotation.begin().hex()
        list(rotation.rotate(rest=0))
        counts, problems = rotation.check()
        database.close()
    assert not problems and {each for column in counts.values() for each in column} == {key}
    filled = {place for place, column in counts.items() if column}
    assert {"service.note", "case_person.details", "risk.answers", "decision_request.words", "consent.note", "task.note"} <= filled


def test_how_people_are_reached_moves_along(full):
    person = Person.get_by_id(full.lan.me["person"])
    preferences.keep(person, None, None, [], "0912 345 678", "lan@example.vn")
    key = rotation.begin()
    list(rotation.rotate(rest=0))
    assert {columns.key_of(each) for each in Contact.select(Contact.phone, Contact.mail).tuples().get()} == {key}
    assert preferences.contact(person.id) == {"phone": "0912345678", "mail": "lan@example.vn"}


def test_a_new_key_alone_makes_no_phone_fetch_its_pages_anew(full):
    def etags():
        return {page["path"]: page["etag"] for page in full.thu.get("/pages").json["pages"]}
    before = etags()
    rotation.begin()
    list(rotation.rotate(rest=0))
    assert etags() == before and any(path.startswith("/records/") for path in before)


def test_while_it_runs_old_and_new_open_and_new_rows_come_under_the_new_key(full):
    key = rotation.begin()
    steps = rotation.rotate(rest=0, at_once=2)
    for _step in itertools.islice(steps, 4):
        assert words()[:7] == WORDS[:7]
    fresh = full.lan.record(narrative="Tiếng khóc mới")
    assert columns.key_of(Record.get_by_id(fresh).answers) == key
    list(steps)
    assert keys_in_use() == {key.hex()} and "Tiếng khóc mới" in words()


def test_stopped_and_resumed_it_does_each_row_once(full):
    rotation.begin()
    first = dict(itertools.islice(rotation.rotate(rest=0, at_once=2), 3))
    second = dict(rotation.rotate(rest=0, at_once=2))
    everything = sum(rotation.check()[0].values(), start=type(next(iter(rotation.check()[0].values())))()).total()
    assert sum(first.values()) + sum(second.values()) == everything
    assert dict(rotation.rotate(rest=0)) == {}


def test_a_row_changed_while_it_was_being_sealed_anew_keeps_the_change(full, monkeypatch):
    rotation.begin()
    exchange, victim = rotation.exchange, Record.get()

    def slow(field, rows):
        if field is Record.answers:
            Record.update(answers=columns.seal("record.answers", victim.id, {"narrative": "Đã sửa"})).where(Record.id == victim.id).execute()
        exchange(field, rows)

    monkeypatch.setattr(rotation, "exchange", slow)
    list(rotation.rotate(rest=0))
    assert records.answers(Record.get_by_id(victim.id)) == {"narrative": "Đã sửa"}


def test_another_process_seals_with_the_new_key_within_a_second(full, monkeypatch):
    other = keyring.Keyring(keyring.current().folder)
    before, _key = other.current_column_key()
    key = rotation.begin()
    assert other.current_column_key()[0] == before
    moment = keyring.time.monotonic() + keyring.FRESH
    monkeypatch.setattr(keyring.time, "monotonic", lambda: moment)
    assert other.current_column_key()[0] == key and key != before


def test_a_value_that_does_not_open_is_said_and_stops_nothing_else(full):
    record = Record.get()
    Record.update(answers=Record.select(Record.answers).where(Record.id != record.id).limit(1)).where(Record.id == record.id).execute()
    _keys, problems = rotation.check()
    assert problems == [f"record.answers of row {record.id} does not open: InvalidTag."]


def test_the_command_rotates_verifies_and_leaves_its_trace(full):
    database.close()
    result = full.app.test_cli_runner().invoke(args=["keys", "rotate-columns", "--rest", "0"])
    database.connect(reuse_if_open=True)
    assert result.exit_code == 0, result.output
    key = re.search(r"new key ([0-9a-f]{16})", result.output).group(1)
    assert "record.answers: 7 sealed anew" in result.output and f"Every value opens, under {key}." in result.output
    assert [row.subject_id for row in Audit.select().where(Audit.subject_kind == "keys")] == [key]


def test_the_check_says_when_a_rotation_is_not_finished(full):
    rotation.begin()
    database.close()
    runner = full.app.test_cli_runner()
    assert runner.invoke(args=["keys", "check-columns"]).exit_code == 1
    assert runner.invoke(args=["keys", "rotate-columns", "--resume"]).exit_code == 0
    assert runner.invoke(args=["keys", "check-columns"]).exit_code == 0
    database.connect(reuse_if_open=True)
