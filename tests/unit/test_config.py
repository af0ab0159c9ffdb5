"""Settings: each typed, a wrong one stops the start with a sentence that names it."""
import re
from dataclasses import fields
from pathlib import Path

import pytest

from pwa import create_app
from pwa.config import BadSetting, Config
from tests.ward import ROOT

ONLINE = {"BASE_URL": "https://sotay.example.vn", "VAPID_SUBJECT": "mailto:phuong@example.vn"}
REDIS = {"LIMITS_URL": "redis://localhost"}
SERVERS = {**REDIS, "DATABASE_URL": "postgresql://localhost/sotay", "HUEY_URL": "redis://localhost"}


def test_nothing_needs_to_be_set():
    config = Config.from_environment({})
    assert config.base_url == "http://localhost:8000" and not config.secure
    assert config.database_url.endswith("var/data/sotay.db") and config.huey_url.endswith("var/data/queue.db")
    assert config.database_url != config.huey_url


def test_an_empty_setting_is_no_setting():
    assert Config.from_environment({"PORT": "", "BASE_URL": "  "}) == Config.from_environment({})


def test_every_setting_is_read_and_typed():
    config = Config.from_environment({
        "PORT": "8123", "BIND": "0.0.0.0", **ONLINE, "DATA_DIR": "/srv/a", "KEY_DIR": "/srv/b", **SERVERS, "WEB_CONCURRENCY": "3", "NODES": "2",
        "TRUSTED_PROXIES": "1", "PUSH_EXTRA_HOSTS": "Push.Example.vn:8443, localhost:9 ,", "INVITE_HOURS": "24", "IDLE_SECONDS": "60",
        "REVOKED_DAYS": "7", "LOCALE": "en", "TIMEZONE": "Asia/Bangkok"})
    assert (config.PORT, config.WEB_CONCURRENCY, config.NODES, config.TRUSTED_PROXIES) == (8123, 3, 2, 1)
    assert (config.INVITE_HOURS, config.IDLE_SECONDS, config.REVOKED_DAYS) == (24, 60, 7)
    assert (config.DATA_DIR, config.KEY_DIR) == (Path("/srv/a"), Path("/srv/b"))
    assert config.PUSH_EXTRA_HOSTS == ("push.example.vn:8443", "localhost:9")
    assert config.secure and config.base_url == ONLINE["BASE_URL"] and config.vapid_subject == ONLINE["VAPID_SUBJECT"]
    assert (config.LOCALE, config.TIMEZONE, config.BIND) == ("en", "Asia/Bangkok", "0.0.0.0")
    for each in fields(Config):
        assert isinstance(getattr(config, each.name), type(getattr(Config(), each.name))) or each.name.endswith("DIR"), each.name


def test_the_port_moves_the_address_with_it():
    assert Config.from_environment({"PORT": "9001"}).base_url == "http://localhost:9001"


BAD = [
    ("PORT", {"PORT": "http"}), ("PORT", {"PORT": "-1"}), ("PORT", {"PORT": "80.5"}), ("WEB_CONCURRENCY", {"WEB_CONCURRENCY": "many"}),
    ("NODES", {"NODES": "x"}), ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "nginx"}), ("INVITE_HOURS", {"INVITE_HOURS": "3 days"}),
    ("IDLE_SECONDS", {"IDLE_SECONDS": "5m"}), ("REVOKED_DAYS", {"REVOKED_DAYS": "-30"}),
    ("LOCALE", {"LOCALE": "fr"}),
    ("BASE_URL", {"BASE_URL": "sotay.example.vn"}), ("BASE_URL", {"BASE_URL": "ftp://sotay.example.vn"}), ("BASE_URL", {"BASE_URL": "https://"}),
    ("BASE_URL", {**ONLINE, "BASE_URL": "https://sotay.example.vn/"}), ("BASE_URL", {**ONLINE, "BASE_URL": "http://sotay.example.vn"}),
    ("BASE_URL", {**ONLINE, "BASE_URL": "https://sotay.example.vn/so"}), ("BASE_URL", {**ONLINE, "BASE_URL": "https://Sotay.example.vn"}),
    ("VAPID_SUBJECT", {"BASE_URL": ONLINE["BASE_URL"]}), ("VAPID_SUBJECT", {"VAPID_SUBJECT": "phuong@example.vn"}),
    ("VAPID_SUBJECT", {"VAPID_SUBJECT": "http://example.vn"}),
    ("KEY_DIR", {"DATA_DIR": "/srv/a", "KEY_DIR": "/srv/a"}), ("KEY_DIR", {"DATA_DIR": "/srv/a", "KEY_DIR": "/srv/a/keys"}),
    ("DATA_DIR", {"DATA_DIR": "/srv/a/data", "KEY_DIR": "/srv/a"}), ("KEY_DIR", {"DATA_DIR": "/srv/a", "KEY_DIR": "/srv/b/../a/keys"}),
    ("LIMITS_URL", {"WEB_CONCURRENCY": "2"}), ("LIMITS_URL", {**SERVERS, "NODES": "2", "LIMITS_URL": ""}),
    ("LIMITS_URL", {"WEB_CONCURRENCY": "2", "LIMITS_URL": "memory://"}),
    ("DATABASE_URL", {**SERVERS, "NODES": "2", "DATABASE_URL": ""}), ("HUEY_URL", {**SERVERS, "NODES": "2", "HUEY_URL": ""}),
]
OUT_OF_BOUNDS = [
    ("PORT", {"PORT": "70000"}), ("WEB_CONCURRENCY", {"WEB_CONCURRENCY": "0"}), ("INVITE_HOURS", {"INVITE_HOURS": "0"}),
    ("TIMEZONE", {"TIMEZONE": "Asia/Ha_Tinh"}), ("DATABASE_URL", {"DATABASE_URL": "tệp.db"}), ("HUEY_URL", {"HUEY_URL": "amqp://localhost"}),
    ("LIMITS_URL", {"LIMITS_URL": "redis"}),
    *(("PUSH_EXTRA_HOSTS", {"PUSH_EXTRA_HOSTS": hosts}) for hosts in (
        "http://push.example.vn", "push.example.vn/", "localhost:9, https://x", "push example.vn", "me@push.example.vn", "localhost:", ".vn")),
]


@pytest.mark.parametrize("name, environment", [*BAD, *OUT_OF_BOUNDS], ids=str)
def test_a_bad_value_stops_with_a_sentence_that_names_the_variable(name, environment):
    with pytest.raises(BadSetting) as stop:
        Config.from_environment(environment)
    sentence = str(stop.value)
    assert re.search(rf"\b{name}\b", sentence) and sentence.endswith(".") and " " in sentence


@pytest.mark.parametrize("environment", [
    {"WEB_CONCURRENCY": "2", **REDIS}, {**SERVERS, "NODES": "2"}, {"BASE_URL": "http://127.0.0.1:9000"}, ONLINE,
    {"DATA_DIR": "/srv/ab", "KEY_DIR": "/srv/a"}], ids=str)
def test_a_good_value_is_let_in(environment):
    assert Config.from_environment(environment)


def test_the_start_itself_reads_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "a"))
    monkeypatch.setenv("KEY_DIR", str(tmp_path / "a" / "keys"))
    with pytest.raises(BadSetting):
        create_app()
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["LIMITS_URL", "HUEY_URL"])
def test_a_server_whose_package_is_not_installed_stops_the_start_with_a_sentence(monkeypatch, tmp_path, name):
    monkeypatch.setattr("pwa.config.find_spec", lambda package: None)
    config = Config(**{name: "redis://localhost"}, DATA_DIR=tmp_path / "a", KEY_DIR=tmp_path / "b")
    with pytest.raises(BadSetting, match=rf"^{name} needs the package redis\..*requirements-scale\.txt"):
        create_app(config)
    assert not (tmp_path / "a").exists()


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    rows = {line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")}
    assert {each.name for each in fields(Config)} <= rows


def test_the_readme_knows_no_setting_that_is_not_there():
    table = (ROOT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.M)) == {each.name for each in fields(Config)}
