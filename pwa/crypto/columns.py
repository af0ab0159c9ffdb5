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
    return _close(place, row_id, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def key_of(data):
    """Id of the key a value is sealed with, 8 bytes."""
    return bytes(data)[1:9]


def reseal(place, row_id, data):
    """The same value sealed with the current key, or None when it already is."""
    if key_of(data) == keyring.current().current_column_key()[0]:
        return None
    return _close(place, row_id, _open(place, row_id, data))


def unseal(place, row_id, data):
    """The JSON value `seal` was given; raises cryptography's InvalidTag for another row or column."""
    return json.loads(_open(place, row_id, bytes(data)))


def _close(place, row_id, text):
    key_id, key = keyring.current().current_column_key()
    nonce = os.urandom(12)
    return VERSION + key_id + nonce + _cipher(key).encrypt(nonce, text, f"{place}|{row_id}".encode())


def _open(place, row_id, data):
    if data[:1] != VERSION:
        raise ValueError("unknown column format")
    key = keyring.current().column_key(data[1:9])
    return _cipher(key).decrypt(data[9:21], data[21:], f"{place}|{row_id}".encode())
