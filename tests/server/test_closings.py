"""What a case's end leaves undone, and what it must not."""
import pytest

from db.models import Task
from tests.server.test_cases import opened, row, saved

CLOSE = {"choice": "close", "outcome": "safe", "said": "better"}


@pytest.mark.parametrize("end", ["close", "undo"])
def test_what_the_law_asks_for_about_data_outlives_the_case(ward, end):
    _record, case = opened(ward)
    person = saved(ward.thu.save("person", {"case": case, "part": "affected"}))
    saved(ward.thu.save("data-request", {"case": case, "person": person, "what": "delete", "asked_by": "self"}))
    visit = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "today"}))
    how = {"close": ("closing", {"case": case, **CLOSE}), "undo": ("triage", {"choice": "undo", "triage": case})}
    saved(ward.thu.save(*how[end]))
    states = {each.id: each.state for each in ward.rows(Task.select())}
    assert states.pop(visit) == "dropped" and list(states.values()) == ["open", "open"]
    [legal, _other] = states
    assert legal in ward.thu.get("/todo").text
    saved(ward.thu.save("completion", {"task": legal, "choice": "done", "next": "none"}))
    assert row(ward, Task, legal).state == "done"
