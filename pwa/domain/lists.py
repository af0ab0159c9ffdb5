"""The lists of chips, read from db/seed; the ward edits the file, never the code."""
import json
from functools import cache
from pathlib import Path

SEED = Path(__file__).parents[2] / "db" / "seed"
FILES = ("lists.json", "cases.json", "risk.json", "rights.json")


@cache
def all_lists():
    return {name: tuple((code, label) for code, label, *_ in rows)
            for file in FILES for name, rows in json.loads((SEED / file).read_text()).items()}


def choices(name):
    """The (code, label) pairs of one list."""
    return all_lists()[name]


@cache
def _labels(name):
    return dict(choices(name))


def label(name, code):
    return _labels(name).get(code, code)


@cache
def emergency_hotlines():
    """The national numbers every copy of the app carries, also before it knows its ward."""
    return tuple(line for line in json.loads((SEED / "hotlines.json").read_text()) if line["emergency"])
