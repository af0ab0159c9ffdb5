"""Writers of one process queue for the database: nobody is turned away, and what is written inside one transaction is one."""
import threading

import pytest
from peewee import SqliteDatabase

from db import base
from db.base import write
from db.models import Lease


@pytest.fixture
def impatient(tmp_path):
    """A database that waits for no lock: who does not queue before it fails at once."""
    before = base.database.obj
    base.database.initialize(SqliteDatabase(tmp_path / "queue.db", pragmas={"journal_mode": "wal", "busy_timeout": 0}, timeout=0))
    base.database.create_tables([Lease])
    yield
    base.database.close()
    base.database.initialize(before)


def test_threads_wait_for_each_other(impatient):
    inside, failed = threading.Event(), []

    def second():
        inside.wait()
        try:
            with write(), write():
                Lease.insert(name="second", holder="b", until=2, beat_at=2).execute()
        except Exception as reason:
            failed.append(reason)
        base.database.close()

    thread = threading.Thread(target=second)
    thread.start()
    with write():
        Lease.insert(name="first", holder="a", until=1, beat_at=1).execute()
        inside.set()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert not failed and [row.name for row in Lease.select().order_by(Lease.name)] == ["first", "second"]


def test_what_fails_leaves_nothing_and_keeps_nobody_waiting(impatient):
    with pytest.raises(RuntimeError), write():
        Lease.insert(name="first", holder="a", until=1, beat_at=1).execute()
        raise RuntimeError
    assert not Lease.select().exists()

    def other():
        with write():
            Lease.insert(name="other", holder="b", until=2, beat_at=2).execute()
        base.database.close()

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    thread.join(10)
    assert [row.name for row in Lease.select()] == ["other"]
