"""Notices: who should look at what. Rows only, in the transaction of what caused them; the worker rings. A person's are their inbox."""
import uuid
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from db.base import insert_rows
from db.models import Case, Notice, Person
from pwa.domain import access
from pwa.domain.clock import now
from pwa.domain.duty import Book


@dataclass(frozen=True)
class Event:
    """A kind of notice: what the inbox calls it, and whether it rings as a reminder. No name, no place, nothing of a case."""
    label: object
    reminder: bool = False
    # Whether a person may choose not to be rung for it.
    optional: bool = True


# Event name → what the inbox says. A name that is not here is told and rung all the same, as "Có mục mới".
EVENTS = {
    "record-new": Event(_("Ghi nhận mới")),
    "record-withdrawn": Event(_("Người ghi đã rút lại một ghi nhận trong hồ sơ")),
    "record-waiting": Event(_("Ghi nhận gấp chưa có người xử lý"), reminder=True, optional=False),
    "referral-new": Event(_("Chuyển gửi mới"), optional=False),
    "referral-waiting": Event(_("Chuyển gửi chờ trả lời"), reminder=True, optional=False),
    "referral-accepted": Event(_("Chuyển gửi đã được tiếp nhận")),
    "referral-passed": Event(_("Chuyển gửi đã được chuyển đúng nơi")),
    "referral-declined": Event(_("Chuyển gửi bị từ chối")),
    "referral-helped": Event(_("Người trong chuyển gửi đã được giúp")),
    "referral-not-helped": Event(_("Chuyển gửi chưa giúp được")),
    "referral-withdrawn": Event(_("Chuyển gửi đã được rút lại")),
    "referral-overdue": Event(_("Chuyển gửi quá hạn")),
    "telling-waiting": Event(_("Tin báo phải báo ngay chưa ai mở"), reminder=True, optional=False),
    "decision-waiting": Event(_("Việc chờ quyết định đã quá hạn"), reminder=True, optional=False),
    "decision-overdue": Event(_("Việc bạn trình đã quá hạn")),
    "case-waiting": Event(_("Một hồ sơ quá hạn, chưa trình"), reminder=True, optional=False),
    "task-waiting": Event(_("Có việc quá hạn chưa ai làm"), reminder=True),
    "question": Event(_("Có câu hỏi về ghi nhận của bạn")),
    "task-new": Event(_("Có việc mới cho bạn")),
    "task-due": Event(_("Việc đến hạn")),
    "task-done": Event(_("Một việc đã làm xong")),
    "task-answered": Event(_("Người ghi đã trả lời câu hỏi")),
    "referral-assigned": Event(_("Bạn được giao một chuyển gửi")),
    "referral-note": Event(_("Có ghi theo dõi mới")),
    "case-reopened": Event(_("Hồ sơ được mở lại")),
    "consent-withdrawn": Event(_("Người đó rút lại đồng ý"), optional=False),
    "case-offered": Event(_("Một phường đề nghị bàn giao hồ sơ")),
    "case-given": Event(_("Bạn được giao một hồ sơ")),
    "handover-answered": Event(_("Đề nghị bàn giao đã được trả lời")),
    "case-risk": Event(_("Có đánh giá cần xem ngay"), optional=False),
    "decision-asked": Event(_("Có việc chờ quyết định"), optional=False),
    "decision-made": Event(_("Việc đã trình có kết quả")),
    "report-told": Event(_("Có tin báo phải báo ngay"), optional=False),
    "break-glass": Event(_("Một hồ sơ được mở khẩn cấp"), optional=False),
    "enrolment-waiting": Event(_("Có máy mới chờ duyệt")),
    "enrolment-new": Event(_("Sổ của bạn vừa mở trên một máy khác"), optional=False),
    "device-revoked": Event(_("Một máy của bạn đã bị thu hồi"), optional=False),
    "report-due": Event(_("Sắp đến hạn báo cáo năm")),
    "push-refused": Event(_("Thông báo không gửi được: xem trang kiểm tra"), optional=False),
    "test": Event(_("Thử thông báo"), optional=False),
}
# Rows of the inbox that are shown.
MOST = 200
UNKNOWN = Event(_("Có mục mới"))


def event(name):
    return EVENTS.get(name, UNKNOWN)


def words(name):
    """Which of the phone's own sentences a ring of this kind shows."""
    return "test" if name == "test" else "reminder" if event(name).reminder else "new"


# Who: functions of a batch (or of whatever has `.duty` and `.deposit`), asked when the notice is written.

def coordinators(batch):
    """The coordinators on duty; all of them when no roster names one."""
    return batch.duty.coordinators()


def keepers(row):
    """Who coordinates what became of a record or a referral: those on duty, or whoever answers for its case in another ward."""
    def found(batch):
        case = batch.find(Case, row["case_id"]) if row["case_id"] else None
        return {case["coordinator"]} if case and case["ward"] != batch.deposit.ward_id else coordinators(batch)
    return found


def unit_and_coordinators(unit, referral):
    return lambda batch: keepers(referral)(batch) | _of_unit(batch, unit)


def _of_unit(batch, unit):
    if unit.ward_id == batch.deposit.ward_id:
        return batch.duty.on_duty(unit.id)
    # Of another ward, whose roster is not at hand: everybody.
    return {person for (person,) in Person.select(Person.id).where(Person.unit == unit.id).tuples()}


def receivers(referral, unit):
    """Everyone a unit has on a referral that was addressed to it: also the one it was given to, who need not be on duty."""
    given = {referral["assignee"]} - {None} if referral["unit"] == unit.id else set()
    return lambda batch: unit_and_coordinators(unit, referral)(batch) | given | batch.duty.standing_in(given)


def assigned(person):
    """Whoever it was given to; while they are on leave also whoever stands in for them in their unit."""
    return lambda batch: {person} | batch.duty.standing_in({person})


def owner(person):
    """Whoever has a task or a case; while they are on leave also the coordinators on duty, who may read it whosever it is."""
    return lambda batch: {person} | in_place_of(person, batch.duty)


def in_place_of(person, book):
    return book.coordinators() if person in book.away else set()


def author_of(referral):
    return lambda batch: {referral["author"]}


def author_and_coordinators(referral):
    return lambda batch: keepers(referral)(batch) | {referral["author"]}


def who_gave(task, case_id):
    """Whoever gave a task, or who answers for its case where that one may not read it: a decider, or the ward that had it before."""
    def people(batch):
        case = batch.find(Case, case_id) if case_id else None
        theirs = case is None or (case["ward"] == batch.deposit.ward_id
                                  and any(person == task["author"] and role == "coordinator" for person, role, _unit in batch.people))
        return {task["author"] if theirs else case["coordinator"]}
    return people


def tell_of_enrolment(enrolment, inviter_id, is_further):
    """A new phone: coordinators who may approve it when it waits, and the person's other phones, if there are any."""
    person = enrolment.person
    if is_further:
        tell_now(person.ward_id, [person.id], "enrolment-new", "enrolment", enrolment.id)
    if access.waits(enrolment):
        others = Person.select(Person.id).where(Person.ward == person.ward_id, Person.role == "coordinator",
                                                Person.id.not_in([person.id, inviter_id])).tuples()
        tell_now(person.ward_id, [each for (each,) in others], "enrolment-waiting", "enrolment", enrolment.id)


def tell(batch, people, event, subject_kind, subject_id, urgent=False):
    """Write one notice per person, but none to whoever caused it."""
    for person in sorted(people(batch) - {batch.deposit.person.id}):
        batch.insert(Notice, **_row(batch.duty, person, event, subject_kind, subject_id, urgent))


def tell_now(ward_id, people, event, subject_kind, subject_id, urgent=False, book=None):
    """The same outside a batch, in the caller's transaction; `people` are ids."""
    book = book or Book(ward_id, now())
    if rows := [_row(book, person, event, subject_kind, subject_id, urgent) for person in sorted(people)]:
        insert_rows(Notice, rows)


def _row(book, person, event, subject_kind, subject_id, urgent):
    ring_at = book.ring_at(person, event, urgent)
    # What need not ring is handed out already: it stands in the inbox and is looked for no more.
    return dict(id=str(uuid.uuid4()), person=person, event=event, subject_kind=subject_kind, subject_id=subject_id, urgent=urgent,
                created_at=book.moment, ring_at=ring_at, spread_at=None if ring_at else book.moment)


def inbox(person):
    """The newest notices of a person, one more than are shown."""
    return list(Notice.select().where(Notice.person == person.id).order_by(Notice.created_at.desc()).limit(MOST + 1))


def unread(person):
    return Notice.select().where(Notice.person == person.id, Notice.read_at.is_null()).count()


def is_read(people, notice_id):
    """Whether a notice of one of these people has been read; a test is shown until it is put away."""
    return bool(notice_id) and Notice.select().where(
        Notice.id == notice_id, Notice.person.in_(people), Notice.read_at.is_null(False), Notice.event != "test").exists()


def read(person, notice_id=None):
    """Take one notice of a person, or all, as read."""
    mine = (Notice.person == person.id) & Notice.read_at.is_null()
    Notice.update(read_at=now()).where(mine & (Notice.id == notice_id) if notice_id else mine).execute()


def mark_read(person, subject_id):
    """Whoever looked at a thing has read what was said of it, on every device."""
    Notice.update(read_at=now()).where(Notice.person == person.id, Notice.subject_id == subject_id, Notice.read_at.is_null()).execute()
