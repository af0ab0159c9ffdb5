"""One ring of one device: values in, outcome out. The payload carries no meaning."""
import email.utils
import json
import time
from urllib.parse import urlsplit

import requests
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

TTL_SECONDS = 28 * 24 * 3600
TIMEOUT = 10
VAPID_HOURS = 12

_session = requests.Session()
# A push service that redirects could point anywhere, also into the ward's own network.
_session.max_redirects = 0


def payload(notice_id, urgent):
    """What travels: which notice a tap should open, and how long to vibrate; one length for all."""
    return json.dumps({"v": 1, "n": notice_id, "u": int(urgent)}, separators=(",", ":"))


def send(endpoint, p256dh, auth, notice_id, urgent, vapid_key, vapid_subject):
    """Ring one device: ("sent" | "gone" | "refused", None) or ("retry", seconds or None)."""
    parts = urlsplit(endpoint)
    claims = {"sub": vapid_subject, "aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + VAPID_HOURS * 3600}
    headers = {"Urgency": "high" if urgent else "normal", "Topic": "b" if urgent else "a"}
    try:
        webpush({"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}, payload(notice_id, urgent),
                vapid_private_key=Vapid02(private_key=vapid_key), vapid_claims=claims, ttl=TTL_SECONDS, headers=headers,
                timeout=TIMEOUT, requests_session=_session)
    except WebPushException as refusal:
        return outcome(refusal.status_code, refusal.retry_after)
    except requests.TooManyRedirects:
        return "refused", None
    except requests.RequestException:
        return "retry", None
    return "sent", None


def outcome(status, retry_after=None):
    """What a push service's status code means for us (RFC 8030)."""
    if status in (404, 410):
        return "gone", None
    if status is None or status == 429 or status >= 500:
        return "retry", seconds(retry_after)
    return "refused", None


def seconds(retry_after):
    """Retry-After, a number or a date, as seconds from now; None when there is none."""
    if not retry_after:
        return None
    if retry_after.isdigit():
        return int(retry_after)
    try:
        return max(0, int(email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()))
    except ValueError:
        return None
