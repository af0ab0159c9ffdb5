"""What becomes of a matter that is not gender-based: it always has somebody."""
import re

from db.models import Record, Task
from tests.server.test_cases import row, saved, sentence

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


def test_the_recorder_is_told_truly_who_sees_to_what_is_no_violence(ward):
    def line(phone, record):
        return re.search(r'data-slot="state"[^>]*>([^<]*)</span>\s*<span[^>]* data-slot="line">([^<]*)<', phone.get(f"/records/{record}").text).groups()
    kept, sent, mistake = (ward.lan.record() for _time in range(3))
    task = saved(ward.thu.save("triage", {"record": kept, **KEPT}))
    saved(ward.thu.save("triage", {"record": sent, **KEPT, "unit": "phunu"}))
    undone = saved(ward.thu.save("triage", {"record": mistake, "choice": "not-gbv", "reason": "mistake"}))
    taken, ended = ("Đã tiếp nhận", "Phường đang lo việc này"), ("Đã kết thúc", "")
    assert [line(ward.lan, each) for each in (kept, sent, mistake)] == [taken, ("Đã chuyển đúng nơi", "Nơi khác lo việc này"), ended]
    mended = ward.lan.record(replaces=kept)
    assert line(ward.lan, mended) == taken and "Phường đang lo việc này" in ward.lan.get("/records/rows").text
    saved(ward.thu.save("completion", {"task": task, "choice": "done", "next": "none"}))
    assert line(ward.lan, mended) == ended
    assert "không chuyển đi đâu" in sentence(ward.kim, "triage", {"record": mended, "choice": "open"})[1]
    saved(ward.kim.save("triage", {"choice": "undo", "triage": undone}))
    assert row(ward, Record, mistake).turn and line(ward.lan, mistake)[0] == "Đã nhận"
