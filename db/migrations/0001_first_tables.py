"""The first tables: a copy frozen on the day, independent of db/models."""
from peewee import (AutoField, BigIntegerField, BlobField, BooleanField, CharField, FixedCharField, ForeignKeyField,
                    IntegerField, Model, TextField)


class BaseModel(Model):
    class Meta:
        legacy_table_names = False


class Ward(BaseModel):
    id = AutoField()
    code = CharField(unique=True)
    name = CharField()
    duty_phone = CharField(null=True)
    duty_phone_note = CharField(null=True)


class Unit(BaseModel):
    id = AutoField()
    ward = ForeignKeyField(Ward, backref="units", on_delete="RESTRICT")
    code = CharField()
    name = CharField()
    kind = CharField()
    phone = CharField(null=True)
    position = IntegerField()
    receives = BooleanField(default=False)
    must_take = BooleanField(default=False)
    direct_in_danger = BooleanField(default=False)
    through_coordinator = BooleanField(default=False)

    class Meta:
        indexes = ((("ward", "code"), True),)


class Hotline(BaseModel):
    id = AutoField()
    ward = ForeignKeyField(Ward, backref="hotlines", on_delete="RESTRICT")
    number = CharField()
    name = CharField()
    emergency = BooleanField(default=False)
    position = IntegerField()
    source = CharField(null=True)


class Person(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    role = CharField(index=True)
    capacity = CharField(null=True)
    name = BlobField()
    created_at = BigIntegerField()


class Invitation(BaseModel):
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, backref="invitations", on_delete="RESTRICT")
    code_digest = CharField(unique=True)
    created_at = BigIntegerField()
    expires_at = BigIntegerField()
    spent_at = BigIntegerField(null=True)
    spent_by = CharField(null=True)
    enrolment_id = FixedCharField(36, null=True)


class Device(BaseModel):
    id = FixedCharField(36, primary_key=True)
    created_at = BigIntegerField()


class Enrolment(BaseModel):
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, backref="enrolments", on_delete="RESTRICT")
    device = ForeignKeyField(Device, backref="enrolments", on_delete="RESTRICT")
    generation = IntegerField(default=0)
    renewed_at = BigIntegerField()
    created_at = BigIntegerField()
    last_contact_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)


class Subscription(BaseModel):
    device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
    endpoint = CharField(2000, unique=True)
    p256dh = CharField()
    auth = CharField()
    created_at = BigIntegerField()


class Entry(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    enrolment_id = FixedCharField(36, index=True)
    kind = CharField()
    seq = BigIntegerField()
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    digest = FixedCharField(64)
    marked = BooleanField(default=False)


class Held(BaseModel):
    id = AutoField()
    entry_id = FixedCharField(36, index=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    enrolment = ForeignKeyField(Enrolment, on_delete="RESTRICT")
    kind = CharField()
    outcome = CharField()
    errors = TextField()
    digest = FixedCharField(64)
    body = BlobField()
    received_at = BigIntegerField()
    closed_by = FixedCharField(36, null=True)
    closed_at = BigIntegerField(null=True, index=True)

    class Meta:
        indexes = ((("entry_id", "digest"), True),)


class Record(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    form = CharField()
    capacity = CharField(null=True)
    standing = CharField()
    danger = BooleanField(default=False)
    child = BooleanField(default=False)
    answers = BlobField()
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    seen_at = BigIntegerField(null=True)
    called_at = BigIntegerField(null=True)
    marked = BooleanField(default=False)
    replaces = FixedCharField(36, null=True)
    replaced_by = FixedCharField(36, null=True)
    withdrawn_at = BigIntegerField(null=True)
    referred_at = BigIntegerField(null=True)

    class Meta:
        indexes = (
            (("author", "received_at"), False),
            (("ward", "referred_at", "received_at"), False),
        )


class Referral(BaseModel):
    id = FixedCharField(36, primary_key=True)
    ward = ForeignKeyField(Ward, on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    record_id = FixedCharField(36, null=True, index=True)
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    owner = ForeignKeyField(Unit, on_delete="RESTRICT")
    urgency = CharField()
    urgent = BooleanField(default=False)
    basis = CharField()
    answers = BlobField()
    state = CharField()
    made_at = BigIntegerField()
    received_at = BigIntegerField()
    seen_at = BigIntegerField(null=True)
    answered_at = BigIntegerField(null=True)
    called_at = BigIntegerField(null=True)
    marked = BooleanField(default=False)
    replaces = FixedCharField(36, null=True)
    replaced_by = FixedCharField(36, null=True)
    withdrawn_at = BigIntegerField(null=True)

    class Meta:
        indexes = (
            (("unit", "state"), False),
            (("owner", "state"), False),
            (("author", "received_at"), False),
            (("ward", "state"), False),
        )


class Answer(BaseModel):
    id = FixedCharField(36, primary_key=True)
    referral = ForeignKeyField(Referral, backref="answers_given", on_delete="RESTRICT")
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    unit = ForeignKeyField(Unit, on_delete="RESTRICT")
    choice = CharField()
    reason = CharField(null=True)
    next_unit = ForeignKeyField(Unit, null=True, on_delete="RESTRICT")
    note = BlobField(null=True)
    made_at = BigIntegerField()
    received_at = BigIntegerField()


class Withdrawal(BaseModel):
    id = FixedCharField(36, primary_key=True)
    target_id = FixedCharField(36, index=True)
    author = ForeignKeyField(Person, on_delete="RESTRICT")
    made_at = BigIntegerField()
    received_at = BigIntegerField()


class Notice(BaseModel):
    id = FixedCharField(36, primary_key=True)
    person = ForeignKeyField(Person, on_delete="RESTRICT")
    event = CharField()
    subject_kind = CharField()
    subject_id = FixedCharField(36)
    urgent = BooleanField(default=False)
    created_at = BigIntegerField()
    spread_at = BigIntegerField(null=True, index=True)


class Delivery(BaseModel):
    id = FixedCharField(36, primary_key=True)
    notice = ForeignKeyField(Notice, on_delete="CASCADE")
    device = ForeignKeyField(Device, on_delete="CASCADE")
    urgent = BooleanField(default=False)
    created_at = BigIntegerField()
    attempts = IntegerField(default=0)
    next_at = BigIntegerField(index=True, null=True)
    outcome = CharField(null=True)
    done_at = BigIntegerField(null=True)


TABLES = (Ward, Unit, Hotline, Person, Invitation, Device, Enrolment, Subscription, Entry, Held, Record, Referral, Answer,
          Withdrawal, Notice, Delivery)


def up(migrator, db):
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES)


def down(migrator, db):
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)
