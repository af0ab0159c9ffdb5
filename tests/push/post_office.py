"""The second channel's other end: a mail server and an SMS gateway on loopback, as real as their protocols."""
import ipaddress
import json
import socketserver
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def certificate(folder):
    """Path of a certificate, with its key, that this machine gave itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    given = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
             .not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
             .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
             .sign(key, hashes.SHA256()))
    folder.mkdir(exist_ok=True)
    path = folder / "post-office.pem"
    path.write_bytes(given.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


class PostOffice:
    """`mails` are (sender, recipients, text); `texts` are (headers, JSON). `answers` are the next status codes, before all is well again.

    With a certificate mails are taken over TLS: from the first word (`smtps`), or after STARTTLS (`smtp`) and not before.
    """

    def __init__(self, certificate=None):
        self.mails, self.texts, self.answers, self.passwords = [], [], [], 0
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)

    def next(self, well):
        return self.answers.pop(0) if self.answers else well

    @contextmanager
    def open(self):
        office = self

        class Mail(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                try:
                    self.talk()
                except ssl.SSLError:
                    # Whoever called does not trust us, and hung up.
                    pass

            def encrypt(self):
                self.request = office.tls.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

            def talk(self):
                open_line = office.tls is not None
                if open_line and self.server is not mail:
                    self.encrypt()
                    open_line = False
                self.say("220 post office")
                sender, recipients = None, []
                while raw := self.rfile.readline():
                    line = raw.decode().strip()
                    verb = line.upper()
                    if verb.startswith(("EHLO", "HELO")):
                        self.say("250-post office\r\n250 " + ("STARTTLS" if open_line else "AUTH PLAIN"))
                    elif verb == "STARTTLS":
                        self.say("220 go on")
                        self.encrypt()
                        open_line = False
                    elif open_line and verb != "QUIT":
                        self.say("530 encrypt first")
                    elif verb.startswith("AUTH PLAIN"):
                        office.passwords += 1
                        self.say("235 well known")
                    elif verb.startswith("MAIL FROM"):
                        sender = line.partition("<")[2].partition(">")[0]
                        self.say("250 ok")
                    elif verb.startswith("RCPT TO"):
                        code = office.next(250)
                        recipients += [line.partition("<")[2].partition(">")[0]] if code == 250 else []
                        self.say(f"{code} said")
                    elif verb == "DATA":
                        self.say("354 go on")
                        text = b""
                        while (row := self.rfile.readline()) != b".\r\n":
                            text += row
                        office.mails.append((sender, recipients, text.decode()))
                        self.say("250 taken")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        class Gateway(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = office.next(200)
                if status == 200:
                    office.texts.append((dict(self.headers), json.loads(body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words):
                pass

        with (socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as mail, socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as sealed,
              ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as gateway):
            for server in (mail, sealed, gateway):
                server.daemon_threads = True
                threading.Thread(target=server.serve_forever, daemon=True).start()
            self.smtp = f"smtp://127.0.0.1:{mail.server_address[1]}"
            self.smtps = f"smtps://127.0.0.1:{sealed.server_address[1]}"
            self.sms = f"http://127.0.0.1:{gateway.server_address[1]}/send"
            try:
                yield self
            finally:
                for server in (mail, sealed, gateway):
                    server.shutdown()
