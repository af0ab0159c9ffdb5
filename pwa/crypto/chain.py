"""Links of the audit chain: each row's digest covers the row and the digest before it; the newest one is signed."""
import hashlib
import hmac
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pwa.crypto import keyring

START = "0" * 64


def link(before, values):
    """The digest of a row, a list of plain values, after the one before; 64 hex characters.

    Keyed: who can write to the database but not read KEY_DIR cannot make a link that fits.
    """
    text = json.dumps(["sotay/audit/1", before, *values], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(keyring.current().audit, text.encode(), hashlib.sha256).hexdigest()


def signer():
    """The public half of the key that signs heads, 64 hex characters: keep it where the heads are kept."""
    return keyring.current().audit_signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(values):
    """An Ed25519 signature over a head, a list of plain values; 128 hex characters."""
    return keyring.current().audit_signing.sign(_signed(values)).hex()


def is_ours(values, signature):
    """Whether this ward's key signed the head."""
    try:
        keyring.current().audit_signing.public_key().verify(bytes.fromhex(signature), _signed(values))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _signed(values):
    return json.dumps(["sotay/audit-head/1", *values], ensure_ascii=False, separators=(",", ":")).encode()
