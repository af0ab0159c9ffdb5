"""What a merge needs to know before it writes, one read per table for a whole batch."""
from db.base import locked
from db.models import Entry, Held, Referral, Withdrawal


def digests(ids):
    """Digest of each of these entries that is already merged."""
    return dict(Entry.select(Entry.id, Entry.digest).where(Entry.id.in_(ids)).tuples())


def rows(model, ids):
    """Rows of a model by id, as dicts of column values, locked until the merge is written."""
    return {row["id"]: row for row in locked(model.select().where(model.id.in_(ids)).order_by(model.id)).dicts()}


def referrals(ids):
    """Referrals with these ids, and those that name records with these ids, locked until the merge is written."""
    query = Referral.select().where(Referral.id.in_(ids) | Referral.record_id.in_(ids)).order_by(Referral.id)
    return {row["id"]: row for row in locked(query).dicts()}


def withdrawals(ids, author_id):
    """Target id → withdrawal by this author that arrived before it."""
    mine = Withdrawal.select().where(Withdrawal.target_id.in_(ids), Withdrawal.author == author_id)
    return {row["target_id"]: row for row in mine.dicts()}


def held(ids):
    """(entry id, digest) → row of entries held for a coordinator."""
    return {(row["entry_id"], row["digest"]): row for row in Held.select().where(Held.entry_id.in_(ids)).dicts()}
