"""A ward that can be struck dead and replaced under its phones' hands, behind a network that can fail."""
import threading
import time
from contextlib import contextmanager

from tests.faults.proxy import WardBehindNetwork, answer_lost, portal_page, unavailable
from tests.ward import person_of

# Two versions of the app that differ in nothing a person sees: a setting that stands in every page.
VERSIONS = ("300", "301")


def silence(request):
    request.hang_up()


CUTS = {"silence": (silence, ""), "lost answers": (answer_lost, "/sync"), "portal": (portal_page, ""), "busy": (unavailable, "/sync"),
        "lost change": (answer_lost, "/pin")}


class MortalWard(WardBehindNetwork):
    def __init__(self, folder):
        super().__init__(folder)
        self._turn = threading.Lock()
        self.version = 0
        # Whether it has been struck or replaced since it last answered.
        self.shaken = False

    def die(self, whole):
        """kill -9, of the process that serves or of the `whole` ward; whoever watches over it starts it again; nobody waits."""
        with self._turn:
            self.shaken = True
            if not whole:
                self.kill_what_serves()
                return
            self.kill()
            self.launch()

    def die_over_the_next_sync(self, pause, whole):
        """Struck `pause` seconds after a phone began to deliver; the answer is lost."""
        def strike(request):
            if strike in [what for _path, what in self.network.faults]:
                self.network.faults = [each for each in self.network.faults if each[1] is not strike]
                working = threading.Thread(target=_attempt, args=(request,))
                working.start()
                time.sleep(pause)
                self.die(whole)
                working.join()
            request.hang_up()
        self.network.fault(strike, "/sync")

    def update(self):
        """Another version takes the place of this one."""
        with self._turn:
            self.shaken = True
            self.version += 1
            self.environment["IDLE_SECONDS"] = VERSIONS[self.version % len(VERSIONS)]
            self.server.stop()
            self.launch()

    def cut(self, how):
        self.network.fault(*CUTS[how])

    def heal(self):
        self.network.heal()
        with self._turn:
            if self.shaken:
                self.wait()
            self.shaken = False

    def person(self, name, called):
        with self.at_home():
            return person_of(self.server_ward(), name, called).id

    @staticmethod
    def server_ward():
        from pwa.cli import _ward
        return _ward()


def _attempt(request):
    try:
        request.forward()
    except Exception:
        return


@contextmanager
def mortal_ward(folder):
    ward = MortalWard(folder)
    try:
        ward.start()
        yield ward
    finally:
        ward.stop()
        ward.network.close()
