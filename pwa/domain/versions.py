"""What a mended version takes over from the one it replaces: the clock that runs, the steps taken, the place in a queue."""
from db.models import Watch

# The clock of what replaces nothing.
FRESH = {"since": None, "unseen_since": None}


def since(row):
    """From when a row (a dict of column values) waits: from when its first version came."""
    return row["since"] or row["received_at"]


def clock_of(batch, replaced, more):
    """The columns that say from when a new version waits. What presses more than before presses from now; what had been seen is to be
    seen anew, while the answer goes on being waited for."""
    if replaced is None or more:
        return FRESH
    unseen = batch.received_at if replaced["seen_at"] else replaced["unseen_since"] or replaced["received_at"]
    return {"since": since(replaced), "unseen_since": unseen}


def take_watch(batch, replaced, version_id):
    """The steps that silence has taken go on with the new version, and the ticker looks at once when the next is due."""
    for watch in batch.all(Watch, subject_id=replaced["id"]):
        batch.change(Watch, watch["id"], subject_id=version_id)
    look_again(batch, version_id)


def look_again(batch, subject_id):
    """It may be due sooner than it was: the ticker looks at once, and puts it off where it is not."""
    for watch in batch.all(Watch, subject_id=subject_id):
        if watch["due_at"] is not None:
            batch.change(Watch, watch["id"], due_at=batch.received_at)


def ring_anew(batch, subject_id):
    """It waits again: where everybody has been rung already, they are rung once more."""
    for watch in batch.all(Watch, subject_id=subject_id):
        if watch["due_at"] is None and watch["done_at"] is None:
            batch.change(Watch, watch["id"], done_at=batch.received_at)


def ids(row):
    """Ids of a row and of all versions before it."""
    found, before = [row.id], getattr(row, "replaces", None)
    while before and before not in found:
        found.append(before)
        before = type(row).select(type(row).replaces).where(type(row).id == before).scalar()
    return found
