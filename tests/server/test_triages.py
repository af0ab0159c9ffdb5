"""What becomes of a matter that is not gender-based: it always has somebody."""
from db.models import Record, Task
from tests.server.test_cases import row, saved

KEPT = {"choice": "not-gbv", "reason": "social", "unit": "vhxh"}


def test_what_the_coordinators_keep_for_themselves_is_a_task_of_whoever_chose_so_until_it_is_done_or_undone(ward):
    record = ward.lan.record(danger="yes")
    task = saved(ward.thu.save("triage", {"record": record, **KEPT, "note": "Giúp làm thẻ bảo hiểm"}))
    found = row(ward, Task, task)
    assert (found.owner_id, found.record_id, found.state, found.case_id) == (ward.thu.me["person"], record, "open", None)
    page = ward.thu.get(f"/tasks/{task}").text
    assert task in ward.thu.get("/todo").text and "Giúp làm thẻ bảo hiểm" in page and f"/records/{record}" in page
    saved(ward.thu.save("completion", {"task": task, "choice": "done", "next": "call", "due": "tomorrow"}))
    [following] = ward.rows(Task.select().where(Task.after == task))
    assert (following.record_id, following.owner_id, following.state) == (record, ward.thu.me["person"], "open")
    other = ward.hoa.record()
    chosen = saved(ward.thu.save("triage", {"record": other, **KEPT}))
    saved(ward.kim.save("triage", {"choice": "undo", "triage": chosen}))
    assert row(ward, Task, chosen).state == "dropped" and row(ward, Record, other).turn
