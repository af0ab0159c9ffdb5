"""The clock of a child: it runs from when the ward had the information, also before anybody has put the question to the Chairman.

NĐ 56/2017 Điều 26, as domain.md §1 has it [S12]: where it is serious, emergency measures or separation within twelve hours of
receiving the information. That it is not serious nobody knows before somebody trained has looked: so it runs until a child's
assessment says medium or low, or the question has been put, which then carries it. For the first assessment itself (Mẫu 02) and
for the plan after it no length of the law was found there, and none is counted.
"""
from db.queries import children as reads
from pwa.domain import cases
from pwa.domain.decisions import CLOCKS

WHAT = "child-measure"
LENGTH = CLOCKS[WHAT][0]
NOT_SERIOUS = ("medium", "low")


def due(found):
    """Case id → when the twelve hours end, of those of these cases in which they run; a few reads, however many cases."""
    wholes = cases.wholes({case.id for case in found if case.child and case.state == "open"})
    members = [row.id for rows in wholes.values() for row in rows]
    if not members:
        return {}
    put = {case for (case,) in reads.put(members, WHAT)}
    levels, told = _levels(members), _first_told(members)
    return {case_id: min([*(row.opened_at for row in rows), *(told[row.id] for row in rows if row.id in told)]) + LENGTH
            for case_id, rows in wholes.items()
            if put.isdisjoint(row.id for row in rows) and _newest(levels, rows) not in NOT_SERIOUS}


def _levels(case_ids):
    """Case id → (when, level) of its newest assessment of a child."""
    return {case: (moment, level) for case, moment, level in reads.levels(case_ids)}


def _newest(levels, rows):
    return max((levels[row.id] for row in rows if row.id in levels), default=(0, None))[1]


def _first_told(case_ids):
    """Case id → when the ward first had any record or referral of it: a later version tells of what it knew since the first."""
    found = {}
    for of_cases, of_ids in reads.CAME:
        fresh, seen = of_cases(case_ids), set()
        while fresh:
            for case_id, moment, _before in fresh:
                found[case_id] = min(found.get(case_id, moment), moment)
            of = {before: case_id for case_id, _moment, before in fresh if before and before not in seen}
            seen |= set(of)
            fresh = [(of[row_id], moment, before) for row_id, moment, before in (of_ids(of.keys()) if of else ())]
    return found
