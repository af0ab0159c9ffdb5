"""Where a tap on a notification leads."""
from flask import Blueprint, redirect

from db.models import Notice
from pwa.domain.access import Locked, NotFound
from pwa.web import identity

blueprint = Blueprint("notices", __name__)
PAGES = {"record": "/records/", "referral": "/referrals/"}
LISTS = {"enrolment-waiting": "/approvals", "enrolment-new": "/devices"}


@blueprint.get("/n/<notice_id>")
def open(notice_id):
    notice = Notice.get_or_none(Notice.id == notice_id)
    if notice is None:
        raise NotFound
    if notice.person_id != identity.person().id:
        # On a phone of several people, the one who was rung unlocks first.
        raise Locked if any(each.person_id == notice.person_id and not each.revoked_at for each in identity.proved()) else NotFound
    return redirect(LISTS.get(notice.event) or PAGES[notice.subject_kind] + notice.subject_id)
