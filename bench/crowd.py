"""Many phones without phones: rows as enrolling and subscribing would have written them, each with a key that can be encrypted to."""
import base64
import os
import uuid

from cryptography.hazmat.primitives.asymmetric import ec

from db.base import database, insert_rows, write
from db.models import Device, Enrolment, Notice, Person, Subscription, Unit
from pwa.crypto import columns
from pwa.crypto.keyring import POINT
from pwa.domain.clock import now
from tests.ward import Ward

AT_ONCE = 500


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def gather(app, endpoints, unit="vhxh"):
    """One person of this unit with one phone for each endpoint; answers the ids of the people, in the same order."""
    ward, made = Ward(app).row, now()
    people = []
    with app.app_context(), database.connection_context():
        unit = Unit.get(Unit.ward == ward, Unit.code == unit)
        for start in range(0, len(endpoints), AT_ONCE):
            rows = [_rows(ward, unit, endpoint, made) for endpoint in endpoints[start:start + AT_ONCE]]
            with write():
                for number, model in enumerate((Person, Device, Enrolment, Subscription)):
                    insert_rows(model, [row[number] for row in rows])
            people += [row[0]["id"] for row in rows]
    return people


def _rows(ward, unit, endpoint, made):
    person, device, enrolment = (str(uuid.uuid4()) for _row in range(3))
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*POINT)
    name = columns.seal("person.name", person, "Người mẫu")
    return (dict(id=person, ward=ward.id, unit=unit.id, role="responder", capacity="officer", name=name, created_at=made),
            dict(id=device, created_at=made),
            dict(id=enrolment, person=person, device=device, generation=0, renewed_at=made, created_at=made, last_contact_at=made,
                 verifier=None, failures=0, approved_at=made, short_code=None),
            dict(device=device, endpoint=endpoint, p256dh=text(point), auth=text(os.urandom(16)), created_at=made,
                 host=endpoint.split("/")[2], vapid_key=None))


def tell(app, people, urgent=False):
    """One notice for each of these people, as something that happened would have written it."""
    made = now()
    with app.app_context(), database.connection_context():
        for start in range(0, len(people), AT_ONCE):
            with write():
                insert_rows(Notice, [dict(id=str(uuid.uuid4()), person=person, event="record-new", subject_kind="record",
                                          subject_id=str(uuid.uuid4()), urgent=urgent, created_at=made, ring_at=made, spread_at=None)
                                     for person in people[start:start + AT_ONCE]])
