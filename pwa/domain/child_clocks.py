"""The clock of a child: it runs from when the ward was first told of one, also before anybody has put the question to the Chairman.

NĐ 56/2017 Điều 26, as domain.md §1 has it [S12]: where it is serious, emergency measures or separation within twelve hours of
receiving the information. That it is not serious nobody knows before somebody trained has looked: so it runs until a child's
assessment says medium or low, or the question has been put, which then carries it. For the first assessment itself (Mẫu 02) and
for the plan after it no length of the law was found there, and none is counted.
"""
from db.queries import children as reads
from pwa.domain import cases, children
from pwa.domain.decisions import CLOCKS

WHAT = "child-measure"
LENGTH = CLOCKS[WHAT]
NOT_SERIOUS = ("medium", "low")


def due(found):
    """Case id → when the twelve hours end, of those of these cases in which they run; a few reads, however many cases."""
    wholes = cases.wholes({case.id for case in found if case.child and case.state == "open"})
    members = [row.id for rows in wholes.values() for row in rows]
    if not members:
        return {}
    put = {case for (case,) in reads.put(members, WHAT)}
    levels, (told, came) = _levels(members), children.first([row for rows in wholes.values() for row in rows])
    return {case_id: children.since([row.id for row in rows], told, came) + LENGTH
            for case_id, rows in wholes.items()
            if put.isdisjoint(row.id for row in rows) and _newest(levels, rows) not in NOT_SERIOUS}


def _levels(case_ids):
    """Case id → (when, level) of its newest assessment of a child."""
    return {case: (moment, level) for case, moment, level in reads.levels(case_ids)}


def _newest(levels, rows):
    return max((levels[row.id] for row in rows if row.id in levels), default=(0, None))[1]
