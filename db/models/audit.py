from peewee import BigIntegerField, CharField, CompositeKey, FixedCharField, ForeignKeyField, IntegerField

from db.base import BaseModel, JSONText
from db.models.ward import Ward


class Audit(BaseModel):
    """One read, change or export; rows of a ward are numbered without a gap and each is linked to the one before."""
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    seq = IntegerField()
    at = BigIntegerField()
    # Ids, not foreign keys: a row stays what it was, whatever becomes of the person. None: the ward's own server.
    person_id = FixedCharField(36, null=True)
    role = CharField(null=True)
    enrolment_id = FixedCharField(36, null=True)
    # read, list, refuse, write, change, export, break-glass.
    action = CharField()
    subject_kind = CharField()
    subject_id = CharField(36, null=True)
    # Codes that say more, like the entry's kind; never anything personal.
    detail = JSONText(null=True)
    link = FixedCharField(64)

    class Meta:
        primary_key = CompositeKey("ward", "seq")
        indexes = (
            (("subject_id", "at"), False),
            (("ward", "person_id", "seq"), False),
            (("ward", "action", "seq"), False),
        )


class AuditHead(BaseModel):
    """Where the chain of a ward ends; the row writers queue at."""
    ward = ForeignKeyField(Ward, primary_key=True, on_delete="RESTRICT")
    seq = IntegerField()
    link = FixedCharField(64)
    # The last head that was signed and left the database.
    sent_seq = IntegerField(default=0)
    sent_at = BigIntegerField(null=True)
