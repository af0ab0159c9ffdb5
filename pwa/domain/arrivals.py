"""What phones say of rings: shown, opened. It ends the ring, and tells escalation that somebody was reached."""
import re

from db.models import Delivery, Notice, Subscription
from pwa.domain.clock import now

# What comes from outside: no database is asked for anything that is no id.
RING = re.compile(r"[0-9a-f-]{36}")


def confirm(devices, ring_id, opened=False):
    """A phone shows a ring of its own, or it was tapped; False for a ring that is not one of these devices'."""
    if not RING.fullmatch(ring_id):
        return False
    moment = now()
    mine = (Delivery.id == ring_id) & Delivery.device.in_(list(devices))
    ring = Delivery.select(Delivery.device, Delivery.urgent, Delivery.created_at, Delivery.shown_at).where(mine).first()
    if ring is None:
        return False
    if ring.shown_at is None:
        Delivery.update(shown_at=moment).where(mine).execute()
        # A ring that is on the screen is not sent again, also when the worker died before it could note the answer.
        Delivery.update(next_at=None, outcome="sent", done_at=moment).where(mine, Delivery.done_at.is_null()).execute()
        # Of rings under one topic a push service keeps the newest: with it those it took the place of have arrived.
        Delivery.update(shown_at=moment).where(
            Delivery.device == ring.device_id, Delivery.urgent == ring.urgent, Delivery.created_at <= ring.created_at,
            Delivery.outcome == "sent", Delivery.shown_at.is_null()).execute()
        Subscription.update(shown_at=moment).where(Subscription.device == ring.device_id).execute()
    if opened:
        Delivery.update(opened_at=moment).where(mine, Delivery.opened_at.is_null()).execute()
    return True


def opened(notice, device_id):
    """The person opened a notice on this device: read, on every device."""
    moment = now()
    Notice.update(read_at=moment).where(Notice.id == notice.id, Notice.read_at.is_null()).execute()
    for (ring,) in Delivery.select(Delivery.id).where(Delivery.notice == notice.id, Delivery.device == device_id).tuples():
        confirm({device_id}, ring, opened=True)
