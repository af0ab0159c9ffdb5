"""What came of a task: done with the next step said, left for later with a reason, or no longer needed."""
import uuid

from flask_babel import gettext as _

from db.models import Case, Record, Task
from pwa.crypto import columns
from pwa.domain import cases, data_requests, notices, states, tasks, timeline
from pwa.domain.clock import said
from pwa.domain.refused import Refused


def merge(batch, entry):
    """Complete, postpone or drop a task; a second completion is kept, and told what the first was."""
    values, person = entry.values, batch.deposit.person
    task = batch.find(Task, values["task"])
    if task is None or not (task["owner"] == person.id or (person.role == "coordinator" and task["ward"] == person.ward_id)):
        raise Refused("forbidden", _("Việc này không phải của bạn. Hãy hỏi điều phối viên của phường."))
    if task["done_entry"] and task["done_entry"] == values.get("over"):
        _open_again(batch, entry, task)
    state = states.after(states.TASK, task["state"], values["choice"])
    if state is None:
        raise Refused("conflict", f"{_did(task)} {cases.to_choose()}", task["case"])
    if task["what"] == "question":
        return _answer(batch, entry, task)
    data_requests.guard_task(batch, task, values["choice"])
    DO[values["choice"]](batch, entry, task)


def _did(task):
    """What the one who was faster made of a task."""
    at = said(task["done_at"])
    return _("Lúc %(time)s việc này đã được ghi là xong.", time=at) if task["state"] == "done" else _(
        "Lúc %(time)s việc này đã được ghi là không cần nữa.", time=at)


def _open_again(batch, entry, task):
    """What somebody made of it before is not what happens: neither the task's end nor the step they put after it."""
    state = states.after(states.TASK, task["state"], "redo")
    if state is None or (task["case"] and not _goes_on(batch, task)):
        return
    batch.change(Task, task["id"], state=state, turn=task["due_at"], done_at=None, done_by=None, done_entry=None)
    for following in batch.all(Task, after=task["id"], state="open"):
        batch.change(Task, following["id"], state="dropped", turn=None, done_at=batch.received_at, done_by=batch.deposit.person.id)
        if following["case"]:
            timeline.tell(batch, following["case"], "completion", entry, choice="drop", subject_id=following["id"],
                          what=following["what"])


def _finish(batch, entry, task):
    note, choice = entry.values.get("note"), entry.values["choice"]
    batch.change(Task, task["id"], state=states.after(states.TASK, task["state"], choice), turn=None, done_at=batch.received_at,
                 done_by=batch.deposit.person.id, done_entry=entry.id,
                 answer=columns.seal("task.answer", task["id"], note) if note else None)
    if task["case"]:
        timeline.tell(batch, task["case"], "completion", entry, choice=choice, subject_id=task["id"], words=note, what=task["what"])
        notices.tell(batch, notices.who_gave(task, task["case"]), "task-done", "case", task["case"])


def _goes_on(batch, task):
    """Whether the case of a task, or the one it was merged into, is at work."""
    return cases.upward(batch, task["case"])[-1]["state"] == "open"


def _done(batch, entry, task):
    values = entry.values
    if not values.get("next"):
        raise Refused("invalid", _("Hãy chọn bước tiếp theo, hoặc “Không còn việc nào”."))
    _finish(batch, entry, task)
    case = batch.find(Case, task["case"]) if task["case"] else None
    goes_on = _goes_on(batch, task) if case else task["record_id"]
    if goes_on and values["next"] != "none":
        tasks.add(batch, entry, str(uuid.uuid5(uuid.UUID(entry.id), "next")), case, task["owner"], values["next"],
                  tasks.due_moment(values.get("due"), values.get("on_date"), batch.received_at), after=task["id"],
                  record_id=None if case else task["record_id"])


def _snooze(batch, entry, task):
    values = entry.values
    due_at = tasks.due_moment(values.get("due"), values.get("on_date"), batch.received_at)
    if task["until"] and batch.received_at < task["until"] < due_at:
        raise Refused("invalid", _("Việc này phải làm trước %(time)s, không để lại lâu hơn được. Hãy chọn ngày sớm hơn; nếu bạn không làm "
                                   "được thì giao cho người khác ngay.", time=said(task["until"])), task["case"])
    batch.change(Task, task["id"], due_at=due_at, turn=due_at, snoozed=task["snoozed"] + 1)
    if task["case"]:
        timeline.tell(batch, task["case"], "completion", entry, choice="snooze", subject_id=task["id"], words=values.get("note"),
                      what=task["what"], reason=values["reason"], due_at=due_at)


def _answer(batch, entry, task):
    """Trả lời câu hỏi: only what the recorder already knew."""
    if not entry.values.get("note"):
        raise Refused("invalid", _("Hãy viết câu trả lời, hoặc “Không biết thêm”."))
    batch.change(Task, task["id"], state="done", turn=None, done_at=batch.received_at, done_by=batch.deposit.person.id, done_entry=entry.id,
                 answer=columns.seal("task.answer", task["id"], entry.values["note"]))
    record = next(iter(batch.all(Record, id=task["record_id"])), None)
    if record and record["became"] == "asked":
        batch.change(Record, record["id"], became=None)
    case_id = (record and record["case_id"]) or task["case"]
    if case_id:
        timeline.tell(batch, case_id, "completion", entry, choice="answered", subject_id=task["id"], words=entry.values["note"],
                      what="question")
    notices.tell(batch, notices.who_gave(task, case_id), "task-answered", "record", task["record_id"])


DO = {"done": _done, "drop": _finish, "snooze": _snooze}
