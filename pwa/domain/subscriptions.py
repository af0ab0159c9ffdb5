"""Where devices are rung. Endpoints come from outside: only push services we know, over https, are ever written to."""
import base64
import binascii
import re
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from db.base import write
from db.models import Subscription
from pwa.domain.clock import now

# Push services of Chrome, Samsung Internet and Cốc Cốc; Firefox; Safari; Edge.
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
SUFFIXES = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
LOOPBACK = ("localhost", "127.0.0.1")


PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*")


class NotAllowed(Exception):
    """The subscription is not whole, or its endpoint is nowhere we may send to."""


def allowed(endpoint, extra_hosts=()):
    """Whether a push may be sent to this address."""
    # Two parsers must not read two hosts out of one address: plain letters only, before and after the host.
    if not isinstance(endpoint, str) or not PLAIN.fullmatch(endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    if not all(0 < len(label) < 64 for label in host.split(".")):
        return False
    if parts.netloc.lower() in extra_hosts or host in extra_hosts:
        return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    known = host in HOSTS or host.endswith(SUFFIXES)
    return known and parts.scheme == "https" and port in (None, 443)


def keep(device_id, offered, extra_hosts=()):
    """Remember the one subscription of a device; raises NotAllowed."""
    try:
        endpoint, keys = offered["endpoint"], offered["keys"]
        p256dh, auth = keys["p256dh"], keys["auth"]
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
        if len(_bytes(auth)) != 16 or len(endpoint) > 2000:
            raise ValueError
    except (TypeError, KeyError, ValueError, AttributeError, binascii.Error):
        raise NotAllowed from None
    if not allowed(endpoint, extra_hosts):
        raise NotAllowed
    with write():
        # The same browser may have been enrolled anew: the endpoint moves with it.
        Subscription.delete().where((Subscription.endpoint == endpoint) | (Subscription.device == device_id)).execute()
        Subscription.create(device=device_id, endpoint=endpoint, p256dh=p256dh, auth=auth, created_at=now())


def of_device(device_id):
    return Subscription.get_or_none(Subscription.device == device_id)


def forget(endpoint):
    """The push service says it is gone."""
    Subscription.delete().where(Subscription.endpoint == endpoint).execute()


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
