"""What waits for whom: named reads, each with the index it uses."""
from db.models import Held, Record, Referral

# One more than this is read, to say that there are more.
MOST = 200


def records_not_referred(ward_id):
    """Records nobody referred yet: the alarming ones first, then the newest."""
    return (Record.select().where(Record.ward == ward_id, Record.referred_at.is_null(), Record.replaced_by.is_null(),
                                  Record.withdrawn_at.is_null())
            .order_by((Record.danger | Record.child).desc(), Record.received_at.desc()).limit(MOST + 1))


def referrals_to_answer(unit_id, states):
    """Referrals whose answer is this unit's turn, the urgent and newest first."""
    return (Referral.select().where(Referral.unit == unit_id, Referral.state.in_(states))
            .order_by(Referral.urgent.desc(), Referral.received_at.desc()).limit(MOST + 1))


def referrals_owned(unit_id, states):
    """Referrals the unit passed on or handed back and still answers for."""
    return (Referral.select().where(Referral.owner == unit_id, Referral.unit != unit_id, Referral.state.in_(states))
            .order_by(Referral.urgent.desc(), Referral.received_at.desc()).limit(MOST + 1))


def referrals_elsewhere(ward_id, unit_id, states):
    """Referrals of the ward that another unit has yet to answer."""
    return (Referral.select().where(Referral.ward == ward_id, Referral.unit != unit_id, Referral.state.in_(states))
            .order_by(Referral.urgent.desc(), Referral.received_at.desc()).limit(MOST + 1))


def referrals_accepted(unit_id):
    """Referrals the unit took on."""
    return (Referral.select().where(Referral.unit == unit_id, Referral.state == "accepted")
            .order_by(Referral.urgent.desc(), Referral.answered_at.desc()).limit(MOST + 1))


def held(**who):
    """Entries that were refused and are not settled: of a ward, or of an author."""
    return (Held.select().where(Held.closed_at.is_null(), *[getattr(Held, name) == value for name, value in who.items()])
            .order_by(Held.received_at.desc()).limit(MOST + 1))
