"""Imports run one way: {web, tasks, ticker, cli} → forms → domain → {db, crypto}; tasks → ringing → push; db knows nobody."""
import ast
import re

import pytest

from tests.ward import ROOT

# What each part may import of ours. `pwa` alone is the application factory's module.
MAY = {
    "db": {"db"},
    "pwa.crypto": {"pwa.crypto"},
    "pwa.push": {"pwa.push"},
    "pwa.domain": {"pwa.domain", "pwa.crypto", "db"},
    "pwa.forms": {"pwa.forms", "pwa.domain", "pwa.language"},
    "pwa.ringing": {"pwa.push", "pwa.domain", "pwa.crypto", "db"},
    "pwa.ticker": {"pwa.ringing", "pwa.domain", "db"},
    "pwa.tasks": {"pwa.ringing", "pwa.forms", "pwa.domain", "pwa.crypto", "db"},
    "pwa.cli": {"pwa.forms", "pwa.domain", "pwa.crypto", "db"},
    "pwa.web": {"pwa.web", "pwa.tasks", "pwa.forms", "pwa.domain", "pwa.crypto", "db", "pwa.extensions", "pwa.assets", "pwa.language",
                "pwa"},
}
# pywebpush and what it is made of.
PUSH_PARTS = {"pywebpush", "http_ece", "py_vapid"}
FRAMEWORK = PUSH_PARTS | {"flask", "flask_wtf", "flask_limiter", "flask_htmx", "flask_compress", "werkzeug", "wtforms", "huey", "requests"}
# Which frameworks a part may use, beside flask_babel for its words.
USES = {"db": set(), "pwa.crypto": set(), "pwa.domain": set(), "pwa.push": PUSH_PARTS,
        "pwa.forms": {"flask_wtf", "wtforms", "werkzeug"}}
FILES = [path for folder in ("pwa", "db") for path in sorted((ROOT / folder).rglob("*.py"))]


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def part_of(module):
    """The part a module belongs to: the longest name in MAY it begins with, or its own first two words."""
    return next((part for part in MAY if module == part or module.startswith(part + ".")), ".".join(module.split(".")[:2]))


def imports(path):
    """Every module a file imports, wherever in it."""
    package = module_of(path).split(".")[:None if path.name == "__init__.py" else -1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[:len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                submodule = ROOT.joinpath(*module.split("."), alias.name)
                yield f"{module}.{alias.name}" if submodule.with_suffix(".py").exists() or submodule.is_dir() else module


@pytest.mark.parametrize("part", MAY)
def test_a_part_imports_only_what_lies_below_it(part):
    files = [path for path in FILES if part_of(module_of(path)) == part]
    assert files
    wrong = [(module_of(path), name) for path in files for name in imports(path)
             if name.split(".")[0] in ("pwa", "db") and part_of(name) not in MAY[part]]
    assert not wrong


@pytest.mark.parametrize("part", USES)
def test_rules_know_no_framework(part):
    wrong = [(module_of(path), name) for path in FILES if part_of(module_of(path)) == part for name in imports(path)
             if name.split(".")[0] in FRAMEWORK - USES[part]]
    assert not wrong


def test_only_the_ringing_knows_push_services():
    assert {module_of(path) for path in FILES for name in imports(path)
            if name.startswith("pwa.push") and part_of(module_of(path)) != "pwa.push"} == {"pwa.ringing"}
    assert {module_of(path) for path in FILES for name in imports(path) if name.split(".")[0] in PUSH_PARTS} == {"pwa.push.sender"}


def test_nothing_of_ours_imports_the_tests():
    assert not [path for path in FILES for name in imports(path) if name.split(".")[0] in ("tests", "bench")]


def test_the_walk_sees_imports_inside_functions_and_of_submodules():
    seen = set(imports(ROOT / "pwa" / "ringing.py"))
    assert {"pwa.push.sender", "pwa.domain.deliveries"} <= seen
    assert "pwa.web.identity" in set(imports(ROOT / "pwa" / "web" / "records.py"))
    assert part_of("pwa.web.identity") == "pwa.web" and part_of("pwa") == "pwa" and part_of("pwa.assets") == "pwa.assets"


def test_scripts_import_only_from_addresses_that_change_with_them():
    """The worker's script alone names the tree of its version; beyond it every import is relative (docs/decisions/066)."""
    written = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")
    modules = [path for folder in ("static/js", "service_worker") for path in (ROOT / folder).glob("*.js")]
    found = [(path.name, address) for path in modules for address in written.findall(path.read_text())]
    assert len(found) > 100 and not [each for each in found if not each[1].startswith(("./", "../"))]
    assert written.findall((ROOT / "templates/worker.js").read_text()) == ["/_/{{ version }}/service_worker/sw.js"]
