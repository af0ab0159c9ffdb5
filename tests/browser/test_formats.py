"""What earlier versions wrote on a phone opens with this one."""
import json
import uuid
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from db.models import Device, Enrolment, Person, Unit, Ward
from pwa.cli import _link
from pwa.crypto import columns, verifiers
from pwa.domain import enrolments
from pwa.domain.clock import now
from tests import formats
from tests.chromium import change_pin
from tests.ward import PIN

# The last version before the PIN, and those since.
BARE, *BEHIND_A_PIN = formats.VERSIONS
# On the lock screen: every copy of these stores, opened with the PIN: {store: [[format, value]]}.
EVERYWHERE = """async ({ pin, stores }) => {
  const at = document.querySelector("script[type=module]").src;
  const names = ["pin", "vault", "people", "store"].map((name) => `../../service_worker/${name}.js`);
  const [{ unlock }, vault, people, store, { stretch }] = await Promise.all([...names, "./stretch.js"].map((name) => import(new URL(name, at))));
  const [row] = await people.all();
  const { opened } = await unlock(stretch, pin, row.vault);
  const db = await store.open();
  const said = {};
  for (const name of stores) {
    said[name] = [];
    for (const { copy, refused } of await db.getAll(name)) {
      const read = ["pages", "meta"].includes(name) ? vault.open : vault.openWritten;
      for (const each of [copy, refused?.copy].filter(Boolean)) said[name].push([each.v, await read({ ...row, opened }, each)]);
    }
  }
  return said;
}"""

WITHOUT_PAGES = """() => new Promise((done) => {
  indexedDB.open("sotay").onsuccess = ({ target: { result: db } }) => {
    const write = db.transaction(["pages", "meta"], "readwrite");
    write.objectStore("pages").clear();
    write.objectStore("meta").clear();
    write.oncomplete = () => { db.close(); done(); };
  };
})"""
ONE_WORKER = """() => {
  const Real = Worker;
  window.Worker = class { constructor(...how) { window.Worker = class { constructor() { throw new Error("no memory"); } }; return new Real(...how); } };
}"""
TODAY = {"v": 2, "memory": 32_768, "passes": 4}


def settle_in(server, kept):
    """Let this ward be the one that phone belonged to: its key, its person, its enrolment; the cookie the phone has."""
    (Path(server.environment["KEY_DIR"]) / "entry" / f"{kept['key']['id']}.pem").write_text(kept["key"]["pem"])
    with server.at_home():
        enrolment = Enrolment.get_or_none(Enrolment.id == kept["enrolment"]) or enrol(kept)
        return {"name": f"sotay-{enrolment.id}", "value": enrolments.cookie_value(enrolment), "url": server.url}


def enrol(kept):
    ward, made = Ward.get(), now()
    Person.create(id=kept["person"], ward=ward, unit=Unit.get(Unit.ward == ward, Unit.code == "tdp-1"), role="collaborator",
                  capacity="collaborator", name=columns.seal("person.name", kept["person"], "lan"), created_at=made)
    return Enrolment.create(id=kept["enrolment"], person=kept["person"], device=Device.create(id=str(uuid.uuid4()), created_at=made),
                            renewed_at=made, created_at=made, last_contact_at=made, approved_at=made,
                            verifier=kept["verifier"] and verifiers.keep(verifiers.read(kept["verifier"])))


def bring_back(phone, server, kept):
    """A browser that holds what this phone of an earlier version held, before its lock screen if it has one."""
    lan = phone()
    lan.context.add_cookies([settle_in(server, kept)])
    # A page of the site that opens no book.
    lan.page.goto(server.url + "/manifest.webmanifest")
    lan.page.evaluate(formats.OUT_OF_TEXT, ["sotay", kept["database"]])
    if kept["pin"]:
        lan.books, lan.who = {"lan": (kept["enrolment"], kept["pin"])}, "lan"
        lan.go("/")
        lan.page.locator("[data-unlock]").wait_for()
        # A phone that has a book has its worker too; this one just gets it. Without it nobody keeps the key while a page changes.
        lan.page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    return lan


def cost(phone):
    """(format, cost) of the one vault on this phone."""
    [row] = phone.page.evaluate(formats.INTO_TEXT, "sotay")["stores"]["enrolments"]["rows"]
    return row["vault"]["v"], row["vault"]["cost"]


@pytest.mark.parametrize("version", BEHIND_A_PIN)
def test_a_phone_of_every_earlier_version_opens_and_delivers(phone, server, version):
    kept = formats.kept(version)
    lan = bring_back(phone, server, kept)
    said = lan.page.evaluate(EVERYWHERE, {"pin": kept["pin"], "stores": ["own", "drafts", "pages", "outbox", "meta"]})
    # Whatever lay there under the vault, written open or locked, opens.
    assert {form for form, _said in said["own"]} == {2, 3} and len(said["pages"]) == 4 and said["meta"]
    texts = {parse_qs(each["form"])["narrative"][0] for name in ("own", "drafts") for _form, each in said[name] if "narrative=" in each["form"]}
    assert texts == set(kept["words"].values())
    # The scripts those pages were made with this phone never had.
    lan.page.evaluate(WITHOUT_PAGES)
    lan.unlock()
    # What waited is delivered in the format it was sealed in.
    lan.wait_stored("outbox", [kept["refused"]])
    assert {each for (each,) in server.sql("SELECT id FROM record")} >= set(kept["waits"])
    lan.expect_state(kept["refused"], "Cần sửa")
    for entry in (kept["read"], *kept["waits"]):
        lan.expect_state(entry, "Đã nhận")
    lan.open("/records/new").get_by_role("button", name="Mở lại").click()
    expect(lan.page.locator("textarea[name=narrative]")).to_have_value(kept["words"]["draft"])
    assert cost(lan)[1] == TODAY
    # Nobody asked for proofs of what was written before there were any; what is written now has one.
    asked = "SELECT proof_due_at IS NOT NULL FROM enrolment WHERE id = ?"
    assert server.sql(asked, kept["enrolment"]) == [(0,)]
    lan.write_record()
    lan.wait_stored("outbox", [kept["refused"]])
    assert server.sql(asked, kept["enrolment"]) == [(1,)]
    assert server.sql("SELECT id FROM entry WHERE enrolment_id = ? AND marked", kept["enrolment"]) == []


def test_a_vault_of_an_earlier_cost_is_raised_to_that_of_today_behind_the_same_pin(phone, server):
    kept = formats.kept(BEHIND_A_PIN[0])
    lan = bring_back(phone, server, kept)
    lan.page.evaluate(WITHOUT_PAGES)
    assert (before := cost(lan)) == (2, {"v": 1, "memory": 32_768, "passes": 3})
    # What breaks off between the two stretchings leaves the vault as it was, and the book opens.
    lan.page.evaluate(ONE_WORKER)
    lan.unlock()
    assert cost(lan) == before
    lan.lock()
    lan.unlock()
    assert cost(lan) == (3, TODAY)
    # From now on the same PIN opens and no other, for the ward too; and it can be changed.
    lan.lock()
    lan.unlock("271828")
    lan.expect_text("Mã chưa đúng")
    assert server.sql("SELECT failures FROM enrolment WHERE id = ?", kept["enrolment"]) == [(1,)]
    lan.unlock()
    assert server.sql("SELECT failures FROM enrolment WHERE id = ?", kept["enrolment"]) == [(0,)]
    change_pin(lan, kept["pin"], "908172")
    lan.expect_text("Đã lưu.")
    assert cost(lan) == (2, TODAY)
    lan.lock()
    lan.unlock("908172")
    lan.page.locator("body.is-recorder").wait_for()


def test_own_copies_from_before_the_pin_are_read_behind_it(phone, server):
    kept = formats.kept(BARE)
    lan = bring_back(phone, server, kept)
    with server.at_home():
        link = _link(Person.get_by_id(kept["person"]))
    lan.begin(link, PIN, "lan")
    lan.expect_state(kept["read"], "Đã nhận")
    lan.expect_state(kept["refused"], "Cần sửa")
    lan.tap_row(kept["read"])
    lan.expect_text(kept["words"]["read"])
    lan.wait_stored("outbox", [kept["refused"]])
    assert server.sql("SELECT id FROM record WHERE id = ?", *kept["waits"]) == [(kept["waits"][0],)]
    lan.wait_stored("enrolments", [lan.books["lan"][0]])
    assert kept["words"]["read"] not in json.dumps(lan.stored("own"), ensure_ascii=False)


def test_a_copy_of_every_format_there_is_opens_and_what_a_locked_phone_can_make_only_as_a_persons_words(phone):
    lan = phone("lan")
    found = lan.open("/records/new").evaluate("""async () => {
      const at = document.querySelector("script[type=module]").src;
      const [vault, people] = await Promise.all(["vault", "people"].map((name) => import(new URL(`../../service_worker/${name}.js`, at))));
      const me = await people.current();
      const old = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const first = { v: 1, iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, old, new TextEncoder().encode('{"said":1}')) };
      const copies = [first, await vault.seal(me, { said: 2 }), await vault.seal({ ...me, opened: undefined }, { said: 3 })];
      const each = (open) => Promise.all(copies.map((copy) => open({ ...me, old }, copy).then(({ said }) => said, () => null)));
      return [await each(vault.openWritten), await each(vault.open)];
    }""")
    assert found == [[1, 2, 3], [1, 2, None]]


def test_a_draft_whose_address_stood_in_clear_is_still_offered_and_tells_no_more(phone):
    lan = phone("lan")
    lan.open("/").evaluate("""async () => {
      const at = document.querySelector("script[type=module]").src;
      const [vault, people, store] = await Promise.all(["vault", "people", "store"].map((name) => import(new URL(`../../service_worker/${name}.js`, at))));
      const me = await people.current();
      const copy = await vault.seal(me, { form: "narrative=L%E1%BB%9Di+c%C5%A9" });
      await (await store.open()).put("drafts", { id: `${me.id} /records/new 1700000000000`, enrolment: me.id, at: 1700000000000, copy });
    }""")
    page = lan.open("/records/new")
    page.get_by_role("button", name="Mở lại").wait_for()
    assert [row for row in lan.stored("drafts") if "/" in row["id"]] == [] and len(lan.stored("drafts")) == 1
    page.get_by_role("button", name="Mở lại").click()
    lan.save("Lưu")
    lan.wait_stored("drafts", [])
