"""What earlier versions wrote on a phone opens with this one."""
import json

# The store of the first version: own copies under a key the browser keeps and nobody can take out.
FIRST = """async ({ enrolment, person, entries }) => {
  const vault = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const seal = async (value) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { v: 1, iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, vault, new TextEncoder().encode(JSON.stringify(value))) };
  };
  const rows = await Promise.all(entries.map(async ({ id, seq, form, summary }) => (
    { id, enrolment, seq, kind: "record", at: Date.now() - 86_400_000, copy: await seal({ form, summary }) })));
  const db = await new Promise((done, fail) => {
    const opening = indexedDB.open("sotay", 1);
    opening.onupgradeneeded = () => {
      const made = opening.result;
      made.createObjectStore("enrolments", { keyPath: "id" });
      const outbox = made.createObjectStore("outbox", { keyPath: "id" });
      outbox.createIndex("order", ["enrolment", "seq"]);
      outbox.createIndex("refused", ["enrolment", "refused.outcome"]);
      made.createObjectStore("own", { keyPath: "id" }).createIndex("order", ["enrolment", "seq"], { unique: true });
      made.createObjectStore("receipts", { keyPath: "id" }).createIndex("enrolment", "enrolment");
      made.createObjectStore("drafts", { keyPath: "id" });
      made.createObjectStore("meta");
    };
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
  });
  const write = db.transaction(["enrolments", "own", "receipts"], "readwrite");
  write.objectStore("enrolments").put({ id: enrolment, person, role: "collaborator", unit: "tdp-1", initials: "L", state: "live", asked: Date.now(), vault });
  for (const row of rows) {
    write.objectStore("own").put(row);
    write.objectStore("receipts").put({ id: row.id, enrolment, outcome: "stored", errors: [], at: Date.now() });
  }
  await new Promise((done, fail) => { write.oncomplete = done; write.onerror = () => fail(write.error); });
  db.close();
}"""


def test_own_copies_from_before_the_pin_are_read_behind_it(phone, server, namesake):
    other = phone("lan")
    first = other.write_record("Viết trên máy cũ")
    other.expect_state(first, "Đã nhận")
    [me] = other.stored("enrolments")
    lan = phone()
    # A page of the site that opens no book.
    lan.page.goto(server.url + "/manifest.webmanifest")
    entry_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
    lan.page.evaluate(FIRST, {"enrolment": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "person": me["person"], "entries": [
        {"id": entry_id, "seq": 1, "form": "form_name=observation&narrative=L%E1%BB%9Di%20c%C5%A9", "summary": "Lời cũ"}]})
    lan.enrol("lan", namesake)
    lan.expect_state(entry_id, "Đã nhận")
    lan.tap_row(entry_id)
    lan.expect_text("Lời cũ")
    assert [row["id"] for row in lan.stored("enrolments")] == lan.enrolments == [lan.books["lan"][0]]
    assert "Lời cũ" not in json.dumps(lan.stored("own"), ensure_ascii=False)


def test_a_copy_of_every_format_there_is_opens(phone):
    lan = phone("lan")
    formats = lan.open("/records/new").evaluate("""async () => {
      const at = document.querySelector("script[type=module]").src;
      const [vault, people] = await Promise.all(["vault", "people"].map((name) => import(new URL(`../../service_worker/${name}.js`, at))));
      const me = await people.current();
      const old = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const first = { v: 1, iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, old, new TextEncoder().encode('{"said":1}')) };
      const copies = [first, await vault.seal(me, { said: 2 }), await vault.seal({ ...me, opened: undefined }, { said: 3 })];
      return Promise.all(copies.map(async (copy) => [copy.v, (await vault.open({ ...me, old }, copy)).said]));
    }""")
    assert formats == [[1, 1], [2, 2], [3, 3]]


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
