"""Random sequences, each made of one number: the same number, the same steps."""
import json
import random
import string
import time
from dataclasses import dataclass

from playwright.sync_api import Error

from db.models import Ward as WardRow
from tests.chaos import steps, told
from tests.chaos.phone import Interrupted, SharedPhone
from tests.chaos.steps import PEOPLE, STEPS, Scene

FEWEST, MOST = 6, 12


def plan(seed):
    """The steps of this seed."""
    rng = random.Random(seed)
    return rng.choices(list(STEPS), STEPS.values(), k=rng.randint(FEWEST, MOST))


@dataclass
class Outcome:
    seed: int
    steps: list
    entries: int
    seconds: float
    # Entries whose save was confirmed, times the phone locked itself unasked, and pages that answered no more.
    confirmed: int
    locked: int
    dead: int
    broken: str = ""


class Stage:
    """A phone of two people on a ward, for several sequences in a row."""

    def __init__(self, browser, ward):
        self.ward, self.browser, self.phone, self.seeds = ward, browser, None, []
        with ward.at_home():
            WardRow.update(quick_note=True).execute()

    def fresh_phone(self):
        """Another phone, with other people."""
        self.close()
        self.phone, self.seeds = SharedPhone(self.browser, self.ward), []
        tail = "".join(random.choices(string.ascii_lowercase, k=8))
        self.phone.called = {name: f"{name} {tail}" for name in PEOPLE}

    def close(self):
        if self.phone:
            self.phone.close()

    def run(self, seed):
        """Play one sequence to its end and judge it; what is broken stands in the outcome."""
        self.seeds.append(seed)
        began, names, scene, broken, dead = time.monotonic(), [], Scene(self.phone, self.ward), "", self.phone.dead
        try:
            self.phone.mend_network()
            self.phone.seen = None
            for turn, step in enumerate(plan(seed)):
                names.append(step.__name__)
                try:
                    step(scene, random.Random(f"{seed}/{turn}"))
                except Interrupted:
                    names[-1] += " (interrupted)"
                self.phone.look()
            self._finish(scene)
        except (told.Broken, AssertionError, Error) as reason:
            broken = f"{type(reason).__name__}: {reason}"
        return Outcome(seed, names, len(scene.notes), time.monotonic() - began,
                       sum(note.confirmed for note in scene.notes), scene.locked_by_itself, self.phone.dead - dead, broken)

    def _finish(self, scene):
        """The network is back, the ward stands, everything is flushed: then it is judged."""
        self.phone.mend_network()
        if self.phone.state()["path"] in ("/away", "/start") or not self.phone.page.url.startswith(self.ward.url):
            self.phone.go("/")
        # A phone hears of a network that comes.
        self.phone.context.set_offline(True)
        self.phone.context.set_offline(False)
        self._flushed()
        self.phone.look()
        offered = {entry["id"] for body in self.ward.network.seen("POST", "/sync") for entry in json.loads(body)["entries"]}
        people = {name: self.ward.person(name, called) for name, called in self.phone.called.items()}
        told.judge(scene.notes, told.Book.read(self.ward, list(people.values())), offered, people)

    def _flushed(self, seconds=40):
        until = time.monotonic() + seconds
        while waiting := [row for row in self.phone.stored("outbox") if not row.get("refused")]:
            if time.monotonic() > until:
                raise told.Broken(f"not delivered after {seconds} s: {waiting} at {self.phone.shown()}")
            # Seldom: every look opens the phone's database.
            time.sleep(0.25)


__all__ = ["Outcome", "Stage", "plan", "steps"]
