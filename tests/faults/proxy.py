"""The network between phone and ward, which can fail: forwards everything, until a fault is put in its way."""
import http.client
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.ward import Server

PORTAL = "<!doctype html><title>Wi-Fi</title><p>Cổng đăng nhập quán cà phê</p>".encode()
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


# Faults: what becomes of a request instead of being forwarded. Each is called with the request in hand.

def portal_page(request):
    """A Wi-Fi that answers everything with its own page."""
    request.reply(200, {"Content-Type": "text/html; charset=utf-8"}, PORTAL)


def portal_redirect(request):
    """A Wi-Fi that sends everybody to its own page."""
    request.reply(302, {"Location": "/login-of-the-wifi"}, b"")


def unavailable(request):
    request.reply(503, {"Content-Type": "text/plain"}, b"later")


def answer_lost(request):
    """The server has done its work; the phone never hears of it."""
    request.forward()
    request.hang_up()


def late(request):
    """A slow network."""
    time.sleep(1)
    request.reply(*request.forward())


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        network = self.server.network
        network.log.append((self.command, self.path, self.body))
        fault = network.fault_for(self)
        try:
            if fault:
                fault(self)
            else:
                self.reply(*self.forward())
        except (OSError, http.client.HTTPException):
            # The ward is down, or the phone has gone: as on any network, no answer.
            self.hang_up()

    do_GET = do_POST = do_DELETE = do_HEAD = answer

    def forward(self):
        """Hand the request to the ward; (status, headers, body) of its answer."""
        ward = http.client.HTTPConnection("127.0.0.1", self.server.network.upstream, timeout=30)
        try:
            ward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    ward.putheader(name, value)
            ward.putheader("Content-Length", str(len(self.body)))
            ward.endheaders(self.body)
            answer = ward.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            ward.close()

    def reply(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def hang_up(self):
        self.close_connection = True

    def log_message(self, *_words):
        pass


class Door(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # A phone that goes just hangs up.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Network:
    """Listens where phones think the ward is; `fault(path, what)` until `heal()`."""

    def __init__(self):
        self.log, self.faults, self.upstream = [], [], None
        self.door = Door(("127.0.0.1", 0), Request)
        self.door.network = self
        self.url = f"http://localhost:{self.door.server_address[1]}"
        threading.Thread(target=self.door.serve_forever, args=(0.05,), daemon=True).start()

    def fault(self, what, path=""):
        """From now on `what` happens to requests whose path begins with this."""
        self.faults.insert(0, (path, what))

    def heal(self):
        self.faults.clear()

    def fault_for(self, request):
        return next((what for path, what in self.faults if request.path.startswith(path)), None)

    def seen(self, method, path):
        """Bodies of the requests of this kind so far."""
        return [body for verb, where, body in self.log if verb == method and where == path]

    def close(self):
        self.door.shutdown()
        self.door.server_close()


class WardBehindNetwork:
    """A real ward that phones reach only through a network; otherwise what tests.ward.Server is."""

    def __init__(self, folder):
        self.network = Network()
        self.server = Server(folder, BASE_URL=self.network.url)
        self.network.upstream = self.server.port
        self.url = self.network.url

    def __getattr__(self, name):
        return getattr(self.server, name)


@contextmanager
def behind_network(folder):
    ward = WardBehindNetwork(folder)
    try:
        ward.start()
        yield ward
    finally:
        ward.stop()
        ward.network.close()
