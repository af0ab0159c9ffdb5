"""Việc cần làm: what each role must act on, newest urgency first."""
from flask_babel import gettext as _

from db.queries import todo as reads
from pwa.domain import access
from pwa.domain.referrals import OPEN


def sections(person):
    """(title, kind of row, rows, whether there are more) for this person; a section without rows is left out."""
    found = []
    if access.may_write(person.role, "answer"):
        found.append((_("Chờ trả lời"), "referral", list(reads.referrals_to_answer(person.unit_id, OPEN))))
    if person.role == "coordinator":
        found.append((_("Máy chờ duyệt"), "enrolment", list(access.waiting(person).limit(reads.MOST + 1))))
        found.append((_("Ghi nhận chưa chuyển gửi"), "record", list(reads.records_not_referred(person.ward_id))))
        found.append((_("Chờ nơi khác trả lời"), "referral", list(reads.referrals_elsewhere(person.ward_id, person.unit_id, OPEN))))
        found.append((_("Chưa ghi được vào sổ"), "held", list(reads.held(ward=person.ward_id))))
    elif person.role in access.RECORDERS:
        found.append((_("Cần bạn sửa"), "held", list(reads.held(author=person.id))))
    if person.role == "responder":
        found.append((_("Đơn vị còn giữ đến khi nơi khác tiếp nhận"), "referral", list(reads.referrals_owned(person.unit_id, OPEN))))
    if access.may_write(person.role, "answer"):
        found.append((_("Đã tiếp nhận"), "referral", list(reads.referrals_accepted(person.unit_id))))
    return [(title, kind, rows[:reads.MOST], len(rows) > reads.MOST) for title, kind, rows in found if rows]
