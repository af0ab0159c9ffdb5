import pytest

from pwa import create_app
from pwa.config import Config
from tests.ward import Server, Ward


@pytest.fixture
def config(tmp_path):
    return Config(DATA_DIR=tmp_path / "data", KEY_DIR=tmp_path / "keys")


@pytest.fixture
def app(config):
    return create_app(config)


@pytest.fixture
def ward(app):
    return Ward(app)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One real ward for the tests of a file."""
    running = Server(tmp_path_factory.mktemp("ward")).start()
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path):
    """A real ward of one's own, to kill and to restart."""
    running = Server(tmp_path)
    yield running
    running.stop()
