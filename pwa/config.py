"""Every setting, typed; a missing or wrong one stops the start with a sentence that says what to set."""
import os
import re
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

URLS = {
    "DATABASE_URL": ("sqlite:///", "postgresql://", "postgresql+pool://", "cockroachdb://", "cockroachdb+pool://"),
    "HUEY_URL": ("sqlite:///", "redis://", "rediss://", "postgresql://"),
    "LIMITS_URL": ("memory://", "redis://", "rediss://"),
    "SMS_URL": ("https://", "http://localhost:", "http://127.0.0.1:"),
    "SMTP_URL": ("smtp://", "smtps://"),
}
# What py_vapid signs; another would let every push fail, long after the start.
VAPID_SUBJECT = re.compile(r"mailto:[^@\s]+@(localhost|[^@\s.]+(\.[^@\s.]+)+)|https://[^/\s]+(\.[^/\s.]+)+")
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BadSetting(Exception):
    """A setting is missing or wrong; the message says which and what to set."""


def setting(default, read, help):
    return field(default=default, metadata={"read": read, "help": help})


def whole(text):
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def hosts(text):
    found = tuple(host.strip().lower() for host in text.split(",") if host.strip())
    if not all(HOST.fullmatch(host) for host in found):
        raise ValueError
    return found


@dataclass(frozen=True)
class Config:
    PORT: int = setting(8000, whole, "port the web process listens on")
    BIND: str = setting("127.0.0.1", str, "address the web process listens on; a reverse proxy stands before it")
    BASE_URL: str = setting("", str, "address people open, without a slash at the end; https except on localhost")
    DATA_DIR: Path = setting(Path("var/data"), Path, "all state but keys")
    KEY_DIR: Path = setting(Path("var/keys"), Path, "all keys; never inside DATA_DIR, nor the other way round")
    AUDIT_DIR: Path | None = setting(None, Path, "where signed ends of the audit chain are written each day; best on another machine")
    DATABASE_URL: str = setting("", str, "database; default: SQLite in DATA_DIR")
    HUEY_URL: str = setting("", str, "queue of the worker: sqlite:///…, redis://… or postgresql://…; default: a SQLite file of its own")
    LIMITS_URL: str = setting("memory://", str, "where rates are counted; redis://… once there is more than one web process")
    WEB_CONCURRENCY: int = setting(1, whole, "web processes on this node; more than one needs LIMITS_URL")
    NODES: int = setting(1, whole, "web nodes; more than one needs LIMITS_URL, DATABASE_URL and HUEY_URL")
    TRUSTED_PROXIES: int = setting(0, whole, "reverse proxies in front whose X-Forwarded headers are believed")
    PUSH_EXTRA_HOSTS: tuple = setting((), hosts, "further push services, host or host:port, comma separated; http only on loopback")
    VAPID_SUBJECT: str = setting("", str, "mailto: or https: address push services can write to; needed outside localhost")
    SMS_URL: str = setting("", str, "HTTP gateway for SMS, https://…: takes JSON with to and text; none by default")
    SMS_TOKEN: str = setting("", str, "what the SMS gateway wants behind Authorization: Bearer")
    SMTP_URL: str = setting("", str, "mail server, smtps://user:password@host:465 or smtp://host:587; none by default")
    MAIL_FROM: str = setting("", str, "sender of e-mails; needed with SMTP_URL")
    INVITE_HOURS: int = setting(72, whole, "hours an invitation lives")
    IDLE_SECONDS: int = setting(300, whole, "seconds without a gesture after which personal data leaves the screen and reading ends")
    REVOKED_DAYS: int = setting(30, whole, "days a revoked phone may still deliver what it holds")
    LOCALE: str = setting("vi", str, "language on screen: vi or en")
    TIMEZONE: str = setting("Asia/Ho_Chi_Minh", str, "time zone of times on screen")

    @classmethod
    def from_environment(cls, environment=os.environ):
        """Read the settings; raises BadSetting with the sentence to show."""
        values = {}
        for each in fields(cls):
            text = environment.get(each.name, "").strip()
            if text:
                try:
                    values[each.name] = each.metadata["read"](text)
                except ValueError:
                    raise BadSetting(f"{each.name}={text!r} is not valid. Set {each.name} to: {each.metadata['help']}.") from None
        config = cls(**values)
        config.check()
        return config

    def check(self):
        if not 0 < self.PORT < 65536:
            raise BadSetting("PORT must be between 1 and 65535.")
        for name in ("WEB_CONCURRENCY", "NODES", "INVITE_HOURS", "IDLE_SECONDS", "REVOKED_DAYS"):
            if not getattr(self, name):
                raise BadSetting(f"{name} must be at least 1.")
        for name, schemes in URLS.items():
            value = getattr(self, name)
            if value and not value.startswith(schemes):
                raise BadSetting(f"{name} must begin with {' or '.join(schemes)}.")
        try:
            ZoneInfo(self.TIMEZONE)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadSetting("TIMEZONE must be a name like Asia/Ho_Chi_Minh.") from None
        data, keys = self.DATA_DIR.resolve(), self.KEY_DIR.resolve()
        if data == keys or data in keys.parents or keys in data.parents:
            raise BadSetting("KEY_DIR and DATA_DIR lie inside one another: a backup of one would carry the other. Set them apart.")
        heads = self.audit_dir.resolve()
        if data in (heads, *heads.parents) or keys in (heads, *heads.parents):
            raise BadSetting("AUDIT_DIR lies in DATA_DIR or KEY_DIR: who alters one would alter the other. Set it apart.")
        here = urlsplit(self.base_url)
        origin = f"{here.scheme}://{here.netloc}"
        default_port = {"http": ":80", "https": ":443"}.get(here.scheme)
        if not default_port or not here.hostname or self.base_url != origin.lower() or origin.endswith(default_port):
            raise BadSetting("BASE_URL must be like https://sotay.example.vn: small letters, no path, no slash at the end.")
        if here.scheme == "http" and here.hostname not in LOOPBACK:
            raise BadSetting("BASE_URL must begin with https:// outside localhost: phones keep nothing on an insecure page.")
        if here.hostname not in LOOPBACK and not self.VAPID_SUBJECT:
            raise BadSetting("Set VAPID_SUBJECT to a mailto: or https: address where push services can reach you.")
        if self.VAPID_SUBJECT and not VAPID_SUBJECT.fullmatch(self.VAPID_SUBJECT):
            raise BadSetting("VAPID_SUBJECT must be like mailto:so-tay@example.vn or https://example.vn.")
        if self.WEB_CONCURRENCY * self.NODES > 1 and self.LIMITS_URL.startswith("memory"):
            raise BadSetting("Several web processes cannot share counters kept in memory. Set LIMITS_URL to redis://….")
        if self.NODES > 1 and (self.database_url.startswith("sqlite") or self.huey_url.startswith("sqlite")):
            raise BadSetting("Several nodes cannot share SQLite files. Set DATABASE_URL and HUEY_URL to a server.")
        if self.SMTP_URL and "@" not in self.MAIL_FROM:
            raise BadSetting("Set MAIL_FROM to the address e-mails come from, like so-tay@example.vn.")
        if self.LOCALE not in ("vi", "en"):
            raise BadSetting("LOCALE must be vi or en.")

    def check_packages(self):
        """What a setting needs beyond requirements.txt; raises BadSetting, where a library would end the start in its own words."""
        for name in ("LIMITS_URL", "HUEY_URL"):
            if getattr(self, name).startswith(("redis://", "rediss://")) and not find_spec("redis"):
                raise BadSetting(f"{name} needs the package redis. Install it with: pip install -r requirements-scale.txt.")

    @property
    def base_url(self):
        return self.BASE_URL or f"http://localhost:{self.PORT}"

    @property
    def secure(self):
        return self.base_url.startswith("https://")

    @property
    def database_url(self):
        return self.DATABASE_URL or f"sqlite:///{self.DATA_DIR.resolve()}/sotay.db"

    @property
    def audit_dir(self):
        return self.AUDIT_DIR or self.DATA_DIR.resolve().parent / "audit"

    @property
    def huey_url(self):
        return self.HUEY_URL or f"sqlite:///{self.DATA_DIR.resolve()}/queue.db"

    @property
    def channels(self):
        """The second channels this ward has: "sms", "mail"."""
        return tuple(name for name, address in (("sms", self.SMS_URL), ("mail", self.SMTP_URL)) if address)

    @property
    def vapid_subject(self):
        return self.VAPID_SUBJECT or "mailto:so-tay@localhost"
