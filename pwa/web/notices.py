"""Thông báo: the inbox, which is the truth; push is only its bell. And where a tap on a notification leads."""
from flask import Blueprint, jsonify, redirect, render_template, request
from flask_wtf import FlaskForm

from db.models import Notice
from pwa.domain import access, arrivals, notices, permissions
from pwa.domain.access import Locked, NotFound
from pwa.extensions import csrf, limiter
from pwa.web import identity
from pwa.web.errors import answer
from pwa.web.headers import same_origin_json

blueprint = Blueprint("notices", __name__)
# Kind of subject → where it is read. What has no page of its own, or is not for this person, is read in the inbox.
PAGES = {"record": "/records/", "referral": "/referrals/", "task": "/tasks/", "case": "/cases/",
         # The case may be another ward's by now: the list opens for everyone who was rung.
         "cases": "/cases#", "decision": "/decisions/", "telling": "/tellings/"}
# Kinds of which whoever leads or decides may be told, at last, by a code alone; of the first two anybody who was asked once.
ASKED_OF_A_UNIT, ONLY_A_CODE = ("record", "referral"), ("record", "referral", "decision", "telling", "case")
LISTS = {"enrolment-waiting": "/approvals", "enrolment-new": "/devices"}


@blueprint.get("/notices")
def index():
    person = identity.person()
    found = notices.inbox(person)
    rows = found[:notices.MOST]
    return render_template("notices/index.html", rows=rows, more=len(found) > notices.MOST, ward=person.ward,
                           only_code=_only_code(person, rows), form=FlaskForm())


def _only_code(person, rows):
    """Ids of what this person is told of without being one who may read it: the lãnh đạo trực is."""
    kinds = ONLY_A_CODE if person.role in ("leader", "decider") else ASKED_OF_A_UNIT
    told = {kind: {row.subject_id for row in rows if row.subject_kind == kind} for kind in kinds}
    return set().union(*(ids - access.readable(person, kind, ids) for kind, ids in told.items() if ids))


@blueprint.get("/notices/unread")
def unread():
    """How many the person has not read; and whether what this phone shows, of whichever of its people, has been read elsewhere."""
    people = [each.person_id for each in identity.proved() if not each.revoked_at]
    return jsonify(unread=notices.unread(identity.person()), read=notices.is_read(people, request.args.get("shown")))


@blueprint.post("/notices/read")
def read():
    """Đã đọc: one notice, or all of them, on every device of the person."""
    notices.read(identity.person(), request.form.get("notice"))
    return redirect("/notices", 303)


@blueprint.get("/n/<notice_id>")
def open(notice_id):
    notice = Notice.get_or_none(Notice.id == notice_id)
    if notice is None:
        raise NotFound
    if notice.person_id != identity.person().id:
        # On a phone of several people, the one who was rung unlocks first.
        raise Locked if any(each.person_id == notice.person_id and not each.revoked_at for each in identity.proved()) else NotFound
    arrivals.opened(notice, identity.enrolment().device_id)
    return redirect(LISTS.get(notice.event) or _page_of(notice, identity.person()) or f"/notices#{notice.id}")


def _page_of(notice, person):
    """The page of what a notice tells of, if this person may read it, now."""
    page = PAGES.get(notice.subject_kind)
    if page is None or not _may_open(person, notice):
        return None
    return page + notice.subject_id


def _may_open(person, notice):
    if notice.subject_kind == "cases":
        return person.role in permissions.ROUTES["cases.index"]
    return bool(access.readable(person, notice.subject_kind, [notice.subject_id]))


@blueprint.post("/notices/arrivals")
@csrf.exempt
@limiter.limit("240 per minute")
def confirm():
    """What the worker says of a ring, also of a locked phone: any cookie of the device proves it. Answers nothing."""
    if not same_origin_json():
        return answer(400)
    devices = {each.device_id for each in identity.proved()}
    if not devices:
        return answer(401)
    said = request.get_json(silent=True)
    if isinstance(said, dict) and isinstance(said.get("ring"), str):
        arrivals.confirm(devices, said["ring"], opened=said.get("opened") is True)
    return "", 204
