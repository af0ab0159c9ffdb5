"""Reads that every page asks: put together once, asked with other values each time. Putting one together costs Peewee ten times
what SQLite takes to answer it."""
from collections.abc import Collection
from functools import lru_cache, wraps

from peewee import Node

from db.base import database

# Statements kept; a read has one for each number of values its lists may hold, and those are few (`_fill`).
MOST = 256
# Longer lists are rare, and a database takes only so many values.
LONG = 1024


def prepared(read):
    """Make a function of values that answers a query one that answers its rows, and puts it together once.

    While it is put together each value is a `Blank`. Nothing can be kept with it: whatever would look at a value then raises, and
    the read takes nothing but values and knows no clock (tests/unit/test_prepared.py). A collection stands for as many as it holds.
    """
    @wraps(read)
    def ask(*values):
        values = [_fill(value) if isinstance(value, Collection) and not isinstance(value, (str, bytes)) else value for value in values]
        shape = tuple(len(value) if isinstance(value, list) else None for value in values)
        return _statement(read, shape, type(database.obj)).rows(values)
    return ask


def _fill(values):
    """As many values as the next power of two, the last one again and again: lists of any length share a few statements."""
    values = list(values)
    if not values or len(values) > LONG:
        return values
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))


@lru_cache(MOST)
def _statement(read, shape, _database):
    return Statement(read(*[Blank(place, amount) for place, amount in enumerate(shape)]))


class Statement:
    """The SQL of a query and what goes into its blanks."""

    def __init__(self, query):
        self.query = query
        self.sql, self.parts = database.obj.get_sql_context().parse(query)

    def rows(self, values):
        given = []
        for part in self.parts:
            given += part.of(values) if isinstance(part, Filling) else [part]
        cursor = database.execute_sql(self.sql, given)
        wrapper = self.query._get_cursor_wrapper(cursor)
        wrapper.initialize()
        return [wrapper.process_row(row) for row in cursor.fetchall()]


class Filling:
    """Which value goes into a blank, and how the column it is compared with keeps it."""

    def __init__(self, place, many, convert):
        self.place, self.many, self.convert = place, many, convert or (lambda value: value)

    def of(self, values):
        value = values[self.place]
        return [self.convert(each) for each in value] if self.many else [self.convert(value)]


class Blank(Node):
    """Stands for a value, or for `amount` of them, while a read is put together; it is for SQL alone to compare."""

    def __init__(self, place, amount):
        self.place, self.amount = place, amount

    def __sql__(self, ctx):
        ctx.value(Filling(self.place, self.amount is not None, ctx.state.converter), converter=False, add_param=False)
        mark = ctx.state.param
        return ctx.literal(mark if self.amount is None else f"({', '.join([mark] * self.amount)})")

    def _look(self, *_others):
        raise TypeError("A prepared read may not look at its values: they change, and it does not.")

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __len__ = __iter__ = __contains__ = __getitem__ = _look
