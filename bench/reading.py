"""The vault: what a PIN costs, and how soon a sealed page is there."""
from bench.courier import Courier
from bench.figures import line, p50, p95, say, spread
from bench.ground import modules, phones, ward
from bench.wire import ward_behind_wire

TURNS, SLOWDOWN, PAGES = 15, 4, 200
FILL_PATIENCE = 120_000
# Milliseconds without a byte after which a sync is over.
STILL = 1_500

# The stretching alone in its own worker, which the tools do not slow.
STRETCH = """async ({ stretch, pin, turns }) => {
  const { stretch: work } = await import(stretch);
  const { COST } = await import(pin);
  const times = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const began = performance.now();
    await work("264197", crypto.getRandomValues(new Uint8Array(16)), COST);
    times.push(performance.now() - began);
  }
  return times;
}"""
AT_REST = "new Promise((done) => requestIdleCallback(() => done()))"
# In every document: when something was tapped, which outlives a page that is left, and when the browser had put the first
# words of the page behind it on the screen.
WATCH = """
addEventListener("click", () => sessionStorage.setItem("tapped", String(performance.timeOrigin + performance.now())), true);
const watcher = new MutationObserver(() => {
  const words = document.querySelector("%s");
  if (!words) return;
  watcher.disconnect();
  words.setAttribute("elementtiming", "words");
});
watcher.observe(document, { childList: true, subtree: true });
const shown = new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries()[0].renderTime)).observe({ type: "element", buffered: true });
});
globalThis.tapToShown = async () => performance.timeOrigin + (await shown) - Number(sessionStorage.getItem("tapped"));
"""


def unlock():
    """Worker time × 4 (the tools do not slow workers) plus the page's own part at 4× slowdown: from the tap on Mở khóa until the
    words of the book are on the screen, less the stretching."""
    shown = []
    with ward() as server, phones(server) as make:
        phone = make("lan")
        phone.context.add_init_script(WATCH % "body:not([data-locked]) main h1")
        page = phone.open("/phone")
        at = modules(page, "vault")["vault"].removesuffix("/service_worker/vault.js")
        told = {"pin": f"{at}/service_worker/pin.js", "stretch": f"{at}/static/js/stretch.js", "turns": TURNS}
        worker = page.evaluate(STRETCH, told)
        phone.open("/todo")
        phone.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        for _turn in range(TURNS):
            phone.online()
            phone.lock()
            phone.offline()
            page.evaluate(AT_REST)
            phone.unlock()
            shown.append(page.evaluate("tapToShown()"))
    say(f"Argon2id in the worker, not slowed: {spread(worker)} ms (least – median – most)")
    say(f"tap → words of the book on the screen, the page at {SLOWDOWN}×, no network: {spread(shown)} ms")
    rest = p50(shown) - p50(worker)
    total = (SLOWDOWN * p50(worker) + rest) / 1000
    yield line("unlock", total, "s", "≤", 1.5, digits=2)
    yield line("unlock-least", total, "s", "≥", 0.5, digits=2)
    yield line("unlock-beside-argon2id", rest / 1000, "s", "≤", 0.2, digits=3)


def open_sealed_page():
    """Without a network, page and worker as they are, the page four times slower: tap a link until the page is shown."""
    times = []
    with ward() as server, phones(server) as make:
        lan = Courier(server, "lan")
        referrals = [_refer(lan) for _turn in range(TURNS)]
        phone = make("thu")
        phone.context.add_init_script(WATCH % "#referral dt")
        phone.open("/todo")
        phone.offline()
        phone.context.new_cdp_session(phone.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        for referral in referrals:
            page = phone.open("/todo")
            row = page.locator(f'.row[data-entry="{referral}"]')
            row.wait_for()
            page.evaluate(AT_REST)
            row.click(no_wait_after=True)
            page.wait_for_url(f"**/referrals/{referral}")
            page.locator("#referral").wait_for()
            times.append(page.evaluate("tapToShown()"))
    say(f"tap → words of the sealed page on the screen: {spread(times)} ms (least – median – most)")
    yield line("open-sealed-page", p95(times), "ms", "≤", 150, digits=0)


def _refer(courier):
    entry = courier.seal("referral", {"unit": "vhxh", "urgency": "normal", "basis": "agreed", "services": ["counselling"]})
    courier.post_entries(entry)
    return entry["id"]


def idle_sync():
    """A phone with nothing to send and nothing new to keep: how many requests, and how many bytes on the wire, headers included.

    A coordinator's phone with pages to keep. A sync of the page: the network comes back; of the worker: the browser wakes it.
    """
    with ward_behind_wire() as (server, wire), phones(server) as make:
        lan = Courier(server, "lan")
        for _turn in range(TURNS):
            _refer(lan)
        phone = make("thu")
        # A page with a form leaves a cookie, which goes along from then on.
        phone.open("/duty")
        phone.open("/todo")
        asked = _rest(phone, wire)
        say(f"{len(asked)} requests until the phone was filled and at rest; {len(phone.stored('pages'))} pages are kept")
        seen = []
        for _turn in range(TURNS):
            wire.begin()
            phone.offline()
            phone.online()
            _rest(phone, wire)
            seen.append((len(wire.requests), wire.sent, wire.received))
            if set(wire.requests) != {"/pages"}:
                raise RuntimeError(f"{wire.requests}")
        by_worker = _woken(phone, wire)
    requests, sent, received = (max(each) for each in zip(*seen, strict=True))
    say(f"the page, {TURNS} times: GET /pages with the mark of the list; the worker, woken: {by_worker or 'no request'}")
    yield line("idle-sync-sent", sent, "bytes", "≤", 1024)
    yield line("idle-sync-received", received, "bytes", "≤", 1024)
    yield line("idle-sync", max(requests, len(by_worker)), "requests", "≤", 1)


def _rest(phone, wire):
    """Once nothing has been on the wire for a while: what had been asked for until then."""
    before = None
    while before != (wire.sent, wire.received) or not wire.requests:
        before = wire.sent, wire.received
        phone.page.wait_for_timeout(STILL)
    return list(wire.requests)


def _woken(phone, wire):
    """What the worker asks for when the browser tells it to sync."""
    log = phone.context.new_cdp_session(phone.page)
    found = []
    log.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    log.send("ServiceWorker.enable")
    while not found:
        phone.page.wait_for_timeout(STILL // 10)
    wire.begin()
    log.send("ServiceWorker.dispatchSyncEvent", {"origin": phone.server.url, "registrationId": found[-1]["registrationId"], "tag": "outbox",
                                                 "lastChance": False})
    phone.page.wait_for_timeout(STILL)
    return list(wire.requests)


def fill_200_pages():
    """A coordinator's phone with 200 pages named: the first fill, then a change of one."""
    with ward() as server, phones(server) as make:
        lan = Courier(server, "lan")
        # A phone keeps so many of each list and no more: there is room for one that comes later.
        for _turn in range(PAGES // 2 - 1):
            _refer(lan)
        lan.deliver(lan.batch(PAGES // 2))
        phone = make("thu")
        page = phone.open("/phone")
        at = modules(page, "pages", "people", "store")
        page.set_default_timeout(FILL_PATIENCE)
        first = page.evaluate("""async ({ pages, people, store }) => {
          const me = await (await import(people)).current();
          const db = await (await import(store)).open();
          await Promise.all([db.clear("pages"), db.delete("meta", `manifest:${me.id}`), db.delete("meta", `forms:${me.id}`)]);
          const began = performance.now();
          const whole = await (await import(pages)).refresh(me);
          return { whole, seconds: (performance.now() - began) / 1000, count: await db.countFromIndex("pages", "enrolment", me.id) };
        }""", at)
        # On a busy machine the server has closed the connection that lay idle meanwhile.
        lan.wire.close()
        _refer(lan)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.evaluate("async ({ pages, people }) => (await import(pages)).refresh(await (await import(people)).current())", at)
        again = [url for url in asked if not url.endswith("/pages")]
    if not first["whole"] or first["count"] < PAGES:
        raise RuntimeError(f"{first}")
    if not again:
        raise RuntimeError("nothing was fetched after something had changed")
    say(f"{first['count']} pages in the first fill; after one more referral {len(again)} were fetched again")
    yield line("fill-200-pages", first["seconds"], "s", "≤", 3, digits=2)
