"""Rows of whole models, asked for and taken as they come: that Peewee names each column and sets each field anew took a good part of
a page's time."""
import sqlite3
from functools import cache

from peewee import (AutoField, BigIntegerField, BlobField, CharField, CursorWrapper, FixedCharField, ForeignKeyField, IntegerField,
                    ModelSelect, TextField)

# Fields whose values are what the database gives.
PLAIN = (IntegerField, BigIntegerField, AutoField, CharField, TextField, BlobField)


class Select(ModelSelect):
    """A read of a model; of all its columns, their names are written once, and its rows are `Rows`."""

    def __sql_selection__(self, ctx, is_subquery=False):
        if is_subquery or not self._is_default:
            return super().__sql_selection__(ctx, is_subquery)
        return ctx.literal(_columns(self.model, ctx.alias_manager[self.model._meta.table]))

    def _get_model_cursor_wrapper(self, cursor):
        if self._is_default and not self._joins and len(self._from_list) == 1:
            return Rows(cursor, self.model)
        return super()._get_model_cursor_wrapper(cursor)


class Rows(CursorWrapper):
    """Rows with all columns of one model, in the order in which it names them."""

    def __init__(self, cursor, model):
        super().__init__(cursor)
        self.model, self.names, self.converted = model, *_fields(model, isinstance(cursor, sqlite3.Cursor))

    def process_row(self, row):
        made = self.model(__no_default__=True)
        values = made.__data__
        values.update(zip(self.names, row, strict=True))
        for name, convert in self.converted:
            if values[name] is not None:
                values[name] = convert(values[name])
        return made


@cache
def _columns(model, alias):
    return ", ".join(f'"{alias}"."{field.column_name}"' for field in model._meta.sorted_fields)


@cache
def _fields(model, in_sqlite):
    """Names of a model's fields, and (name, function) of those whose values are not plain."""
    # CHAR is filled up with blanks, but not by SQLite.
    fields, plain = model._meta.sorted_fields, PLAIN + (FixedCharField,) * in_sqlite
    return [field.name for field in fields], [(field.name, field.python_value) for field in fields if type(_kind(field)) not in plain]


def _kind(field):
    return _kind(field.rel_field) if isinstance(field, ForeignKeyField) else field
