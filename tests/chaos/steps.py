"""The steps of a sequence: what people do, and what befalls them."""
from playwright.sync_api import Error, TimeoutError as TooLong

from pwa.domain import enrolments

from tests.chaos.phone import PATIENCE, Gone, Interrupted, words
from tests.chaos.told import Broken, Note
from tests.chaos.ward import CUTS

WRONG = "271828"
PEOPLE = ("lan", "hoa")


class Scene:
    """One phone, one ward, and what has happened to them in this sequence so far."""

    def __init__(self, phone, ward):
        self.phone, self.ward = phone, ward
        self.name, self.notes, self.revoked = "lan", [], set()
        # A phone may ask for the PIN when it need not; a person then gives it.
        self.locked_by_itself = 0

    @property
    def mine(self):
        """What the person who has the phone can still mend or delete."""
        return [note for note in self.notes if note.enrolment == self.enrolment and note.confirmed and note.id
                and not note.replaced and not note.deleted]

    @property
    def enrolment(self):
        """The one the person who has the phone uses now, or None."""
        return self.phone.books.get(self.name, (None,))[0]

    def add(self, kind, words, **known):
        note = Note(self.name, kind, words, enrolment=self.enrolment, **known)
        self.notes.append(note)
        self.phone.secrets[words] = self.name
        return note

    def may_vanish(self):
        """Whether the page in hand may go by itself: the enrolment was revoked, and the phone has just heard of it."""
        return self.enrolment in self.revoked

    def attempt(self, work):
        """What a piece of work gives; Interrupted when the phone took the page away in its midst."""
        try:
            return work()
        except (Error, AssertionError) as reason:
            locked = self.phone.state()["locked"]
            self.locked_by_itself += locked and not self.may_vanish()
            if locked or self.may_vanish():
                raise Interrupted from reason
            raise Broken(f"stuck at {self.phone.shown()}: {reason}") from reason


def save(scene, rng):
    if rng.random() < 0.15:
        return save_without_unlocking(scene, rng)
    phone = scene.phone
    phone.ensure(scene.name)
    kind, path = ("referral", "/referrals/new") if rng.random() < 0.25 else ("record", "/records/new")
    note = scene.add(kind, words(rng))
    note.id = scene.attempt(lambda: phone.write(path, note.words))
    note.confirmed = True


def save_without_unlocking(scene, rng):
    """From the lock screen, as the ward allows; no row is shown, so no id is known."""
    phone = scene.phone
    phone.ensure(scene.name)
    note = scene.add("record", words(rng))

    def work():
        phone.lock()
        phone.page.locator("[data-unlock]").wait_for()
        if not phone.offers(scene.name):
            # Revoked, and the phone has just heard of it: one who does not find her name needs an invitation.
            raise Gone("not among the people of this phone")
        phone.choose(phone.books[scene.name][0])
        phone.page.locator("#quick").fill(note.words)
        phone.page.locator("[data-quick-form] [type=submit]").click()
        phone.page.locator("[data-quick-saved]:visible").wait_for()
    scene.attempt(work)
    note.confirmed = True


def mend(scene, rng):
    phone = scene.phone
    phone.ensure(scene.name)
    if not scene.mine:
        return save(scene, rng)
    note, fresh = rng.choice(scene.mine), words(rng)
    phone.secrets[fresh] = scene.name
    note.doubtful.append(fresh)
    path = ("/referrals/new" if note.kind == "referral" else "/records/new") + f"#mend={note.id}"
    now = scene.attempt(lambda: phone.write(path, fresh, instead_of=note.words))
    note.doubtful.remove(fresh)
    if now == note.id:
        note.former.append(note.words)
        note.words = fresh
    else:
        note.replaced = True
        scene.add(note.kind, fresh, id=now, confirmed=True)


def delete(scene, rng):
    phone = scene.phone
    phone.ensure(scene.name)
    if not scene.mine:
        return save(scene, rng)
    note = rng.choice(scene.mine)
    note.deleted = "asked"

    def work():
        phone.go(f"/records/mine#{note.id}")
        phone.await_("[data-remove]")
        phone.page.locator("[data-remove]:visible").click()
        phone.page.locator("[data-confirm] [value=yes]").click()
        phone.page.wait_for_url("**/records")
    scene.attempt(work)
    note.deleted = "done"


def lock(scene, rng):
    scene.phone.ensure(scene.name)
    if rng.random() < 0.3:
        # The app is closed; opening it asks for the PIN.
        scene.phone.reopen()
        scene.phone.go("/")
    else:
        scene.attempt(scene.phone.lock)
    _expect_locked(scene)


def leave(scene, rng):
    """Thoát nhanh, from a half-filled form as often as not."""
    phone = scene.phone
    phone.ensure(scene.name)

    def work():
        if rng.random() < 0.5:
            half = words(rng)
            phone.secrets[half] = scene.name
            phone.fill("/records/new", half)
        phone.page.locator("[data-exit]").click()
        phone.page.wait_for_url("**/away")
    scene.attempt(work)
    phone.look()
    # A busy machine takes its time over a page that the network does not help with.
    phone.page.go_back(wait_until="commit", timeout=4 * PATIENCE)
    if not phone.page.url.startswith(scene.ward.url):
        # There was nothing before.
        phone.go("/")
    _expect_locked(scene)


def _expect_locked(scene):
    """The lock screen stands, with nothing on it."""
    try:
        scene.phone.page.locator("body[data-locked]").wait_for()
    except TooLong as reason:
        raise Broken(f"not locked: {scene.phone.shown()}") from reason
    scene.phone.look()


def guess(scene, rng):
    """Ten wrong PINs: the book of this person goes from this phone, what waits stays."""
    phone = scene.phone
    phone.ensure(scene.name)
    scene.revoked.add(scene.enrolment)

    def work():
        phone.lock()
        for _turn in range(10):
            phone.unlock(WRONG, who=scene.name)
            phone.page.locator("[data-error]:visible, [data-wiped]:visible").first.wait_for()
            phone.page.locator("[data-progress]").wait_for(state="hidden")
        phone.page.locator("[data-wiped]:visible").wait_for()
    scene.attempt(work)


def change_pin(scene, rng):
    """Another PIN; as often as not the ward takes it, and the phone does not hear of it."""
    phone = scene.phone
    phone.ensure(scene.name)
    if rng.random() < 0.5:
        scene.ward.cut("lost change")
    scene.attempt(phone.change_pin)
    if rng.random() < 0.5:
        scene.attempt(phone.lock)


def other_person(scene, rng):
    """The other one takes the phone, and looks where the first one's things would be."""
    phone, before = scene.phone, scene.name
    scene.name = PEOPLE[1 - PEOPLE.index(before)]
    phone.ensure(scene.name)
    theirs = [note.id for note in scene.notes if note.author == before and note.id]
    for path in ["/records", *(f"{place}{rng.choice(theirs)}" for place in ("/records/mine#", "/records/") if theirs)]:
        scene.attempt(lambda path=path: phone.go(path))
        if not scene.may_vanish():
            phone.page.locator("main").wait_for()
        phone.look()
    if theirs:
        # Where the first one mends is a form like any other: what is written there is one's own.
        note, place = scene.add("record", words(rng)), f"/records/new#mend={rng.choice(theirs)}"
        note.id = scene.attempt(lambda: phone.write(place, note.words))
        note.confirmed = True


def revoke(scene, rng):
    """A coordinator takes this person's enrolment away; the phone hears of it with the next network."""
    if scene.enrolment is None:
        return
    with scene.ward.at_home():
        enrolments.revoke(scene.enrolment)
    scene.revoked.add(scene.enrolment)


def update(scene, rng):
    """A new version of the app; the phone looks for it when it can."""
    scene.ward.update()
    try:
        scene.phone.page.evaluate("() => { navigator.serviceWorker?.getRegistration().then((found) => found?.update()).catch(() => undefined); }")
    except Error:
        # The page was just leaving.
        return


def kill(scene, rng):
    whole = rng.random() < 0.5
    if rng.random() < 0.5:
        scene.ward.die(whole)
    else:
        scene.ward.die_over_the_next_sync(rng.choice((0, 0.005, 0.02, 0.05)), whole)


def cut(scene, rng):
    """The network goes in one of its ways, or comes back."""
    if rng.random() < 0.4:
        scene.phone.mend_network()
        return
    how = rng.choice(("away", *CUTS))
    if how == "away":
        scene.phone.context.set_offline(True)
    else:
        scene.ward.cut(how)


# Step → how often it comes, in 100.
STEPS = {save: 26, mend: 11, delete: 9, lock: 8, leave: 8, guess: 2, change_pin: 4, other_person: 9, revoke: 4, update: 3, kill: 6, cut: 10}
