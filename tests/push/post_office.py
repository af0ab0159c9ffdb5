"""The second channel's other end: a mail server and an SMS gateway on loopback, as real as their protocols."""
import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class PostOffice:
    """`mails` are (sender, recipients, text); `texts` are (headers, JSON). `answers` are the next status codes, before all is well again."""

    def __init__(self):
        self.mails, self.texts, self.answers = [], [], []

    def next(self, well):
        return self.answers.pop(0) if self.answers else well

    @contextmanager
    def open(self):
        office = self

        class Mail(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                self.say("220 post office")
                sender, recipients = None, []
                for raw in self.rfile:
                    line = raw.decode().strip()
                    verb = line.upper()
                    if verb.startswith(("EHLO", "HELO")):
                        self.say("250 post office")
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

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as mail, ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as gateway:
            mail.daemon_threads = gateway.daemon_threads = True
            for server in (mail, gateway):
                threading.Thread(target=server.serve_forever, daemon=True).start()
            self.smtp = f"smtp://127.0.0.1:{mail.server_address[1]}"
            self.sms = f"http://127.0.0.1:{gateway.server_address[1]}/send"
            try:
                yield self
            finally:
                mail.shutdown()
                gateway.shutdown()
