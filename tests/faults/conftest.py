import random

import pytest

from tests.chromium import BrowserPhone, chromium
from tests.faults.proxy import behind_network


@pytest.fixture(scope="session")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def ward_of_file(tmp_path_factory):
    with behind_network(tmp_path_factory.mktemp("ward")) as running:
        yield running


@pytest.fixture
def ward(ward_of_file):
    """One real ward for the tests of a file, behind a network that can fail."""
    yield ward_of_file
    ward_of_file.network.heal()
    ward_of_file.network.log.clear()


@pytest.fixture
def own_ward(tmp_path):
    """A real ward of one's own behind a network of one's own, to kill, restart and replace."""
    with behind_network(tmp_path) as running:
        yield running


@pytest.fixture
def namesake():
    """Digits behind every name of one test, so that nobody's book holds the rows of another test."""
    return str(random.randrange(10**6, 10**7))


@pytest.fixture
def phone(browser, request, namesake):
    """Makes phones: phone("lan") is the enrolled phone of this test's Lan, on the ward of the file unless `on` says another."""
    made = []

    def make(name=None, on=None, **options):
        made.append(BrowserPhone(browser, on or request.getfixturevalue("ward"), **options))
        return made[-1].enrol(name, namesake) if name else made[-1]

    yield make
    for each in made:
        each.close()
