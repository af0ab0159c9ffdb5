"""A push service on loopback: autopush's WebSocket for Firefox, RFC 8030's HTTP for the sender, and a receiver without a browser."""
import base64
import json
import secrets
import threading
import time
from collections import defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from requests.structures import CaseInsensitiveDict
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

DAY = 24 * 3600
PATIENCE = 60
LARGEST = 4096
# An answer that never comes: the connection is closed instead.
HANG_UP = (0, {})


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def wait_for(condition, what, seconds=PATIENCE):
    """The first true value of condition(); asked again and again, because what is waited for happens in another process."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"never seen: {what() if callable(what) else what}"
        time.sleep(0.05)
    return value


class NotSigned(Exception):
    """The Authorization header is not what RFC 8292 asks for."""


def vapid(authorization):
    """(claims, public key) of `vapid t=…,k=…`; raises NotSigned unless the key signed them."""
    try:
        scheme, _, rest = authorization.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, body, signature = parts["t"].split(".")
        numbers = unb64(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        der = utils.encode_dss_signature(int.from_bytes(numbers[:32], "big"), int.from_bytes(numbers[32:], "big"))
        key.verify(der, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
        if scheme.lower() != "vapid" or json.loads(unb64(head)) != {"typ": "JWT", "alg": "ES256"}:
            raise NotSigned(authorization)
        return json.loads(unb64(body)), unb64(parts["k"])
    except (AttributeError, KeyError, ValueError, InvalidSignature) as reason:
        raise NotSigned(authorization) from reason


@dataclass
class Post:
    """One POST as it came: whose endpoint, what headers, what was answered."""
    endpoint: str
    headers: CaseInsensitiveDict
    body: bytes
    status: int

    @property
    def claims(self):
        return vapid(self.headers["Authorization"])[0]


class PushService:
    """`url` is what Firefox connects to, `host` what PUSH_EXTRA_HOSTS names; everything received stays in `posts`."""

    def __init__(self):
        self.posts, self.gone = [], set()
        # What Firefox made of each message: (channel, code); 100 is decrypted and handed to the worker.
        self._settled = []
        self._plans, self._held = defaultdict(deque), {}
        # endpoint -> (uaid, channel, application server key); uaid is None for a receiver without a browser.
        self._endpoints = {}
        self._waiting = defaultdict(dict)
        self._sockets = {}
        self._lock = threading.RLock()
        # Seconds before each answer; how many POSTs were being answered at a time, now and at the most.
        self._latency, self._busy, self.most = 0, 0, 0

    @contextmanager
    def running(self):
        with ThreadingHTTPServer(("127.0.0.1", 0), self._handler()) as http, \
                serve(self._talk, "127.0.0.1", 0, subprotocols=["push-notification"], compression=None) as sockets:
            http.daemon_threads = True
            self.host = f"localhost:{http.server_address[1]}"
            self.url = f"ws://localhost:{sockets.socket.getsockname()[1]}/"
            for server in (http, sockets):
                threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield self
            finally:
                http.shutdown()
                sockets.shutdown()

    # What tests say and ask.

    def endpoint(self, uaid=None, channel=None, key=None):
        """A new address to ring."""
        made = f"http://{self.host}/wpush/v2/{secrets.token_urlsafe(32)}"
        with self._lock:
            self._endpoints[made] = (uaid, channel, key)
        return made

    def answer(self, endpoint, *answers):
        """What the next POSTs to this endpoint get, each (status, headers), before 201 again."""
        self._plans[endpoint].extend(answers)

    def forget(self, endpoint):
        """As if the person had taken the permission back: 410 from now on."""
        self.gone.add(endpoint)

    def forget_past(self):
        """What came until now is not looked at any more."""
        self.posts.clear()
        self._settled.clear()

    def hold(self, endpoint):
        """Let POSTs to this endpoint wait for their answer until the event that is given is set."""
        self._held[endpoint] = threading.Event()
        return self._held[endpoint]

    @contextmanager
    def slow(self, seconds):
        """Every answer takes so long, as over a network; `most` counts anew."""
        self._latency, self.most = seconds, 0
        try:
            yield
        finally:
            self._latency = 0

    def to(self, endpoint):
        return [post for post in list(self.posts) if post.endpoint == endpoint]

    def wait(self, endpoint, count=1):
        """The first POSTs to this endpoint, once there are so many."""
        return wait_for(lambda: len(self.to(endpoint)) >= count and self.to(endpoint),
                        lambda: f"{count} POSTs to {endpoint}, only {[post.status for post in self.to(endpoint)]}")

    def settled(self, endpoint):
        """The codes with which Firefox settled what it got for this endpoint."""
        channel = self._endpoints[endpoint][1]
        return [code for settled, code in list(self._settled) if settled == channel]

    # RFC 8030: from the application server.

    def _handler(self):
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers = service._take(f"http://{self.headers['Host']}{self.path}", CaseInsensitiveDict(self.headers), body)
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def do_GET(self):
                # Nobody should come here: it is where a redirect that is followed ends.
                service.posts.append(Post(f"http://{self.headers['Host']}{self.path}", CaseInsensitiveDict(self.headers), b"GET", 405))
                self.send_error(405)

            def log_message(self, *words):
                pass

        return Handler

    def _take(self, endpoint, headers, body):
        with self._lock:
            self._busy += 1
            self.most = max(self.most, self._busy)
        time.sleep(self._latency)
        with self._lock:
            self._busy -= 1
            status, answered = self._judge(endpoint, headers, body)
            if status == 201:
                self._forward(endpoint, headers, body)
            self.posts.append(Post(endpoint, headers, body, status))
        if endpoint in self._held:
            self._held[endpoint].wait(PATIENCE)
        return status, answered

    def _judge(self, endpoint, headers, body):
        """What a real push service answers, unless a test planned otherwise."""
        if endpoint in self.gone:
            return 410, {}
        if endpoint not in self._endpoints:
            return 404, {}
        if self._plans[endpoint]:
            return self._plans[endpoint].popleft()
        if not headers.get("TTL", "").isdigit() or headers.get("Content-Encoding") != "aes128gcm":
            return 400, {}
        if len(body) > LARGEST:
            return 413, {}
        try:
            claims, key = vapid(headers.get("Authorization"))
        except NotSigned:
            return 401, {}
        wanted, now = self._endpoints[endpoint][2], time.time()
        timely = now < claims.get("exp", 0) <= now + DAY
        if claims.get("aud") != f"http://{self.host}" or not timely or (wanted and key != wanted):
            return 403, {}
        return 201, {"Location": f"{endpoint}/m/{secrets.token_hex(8)}", "TTL": headers["TTL"]}

    def _forward(self, endpoint, headers, body):
        uaid, channel, _ = self._endpoints[endpoint]
        if not uaid:
            return
        version = secrets.token_hex(16)
        message = {"messageType": "notification", "channelID": channel, "version": version, "ttl": int(headers["TTL"]),
                   "data": b64(body), "headers": {"encoding": "aes128gcm"}}
        # A message of the same topic takes the place of the one that still waits.
        topic = headers.get("Topic")
        waiting = self._waiting[uaid]
        for other, (its_topic, its) in list(waiting.items()):
            if topic and its_topic == topic and its["channelID"] == channel and uaid not in self._sockets:
                del waiting[other]
        waiting[version] = (topic, message)
        self._send(uaid, message)

    def _send(self, uaid, message):
        socket = self._sockets.get(uaid)
        if socket:
            try:
                socket.send(json.dumps(message))
            except ConnectionClosed:
                self._sockets.pop(uaid, None)

    # autopush: from Firefox.

    def _talk(self, socket):
        uaid = None
        try:
            for text in socket:
                said = json.loads(text)
                kind = said.get("messageType")
                with self._lock:
                    if kind == "hello":
                        uaid = said.get("uaid") or secrets.token_hex(16)
                        self._sockets[uaid] = socket
                        socket.send(json.dumps({"messageType": "hello", "uaid": uaid, "status": 200, "use_webpush": True, "broadcasts": {}}))
                        for _, message in list(self._waiting[uaid].values()):
                            self._send(uaid, message)
                    elif kind == "register":
                        key = unb64(said["key"]) if said.get("key") else None
                        made = self.endpoint(uaid, said["channelID"], key)
                        socket.send(json.dumps({"messageType": "register", "channelID": said["channelID"], "status": 200, "pushEndpoint": made}))
                    elif kind == "unregister":
                        self.gone |= {each for each, (_, channel, _) in self._endpoints.items() if channel == said["channelID"]}
                        socket.send(json.dumps({"messageType": "unregister", "channelID": said["channelID"], "status": 200}))
                    elif kind in ("ack", "nack"):
                        for update in said.get("updates", [said]):
                            _, message = self._waiting[uaid].pop(update["version"], (None, {}))
                            self._settled.append((message.get("channelID"), update["code"]))
                    elif kind in (None, "ping"):
                        socket.send("{}")
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                if self._sockets.get(uaid) is socket:
                    del self._sockets[uaid]


class Receiver:
    """A phone's end of push without a browser: holds the keys, so that a test can read what travelled."""

    def __init__(self, service, endpoint=None):
        self.service = service
        self.endpoint = endpoint or service.endpoint()
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)

    @property
    def subscription(self):
        """As PushSubscription.toJSON() gives it."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": {"p256dh": b64(point), "auth": b64(self._auth)}}

    def read(self, post):
        return http_ece.decrypt(post.body, private_key=self._key, auth_secret=self._auth, version="aes128gcm").decode()
