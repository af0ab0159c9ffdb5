"""What benches stand on: a folder on a real disk, a real ward, phones whose browser profile lies on that disk."""
import os
import shutil
import tempfile
import time
import timeit
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.figures import p50, say
from tests.chromium import ARGUMENTS, WHOLE, BrowserPhone
from tests.ward import ROOT, Server, encode

IN_MEMORY = ("tmpfs", "ramfs", "rootfs")

# A form as a collaborator fills it: twelve fields.
RECORD = {
    "form_name": "observation", "danger": "no", "acts": ["hit", "insult"], "victim_sex": "female", "victim_age": "18-59", "when": "often",
    "tdp": "tdp-1", "place": "home", "source": "saw", "actor": "partner", "contact_consent": "not-asked",
    "narrative": "Nghe tiếng đập đồ và tiếng khóc từ nhà số chẵn đầu ngõ, khoảng mười giờ đêm, lần thứ ba trong tháng này. "
                 "Sáng nay gặp chị ở chợ, tay có vết bầm, chị bảo bị ngã.",
}
FORM = encode(RECORD)
SUMMARY = "Đánh, làm đau, Chửi, dọa, làm nhục"


class Unfit(Exception):
    """This machine cannot measure the figure; the message says what to change."""


@contextmanager
def folder():
    """A fresh folder on a disk that keeps what it is told to keep; its filesystem and the price of a durable write are said."""
    root = ROOT / "var" / "bench"
    root.mkdir(parents=True, exist_ok=True)
    device, filesystem = _filesystem(root)
    if filesystem in IN_MEMORY:
        raise Unfit(f"{root} is on {filesystem}, which forgets: check the project out on a disk.")
    fresh = Path(tempfile.mkdtemp(dir=root))
    try:
        say(f"disk: {filesystem} on {device}, fdatasync of 4 KiB: {_fdatasync_ms(fresh / 'probe'):.2f} ms (median of 100)")
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _filesystem(path):
    """(device, type) of the mount a path lies on."""
    mounts = [line.split()[:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    over = [(len(point), device, kind) for device, point, kind in mounts if path.resolve().is_relative_to(point.replace("\\040", " "))]
    _depth, device, kind = max(over, key=lambda mount: mount[0])
    return device, kind


def speed():
    """How fast one core counts just now, in words: the same machine may be half as fast an hour later."""
    return f"3,000,000 additions in {min(timeit.repeat('n += 1', 'n = 0', number=3_000_000, repeat=3)) * 1000:.0f} ms"


def _fdatasync_ms(path):
    times = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    for turn in range(100):
        os.pwrite(file, os.urandom(4096), turn * 4096)
        began = time.perf_counter()
        os.fdatasync(file)
        times.append((time.perf_counter() - began) * 1000)
    os.close(file)
    path.unlink()
    return p50(times)


@contextmanager
def ward(worker=False, **settings):
    """A running ward, gunicorn and all, with its folders on a real disk."""
    with folder() as where:
        server = Server(where, **settings)
        try:
            yield server.start(worker=worker)
        finally:
            server.stop()


class Profiles:
    """Makes contexts that keep IndexedDB on disk, as a phone does; an ordinary Playwright context keeps it in memory."""

    def __init__(self, play, where, *flags):
        self.play, self.where, self.flags = play, where, flags

    def new_context(self, **options):
        return self.play.chromium.launch_persistent_context(
            tempfile.mkdtemp(dir=self.where, prefix="profile-"), executable_path=WHOLE, args=[*ARGUMENTS, *self.flags], **options)


@contextmanager
def phones(server, *flags):
    """phones(server) gives a function that makes a phone with a fresh profile, enrolled when a name is given."""
    with sync_playwright() as play:
        made = []

        def make(name=None):
            made.append(BrowserPhone(Profiles(play, server.folder, *flags), server))
            made[-1].page.set_default_timeout(60_000)
            return made[-1].enrol(name) if name else made[-1]

        yield make
        for each in made:
            each.close()


def modules(page, *names):
    """Name → address of the app's own modules, from the page's preloads."""
    return page.evaluate("""names => {
      const all = [...document.querySelectorAll("link[rel=modulepreload]")].map((link) => link.href);
      return Object.fromEntries(names.map((name) => [name, all.find((address) => address.endsWith(`/service_worker/${name}.js`))]));
    }""", names)
