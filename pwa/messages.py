"""Words on screen: Vietnamese in the code and in db/seed, English in pwa/translations/en.

    python -m pwa.messages        bring the English catalogue up to date and compile it; says what has no English yet
"""
import json
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from pwa.assets import ROOT
from pwa.domain import classifications, lists

ENGLISH = Path(__file__).parent / "translations" / "en" / "LC_MESSAGES"
METHODS = [("pwa/**.py", "python"), ("templates/**.html", "jinja2")]
SEED = ROOT / "db" / "seed"


def found():
    """Every message of the code, the templates and the lists, as a catalogue without translations."""
    catalog = Catalog(project="Sổ tay", version="1", copyright_holder="Sổ tay", fuzzy=False)
    keywords = {"_": None, "gettext": None, "lazy_gettext": None}
    options = {"templates/**.html": {"trim_blocks": "true", "silent": "false", "extensions": "pwa.web.rendering.Once"}}
    for file, _line, message, _comments, _context in extract_from_dir(ROOT, METHODS, options, keywords):
        if not file.startswith((".venv", "node_modules")):
            catalog.add(message, locations=[(file, 0)])
    for label in labels():
        catalog.add(label, locations=[("db/seed", 0)])
    return catalog


def labels():
    """Labels of chips, hotlines and holidays; codes like 111 need no translation."""
    rows = [label for options in lists.all_lists().values() for _code, label in options] + list(classifications.TYPES.values())
    rows += [line["name"] for line in json.loads((SEED / "hotlines.json").read_text())]
    rows += [name for _day, name in json.loads((SEED / "clocks.json").read_text())["holidays"]]
    return [row for row in dict.fromkeys(rows) if re.search(r"[^\d\s–-]", row)]


def english():
    with (ENGLISH / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def missing():
    """Messages that have no English."""
    known = english()
    return [message.id for message in found() if message.id and not (known.get(message.id) and known.get(message.id).string)]


def update():
    catalog = english() if (ENGLISH / "messages.po").exists() else Catalog(locale="en")
    catalog.update(found(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    ENGLISH.mkdir(parents=True, exist_ok=True)
    with (ENGLISH / "messages.po").open("wb") as file:
        write_po(file, catalog, width=0, omit_header=False, sort_output=True, no_location=True)
    with (ENGLISH / "messages.mo").open("wb") as file:
        write_mo(file, catalog)


if __name__ == "__main__":
    update()
    for message in missing():
        print(message)
