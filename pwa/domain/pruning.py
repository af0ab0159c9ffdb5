"""Old notices go by themselves, every hour: they hold no words, and an inbox of years helps nobody. Apart, so that the worker
loads nothing of what erases cases."""
import json
from functools import cache

from peewee import fn

from db.base import write
from db.models import Delivery, Message, Notice, Person, Task, Ward
from pwa.domain import audit
from pwa.domain.clock import DAY, now
from pwa.domain.lists import SEED

# Notices taken out in one transaction: phones must not wait for the broom.
AT_ONCE = 500


@cache
def policy():
    """How many days each thing is kept, as db/seed/retention.json has it."""
    return json.loads((SEED / "retention.json").read_text())


def due(ward_id):
    """The notices of a ward that are old; of tests, those of yesterday."""
    moment = now()
    theirs = Person.select(Person.id).where(Person.ward == ward_id)
    # A task that still waits was told of by its notice: without it, it would be told of again.
    waits = Task.select().where(Task.id == Notice.subject_id, Task.turn.is_null(False))
    old = (Notice.created_at < moment - policy()["notice_days"] * DAY) | ((Notice.event == "test") & (Notice.created_at < moment - DAY))
    return Notice.select(Notice.id).where(Notice.person.in_(theirs), Notice.spread_at.is_null(False), old, ~fn.EXISTS(waits))


def prune():
    """Take out the old notices of every ward; answers how many."""
    return sum(_prune(ward.id) for ward in Ward.select(Ward.id))


def _prune(ward_id):
    done = 0
    while found := [notice.id for notice in due(ward_id).limit(AT_ONCE)]:
        with write():
            done += drop(found)
    if done:
        audit.changed(None, "retention", None, ward_id=ward_id, notices=done)
    return done


def drop(ids):
    """Take out these notices with their rings and messages, in the caller's transaction; answers how many."""
    Delivery.delete().where(Delivery.notice.in_(ids)).execute()
    Message.delete().where(Message.notice.in_(ids)).execute()
    return Notice.delete().where(Notice.id.in_(ids)).execute()
