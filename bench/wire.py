"""The wire between a phone and its ward: hands every byte on and counts it, each way."""
import re
import socket
import threading
from contextlib import contextmanager

from bench.ground import folder
from tests.ward import Server

REQUEST = re.compile(rb"^(?:GET|HEAD|POST|PUT|DELETE) (\S+) HTTP/1\.1\r$", re.M)
AT_ONCE = 65_536


class Wire:
    """Listens where phones think the ward is. `begin()` counts from nothing; then `requests`, `sent` and `received`."""

    def __init__(self):
        self.upstream = None
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self.door.getsockname()[1]}"
        self.begin()
        threading.Thread(target=self._serve, daemon=True).start()

    def begin(self):
        self.requests, self.sent, self.received = [], 0, 0

    def _serve(self):
        while True:
            try:
                phone, _address = self.door.accept()
            except OSError:
                return
            try:
                ward = socket.create_connection(("127.0.0.1", self.upstream))
            except OSError:
                # The ward is not there yet.
                phone.close()
                continue
            for from_, to, note in ((phone, ward, self._outward), (ward, phone, self._inward)):
                threading.Thread(target=_carry, args=(from_, to, note), daemon=True).start()

    def _outward(self, data):
        self.sent += len(data)
        self.requests += [path.decode() for path in REQUEST.findall(data)]

    def _inward(self, data):
        self.received += len(data)

    def close(self):
        self.door.close()


def _carry(from_, to, note):
    """All that comes from one side goes to the other, until one of them is gone."""
    try:
        while data := from_.recv(AT_ONCE):
            note(data)
            to.sendall(data)
    except OSError:
        pass
    for end in (from_, to):
        end.close()


@contextmanager
def ward_behind_wire():
    """(ward, wire): a running ward whose phones reach it through this wire."""
    wire = Wire()
    with folder() as where:
        server = Server(where, BASE_URL=wire.url)
        wire.upstream = server.port
        server.url = wire.url
        try:
            yield server.start(), wire
        finally:
            server.stop()
            wire.close()
