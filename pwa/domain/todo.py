"""Việc cần làm: what each role must act on, most urgent and longest waiting first."""
from flask_babel import gettext as _

from db.queries import todo as reads
from pwa.domain import access


def sections(person):
    """(title, kind of row, rows, whether there are more) for this person; a section without rows is left out."""
    found = []
    if person.role == "decider":
        found.append((_("Chờ bạn quyết định"), "decision", list(reads.decisions(person.ward_id))))
        found.append((_("Tin báo phải báo ngay"), "telling", list(reads.tellings(person.ward_id))))
    if person.role == "coordinator":
        found.append((_("Ghi nhận mới, chờ phân loại"), "record", list(reads.records_waiting(person.ward_id))))
    if access.may_write(person.role, "answer"):
        found.append((_("Chờ trả lời"), "referral", list(reads.referrals_to_answer(person.unit_id))))
    if person.role in access.RECORDERS:
        found.append((_("Việc của bạn"), "task", list(reads.tasks(person.id))))
    if person.role == "coordinator":
        found.append((_("Chờ nơi khác trả lời"), "referral", list(reads.referrals_elsewhere(person.ward_id, person.unit_id))))
        found.append((_("Chưa ghi được vào sổ"), "held", list(reads.held(ward=person.ward_id))))
    elif person.role in access.RECORDERS:
        found.append((_("Cần bạn sửa"), "held", list(reads.held(author=person.id))))
    if person.role == "responder":
        found.append((_("Đơn vị còn giữ đến khi nơi khác tiếp nhận"), "referral", list(reads.referrals_owned(person.unit_id))))
    if access.may_write(person.role, "answer"):
        found.append((_("Đã tiếp nhận"), "referral", list(reads.referrals_accepted(person.unit_id))))
    return [(title, kind, rows[:reads.MOST], len(rows) > reads.MOST) for title, kind, rows in found if rows]
