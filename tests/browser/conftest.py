import random

import pytest

from tests.chromium import BrowserPhone, chromium


@pytest.fixture(scope="session")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def namesake():
    """Digits behind every name of one test, so that nobody's book holds the rows of another test."""
    return str(random.randrange(10**6, 10**7))


@pytest.fixture
def phone(browser, server, namesake):
    """Makes phones: phone("lan") is the enrolled phone of this test's Lan; `on` another server than the file's."""
    made = []

    def make(name=None, on=None, **options):
        made.append(BrowserPhone(browser, on or server, **options))
        return made[-1].enrol(name, namesake) if name else made[-1]

    yield make
    for each in made:
        each.close()
