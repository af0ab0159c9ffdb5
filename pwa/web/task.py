"""One task, and what came of it."""
from flask import Blueprint, render_template

from db.models import Case, Referral
from pwa.domain import (access, answers, case_people, cases, consents, data_requests, escalations, no_contact, notices, people, seconds,
                        tasks)
from pwa.domain.clock import now
from pwa.forms.completions import CompletionForm
from pwa.web import identity, rows as row
from pwa.web.words import STEPS

blueprint = Blueprint("task", __name__)


@blueprint.get("/tasks/<task_id>")
def show(task_id):
    person = identity.person()
    task = access.task(person, task_id)
    if identity.looks():
        notices.mark_read(person, task.id)
    case = access.cases(person).where(Case.id == task.case_id).first() if task.case_id else None
    note = tasks.note(task) if _reads_note(person, task) else None
    return render_template(
        "tasks/show.html", task=task, case=case, title=row.title_of_task(task), note=note, answer=tasks.answer(task),
        own=task.owner_id == person.id, late=task.due_at < now(), owner=people.name_of(task.owner), form=CompletionForm(formdata=None),
        no_contact=no_contact.since(cases.whole(task.case_id)) if task.case_id and task.state == "open" else None,
        way=escalations.steps_of(task.id), steps=STEPS,
        may_see_record=bool(task.record_id and access.readable(person, "record", [task.record_id])),
        # Of a case that has ended no number lies on a phone: what the law still asks for is done from the case, at a desk.
        contacts=_contacts(person, case) if case and task.state == "open" and cases.is_at_work(case.id) else (),
        asked=data_requests.of_task(task) if case else None,
        helped=_helped(person, task) if task.case_id and not case else None, second=seconds.of(person, ("completion",), "task", task.id))


def _reads_note(person, task):
    """What was written for somebody of a unit is theirs as long as the unit has a part in the case, and nobody has said no to it."""
    if person.role == "coordinator" or not task.case_id:
        return True
    ids = cases.whole(task.case_id)
    if task.state == "dropped" or not consents.is_since(task, consents.refusal(consents.of_case(ids), person.unit_id)):
        return False
    # A question is about what whoever recorded told themselves.
    return task.what == "question" or any(
        access.of_unit(person, each) and access.reads_shared(person, each, answers.is_related(person.unit_id, each.id))
        for each in access.referrals(person).where(Referral.case_id.in_(ids)))


def _helped(person, task):
    """The referral in which a unit gives the help that a task is part of: without it, one visit looks like the next."""
    mine = access.referrals(person).where(Referral.case_id.in_(cases.whole(task.case_id)), Referral.unit == person.unit_id)
    return mine.order_by(Referral.received_at.desc()).first()


def _contacts(person, case):
    """How to reach whoever it is about; who looks has looked into the case that says so."""
    found = case_people.contacts(case.id)
    for where in dict.fromkeys(where for where, _said, _phone in found):
        access.case(person, where)
    return [(said, phone) for _where, said, phone in found]
