"""Parts of pages rendered once: they are alike for everyone, and so may not know anybody; and texts as gettext says them."""
import re
from itertools import count

import pytest
from flask import Flask, render_template_string
from jinja2 import Environment, meta

from pwa import language
from pwa.web import rendering
from tests.ward import ROOT

PARTS = [(path, part) for path in sorted((ROOT / "templates").rglob("*.html"))
         for part in re.findall(r"{% once %}(.*?){% endonce %}", path.read_text(), re.S)]


def app_in(locale):
    made = Flask("pwa", root_path=str(ROOT / "pwa"))
    made.config["BABEL_DEFAULT_LOCALE"] = locale
    language.settle_in(made)
    rendering.settle_in(made.jinja_env)
    return made


@pytest.fixture
def vietnamese():
    app = app_in("vi")
    with app.test_request_context():
        yield app


def test_what_stands_in_once_is_rendered_once(vietnamese):
    page = "{% once %}<{{ next() }}>{% endonce %}{{ next() }}{% once %}<{{ next() }}>{% endonce %}"
    template, turns = vietnamese.jinja_env.from_string(page), count()
    vietnamese.jinja_env.globals["next"] = lambda: next(turns)
    assert [template.render(), template.render(), template.render()] == ["<0>1<2>", "<0>3<2>", "<0>4<2>"]
    assert vietnamese.jinja_env.from_string(page).render() == "<5>6<7>", "another template has parts of its own"


def test_what_is_rendered_once_knows_nobody():
    assert PARTS
    for path, part in PARTS:
        used = meta.find_undeclared_variables(Environment(extensions=["jinja2.ext.i18n"]).parse(part))
        assert used <= {"_", "icon", "STATES"}, path


def test_texts_are_said_as_gettext_says_them(vietnamese):
    assert render_template_string("{{ _('Mục chờ gửi: %(n)s', n='<b>') }}") == "Mục chờ gửi: &lt;b&gt;"
    assert render_template_string("{{ _('100%%') }}{{ _('<i>') }}") == "100%<i>"
    assert render_template_string("{{ _(word) }}", word="“Lưu”") == "“Lưu”"


def test_each_application_speaks_its_own_language(vietnamese):
    page = "{{ _('Khóa lại') }}{% once %} {{ _('Thoát nhanh') }}{% endonce %}"
    assert render_template_string(page) == "Khóa lại Thoát nhanh"
    with app_in("en").test_request_context():
        assert render_template_string(page) == "Lock Quick exit"
    assert render_template_string(page) == "Khóa lại Thoát nhanh"
