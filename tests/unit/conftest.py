import pytest
from peewee import SqliteDatabase

from db import base
from db.models import ALL, Unit, Ward
from pwa.crypto import keyring

UNITS = [{"ward": 1, "code": f"u-{n}", "name": f"Đơn vị {n}", "kind": "agency", "position": n, "receives": n % 2 == 0} for n in range(1, 6)]


@pytest.fixture
def ring(tmp_path):
    """A fresh keyring, the current one."""
    return keyring.load(tmp_path / "keys")


@pytest.fixture
def units():
    """A database in memory with a ward and five units."""
    before = base.database.obj
    base.database.initialize(SqliteDatabase(":memory:"))
    base.database.create_tables(ALL)
    Ward.create(id=1, code="thanh-sen", name="Thành Sen")
    for unit in UNITS:
        Unit.create(**unit)
    yield
    base.database.close()
    base.database.initialize(before)
