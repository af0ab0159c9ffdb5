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


def pytest_terminal_summary(terminalreporter):
    """Why a test was asked again: otherwise nobody ever learns it (docs/decisions/053)."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"asked again: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext[-2000:])
