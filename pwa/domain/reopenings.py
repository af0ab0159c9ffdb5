"""Mở lại: what a closed case was still waiting for is waited for again, and a case that goes on has a next step."""
import uuid

from flask_babel import gettext as _

from db.models import Case, Task
from pwa.domain import cases, clocks, decisions, tasks


def take_up(batch, entry, case_id, closed_at):
    """After a case is at work again: what its end, at this moment, had dropped is to be done again, what awaited the decider is to be
    asked again, and of a case in which nothing was left whoever answers for it says what is next."""
    members, stands = cases.whole_in(batch, case_id), batch.find(Case, case_id)
    for task in [each for member in members for each in batch.all(Task, case=member, state="dropped", done_at=closed_at)]:
        # What somebody ended, or what ended with a unit's help, says so.
        if not task["done_entry"] and not task["answer"]:
            tasks.take_up(batch, entry, task, stands["coordinator"])
    for request in decisions.taken_back(batch, members, closed_at):
        decisions.ask_again(batch, entry, stands, request)
    if not any(batch.all(Task, case=member, state="open") for member in members):
        tasks.add(batch, entry, str(uuid.uuid5(uuid.UUID(entry.id), "next")), stands, stands["coordinator"], "other",
                  clocks.answer_by(stands["ward"], clocks.DAY, batch.received_at), _("Hồ sơ được mở lại: hãy ghi việc tiếp theo."))
