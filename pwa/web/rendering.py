"""What spares a page the same work each time: parts that are alike on every page, and texts already translated."""
from functools import lru_cache
from itertools import count

from jinja2 import nodes
from jinja2.ext import Extension
from markupsafe import Markup

from pwa.language import MOST, gettext


def settle_in(environment):
    """Give the templates of an application, whose language is one setting, `once` and a quicker `_`."""
    environment.add_extension(Once)
    environment.globals["_"] = _translator()


class Once(Extension):
    """{% once %}…{% endonce %}: what says the same to everyone, on whatever page, is rendered the first time alone."""
    tags = frozenset({"once"})

    def __init__(self, environment):
        super().__init__(environment)
        self.numbers, self.rendered = count(), {}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        render = self.call_method("render", [nodes.Const(next(self.numbers))])
        return nodes.CallBlock(render, [], [], body).set_lineno(line)

    def render(self, number, caller):
        if number not in self.rendered:
            self.rendered[number] = caller()
        return self.rendered[number]


def _translator():
    @lru_cache(MOST)
    def translated(text):
        return Markup(gettext(text))

    def say(text, **values):
        """A text of ours for a page; values are escaped, and a percent sign stands doubled, as everywhere in gettext."""
        said = translated(text)
        return said % values if "%" in said else said
    return say
