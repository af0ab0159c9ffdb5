"""What a phone makes of its PIN, kept as a slow hash: a stolen database does not open a reading session."""
import base64
import os
import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# 16 MiB and three passes: some 30 ms, and eight at once fit into a small server. The phone has already paid far more for
# the PIN itself, and what it sends has 256 bits. The parameters stand in each hash, so they can change.
HASHER = PasswordHasher(time_cost=3, memory_cost=16 * 1024, parallelism=1, hash_len=32, salt_len=16)
WRITTEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Malformed(Exception):
    """Not 43 characters of base64url, 32 bytes."""


def read(text):
    """The 32 bytes a phone sent; raises Malformed."""
    if not isinstance(text, str) or not WRITTEN.fullmatch(text):
        raise Malformed
    return base64.urlsafe_b64decode(text + "=")


def keep(verifier):
    """The Argon2id hash to store, with its own salt and parameters."""
    return HASHER.hash(verifier)


def matches(kept, verifier):
    """Whether this is the verifier that was kept; takes as long when none was."""
    try:
        return HASHER.verify(kept or _nobodys(), verifier) and kept is not None
    except VerificationError:
        return False


def outdated(kept):
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


@cache
def _nobodys():
    return keep(os.urandom(32))
