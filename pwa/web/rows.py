"""Rows of lists: what templates/rows/lines.html shows, from whatever they stand for."""
from dataclasses import dataclass

from flask import g

from db.models import Case, Unit, Ward
from db.queries import cases as case_reads, wards as reads
from pwa.domain import access, cases, child_clocks, clocks, held, lists, permissions, records, referrals, risks, tasks, watches
from pwa.domain.clock import now
from pwa.forms import describe
from pwa.language import gettext as _
from pwa.web import times
from pwa.web.words import GBV_TYPES, HELPED, STATES


@dataclass
class Row:
    id: str = ""
    href: str = ""
    title: str = ""
    summary: str = ""
    at: int | None = None
    state: str = ""
    line: str = ""
    alarm: bool = False
    marked: bool = False
    unverified: bool = False
    overdue: bool = False

    @property
    def word(self):
        return STATES[self.state][0] if self.state else ""


class UnitNames(dict):
    """Names of a ward's units, by code and by id; of another ward's unit by id alone, with that ward's name."""
    # Whoever only recorded does not learn to which ward a case has gone.
    says_ward = True

    def __missing__(self, unit_id):
        # A case that came from another ward, or is opened there, names units of it: all of them in one read.
        near = Unit.select(Unit.ward).where(Unit.id == unit_id) if isinstance(unit_id, int) else ()
        for unit in Unit.select(Unit, Ward).join(Ward).where(Unit.ward.in_(near)):
            self.setdefault(unit.id, f"{unit.name} ({unit.ward.name})" if self.says_ward else unit.name)
        return self.setdefault(unit_id, _("Nơi khác"))


def unit_names(ward_id, role="coordinator"):
    names = UnitNames()
    names.says_ward = role in permissions.READERS
    for unit_id, code, name in reads.unit_names(ward_id):
        names[unit_id] = names[code] = name
    return names


def of_records(found, own=False):
    """Rows of records, with what became of them; `own` where they are shown to whoever wrote them."""
    states, known = records.case_states(found), watches.known_of(found)
    return [of_record(each, states, own, known) for each in found]


def of_record(record, case_states=None, own=False, known=None):
    answers = records.answers(record)
    state, line = records.state(record, case_states), ""
    if state == "case-helped":
        state, line = "case-closed", str(HELPED)
    row = Row(id=record.id, href=f"/records/{record.id}", title=title_of(record.form),
              summary=describe.summary(record.form, answers, words=own), at=times.shown(record), state=state,
              line=line or str(STATES[state][1]), alarm=record.danger or record.child, marked=record.marked,
              unverified=record.unverified, overdue=_is_late(record, watches.known_of([record]) if known is None else known))
    waits = state in ("stored", "seen", "asked") and record.health_until and record.health_until > now()
    return mark_care(row, record.health_until if waits else None)


def _is_late(record, known):
    rules, moment, mine = _rules(record.ward_id), now(), known.get(record.id)
    return any(found.overdue(moment) for found in (watches.of_record(record, rules, known=mine), watches.of_listed(record, rules, mine)))


def mark_care(row, until):
    """Say on a row until when care after sexual violence is to be reached, where that is still open."""
    if until:
        row.summary, row.alarm = " · ".join(filter(None, (_("Y tế trước %(time)s", time=times.clock(until)), row.summary))), True
    return row


def _rules(ward_id):
    """The clocks of a ward, read once for all rows of an answer."""
    known = g.setdefault("clock_rules", {})
    if ward_id not in known:
        known[ward_id] = clocks.rules(ward_id)
    return known[ward_id]


def _rules_asked(unit_id):
    """The clocks of the ward of a unit: those by which it was asked."""
    wards = g.setdefault("wards_of_units", {})
    if unit_id not in wards:
        wards.update(reads.wards_of_units(unit_id))
    return _rules(wards[unit_id])


def title_of(form):
    return _("Sự việc ở trường") if form == "school" else _("Ghi nhận")


def of_referral(referral, names, for_author=True):
    asked = referrals.answers(referral)
    services = [_(lists.label(name, code)) for name, key in (("services", "services"), ("services_for_other", "for_other"))
                for code in asked.get(key, ())]
    return Row(id=referral.id, href=f"/referrals/{referral.id}", title=_("Chuyển gửi") + " → " + names[_asked(referral)],
               summary=", ".join(services), at=times.shown(referral), state=referral.state,
               line=line_of(referral, names) if for_author else _(lists.label("urgency", referral.urgency)),
               alarm=referral.urgent, marked=referral.marked, unverified=referral.unverified,
               overdue=watches.of_referral(referral, _rules_asked(referral.unit_id)).overdue(now()))


def _asked(referral):
    """Who a reader thinks of: the unit whose turn it is, or the one that said no."""
    return referral.owner_id if referral.state == "declined" else referral.unit_id


def line_of(referral, names):
    """The line under a referral's state: who has it."""
    if referral.state in ("accepted", "passed"):
        return names[referral.unit_id]
    return str(STATES[referral.state][1])


def of_enrolment(enrolment, names):
    """A phone that waits to be approved; whose it is stands on the page of approvals."""
    return Row(id=enrolment.id, href="/approvals", title=_("Máy mới"), summary=names[enrolment.person.unit_id], at=enrolment.created_at)


def of_tasks(found, person):
    """Rows of tasks, with the code of the case for whoever may read cases."""
    codes = access.codes(person, {task.case_id for task in found if task.case_id})
    return [of_task(task, codes.get(task.case_id)) for task in found]


def of_task(task, code=None, words=None):
    """A task by when it is due; `code` of the case for a coordinator. What somebody wrote to it may name somebody: not in a list, only as
    `words` on the page of its case."""
    title, late = title_of_task(task), task.due_at < now()
    return Row(id=task.id, href=f"/tasks/{task.id}", title=f"{title} · {cases.shown(code)}" if code else title,
               summary=(words or _said(task))[:80], at=task.due_at, state="late" if late else "due", alarm=late)


def _said(task):
    if tasks.is_of_server(task):
        return tasks.note(task) or ""
    return _("Có ghi chú") if task.note and task.what != "question" else ""


def title_of_task(task):
    return _("Trả lời câu hỏi") if task.what == "question" else _(lists.label("task", task.what))


@dataclass
class Ends:
    """What of a case runs out next, whether something in it has, when the clock of a child does, where nothing has been put yet, and
    the hours of care after sexual violence, while they run."""
    due: int | None = None
    late: bool = False
    child: int | None = None
    care: int | None = None


NOTHING = Ends()


def ends_of(found):
    """Case id → Ends: of its tasks, of what units were asked, of what awaits the decider, of a child, of care; a few reads for any
    number."""
    if not found:
        return {}
    moment, ends = now(), {}
    # With what was merged into each: it has no row of its own any more.
    stands = {row.id: case_id for case_id, rows in cases.wholes([case.id for case in found]).items() for row in rows}
    ids = list(stands)
    children = child_clocks.due(found)
    for member, due in [*case_reads.next_due(ids), *case_reads.undecided(ids), *children.items()]:
        case_id = stands[member]
        ends[case_id] = min(due, ends.get(case_id, due))
    unanswered, cares = {stands[member] for member in _unanswered(ids, moment)}, _cares(stands)
    return {case.id: Ends(ends.get(case.id), ends.get(case.id, moment) < moment or case.id in unanswered, children.get(case.id),
                          cares.get(case.id)) for case in found}


def _cares(stands):
    """Case id → until when care after sexual violence is to be reached; `stands` says for each id of which case it is one."""
    found = {}
    for member, until in risks.cares(stands).items():
        found[stands[member]] = min(until, found.get(stands[member], until))
    return found


def _unanswered(case_ids, moment):
    """Which of these cases wait for an answer of a unit that is overdue."""
    waiting = case_reads.waiting_referrals(case_ids)
    return {each.case_id for each in waiting if watches.of_referral(each, _rules_asked(each.unit_id)).overdue(moment)}


def of_cases(found):
    """Rows of cases, with what runs out next."""
    ends = ends_of(found)
    return [of_case(each, ends[each.id]) for each in found]


def of_offered(found):
    """Rows of cases another ward offers: whether they press, and not what is late in them, which is not ours yet."""
    ends = ends_of(found)
    return [of_case(each, Ends(care=ends[each.id].care)) for each in found]


def of_children(found):
    """Those of these cases in which the clock of a child runs, what was merged into them counted; by that clock alone."""
    ends, cares, moment = child_clocks.due(found), risks.cares([each.id for each in found]), now()
    return [of_case(each, Ends(late=ends[each.id] < moment, child=ends[each.id], care=cares.get(each.id)))
            for each in found if each.id in ends]


def of_case(case, ends=NOTHING):
    """A case without any name: its code, what kind it is, what is next, and whether it presses or something in it is late."""
    kind = str(GBV_TYPES[case.gbv_type]) if case.gbv_type else _("Chưa phân loại")
    care = ends.care if case.state == "open" else None
    marks = [_("Khẩn cấp")] * bool(case.urgent or care) + [_("Trẻ em")] * bool(case.child)
    row = Row(id=case.id, href=f"/cases/{case.id}", title=cases.shown(case.code), summary=" · ".join([kind, *marks]), at=case.changed_at,
              state="case-" + case.state, line=_next_of(case, ends), alarm=case.urgent and case.state == "open",
              overdue=case.state == "open" and ends.late)
    return mark_care(row, care)


def _next_of(case, ends):
    if ends.child:
        return _("Trẻ em: hạn %(time)s", time=times.clock(ends.child))
    if ends.due:
        return _("Việc tới: %(day)s", day=times.clock(ends.due))
    return _("Chưa có việc tiếp theo") if case.state == "open" else ""


def of_held(entry, for_author):
    href = f"/records/mine#{entry.entry_id}" if for_author else f"/held/{entry.id}"
    return Row(id=entry.entry_id, href=href, title=_("Mục chưa ghi được"), summary=" ".join(held.errors(entry)), at=entry.received_at,
               state=entry.outcome, line="")


def of_decisions(found):
    """What awaits a decision: what kind, which case by its code, until when."""
    codes, moment = dict(Case.select(Case.id, Case.code).where(Case.id.in_([each.case_id for each in found])).tuples()), now()
    return [Row(id=each.id, href=f"/decisions/{each.id}", title=_(lists.label("decision_what", each.what)), at=each.due_at,
                summary=cases.shown(codes[each.case_id]), state="late" if each.due_at < moment else "due",
                alarm=each.by_law or each.due_at < moment)
            for each in found]


def of_telling(telling, names):
    """A tin báo the Chairman must be told of: from where, and whether it presses."""
    marks = [_("Đang nguy hiểm")] * bool(telling.danger) + [_("Trẻ em")] * bool(telling.child)
    return Row(id=telling.id, href=f"/tellings/{telling.id}", title=_("Tin báo"), summary=" · ".join([names[telling.unit_id], *marks]),
               at=telling.received_at, state="due", alarm=telling.danger or telling.child,
               overdue=watches.of_telling(telling, _rules(telling.ward_id)).overdue(now()))
