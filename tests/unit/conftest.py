import pytest

from pwa.crypto import keyring


@pytest.fixture
def ring(tmp_path):
    """A fresh keyring, the current one."""
    return keyring.load(tmp_path / "keys")
