"""The one connection and the base of every model."""
import json
import threading
from contextlib import contextmanager
from functools import cache

from peewee import DatabaseProxy, Model, SqliteDatabase, TextField, __exception_wrapper__
from playhouse.db_url import connect as connect_url
from playhouse.migrations import Runner

from db.rows import Select

MIGRATIONS = __file__.rsplit("/", 1)[0] + "/migrations"

# secure_delete: a deleted narrative must not linger in free pages. synchronous FULL: a receipt is a promise.
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "secure_delete": 1,
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -16_000,
}

database = DatabaseProxy()
_turn = threading.RLock()


class BaseModel(Model):
    class Meta:
        database = database
        legacy_table_names = False

    @classmethod
    def select(cls, *fields):
        return Select(cls, fields or cls._meta.sorted_fields, is_default=not fields)


class JSONText(TextField):
    """A small list or object of codes, kept as text; never anything personal."""

    def db_value(self, value):
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def python_value(self, value):
        return None if value is None else json.loads(value)


def connect(url):
    """Bind the models to `url` (sqlite:///path, postgresql://…, cockroachdb://…); opens nothing yet."""
    if url.startswith("sqlite:///"):
        chosen = SqliteDatabase(url.removeprefix("sqlite:///"), pragmas=PRAGMAS, timeout=10)
    else:
        chosen = connect_url(url)
    database.initialize(chosen)
    return chosen


@contextmanager
def write():
    """One durable transaction; takes the write lock at once, so that two writers queue instead of failing."""
    if isinstance(database.obj, SqliteDatabase):
        # Threads of one process wait for each other here: SQLite would have them look again after ever longer pauses.
        with _turn, database.atomic("IMMEDIATE"):
            yield
    else:
        with database.atomic():
            yield


@cache
def _insert_statement(model, names):
    columns = ", ".join(f'"{model._meta.fields[name].column_name}"' for name in names)
    marks = ", ".join([database.obj.param] * len(names))
    return f'INSERT INTO "{model._meta.table_name}" ({columns}) VALUES ({marks})'


def insert_rows(model, rows):
    """Insert many rows of one model, dicts with the same keys; a tenth of the cost of building one statement for all."""
    names = tuple(rows[0])
    to_db = [model._meta.fields[name].db_value for name in names]
    values = [[convert(row[name]) for name, convert in zip(names, to_db, strict=True)] for row in rows]
    with __exception_wrapper__:
        database.cursor().executemany(_insert_statement(model, names), values)


@cache
def _update_statement(model, names):
    changes = ", ".join(f'"{model._meta.fields[name].column_name}" = {database.obj.param}' for name in names)
    return f'UPDATE "{model._meta.table_name}" SET {changes} WHERE "{model._meta.primary_key.column_name}" = {database.obj.param}'


def change_row(model, key, **values):
    """Change columns of the row with this primary key; for what is done with every request."""
    fields = [model._meta.fields[name] for name in values] + [model._meta.primary_key]
    given = [field.db_value(value) for field, value in zip(fields, [*values.values(), key], strict=True)]
    database.execute_sql(_update_statement(model, tuple(values)), given)


def exchange(field, rows):
    """Put one value in place of another, rows of (new value, primary key, old value); one changed meanwhile stays as it is."""
    model, mark = field.model, database.obj.param
    words = (f'UPDATE "{model._meta.table_name}" SET "{field.column_name}" = {mark} '
             f'WHERE "{model._meta.primary_key.column_name}" = {mark} AND "{field.column_name}" = {mark}')
    with __exception_wrapper__:
        database.cursor().executemany(words, rows)


def locked(query, **how):
    """Keep others from changing these rows until the transaction ends; SQLite has one writer and needs no such thing.

    `of` names the one model of a join that is meant, `skip_locked` leaves out what somebody else is changing.
    """
    return query.for_update(**how) if database.obj.for_update else query


def migrate():
    """Apply the migrations that are missing; answers their names."""
    return Runner(database.obj, MIGRATIONS).up()


def pending_migrations():
    return [step.name for step in Runner(database.obj, MIGRATIONS).status() if not step.applied]
