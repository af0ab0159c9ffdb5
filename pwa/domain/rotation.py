"""A new key for every sealed column while the ward works: rows are sealed anew a few at a time, each only if it is still as read."""
import time
from collections import Counter

from peewee import BlobField

from db.base import exchange, write
from db.models import ALL, Held, Service, Ward
from pwa.crypto import columns, keyring
from pwa.domain import audit

# What a value is bound to beside its place, where that is not the row's own id.
BOUND_TO = {Held.body: Held.entry_id, Held.errors: Held.entry_id, Service.note: Service.entry_id}
# Short, so that whoever wants to write waits for a few milliseconds at most.
AT_ONCE = 100
# A process may go on sealing with the old key for as long as it takes that one as known, and then commit.
SETTLE = 2 * keyring.FRESH


def sealed_columns():
    """(place, field, field the value is bound to) of every sealed column; a column of bytes is always sealed."""
    return [(f"{model._meta.table_name}.{field.name}", field, BOUND_TO.get(field, model._meta.primary_key))
            for model in ALL for field in model._meta.sorted_fields if isinstance(field, BlobField)]


def begin():
    """Make the new key, from which moment everything is sealed with it; answers its id."""
    key_id = keyring.current().add_column_key()
    for ward in Ward.select():
        audit.changed(None, "keys", key_id.hex(), ward_id=ward.id)
    time.sleep(SETTLE)
    return key_id


def rotate(rest=2.0, at_once=AT_ONCE):
    """Seal anew what another key still seals, resting `rest` times as long as each step took; yields (place, rows changed so far).

    May be stopped at any moment and begun again: rows that are done are passed over.
    """
    for place, field, bound in sealed_columns():
        changed = 0
        for rows in _walk(field, bound, at_once):
            began = time.perf_counter()
            anew = [(fresh, row_id, data) for row_id, bound_to, data in rows if (fresh := columns.reseal(place, bound_to, data))]
            if anew:
                with write():
                    exchange(field, anew)
                changed += len(anew)
                yield place, changed
                time.sleep(rest * (time.perf_counter() - began))


def check():
    """Open every sealed value; (place → key id → rows, sentences about values that do not open)."""
    keys, problems = {}, []
    for place, field, bound in sealed_columns():
        keys[place] = Counter()
        for rows in _walk(field, bound, 1000):
            for row_id, bound_to, data in rows:
                try:
                    columns.unseal(place, bound_to, data)
                    keys[place][columns.key_of(data).hex()] += 1
                except Exception as reason:
                    problems.append(f"{place} of row {row_id} does not open: {type(reason).__name__}.")
    return keys, problems


def _walk(field, bound, at_once):
    """Rows of a column in lists of (primary key, what it is bound to, sealed bytes), along the primary key."""
    model, key, last = field.model, field.model._meta.primary_key, None
    while True:
        query = model.select(key, bound, field).where(field.is_null(False)).order_by(key).limit(at_once)
        rows = list((query.where(key > last) if last is not None else query).tuples())
        if not rows:
            return
        yield [(row_id, bound_to, bytes(data)) for row_id, bound_to, data in rows]
        last = rows[-1][0]
