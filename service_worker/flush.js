// Sends the outbox in order and believes only the expected JSON. What the server did not answer for, stays.
import { tell } from "./channel.js";
import { enrolmentsWaiting, travelling } from "./outbox.js";
import * as pages from "./pages.js";
import { patience, pause } from "./patience.js";
import * as people from "./people.js";
import * as session from "./session.js";
import { STRICT, ofEnrolment, open } from "./store.js";
import * as vault from "./vault.js";

const MOST_ENTRIES = 100;
const MOST_BYTES = 900_000;
const PATIENCE = 30_000;
const LOCK = "sotay-flush";
const TURN = 250;
const FIRST_PAUSE = 2_000;
const LAST_PAUSE = 300_000;
// A pause longer than any we set was set by another clock.
const LONGEST_PAUSE = 3_600_000;
const DONE = new Set(["stored", "duplicate"]);
const OUTCOMES = new Set([...DONE, "invalid", "conflict", "forbidden"]);

let running;
let again = false;
let urgent = false;

// Send everything that waits; `now` ignores the pause after a failure. Answers {troubles, next}: enrolment → what stands in
// its way ("unreachable", "captive", "unknown"…), and when to try the first of them again (milliseconds since 1970).
export function flush({ now = false } = {}) {
  urgent ||= now;
  if (running) {
    again = true;
    return running;
  }
  running = inTurn(async () => {
    let outcome;
    do {
      const hurry = urgent;
      again = urgent = false;
      outcome = await flushAll(hurry);
    } while (again);
    return outcome;
  }).finally(() => { running = undefined; });
  return running;
}

// One flush at a time on the whole phone, pages and worker together. Nobody queues: a page that the browser has frozen
// for Back would keep its place in the queue, and everybody behind it would wait for ever.
async function inTurn(work) {
  if (!navigator.locks) return work();
  for (let waited = 0; waited < 2 * PATIENCE; waited += TURN) {
    const turn = await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => lock && { outcome: await work() });
    if (turn) return turn.outcome;
    await pause(TURN);
  }
  // Sent twice is answered "duplicate"; never sent is worse.
  return navigator.locks.request(LOCK, { steal: true }, work);
}

async function flushAll(now) {
  await giveUpWiped().catch(() => undefined);
  const known = await people.all();
  const waiting = await enrolmentsWaiting();
  const troubles = {};
  let next;
  for (const id of waiting) {
    const me = known.find((person) => person.id === id);
    const failed = await flushOne(id, carrier(me, known) ?? { id }, now);
    if (!failed) continue;
    troubles[id] = failed.trouble;
    next = Math.min(failed.next, next ?? Infinity);
  }
  return { troubles, next };
}

// What this phone wiped by itself, without a network or for another enrolment of the same person, the server learns now.
async function giveUpWiped() {
  const noted = await (await open()).getAllKeys("meta", IDBKeyRange.bound(people.FORGET, `${people.FORGET}\uffff`));
  for (const key of noted) await session.forget(key.slice(people.FORGET.length));
}

// An enrolment the server does not know any more is carried by a newer one of the same person.
function carrier(me, known) {
  if (!me || me.state === "live") return me;
  return known.find((person) => person.person === me.person && person.state === "live") ?? me;
}

async function flushOne(id, by, now) {
  const db = await open();
  const retry = (await db.get("meta", `retry:${id}`)) ?? { failures: 0, next: 0 };
  // A phone that says it has no network is right; one that says it has may be wrong. Entries not offered stay mendable.
  if (!now && navigator.onLine === false) return { trouble: "unreachable", next: Date.now() + LAST_PAUSE };
  if (!now && retry.next > Date.now() && retry.next - Date.now() <= LONGEST_PAUSE) return { trouble: retry.trouble, next: retry.next };
  let most = MOST_ENTRIES;
  for (;;) {
    const batch = await takeBatch(id, most);
    if (!batch.length) break;
    tell({ type: "sending" });
    const { reply, trouble, wait, wipe } = await post(by, batch);
    if (wipe) await wipeRefused(by.id);
    if (trouble === "too-much" && batch.length > 1) {
      most = Math.ceil(batch.length / 2);
      continue;
    }
    const settled = reply ? await settle(id, batch, reply.receipts) : 0;
    tell({ type: settled ? "received" : "outbox" });
    if (!settled) return backOff(id, retry, trouble ?? "unreachable", wait);
    await db.delete("meta", `retry:${id}`);
    if (by.state === "unknown") await people.setState(by.id, "live");
    if (reply.drop?.length) await pages.drop(reply.drop);
    if (reply.wipe) await wipeDelivered(by.id);
  }
  if ((await people.get(id))?.state === "wiped") await people.wipe(id);
  return undefined;
}

// The next entries in sequence. From this moment on none of them is changed in place.
async function takeBatch(id, most) {
  const db = await open();
  const write = db.transaction(["outbox", "meta"], "readwrite", STRICT);
  const batch = [];
  let bytes = 0;
  const outbox = write.objectStore("outbox");
  const refused = await outbox.index("refused").count(ofEnrolment(id));
  const waiting = await outbox.index("order").getAll(ofEnrolment(id), most + refused);
  for (const entry of waiting) {
    if (entry.refused) continue;
    bytes += entry.sealed.length + 300;
    if (batch.length === most || (batch.length && bytes > MOST_BYTES)) break;
    batch.push(entry);
  }
  const key = `offered:${id}`;
  const offered = (await write.objectStore("meta").get(key)) ?? 0;
  const last = batch.at(-1)?.seq ?? 0;
  if (last > offered) write.objectStore("meta").put(last, key);
  await write.done;
  return batch;
}

async function post(by, batch) {
  const entries = batch.map((entry) => travelling(entry, by.id));
  let response;
  try {
    response = await fetch("/sync", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ enrolment: by.id, entries }),
      credentials: "same-origin", cache: "no-store", redirect: "manual", signal: patience(PATIENCE),
    });
  } catch {
    return { trouble: "unreachable" };
  }
  // Our server never sends /sync elsewhere; a Wi-Fi that wants a login does.
  if (response.type === "opaqueredirect") return { trouble: "captive" };
  const reply = await readJson(response);
  if (!reply) return { trouble: response.ok ? "captive" : "unreachable" };
  if (response.status === 200 && Array.isArray(reply.receipts)) return { reply };
  if (response.status === 401) {
    await people.setState(by.id, "unknown");
    return { trouble: "unknown" };
  }
  // Nothing to tell whoever else uses this phone.
  if (response.status === 403) return { trouble: "", wipe: reply.wipe };
  if (response.status === 413) return { trouble: "too-much" };
  return { trouble: "unreachable", wait: Number(response.headers.get("Retry-After")) * 1000 || 0 };
}

// A captive portal answers 200 with a page: only JSON from our own address counts.
async function readJson(response) {
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return undefined;
  return response.json().catch(() => undefined);
}

// Act on the receipts of this batch, all in one transaction; answers how many there were.
async function settle(id, batch, receipts) {
  const sent = new Set(batch.map((entry) => entry.id));
  const good = receipts.filter((receipt) => sent.has(receipt?.id) && OUTCOMES.has(receipt.outcome));
  const refusals = await sealedRefusals(id, good);
  const db = await open();
  const write = db.transaction(["outbox", "receipts"], "readwrite", STRICT);
  const outbox = write.objectStore("outbox");
  const kept = write.objectStore("receipts");
  for (const { id: entryId, outcome } of good) {
    // Another flush may have had a better answer meanwhile, or a new invitation has taken it along.
    const entry = await outbox.get(entryId);
    if (!DONE.has(outcome)) {
      if (entry) outbox.put({ ...entry, refused: { outcome, copy: refusals.get(entryId) } });
      continue;
    }
    outbox.delete(entryId);
    kept.put({ id: entryId, enrolment: entry?.enrolment ?? id, outcome: "stored" });
    // What this one replaces or withdraws has been settled by it, also when it had been refused; never what is another's.
    if (entry?.settles && (await outbox.get(entry.settles))?.enrolment === entry.enrolment) outbox.delete(entry.settles);
  }
  await write.done;
  return good.length;
}

// Why an entry was refused may say what stands in it: entry id → the sentences, under the vault of whoever wrote it.
async function sealedRefusals(id, receipts) {
  const me = await people.writer(id);
  if (!me) return new Map();
  const told = receipts.filter(({ outcome, errors }) => !DONE.has(outcome) && errors?.length);
  return new Map(await Promise.all(told.map(async ({ id: entryId, errors }) => [entryId, await vault.seal(me, { errors })])));
}

async function backOff(id, { failures }, trouble, wait = 0) {
  const wanted = Math.max(wait, Math.min(FIRST_PAUSE * 2 ** failures, LAST_PAUSE) * (0.5 + Math.random() / 2));
  const next = Date.now() + Math.min(wanted, LONGEST_PAUSE);
  await (await open()).put("meta", { failures: failures + 1, next, trouble }, `retry:${id}`);
  return { trouble, next };
}

// Revoked for so long that the ward takes nothing from it any more: it keeps what is sealed, for the next enrolment of the same
// person to deliver, and nothing else (docs/decisions/044).
async function wipeRefused(id) {
  if ((await people.get(id))?.vault) await people.wipe(id);
}

// A revoked enrolment is forgotten, but only when nothing of it is left to deliver.
export async function wipeDelivered(id) {
  const left = await (await open()).getAllFromIndex("outbox", "order", ofEnrolment(id));
  if (left.some((entry) => !entry.refused)) return;
  // The server goes on naming it as long as this phone has its cookie.
  if (!(await people.get(id))) return;
  await people.wipe(id);
}
