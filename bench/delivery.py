"""Many entries at once after days without a network: from the phone's outbox to the last receipt."""
from bench.figures import line, p50, say
from bench.ground import FORM, SUMMARY, modules, phones, ward
from bench.saving import SAVE

ENTRIES, ROUNDS = 500, 5

# From the page's own `online` event until its outbox is empty.
WAIT = """({ store }) => {
  globalThis.delivered = new Promise((done) => addEventListener("online", (event) => {
    const batches = [];
    const channel = new BroadcastChannel("sotay");
    channel.addEventListener("message", async ({ data }) => {
      const at = performance.now() - event.timeStamp;
      batches.push([data.type, Math.round(at)]);
      if (data.type !== "received") return;
      const db = await (await import(store)).open();
      if (await db.count("outbox")) return;
      channel.close();
      done({ seconds: at / 1000, batches });
    });
  }, { capture: true, once: true }));
}"""


def sync_500():
    """500 records written without a network, delivered when it returns: every check on, stored durably, receipts stored on the phone."""
    seconds = []
    with ward() as server, phones(server) as make:
        phone = make("lan")
        page = phone.open("/records/new")
        told = modules(page, "outbox", "people", "store") | {"form": FORM, "summary": SUMMARY}
        for turn in range(ROUNDS):
            phone.offline()
            page.evaluate(SAVE, told | {"entries": ENTRIES})
            page.evaluate(WAIT, told)
            phone.online()
            found = page.evaluate("globalThis.delivered")
            seconds.append(found["seconds"])
            say(f"round {turn + 1}: {found['seconds']:.3f} s; {found['batches']}")
        arrived = server.count("record")
    if arrived != ENTRIES * ROUNDS:
        raise RuntimeError(f"{arrived} of {ENTRIES * ROUNDS} records are at the ward")
    yield line("sync-500", p50(seconds), "s", "≤", 0.6, digits=2)
