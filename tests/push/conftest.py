import pytest

from pwa import create_app
from pwa.config import Config
from tests.chromium import WHOLE, BrowserPhone, chromium
from tests.push.firefox import Firefox
from tests.push.service import PushService
from tests.ward import Server, Ward, copy_of_seeded


@pytest.fixture(scope="session")
def browser():
    with chromium(WHOLE) as running:
        yield running


@pytest.fixture(scope="session")
def service():
    with PushService().running() as running:
        yield running


@pytest.fixture
def app(tmp_path):
    return create_app(copy_of_seeded(tmp_path))


@pytest.fixture
def own_server(tmp_path, service):
    """A real ward that may ring through our push service; not started yet."""
    made = Server(tmp_path, PUSH_EXTRA_HOSTS=service.host)
    yield made
    made.stop()


@pytest.fixture
def server(own_server):
    return own_server.start(worker=True)


@pytest.fixture
def cast(own_server):
    """The cast's phones, on the real ward's own folders: what they save, the real worker finds."""
    return Ward(create_app(Config.from_environment(own_server.environment)))


@pytest.fixture(scope="session")
def one_firefox(tmp_path_factory, service):
    with Firefox(tmp_path_factory.mktemp("firefox"), service) as running:
        yield running


@pytest.fixture
def firefox(one_firefox, own_server):
    """A phone with Firefox, fresh: every ward is a site of its own, and what one left goes before the next."""
    one_firefox.allow_notifications(own_server.url)
    yield one_firefox
    one_firefox.begin_anew(own_server.url)


@pytest.fixture
def phone(browser, server):
    """Makes phones with Chromium: phone("lan") is Lan's, enrolled."""
    made = []

    def make(name):
        made.append(BrowserPhone(browser, server))
        return made[-1].enrol(name)

    yield make
    for each in made:
        each.close()
