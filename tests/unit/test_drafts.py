"""No page lets a half-filled form be lost: every template that holds one also offers what was left in it."""
import re

from jinja2 import Environment, FileSystemLoader, nodes

from pwa.web.rendering import Once
from tests.ward import ROOT

TEMPLATES = ROOT / "templates"
OFFER = "forms/_draft.html"
reader = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n", "jinja2.ext.do", Once])


def parts(name, found=None):
    """A template and all it is made of: what it extends, what it includes, and so on."""
    found = {} if found is None else found
    if name not in found:
        found[name] = tree = reader.parse((TEMPLATES / name).read_text())
        for node in tree.find_all((nodes.Extends, nodes.Include)):
            assert isinstance(node.template, nodes.Const), f"{name}: a part that is chosen at runtime hides its forms from this test"
            parts(node.template.value, found)
    return found


def holds_a_form(tree):
    return any(block.call.node.name == "entry_form" for block in tree.find_all(nodes.CallBlock) if isinstance(block.call.node, nodes.Name))


def pages():
    """Templates that are whole pages, with all their parts."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        found = parts(str(path.relative_to(TEMPLATES)))
        if "base.html" in found and not path.name.startswith("_"):
            yield str(path.relative_to(TEMPLATES)), found


def test_every_page_with_an_entry_form_offers_what_was_half_written():
    with_forms = {name: found for name, found in pages() if any(map(holds_a_form, found.values()))}
    assert len(with_forms) > 20 and {"records/show.html", "cases/show.html", "cases/forms/note.html"} <= set(with_forms)
    assert [name for name, found in with_forms.items() if OFFER not in found] == []


SETTING = re.compile(r'<form(?![^>]*enctype)[^>]*method="post".*?</form>', re.S)
TO_FILL = re.compile(r'<select|<textarea|type="(?!hidden|submit)|\bfields?\(|(?:form|week|day)(?:\.(?!hidden_tag|csrf_token|errors)\w+|\[\w+\])\(|field\(')
# One tick that says that one is sure, which is to be given anew.
A_TICK = {"rights/retention.html"}


def holds_a_setting(name):
    return any(TO_FILL.search(form) for form in SETTING.findall((TEMPLATES / name).read_text()) if "data-entry-form" not in form)


def test_every_page_with_something_to_set_offers_what_was_half_written():
    with_settings = {name: found for name, found in pages() if any(map(holds_a_setting, found))}
    assert {"clocks/index.html", "rosters/show.html", "people/index.html", "rights/break_glass.html", "preferences/show.html"} <= set(with_settings)
    assert [name for name, found in with_settings.items() if OFFER not in found and name not in A_TICK] == []


def test_every_entry_form_stands_in_a_page():
    """Whatever calls the macro is reached by the test above."""
    reached = {name for _page, found in pages() for name in found}
    callers = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "entry_form(" in path.read_text()}
    assert callers - reached == {"records/_entry_form.html"}
    marked = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "data-entry-form" in path.read_text()}
    assert marked == {"records/_entry_form.html"}, "an entry form that is written without the macro"
