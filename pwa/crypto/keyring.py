"""The keys of the ward, one file each in KEY_DIR; made on first start, never changed in place."""
import fcntl
import hashlib
import os
import re
import time
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
# Seconds for which the current column key is taken as known.
FRESH = 1


class UnknownKey(Exception):
    """No key with this id is in KEY_DIR."""


class Keyring:
    """Reads KEY_DIR; `entry` keys open what phones sealed, `columns` keys seal what the database keeps."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.folder / ".lock", "w") as lock:
            # Web and worker may start together on an empty folder.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._names("entry"):
                self.add_entry_key()
            if not self._names("columns"):
                self.add_column_key()
            for name in ("digest", "cookie", "session", "audit", "search"):
                if not (self.folder / f"{name}.key").exists():
                    self._write(f"{name}.key", os.urandom(32))
            if not (self.folder / "vapid.pem").exists():
                self._write("vapid.pem", ec.generate_private_key(ec.SECP256R1()).private_bytes(*PEM))
            if not (self.folder / "audit.pem").exists():
                self._write("audit.pem", ed25519.Ed25519PrivateKey.generate().private_bytes(*PEM))
        self.digest = self._read("digest.key")
        self.cookie = self._read("cookie.key")
        self.session = self._read("session.key")
        # The first links the audit rows of a ward, the second signs the head that leaves the database.
        self.audit = self._read("audit.key")
        self.audit_signing = serialization.load_pem_private_key(self._read("audit.pem"), None)
        self.search = self._read("search.key")
        first = serialization.load_pem_private_key(self._read("vapid.pem"), None)
        self.first_vapid_key = _key_id(first)
        self._vapid = {self.first_vapid_key: first}
        self._column_now, self._looked = None, -FRESH
        self._entry, self._columns = {}, {}

    def current_entry_key(self):
        """The id phones seal to now, and its public point (65 bytes)."""
        key_id = self._read("entry/current").decode()
        return key_id, self.entry_key(key_id).public_key().public_bytes(*POINT)

    def entry_key(self, key_id):
        """The private key with this id, also an old one; raises UnknownKey."""
        if key_id not in self._entry:
            self._entry[key_id] = serialization.load_pem_private_key(self._find("entry", key_id, "pem"), None)
        return self._entry[key_id]

    def add_entry_key(self):
        """Make a new key for phones to seal to; the old ones stay, for what still waits on phones."""
        key = ec.generate_private_key(ec.SECP256R1())
        key_id = _key_id(key)
        self._write(f"entry/{key_id}.pem", key.private_bytes(*PEM))
        self._write("entry/current", key_id.encode())
        return key_id

    def current_column_key(self):
        """The id columns are sealed with now, and its key; a key made by another process is in use within a second."""
        if time.monotonic() - self._looked >= FRESH:
            self._column_now, self._looked = self._read("columns/current"), time.monotonic()
        return self._column_now, self.column_key(self._column_now)

    def column_key(self, key_id):
        """The 32-byte key with this 8-byte id; raises UnknownKey."""
        if key_id not in self._columns:
            self._columns[key_id] = self._find("columns", key_id.hex(), "key")
        return self._columns[key_id]

    def add_column_key(self):
        """Make a new key for columns to be sealed with; the old ones stay, for rows and for backups."""
        key = os.urandom(32)
        key_id = hashlib.sha256(b"column" + key).digest()[:8]
        self._write(f"columns/{key_id.hex()}.key", key)
        self._write("columns/current", key_id)
        self._looked = -FRESH
        return key_id

    def current_vapid_key(self):
        """The id of the key phones subscribe with now, and its public point (65 bytes), what a browser calls applicationServerKey."""
        try:
            key_id = self._read("vapid/current").decode()
        except FileNotFoundError:
            key_id = self.first_vapid_key
        return key_id, self.vapid_key(key_id).public_key().public_bytes(*POINT)

    def vapid_key(self, key_id):
        """The private key a subscription was made with, also an old one; None is the ward's first. Raises UnknownKey."""
        key_id = key_id or self.first_vapid_key
        if key_id not in self._vapid:
            self._vapid[key_id] = serialization.load_pem_private_key(self._find("vapid", key_id, "pem"), None)
        return self._vapid[key_id]

    def add_vapid_key(self):
        """Let phones subscribe with a new key from now on; the old ones still sign for those that have not yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        self._write(f"vapid/{_key_id(key)}.pem", key.private_bytes(*PEM))
        self._write("vapid/current", _key_id(key).encode())
        return _key_id(key)

    def _names(self, kind):
        return list((self.folder / kind).glob("*"))

    def _find(self, kind, key_id, suffix):
        if not re.fullmatch(r"[0-9a-f]{16}", key_id):
            raise UnknownKey(key_id)
        try:
            return self._read(f"{kind}/{key_id}.{suffix}")
        except FileNotFoundError:
            raise UnknownKey(key_id) from None

    def _read(self, name):
        return (self.folder / name).read_bytes()

    def _write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, mode=0o700)
        fresh = path.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)


def _key_id(key):
    return point_id(key.public_key().public_bytes(*POINT))


def point_id(point):
    """The id of the key pair with this public point."""
    return hashlib.sha256(point).hexdigest()[:16]


class Slot:
    """Holds the keyring of the running application."""
    ring = None


def load(folder):
    Slot.ring = Keyring(folder)
    return Slot.ring


def current():
    return Slot.ring
