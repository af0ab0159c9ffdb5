"""Server tests start from a ward that is already migrated and seeded: made once, its database copied for each test."""
import re
import shutil

import pytest

from db import base
from db.models import Reading
from pwa import create_app
from pwa.crypto import keyring
from pwa.domain.clock import now
from pwa.extensions import limiter
from tests.ward import CAST, Phone, Ward, copy_of_seeded, seeded

HTTPS = {"BASE_URL": "https://sotay.example.vn", "VAPID_SUBJECT": "mailto:phuong@example.vn"}


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory):
    return create_app(copy_of_seeded(tmp_path_factory.mktemp("shared")))


@pytest.fixture
def app(shared_app, tmp_path):
    """The one application, on a database and with counters of the test's own: making one anew costs more than the test."""
    shutil.copy(seeded() / "data" / "sotay.db", tmp_path / "sotay.db")
    base.connect(f"sqlite:///{tmp_path}/sotay.db")
    keyring.load(shared_app.config["SOTAY"].KEY_DIR)
    limiter.reset()
    yield shared_app
    base.database.close()


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory, shared_app):
    """A database in which the whole cast is enrolled, and each one's phone: {name: (me, salt, cookies)}."""
    path = tmp_path_factory.mktemp("enrolled") / "sotay.db"
    shutil.copy(seeded() / "data" / "sotay.db", path)
    base.connect(f"sqlite:///{path}")
    keyring.load(shared_app.config["SOTAY"].KEY_DIR)
    ward = Ward(shared_app)
    phones = {name: kept(phone_at(ward, f"10.2.0.{number}", ward.invite(name))) for number, name in enumerate(CAST, 1)}
    base.database.close()
    return path, phones


def kept(phone):
    """What it takes to go on with a phone later: (me, salt, cookies)."""
    cookies = {each: phone.client.get_cookie(each).value for each in ("sotay-" + phone.me["enrolment"], "sotay-read", "sotay-open")}
    return phone.me, phone.salt, cookies


@pytest.fixture
def cast(enrolled, app, tmp_path):
    """A ward in which everyone has a phone, and has just unlocked it, before anything happens."""
    return go_on(*enrolled, app, tmp_path / "cast.db")


def go_on(path, phones, app, copy):
    """A ward as it was left in the database at `path`, in a copy of it, with these phones just unlocked."""
    base.database.close()
    shutil.copy(path, copy)
    base.connect(f"sqlite:///{copy}")
    ward = Ward(app)
    Reading.update(gesture_at=now()).execute()
    for name, (me, salt, cookies) in phones.items():
        ward._phones[name] = phone = Phone(app)
        phone.me, phone.salt = dict(me), salt
        for each, value in cookies.items():
            phone.client.set_cookie(each, value)
    return ward


@pytest.fixture
def own_ward(tmp_path):
    """A ward with an application and folders of its own."""
    return Ward(create_app(copy_of_seeded(tmp_path)))


@pytest.fixture
def secure_ward(tmp_path):
    """A ward as it stands on the internet."""
    return Ward(create_app(copy_of_seeded(tmp_path, **HTTPS)))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """One ward for all tests of a file that only read, or that each bring what they need; not beside the others in one file."""
    # Its phones are used for as long as a file's tests run, without a gesture in between.
    return Ward(create_app(copy_of_seeded(tmp_path_factory.mktemp("town"), IDLE_SECONDS=3600)))


def path_of(rule):
    """A route's path with its placeholders known by their names alone, whatever their converters."""
    return re.sub(r"<[^>]*:(\w+)>", r"<\1>", rule.rule)


def phone_at(ward, address, link=None):
    """A phone with an address of its own, as phones have: rates are counted by it."""
    phone = Phone(ward.app)
    phone.client.environ_base["REMOTE_ADDR"] = address
    return phone.enrol(link) if link else phone
