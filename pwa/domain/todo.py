"""Việc cần làm: what each role must act on, most urgent and longest waiting first."""
from dataclasses import dataclass

from flask_babel import gettext as _

from db.queries import todo as reads
from pwa.domain import access, permissions, queue
from pwa.domain.clock import now

# Rows of each section before the rest has a page of its own.
FIRST = 15


@dataclass
class Section:
    """One list: its name in addresses, its title, the kind of its rows, how it is read, for whom, and what it is ordered by."""
    name: str
    title: str
    kind: str
    read: object
    asked: tuple
    key: str = "turn"
    descending: bool = False
    rows: tuple = ()
    # The last row of this page when there are more.
    last: object = None


def _of(person):
    """The sections of this person's role."""
    answers, records = access.may_write(person.role, "answer"), person.role in permissions.RECORDERS
    if person.role == "decider":
        yield Section("decide", _("Chờ bạn quyết định"), "decision", reads.decisions, (person.ward_id,))
        yield Section("told", _("Tin báo phải báo ngay"), "telling", reads.tellings, (person.ward_id,))
    if person.role == "coordinator":
        yield Section("undecided", _("Đã trình, quá hạn quyết định"), "decision", reads.decisions_late, (person.id, person.ward_id, now()))
        yield Section("children", _("Trẻ em: thời hạn đang chạy, chưa trình"), "case", reads.children, (person.ward_id,), "opened_at")
        yield Section("phones", _("Máy chờ duyệt"), "enrolment", reads.phones_waiting, (person.ward_id,), "created_at")
        yield Section("new", _("Ghi nhận mới, chờ phân loại"), "record", reads.records_waiting, (person.ward_id,))
    if answers:
        yield Section("answer", _("Chờ trả lời"), "referral", reads.referrals_to_answer, (person.unit_id,))
    if records:
        yield Section("tasks", _("Việc của bạn"), "task", reads.tasks, (person.id,))
    if person.role == "coordinator":
        yield Section("elsewhere", _("Chờ nơi khác trả lời"), "referral", reads.referrals_elsewhere, (person.ward_id, person.unit_id))
        yield Section("held", _("Chưa ghi được vào sổ"), "held", reads.held_in, (person.ward_id,), "received_at", True)
    elif records:
        yield Section("mend", _("Cần bạn sửa"), "held", reads.held_of, (person.id,), "received_at", True)
    if person.role == "responder":
        yield Section("owned", _("Đơn vị còn giữ đến khi nơi khác tiếp nhận"), "referral", reads.referrals_owned, (person.unit_id,))
    if answers:
        yield Section("accepted", _("Đã tiếp nhận"), "referral", reads.referrals_accepted, (person.unit_id,), "answered_at", True)


def sections(person, only=None, after=None):
    """The sections that have rows, each with its first ones; or `only` one of them, from the row `after` on."""
    found = []
    for section in _of(person):
        if only in (None, section.name):
            size = queue.PAGE if only else FIRST
            rows = queue.page(section.read, section.asked, section.key, after if only else None, section.descending, size)
            section.rows, section.last = rows[:size], rows[size - 1] if len(rows) > size else None
            found.append(section)
    return [section for section in found if section.rows]
