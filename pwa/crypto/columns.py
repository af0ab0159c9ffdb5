"""Columns that hold names, words, contacts or places: AES-256-GCM, bound to table, column and row.

Stored bytes: version (1) ‖ key id (8) ‖ nonce (12) ‖ ciphertext. A value copied to another row does not open.
"""
import json
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pwa.crypto import keyring

VERSION = b"\x01"
_ciphers = {}


def _cipher(key):
    if key not in _ciphers:
        _ciphers[key] = AESGCM(key)
    return _ciphers[key]


def seal(place, row_id, value):
    """Encrypt a JSON value for `place` ("table.column") of one row."""
    key_id, key = keyring.current().current_column_key()
    nonce = os.urandom(12)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return VERSION + key_id + nonce + _cipher(key).encrypt(nonce, text, f"{place}|{row_id}".encode())


def unseal(place, row_id, data):
    """The JSON value `seal` was given; raises cryptography's InvalidTag for another row or column."""
    data = bytes(data)
    if data[:1] != VERSION:
        raise ValueError("unknown column format")
    key = keyring.current().column_key(data[1:9])
    return json.loads(_cipher(key).decrypt(data[9:21], data[21:], f"{place}|{row_id}".encode()))
