"""Every kind of notice has words in the inbox."""
import ast

from pwa.domain.notices import EVENTS
from tests.ward import ROOT


def told():
    """The names of all that is told anywhere: the third argument of notices.tell and notices.tell_now."""
    for path in (ROOT / "pwa").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("notices.tell", "notices.tell_now", "ring"):
                if isinstance(node.args[2], ast.JoinedStr):
                    continue
                yield from (each.value for each in ast.walk(node.args[2]) if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_whatever_is_told_has_words_in_the_inbox():
    names = set(told())
    assert {"record-new", "task-new", "case-reopened", "referral-assigned"} <= names
    assert names <= set(EVENTS)
