"""Rows of whole models: the same words of SQL and the same values as Peewee's own."""
import pytest
from peewee import ModelSelect

from db.models import ALL, Unit, Ward


def plain(model):
    """The same read as Peewee itself makes it."""
    return ModelSelect(model, model._meta.sorted_fields, is_default=True)


@pytest.mark.parametrize("model", ALL)
def test_all_columns_of_a_model_are_asked_for_in_the_words_of_peewee(units, model):
    key = model._meta.primary_key
    inner = Ward.select().where(Ward.id == 1)
    for select in (lambda query: query, lambda query: query.where(key.in_(["1", "2"])).order_by(key.desc()).limit(3),
                   lambda query: query.where(key.in_(query)), lambda query: query.where(key.in_(inner)).alias("many")):
        assert select(model.select()).sql() == select(plain(model)).sql()
    assert model.select(key).sql() == ModelSelect(model, [key]).sql()


def test_rows_come_as_peewee_makes_them(units):
    for ours, theirs in zip(Unit.select().order_by(Unit.id), plain(Unit).order_by(Unit.id), strict=True):
        assert ours.__data__ == theirs.__data__ and list(map(type, ours.__data__.values())) == list(map(type, theirs.__data__.values()))
        assert not ours.dirty_fields and ours.ward.code == "thanh-sen"
    assert {type(each.receives) for each in Unit.select()} == {bool}
    joined = Unit.select(Unit, Ward).join(Ward).get()
    assert joined.ward.name == "Thành Sen" and joined.receives is False
