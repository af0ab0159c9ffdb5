"""One ring of one device: values in, outcome out. The payload carries no meaning, and has one length for all."""
import base64
import email.utils
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from pwa.push.wire import Broken, Silent, Wires

TTL_SECONDS = 28 * 24 * 3600
# A push service that wants more is asked again after a day all the same: a ring must not end by a number.
LONGEST = 24 * 3600
# Push services allow a day; one signature serves every ring to the same service until an hour before its end.
SIGNED_FOR, SIGN_ANEW = 12 * 3600, 3600
# Characters of the payload, white space behind it included: whoever sees only its size sees nothing.
SIZE = 1024

# The words on the phone stand in service_worker/push.js; these are the same, for phones that show a push by themselves.
TITLE = "Sổ tay"
WORDS = {"new": "Có mục mới. Mở sổ để xem.", "reminder": "Sổ tay: còn việc chưa xem.", "test": "Sổ tay: thông báo hoạt động."}


@dataclass(frozen=True)
class Ring:
    """What one push needs: `notice` is what a tap opens, `id` what the phone confirms."""
    id: str
    notice: str
    urgent: bool
    words: str
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Answer:
    """ "sent", "gone", "refused" or "retry"; in how many seconds at the soonest, and why it failed."""
    outcome: str
    retry_after: int | None = None
    cause: str | None = None


class Sender:
    """Keeps connections and signatures between rings, for one event loop."""

    def __init__(self, base_url, vapid_subject):
        self.base_url, self.vapid_subject = base_url, vapid_subject
        self._wires, self._signatures = Wires(), {}

    async def send(self, ring, key_id, key):
        """Ring one device; `key` signs, `key_id` is its name."""
        body = seal(payload(self.base_url, ring), ring.p256dh, ring.auth)
        headers = {"TTL": str(TTL_SECONDS), "Urgency": "high" if ring.urgent else "normal", "Topic": "b" if ring.urgent else "a",
                   "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
                   "Authorization": self._signature(_origin(ring.endpoint), key_id, key)}
        try:
            status, said = await self._wires.post(ring.endpoint, headers, body)
        except Silent:
            return Answer("retry", None, "timeout")
        except Broken:
            return Answer("retry", None, "unreachable")
        return answer(status, said.get("retry-after"))

    def _signature(self, origin, key_id, key):
        moment = time.time()
        until, header = self._signatures.get((origin, key_id), (0, ""))
        if until < moment + SIGN_ANEW:
            until = int(moment) + SIGNED_FOR
            claims = {"sub": self.vapid_subject, "aud": origin, "exp": until}
            header = Vapid02(private_key=key).sign(claims)["Authorization"]
            self._signatures[origin, key_id] = until, header
        return header


def payload(base_url, ring):
    """What travels: JSON that our worker reads, and a phone that knows Declarative Web Push shows without it."""
    shown = {"title": TITLE, "body": WORDS[ring.words], "lang": "vi", "tag": "sotay", "navigate": f"{base_url}/n/{ring.notice}"}
    said = {"web_push": 8030, "mutable": True, "notification": shown,
            "n": ring.notice, "d": ring.id, "u": int(ring.urgent), "k": ring.words}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return text.ljust(SIZE)


def seal(text, p256dh, auth):
    """Encrypt for one phone (RFC 8291), as pywebpush does: a key pair and a salt for this message alone."""
    return http_ece.encrypt(text, private_key=ec.generate_private_key(ec.SECP256R1()), dh=_bytes(p256dh), auth_secret=_bytes(auth),
                            version="aes128gcm")


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def answer(status, retry_after=None):
    """What a push service's status code means for us (RFC 8030)."""
    if 200 <= status < 300:
        return Answer("sent")
    if status in (404, 410):
        return Answer("gone", None, str(status))
    if status == 429 or status >= 500:
        return Answer("retry", seconds(retry_after), str(status))
    return Answer("refused", None, "redirect" if status < 400 else str(status))


def _origin(endpoint):
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def seconds(retry_after):
    """Retry-After, a number or a date, as seconds from now, at most a day; None when there is none that can be read."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        # Python reads only so many digits.
        return min(int(text), LONGEST) if len(text) <= 20 else LONGEST
    try:
        return min(max(0, int(email.utils.parsedate_to_datetime(text).timestamp() - time.time())), LONGEST)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
