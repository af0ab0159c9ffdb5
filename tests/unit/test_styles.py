"""What a template calls a button is what the style knows, and can be read."""
import re

import pytest

from tests.ward import ROOT

STYLE = "".join((ROOT / "static" / "css" / name).read_text() for name in ("app.css", "cases.css"))
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", STYLE))
BUTTON = re.compile(r'class="(button\b[^"]*)"')
CHOSEN = re.compile(r"\{\{(.*?)\}\}")


def kinds():
    """Every word a button is called by in some template, also one that is chosen there."""
    for path in (ROOT / "templates").rglob("*.html"):
        for said in BUTTON.findall(path.read_text()):
            for text in (CHOSEN.sub(" ", said), *re.findall(r"'([^']*)'", " ".join(CHOSEN.findall(said)))):
                yield from text.split()


def light(colour):
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at:at + 2], 16) / 255 for at in (0, 2, 4)]
    return sum(weight * (part / 12.92 if part <= .04045 else ((part + .055) / 1.055) ** 2.4)
               for weight, part in zip((.2126, .7152, .0722), parts, strict=True))


def contrast(one, other):
    bright, dark = sorted((light(COLOURS[one]), light(COLOURS[other])), reverse=True)
    return (bright + .05) / (dark + .05)


def test_every_kind_of_button_has_a_style():
    found = set(kinds()) - {"button"}
    assert {"quiet", "grave", "big"} <= found
    assert [kind for kind in sorted(found) if f".button.{kind} {{" not in STYLE] == []


@pytest.mark.parametrize("kind", ["grave", "quiet"])
def test_a_button_can_be_read(kind):
    rule = re.search(rf"\.button\.{kind} {{(.*?)}}", STYLE).group(1)
    ground, ink = re.search(r"background: var\(--([\w-]+)\)", rule).group(1), re.search(r"(?<!-)color: var\(--([\w-]+)\)", rule).group(1)
    assert contrast(ground, ink) >= 4.5


def test_a_grave_button_does_not_lie_over_what_is_to_be_said_first():
    assert re.search(r"\.save:has\(\.grave\) {[^}]*position: static", STYLE)


def test_what_cannot_be_taken_back_is_asked_about_in_red():
    assert "color: var(--alarm)" in re.search(r"\.button\.grave {(.*?)}", STYLE).group(1)
    for name in ("forms/_action.html", "rights/show.html", "rights/retention.html", "rights/break_glass.html", "records/_own_actions.html"):
        assert "grave" in (ROOT / "templates" / name).read_text(), name
