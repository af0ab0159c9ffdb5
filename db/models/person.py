from peewee import BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField, IntegerField, TextField

from db.base import BaseModel
from db.models.ward import Unit, Ward


class Person(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    role = CharField(index=True)
    # In what capacity this person notices and reports (domain.md §2): decides tin báo or quan sát.
    capacity = CharField(null=True)
    name = BlobField()
    # Since when a coordinator has had this counsellor as the named handler of the school; None for everybody else.
    handler_since = BigIntegerField(null=True)
    created_at = BigIntegerField()


class Invitation(BaseModel):
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, backref="invitations", on_delete="RESTRICT")
    code_digest = CharField(unique=True)
    created_at = BigIntegerField()
    expires_at = BigIntegerField()
    spent_at = BigIntegerField(null=True)
    # Keyed digest of a number the phone got with the page: it may ask again when the answer was lost.
    spent_by = CharField(null=True)
    enrolment_id = FixedCharField(36, null=True)
    # Who made it; nobody when it was made on the command line, whose user holds all keys anyway.
    inviter = ForeignKeyField(Person, backref="invited", null=True, on_delete="RESTRICT")
    # Its enrolment reads at once, also in a role that reads cases.
    approved = BooleanField(default=False)


class Device(BaseModel):
    id = FixedCharField(36, primary_key=True)
    created_at = BigIntegerField()


class Enrolment(BaseModel):
    """One person on one device."""
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, backref="enrolments", on_delete="RESTRICT")
    device = ForeignKeyField(Device, backref="enrolments", on_delete="RESTRICT")
    # Which value of the cookie has last been presented; the next one is valid too until it has been.
    generation = IntegerField(default=0)
    renewed_at = BigIntegerField()
    created_at = BigIntegerField()
    last_contact_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)
    # Argon2id of what the phone made of the PIN; an enrolment without it deposits but reads nothing.
    verifier = TextField(null=True)
    # Wrong PINs in a row.
    failures = IntegerField(default=0)
    # Null: a coordinator has yet to compare the short code, or it is from before there was a PIN.
    approved_at = BigIntegerField(null=True)
    short_code = FixedCharField(6, null=True)
    # From when on what was written here without a proof is doubted; None while it never gave one.
    proof_due_at = BigIntegerField(null=True)


class Subscription(BaseModel):
    """Where one device is rung; a device has one at most."""
    device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
    endpoint = CharField(2000, unique=True)
    p256dh = CharField()
    auth = CharField()
    created_at = BigIntegerField()
    # host:port of the endpoint, what limits and breakers go by.
    host = CharField(null=True)
    # Id of the VAPID key the browser subscribed with; None for the first one a ward had.
    vapid_key = CharField(null=True)
    expires_at = BigIntegerField(null=True)
    # The last ring this phone confirmed; the last one that failed, and why.
    shown_at = BigIntegerField(null=True)
    failed_at = BigIntegerField(null=True)
    cause = CharField(null=True)
