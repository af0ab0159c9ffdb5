"""Reads put together once: the right rows whatever the values, and nothing of a value is kept."""
import ast

import pytest

from db.models import Unit, Ward
from db.prepared import prepared
from tests.ward import ROOT


def test_a_prepared_read_answers_for_the_values_of_each_time(units):
    built = []

    @prepared
    def named(ward_id, code):
        built.append(1)
        return Unit.select().where(Unit.ward == ward_id, Unit.code == code)

    assert [[each.name for each in named(1, code)] for code in ("u-1", "u-5", "u-9", "u-1")] == [["Đơn vị 1"], ["Đơn vị 5"], [], ["Đơn vị 1"]]
    assert named(2, "u-1") == [] and len(built) == 1


def test_a_joined_read_is_prepared_with_what_it_joins(units):
    with_wards = prepared(lambda codes: Unit.select(Unit, Ward).join(Ward).where(Unit.code.in_(codes)))
    assert [(each.code, each.ward.name) for each in with_wards(["u-2", "u-3"])] == [("u-2", "Thành Sen"), ("u-3", "Thành Sen")]


def test_lists_of_any_length_share_a_few_statements(units):
    built = []

    @prepared
    def some(ids, most):
        built.append(1)
        return Unit.select(Unit.id).where(Unit.id.in_(ids)).order_by(Unit.id).limit(most).tuples()

    for wanted in ([], [2], [1, 2], (1, 2, 3), {1, 2, 3, 4}, [1, 2, 3, 4, 5], list(range(1, 6)) + [99] * 3):
        assert [row_id for (row_id,) in some(wanted, 10)] == sorted({each for each in wanted if each < 9})
    assert [row_id for (row_id,) in some([5, 4, 3], 2)] == [3, 4]
    assert len(built) == 5, "of none, one, two, four, eight"
    assert len(some(range(1, 20_000), 10)) == 5, "and none is too long for the database"


def test_values_are_kept_as_their_columns_keep_them(units):
    @prepared
    def receiving(yes, unit):
        return Unit.select(Unit.id).where(Unit.receives == yes, Unit.ward == unit)

    ward = Ward.get_by_id(1)
    assert len(receiving(True, ward)) == 2 and len(receiving(False, 1)) == 3
    assert receiving(True, ward)[0].id == 2


@pytest.mark.parametrize("look", [
    lambda value: Unit.select().where(Unit.id == value) if value else Unit.select(),
    lambda value: Unit.select().where(Unit.id == 1) if value == 1 else Unit.select(),
    lambda value: Unit.select().where(Unit.id == value + 1),
    lambda value: Unit.select().where(Unit.id.in_([each for each in value])),
    lambda value: Unit.select().where(Unit.id == int(value)),
    lambda value: Unit.select().where(Unit.code == {1: "u-1"}[value]),
    lambda value: Unit.select().where(Unit.id == 1) if value < 3 else Unit.select(),
])
def test_a_read_that_looks_at_a_value_cannot_be_prepared(units, look):
    with pytest.raises(TypeError):
        prepared(look)(1)


def test_a_prepared_read_knows_no_clock_and_nobody():
    """What is put together once may hold nothing of the moment, nor of whoever asked first: values alone change it."""
    files = [path for folder in ("db", "pwa") for path in (ROOT / folder).rglob("*.py") if "prepared import" in path.read_text()]
    assert files
    for path in files:
        tree = ast.parse(path.read_text())
        names = {name for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))
                 for name in ([node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])}
        assert {name for name in names if not name.startswith("db.")} <= {"functools", "peewee"}, path
