from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField

from db.base import BaseModel
from db.models.person import Person
from db.models.ward import Unit, Ward


class Record(BaseModel):
    """What one person noticed or was told; the id is the entry's."""
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    form = CharField()
    capacity = CharField(null=True)
    # "report" (tin báo) or "observation" (quan sát).
    standing = CharField()
    danger = BooleanField(default=False)
    child = BooleanField(default=False)
    # Every answer as sealed JSON, field name to code, codes or text.
    answers = BlobField()
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    seen_at = BigIntegerField(null=True)
    called_at = BigIntegerField(null=True)
    # Delivered by a phone that had been revoked: a coordinator looks first.
    marked = BooleanField(default=False)
    # Written without unlocking the phone: somebody else may have held it.
    unverified = BooleanField(default=False)
    replaces = FixedCharField(36, null=True)
    replaced_by = FixedCharField(36, null=True)
    withdrawn_at = BigIntegerField(null=True)
    # Of a mended version: from when what it tells of waits, and from when it is for somebody to see; None where that is received_at.
    since = BigIntegerField(null=True)
    unseen_since = BigIntegerField(null=True)
    # Set by the first referral that names this record; when the recorder passed it on.
    referred_at = BigIntegerField(null=True)
    # Place in the coordinators' queue (pwa/domain/queue.py) until one has dealt with it.
    turn = BigIntegerField(null=True)
    # "case", "elsewhere" (not GBV), "asked" or "duplicate"; None while it waits.
    became = CharField(null=True)
    case_id = FixedCharField(36, null=True, index=True)
    duplicate_of = FixedCharField(36, null=True)
    # Keyed digest of area and place, for finding the same matter without opening anything; numbers have theirs in ContactKey.
    place_key = FixedCharField(64, null=True)
    # Until when care after sexual violence is to be reached, when the record tells of some.
    health_until = BigIntegerField(null=True)
    # When its words were taken out; codes stay for counting.
    erased_at = BigIntegerField(null=True)

    class Meta:
        indexes = (
            (("ward", "turn", "id"), False),
            (("place_key", "received_at"), False),
            (("author", "received_at"), False),
        )


# Of few records: an index of the others would be one of nothing.
Record.add_index(Record.duplicate_of, where=Record.duplicate_of.is_null(False), name="record_duplicate_of")
