"""A real disk without a free byte: what the browser had begun to write there it finds broken at its next opening, and throws all away."""
import os
import subprocess

import pytest
from playwright.sync_api import expect

from tests.chromium import ARGUMENTS, BARE, BrowserPhone, playwright, until
from tests.faults.test_full import words

SIZE = 96 << 20
NOTED = """async () => Boolean(await (await caches.open("/room")).match("/room"))"""


class Disk:
    """A small disk of its own, with one phone's profile and somebody's photos on it."""

    def __init__(self, play, place, server):
        self.play, self.place, self.server, self.phone = play, place, server, None
        self.photos = place / "photos"

    def again(self):
        """The phone, as it was when it was last closed."""
        last, self.phone = self.phone, BrowserPhone(self, self.server)
        if last:
            self.phone.books, self.phone.who = last.books, last.who
        return self.phone

    def new_context(self, **options):
        """As a browser makes one; here its profile is the one on this disk."""
        return self.play.chromium.launch_persistent_context(self.place / "profile", executable_path=BARE, args=ARGUMENTS, **options)

    def fill(self):
        with self.photos.open("ab", buffering=0) as photos:
            try:
                while photos.write(bytes(self._room() or 1)):
                    pass
            except OSError:
                pass

    def _room(self):
        stat = os.statvfs(self.place)
        return stat.f_bavail * stat.f_frsize

    def free(self):
        self.photos.unlink()


@pytest.fixture
def disk(tmp_path, server):
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("who runs this may not mount a disk")
    with playwright() as play:
        disk = Disk(play, place, server)
        yield disk
        disk.phone.close()
    subprocess.run(["umount", "--lazy", place], check=True)


def with_a_record_on(disk):
    """Lan's phone on this disk with a record that waits, her form open; and that record."""
    disk.again().enrol("lan").close()
    # Not begun just now: the browser writes a cookie to the disk half a minute later, or as it is closed.
    lan = disk.again()
    lan.open("/")
    until(lambda: lan.page.evaluate(NOTED))
    lan.offline()
    entry = lan.write_record("Nghe tiếng khóc")
    lan.open("/records/new").locator("[type=submit]:enabled").first.wait_for()
    full = lan.page.locator("[data-full]")
    # The browser tidies up now and then, and into the last block of a file there goes a little more.
    for turn in range(20):
        disk.fill()
        words(lan.page).fill("Nghe tiếng khóc, rồi im lặng. " * (100 + turn))
        lan.page.wait_for_timeout(1_000)
        if full.is_visible():
            break
    expect(full).to_be_visible()
    return lan, entry


def is_all_there(lan, entry):
    lan.offline()
    lan.expect_state(entry, "Chờ gửi")
    lan.online()
    lan.expect_delivered()


def test_who_makes_room_while_the_form_stands_there_keeps_the_whole_book(disk):
    lan, entry = with_a_record_on(disk)
    disk.free()
    # Somebody comes back from making room.
    lan.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(lan.page.locator("[data-full]")).to_be_hidden()
    until(lambda: lan.page.evaluate(NOTED))
    lan.close()
    is_all_there(disk.again(), entry)


def test_who_makes_room_after_the_app_was_closed_keeps_the_whole_book(disk):
    lan, entry = with_a_record_on(disk)
    lan.close()
    disk.free()
    lan = disk.again()
    lan.offline()
    other = lan.write_record("Có đánh nhau")
    until(lambda: lan.page.evaluate(NOTED))
    lan.close()
    lan = disk.again()
    lan.offline()
    lan.expect_state(other, "Chờ gửi")
    is_all_there(lan, entry)
