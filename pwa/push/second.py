"""The second channel, an SMS gateway or a mail server: values in, outcome out. The words are fixed and say nothing."""
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from pwa.push.sender import Answer, TITLE, WORDS, answer

TIMEOUT = 15
# Without accents, so that one message stays one message; no link, which a stranger might follow.
SMS = "So tay: co muc moi. Mo so de xem."
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_what):
        return None


_opener = urllib.request.build_opener(NoRedirect)


def sms(url, token, to):
    """Hand one message to the gateway."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps({"to": to, "text": SMS}).encode(), headers, method="POST")
    try:
        with _opener.open(request, timeout=TIMEOUT) as said:
            return answer(said.status)
    except urllib.error.HTTPError as refusal:
        said = answer(refusal.code, refusal.headers.get("Retry-After"))
        # To a gateway 404 is a wrong address of ours, not a phone that is gone.
        return Answer("refused", None, said.cause) if said.outcome == "gone" else said
    except TimeoutError:
        return Answer("retry", None, "timeout")
    except OSError:
        return Answer("retry", None, "unreachable")


def mail(url, sender, to):
    """Hand one message to the mail server."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = TITLE, sender, to
    message.set_content(WORDS["new"])
    try:
        with _connect(urlsplit(url)) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refusal:
        return _refused(max(code for code, _said in refusal.recipients.values()))
    except smtplib.SMTPResponseException as refusal:
        return _refused(refusal.smtp_code)
    except ssl.SSLError:
        # Not the mail server we were told of, or one whose certificate has run out: nothing was said to it.
        return Answer("retry", None, "certificate")
    except TimeoutError:
        return Answer("retry", None, "timeout")
    except (OSError, smtplib.SMTPException):
        return Answer("retry", None, "unreachable")
    return Answer("sent")


def _refused(code):
    """4xx is for now, 5xx for good."""
    return Answer("refused" if code >= 500 else "retry", None, str(code))


def _connect(where):
    """A session with the mail server; a password is never said over an open line, nor to whoever is not that server."""
    # A server whose certificate is the ward's own is trusted by SSL_CERT_FILE.
    trusted = ssl.create_default_context()
    if where.scheme == "smtps":
        server = smtplib.SMTP_SSL(where.hostname, where.port or 465, timeout=TIMEOUT, context=trusted)
    else:
        server = smtplib.SMTP(where.hostname, where.port or 587, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trusted)
        elif where.username and where.hostname not in LOOPBACK:
            raise smtplib.SMTPException("the server offers no encryption for the password")
    if where.username:
        server.login(unquote(where.username), unquote(where.password or ""))
    return server
