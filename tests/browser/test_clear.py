"""What a phone keeps in clear: every column there is, and why it may be (docs/decisions/044)."""
import json

from pwa.forms import kinds
from tests.server.test_telling_words import TELLING
from tests.ward import PIN

IN_CLEAR = {
    "enrolments": {"id", "person", "label", "secret", "key.key_id", "key.public", "vapid", "state", "asked", "whole", "failures", "openedAt", "idle", "quick", "exit",
                   "keepDays", "approved", "vault.v", "vault.cost.v", "vault.cost.memory", "vault.cost.passes", "vault.point", "vault.refused", "about.v"},
    "outbox": {"id", "enrolment", "sealedOn", "seq", "key_id", "sealed", "settles", "refused.outcome", "refused.copy.v"},
    "own": {"id", "enrolment", "seq", "settles", "copy.v"},
    "drafts": {"id", "enrolment", "copy.v"},
    "receipts": {"id", "enrolment", "outcome"},
    "pages": {"id", "enrolment", "etag", "version", "fixed", "at", "copy.v"},
    "meta": {"turn", "offered:", "retry:failures", "retry:next", "retry:trouble", "manifest:at", "manifest:copy.v", "forms:at", "forms:copy.v"},
}
# {store: [[key, path, value]]} of everything that is no sealed bytes.
EVERY_COLUMN = """async () => {
  const db = await new Promise((done) => { indexedDB.open("sotay").onsuccess = ({ target }) => done(target.result); });
  const ask = (asking) => new Promise((done) => { asking.onsuccess = () => done(asking.result); });
  const leaves = (value, path) => value === undefined || ArrayBuffer.isView(value) ? []
    : value === null || typeof value !== "object" ? [[path, value]]
    : Object.entries(value).flatMap(([name, each]) => leaves(each, path ? `${path}.${name}` : name));
  const found = {};
  for (const name of db.objectStoreNames) {
    const store = () => db.transaction(name).objectStore(name);
    const [keys, rows] = [await ask(store().getAllKeys()), await ask(store().getAll())];
    found[name] = rows.flatMap((row, at) => leaves(row, "").map(([path, value]) => [String(keys[at]), path, value]));
  }
  db.close();
  return found;
}"""


def columns(store, leaves):
    """Names of the columns of a store; in `meta` with what their keys begin with."""
    if store != "meta":
        return {path for _key, path, _value in leaves}
    return {key.split(":")[0] + (":" if ":" in key else "") + path for key, path, _value in leaves}


def test_no_column_in_clear_says_what_was_written_or_what_the_app_is_for(phone, server, namesake):
    lan = phone("lan")
    record = lan.write_record("Đã gửi")
    lan.expect_delivered()
    lan.open("/records/new")
    lan.deposit("form_name=observation&acts=khac")
    lan.open("/records")
    lan.page.locator("[data-slot=state]", has_text="Cần sửa").first.wait_for()
    # A new invitation takes it all along.
    lan.reopen()
    lan.books.clear()
    lan.begin(server.invite("lan", f"lan {namesake}"), PIN, "lan")
    lan.page.wait_for_load_state("networkidle")
    # The phone believes in its network, and nobody answers: it notes when to try again.
    server.stop()
    lan.refer(record)
    lan.write_record("Sửa lại", form=f"/records/new#mend={record}", act=None)
    lan.open("/records/new").locator("textarea[name=narrative]").fill("Viết dở")
    while not lan.stored("drafts"):
        lan.page.wait_for_timeout(50)
    lan.lock()
    lan.unlock()
    found = lan.page.evaluate(EVERY_COLUMN)
    assert {store: columns(store, leaves) for store, leaves in found.items()} == IN_CLEAR
    assert len(lan.stored("outbox")) == 3
    said = [value for leaves in found.values() for key, _path, each in leaves for value in (key, each) if isinstance(value, str)]
    assert not TELLING.search(json.dumps([said, *IN_CLEAR.values()], ensure_ascii=False, default=sorted))
    assert not set(said) & (set(kinds.FORMS) | {"observation", "school"})
