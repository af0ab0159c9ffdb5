from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField

from db.base import BaseModel, JSONText


class Ward(BaseModel):
    id = AutoField()
    code = CharField(unique=True)
    name = CharField()
    duty_phone = CharField(null=True)
    duty_phone_note = CharField(null=True)
    # Whether a phone may write one plain note without being unlocked.
    quick_note = BooleanField(default=False)
    # Days without contact after which a phone drops the pages it keeps.
    keep_days = IntegerField(default=7)
    # Where quick exit leads; our own neutral page when null.
    exit_url = CharField(null=True)
    # Codes of wards whose coordinators may open a case here in an emergency.
    neighbours = JSONText(null=True)


class Unit(BaseModel):
    id = AutoField()
    ward = ForeignKeyField(Ward, backref="units", on_delete="RESTRICT")
    code = CharField()
    name = CharField()
    kind = CharField()
    phone = CharField(null=True)
    position = IntegerField()
    receives = BooleanField(default=False)
    # A tin báo may not be refused here, only passed on (domain.md §2).
    must_take = BooleanField(default=False)
    # A volunteer may send here directly, but only when there is danger.
    direct_in_danger = BooleanField(default=False)
    # Neither address nor number on a phone: "qua điều phối viên".
    through_coordinator = BooleanField(default=False)
    # Services it gives (codes of "services"), and its hours: {"days": [1…7], "from": "07:00", "to": "17:00"}, None any hour.
    services = JSONText(null=True)
    hours = JSONText(null=True)

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
