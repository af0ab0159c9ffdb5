"""What a phone seals and only the ward opens: HPKE (RFC 9180), DHKEM(P-256), HKDF-SHA256, AES-256-GCM."""
import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pwa.crypto import keyring

EXPORT = b"SOTAY1\n"
EXPORT_INFO = b"sotay/export/1"
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class CannotOpen(Exception):
    """Sealed to another key, for another entry or enrolment, or damaged."""


def info(entry_id, kind, enrolment_id):
    """Binds an envelope to its entry and enrolment, in format 1 also to the kind beside it; format 2 (`kind` None) seals that too."""
    if kind is None:
        return f"sotay/entry/2|{entry_id}|{enrolment_id}".encode()
    return f"sotay/entry/1|{entry_id}|{kind}|{enrolment_id}".encode()


def open_entry(key_id, sealed, entry_id, kind, enrolment_id):
    """The plaintext bytes of base64url `enc‖ct`; raises CannotOpen."""
    try:
        data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return SUITE.decrypt(data, keyring.current().entry_key(key_id), info=info(entry_id, kind, enrolment_id))
    except (binascii.Error, ValueError, InvalidTag, keyring.UnknownKey) as reason:
        raise CannotOpen from reason


def open_export(data):
    """The plaintext of an export file, `SOTAY1`, a line with the key's id, `enc‖ct`; raises CannotOpen."""
    if not data.startswith(EXPORT):
        raise CannotOpen
    key_id, _line, sealed = data[len(EXPORT):].partition(b"\n")
    try:
        return SUITE.decrypt(sealed, keyring.current().entry_key(key_id.decode("ascii")), info=EXPORT_INFO)
    except (ValueError, InvalidTag, keyring.UnknownKey) as reason:
        raise CannotOpen from reason


def seal_export(public_key, key_id, plaintext):
    """As a phone writes the file; for tests."""
    return EXPORT + key_id.encode() + b"\n" + SUITE.encrypt(plaintext, public_key, info=EXPORT_INFO)


def seal_entry(public_key, plaintext, entry_id, kind, enrolment_id):
    """As a phone does it; for tests and benchmarks."""
    data = SUITE.encrypt(plaintext, public_key, info=info(entry_id, kind, enrolment_id))
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest(plaintext):
    """Keyed digest of an opened entry, 64 hex characters: the same bytes or not, and nothing else."""
    return hmac.new(keyring.current().digest, plaintext, hashlib.sha256).hexdigest()
