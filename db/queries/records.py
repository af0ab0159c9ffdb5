"""Named reads of records."""
from db.models import Record


def of_cases(case_ids):
    """Ids of the records of these cases, and of what they were before they were mended: mending takes the old one out of the case."""
    level = _rows(Record.case_id.in_(case_ids))
    found = dict(level)
    while before := [old for old in level.values() if old]:
        level = _rows(Record.id.in_(before), Record.replaced_by.in_(list(found)))
        found |= level
    return list(found)


def _rows(*where):
    """Id → id of the one it replaces, or None."""
    return dict(Record.select(Record.id, Record.replaces).where(*where).tuples())
