"""Approvals: a new phone of someone who reads cases, or one that an admin adds for anybody, opens nothing until a second coordinator
has compared its short code."""
from db.base import write
from db.models import Enrolment, Person
from pwa.domain import access, audit, enrolments, invitations
from pwa.domain.clock import HOUR, now

# As long an approval is taken back by a tap; afterwards the phone is revoked.
UNDO = HOUR


def waiting(person):
    """[(enrolment, inviter id, whether this person may approve it)] of the ward."""
    return [_with_inviter(person, each) for each in access.waiting(person)]


def recent(person):
    """The same of those approved within the hour, which can be taken back."""
    rows = (Enrolment.select().join(Person).where(
        Person.ward == person.ward_id, Enrolment.revoked_at.is_null(),
        Enrolment.approved_at > now() - UNDO, Enrolment.approved_at > Enrolment.created_at
    ).order_by(Enrolment.approved_at.desc()))
    return [_with_inviter(person, each) for each in rows]


def _with_inviter(person, enrolment):
    inviter_id = invitations.inviter_of(enrolment)
    return enrolment, inviter_id, access.may_approve(person, enrolment, inviter_id)


def others_of(enrolment):
    """How many other phones the person has: whoever approves asks whether they know of them."""
    return Enrolment.select().where(
        Enrolment.person == enrolment.person_id, Enrolment.id != enrolment.id, Enrolment.revoked_at.is_null()).count()


def settle(person, enrolment_id, choice, compared=None):
    """Approve, refuse, or take an approval back; raises NotFound when it is not this person's to decide, or no longer open.

    `compared` is the short code that stood on the page; a page of an earlier version says none.
    """
    def approve(enrolment_id, by):
        return _approve(enrolment_id, by, *[Enrolment.short_code == compared] if compared else [])
    choices = {"approve": (waiting, approve), "refuse": (waiting, enrolments.revoke), "undo": (recent, _take_back)}
    if choice not in choices:
        raise access.NotFound
    offered, act = choices[choice]
    mine = {each.id for each, _inviter, may in offered(person) if may}
    if enrolment_id not in mine or not act(enrolment_id, person):
        access.refuse(person, "enrolment", enrolment_id)


def approve_by_command(enrolment_id):
    """Whoever runs the command line holds the keys anyway. False when no enrolment with this id waits."""
    enrolment = Enrolment.get_or_none(Enrolment.id == enrolment_id)
    return bool(enrolment and access.waits(enrolment) and _approve(enrolment_id))


def _approve(enrolment_id, by=None, *still):
    return _change(enrolment_id, by, "approve", Enrolment.approved_at.is_null(), *still, approved_at=now())


def _take_back(enrolment_id, by):
    return _change(enrolment_id, by, "undo", Enrolment.approved_at.is_null(False), approved_at=None)


def _change(enrolment_id, by, choice, *still, **values):
    """Change an enrolment that is `still` as it was seen; False when it is not."""
    with write():
        done = Enrolment.update(**values).where(Enrolment.id == enrolment_id, *still, Enrolment.revoked_at.is_null()).execute()
        if done:
            ward_id = Enrolment.get_by_id(enrolment_id).person.ward_id
            audit.changed(by, "enrolment", enrolment_id, ward_id=ward_id, choice=choice)
    return bool(done)
