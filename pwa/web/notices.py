"""Where a tap on a notification leads."""
from flask import Blueprint, redirect

from db.models import Notice
from pwa.domain.access import NotFound
from pwa.web import identity

blueprint = Blueprint("notices", __name__)
PAGES = {"record": "/records/", "referral": "/referrals/", "task": "/tasks/", "case": "/cases/",
         # The case may be another ward's by now: the list opens for everyone who was rung.
         "cases": "/cases#", "decision": "/decisions/", "telling": "/tellings/"}


@blueprint.get("/n/<notice_id>")
def open(notice_id):
    notice = Notice.get_or_none(Notice.id == notice_id)
    if notice is None:
        raise NotFound
    # On a phone of several people, the page opens for the one who was rung.
    theirs = next((each for each in identity.proved() if each.person_id == notice.person_id and not each.revoked_at), None)
    if theirs is None:
        raise NotFound
    response = redirect(PAGES[notice.subject_kind] + notice.subject_id)
    identity.use(response, theirs)
    return response
