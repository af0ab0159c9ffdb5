"""On the phone: from the tap on Lưu to the row that waits, and what sealing and storing cost."""
from bench.figures import line, p50, p95, say, spread
from bench.ground import FORM, SUMMARY, modules, phones, ward

SAVES, SLOWDOWN = 40, 4
WARM_UP, ENTRIES = 30, 500

# Times in the page: the tap's own timestamp, the row in the document, and the first task after the frame that shows it.
WATCH = """
addEventListener("click", (event) => {
  if (event.target.closest("[data-entry-form] [type=submit]")) globalThis.tapped = event.timeStamp;
}, true);
globalThis.saved = new Promise((done) => new MutationObserver((_changes, observer) => {
  if (document.querySelector(".saved .row [data-slot=state]")?.textContent !== "Chờ gửi") return;
  observer.disconnect();
  const inPage = performance.now() - globalThis.tapped;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done([inPage, performance.now() - globalThis.tapped]);
    port2.postMessage(undefined);
  });
}).observe(document, { subtree: true, childList: true, characterData: true }));
"""
# A person has looked at the form for a while: what its last change set off is over.
AT_REST = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(() => done()))))"


def save_to_waiting():
    """A phone without a network, its page four times slower: tap Lưu until the row is on screen as Chờ gửi."""
    shown, in_page = [], []
    with ward() as server, phones(server) as make:
        phone = make("lan")
        phone.context.add_init_script(WATCH)
        phone.context.new_cdp_session(phone.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        phone.offline()
        for _turn in range(SAVES):
            page = phone.open("/records/new")
            page.locator("[data-field=acts]").get_by_text("Đánh, làm đau", exact=True).tap()
            page.locator("textarea[name=narrative]").fill("Nghe tiếng khóc")
            button = page.get_by_role("button", name="Lưu", exact=True)
            button.scroll_into_view_if_needed()
            box = button.bounding_box()
            page.evaluate(AT_REST)
            # A bare tap: what Playwright runs in the page around a locator's tap would be slowed and counted too.
            page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            row, frame = page.evaluate("globalThis.saved")
            in_page.append(row)
            shown.append(frame)
    say(f"{SAVES} saves, tap → row in the document {spread(in_page)} ms, → on screen {spread(shown)} ms (least – median – most)")
    yield line("save-to-waiting", p95(shown), "ms", "≤", 100, digits=1)


SAVE = """async ({ outbox, people, form, summary, entries }) => {
  const { save } = await import(outbox);
  const me = await (await import(people)).current();
  const times = [];
  const began = performance.now();
  for (let turn = 0; turn < entries; turn += 1) {
    const before = performance.now();
    await save(me, "record", form, { summary });
    times.push(performance.now() - before);
  }
  return { times, total: performance.now() - began };
}"""

# The three parts of one save, each alone, with rows of the same size.
PARTS = """async ({ envelope, vault, store, people, form, summary, turns }) => {
  const { seal } = await import(envelope);
  const copies = await import(vault);
  const { open, STRICT } = await import(store);
  const me = await (await import(people)).current();
  const id = crypto.randomUUID();
  const entry = { seq: 1, at: Date.now(), kind: "record", form };
  const each = async (work) => {
    const times = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const before = performance.now();
      await work(turn);
      times.push(performance.now() - before);
    }
    return times;
  };
  const sealed = await seal(me, id, entry);
  const copy = await copies.seal(me, { ...entry, summary });
  const db = await open();
  const write = (options) => async (turn) => {
    const changes = db.transaction(["outbox", "own", "meta"], "readwrite", options);
    const key = `bench-${turn}`;
    await changes.objectStore("meta").get("seq:bench");
    changes.objectStore("meta").put(turn, "seq:bench");
    changes.objectStore("outbox").put({ id: key, enrolment: "bench", seq: turn, key_id: me.key.key_id, sealed });
    changes.objectStore("own").put({ id: key, enrolment: "bench", seq: turn, copy });
    await changes.done;
  };
  return {
    "HPKE seal": await each(() => seal(me, id, entry)),
    "own copy": await each(() => copies.seal(me, { ...entry, summary })),
    "IndexedDB transaction, strict": await each(write(STRICT)),
    "IndexedDB transaction, relaxed": await each(write({ durability: "relaxed" })),
  };
}"""


def seal_and_store():
    """Entries saved by the app's own outbox in a page of the app, each awaited before the next."""
    with ward() as server, phones(server) as make:
        phone = make("lan")
        page = phone.open("/records/new")
        phone.offline()
        told = modules(page, "outbox", "people", "envelope", "vault", "store") | {"form": FORM, "summary": SUMMARY}
        page.evaluate(SAVE, told | {"entries": WARM_UP})
        measured = page.evaluate(SAVE, told | {"entries": ENTRIES})
        parts = page.evaluate(PARTS, told | {"turns": 200})
    say(f"one entry: {spread(measured['times'], 2)} ms, p95 {p95(measured['times']):.2f} ms (least – median – most)")
    for name, times in parts.items():
        say(f"   {name} alone: {p50(times):.2f} ms")
    yield line("seal-and-store", p50(measured["times"]), "ms", "≤", 1.6, digits=2)
    yield line("seal-and-store-500", measured["total"] / 1000, "s", "≤", 0.8, digits=2)
