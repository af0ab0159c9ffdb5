"""Where devices are rung. Endpoints come from outside: only push services we know, over https, are ever written to."""
import base64
import binascii
import re
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from db.base import write
from db.models import Subscription
from pwa.crypto import keyring
from pwa.domain.clock import DAY, now

# Push services of Chrome, Samsung Internet and Cốc Cốc; Firefox; Safari; Edge.
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
SUFFIXES = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
LOOPBACK = ("localhost", "127.0.0.1")
RENEW_BEFORE = 7 * DAY
# What a push service answers when it does not take our signature, or not for this subscription.
VAPID_REFUSED = ("401", "403")


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
    """Remember the one subscription of a device; raises NotAllowed.

    `offered` is what PushSubscription.toJSON() gives, and `vapid`, the key of ours it was made with.
    """
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
        Subscription.create(device=device_id, endpoint=endpoint, p256dh=p256dh, auth=auth, created_at=now(), host=_host(endpoint),
                            vapid_key=_vapid_key(offered.get("vapid")), expires_at=_moment(offered.get("expirationTime")))


def of_device(device_id):
    return Subscription.get_or_none(Subscription.device == device_id)


def _host(endpoint):
    return urlsplit(endpoint).netloc.lower()


def _vapid_key(point):
    """The id of the key of ours a browser says it subscribed with; the newest when it does not say."""
    ring = keyring.current()
    try:
        key_id = keyring.point_id(_bytes(point))
        ring.vapid_key(key_id)
    except (AttributeError, TypeError, ValueError, binascii.Error, keyring.UnknownKey):
        return ring.current_vapid_key()[0]
    return key_id


def _moment(value):
    """Milliseconds since 1970 as a browser says them, or None."""
    return int(value) if isinstance(value, (int, float)) and 0 < value < 2**53 else None


def stale(subscription):
    """Whether the browser should subscribe anew: gone, made with an old key, refused by its push service, or about to end."""
    if subscription is None:
        return True
    ends_soon = subscription.expires_at is not None and subscription.expires_at < now() + RENEW_BEFORE
    old_key = (subscription.vapid_key or keyring.current().first_vapid_key) != keyring.current().current_vapid_key()[0]
    return ends_soon or old_key or subscription.cause in VAPID_REFUSED


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
