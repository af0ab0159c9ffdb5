"""The named handler of a school: a counsellor whom a coordinator lets read what others recorded there (decision 51)."""
from db.base import write
from db.models import Enrolment, Invitation, Person
from pwa.domain import access, audit
from pwa.domain.clock import now


def invited_by(person):
    """Ids of those with a live phone that this person invited."""
    live = Enrolment.select(Enrolment.id).where(Enrolment.revoked_at.is_null())
    found = Invitation.select(Invitation.person).where(Invitation.inviter == person.id, Invitation.enrolment_id.in_(live))
    return {person_id for (person_id,) in found.tuples()}


def change(by, counsellor_id, choice):
    """"name" or "end" it; raises NotFound when that is not for this person. Phones they have read at once, further ones wait for approval;
    once it is taken back, all let go at their next contact."""
    counsellor = access.people(by).where(Person.id == counsellor_id).first()
    if counsellor is None or not access.may_name(by, counsellor, choice == "name" and counsellor.id in invited_by(by)):
        access.refuse(by, "handler", counsellor_id)
    _change(by, counsellor, choice, now() if choice == "name" else None)


def _change(by, counsellor, choice, since):
    # Only what is otherwise yet: twice is once.
    otherwise = Person.handler_since.is_null(since is not None)
    with write():
        if Person.update(handler_since=since).where(Person.id == counsellor.id, otherwise).execute():
            audit.changed(by, "handler", counsellor.id, choice=choice, unit=counsellor.unit.code)
