"""Browser libraries are the ones that were pinned, byte for byte."""
import json
import shutil
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pwa import vendoring
from tests.ward import ROOT

PINS = json.loads(vendoring.PINS.read_text())


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the libraries, looked at in place of ours."""
    shutil.copytree(vendoring.STATIC / "vendor", tmp_path / "vendor")
    monkeypatch.setattr(vendoring, "STATIC", tmp_path)
    return tmp_path / "vendor"


def test_every_library_is_as_pinned():
    assert vendoring.verify() == []


@pytest.mark.parametrize("file", [pin["file"] for pin in PINS])
def test_one_changed_byte_is_noticed(copy, file):
    data = bytearray((copy / file).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / file).write_bytes(data)
    assert vendoring.verify() == [file]


@pytest.mark.parametrize("file", [pin["file"] for pin in PINS])
def test_a_missing_library_is_noticed(copy, file):
    (copy / file).unlink()
    assert vendoring.verify() == [file]


def test_every_script_in_the_folder_is_pinned():
    assert {path.name for path in (vendoring.STATIC / "vendor").iterdir() if path.suffix == ".js"} == {pin["file"] for pin in PINS}


def test_every_pin_names_an_exact_version_and_the_archive():
    for pin in PINS:
        assert pin["version"].replace(".", "").isdigit() and pin["integrity"].startswith("sha512-"), pin["package"]


def test_python_packages_are_pinned_too():
    for name in ("requirements.txt", "requirements-scale.txt", "tests/requirements.txt"):
        lines = [line.split("#")[0].split(";")[0].strip() for line in (ROOT / name).read_text().splitlines()]
        for line in filter(None, lines):
            assert "==" in line or line.startswith("-r"), (name, line)


def test_what_python_packages_need_themselves_is_pinned_too():
    pinned = {canonicalize_name(each.name): each for each in asked("requirements.txt") + asked("tests/requirements.txt")}
    needed = {name for each in pinned.values() for name in needs(each)}
    assert "babel" in needed, "Flask-Babel needs it: the list was not read"
    assert sorted(needed - set(pinned)) == []
    for name in needed:
        assert distribution(name).version in pinned[name].specifier, name


def asked(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    return [each for each in map(Requirement, lines) if not each.marker or each.marker.evaluate()]


def needs(package):
    """Names of the packages that one installed package needs here, with the extras that are asked of it."""
    for each in map(Requirement, distribution(package.name).requires or []):
        if not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in package.extras | {""}):
            yield canonicalize_name(each.name)
