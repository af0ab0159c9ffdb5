// What could cost this phone its notes is said early: storage the browser may clear, a full phone, notes that wait for days.
import * as outbox from "../../service_worker/outbox.js";
import { ofEnrolment, open } from "../../service_worker/store.js";
import { kind } from "./browser.js";
import { current } from "./who.js";
import { say } from "./words.js";

const DAY = 86_400_000;
const LONG = 3 * DAY;
const FULL = 0.9;
// What a notebook needs for weeks, and where the phone's database has the last time there was as much room.
const ROOM = 1 << 20;
const LOOK = "room";
// The most getRandomValues() gives at once.
const PIECE = 65_536;

export async function start(signal) {
  const place = document.querySelector("[data-care]");
  const me = await current();
  if (!me) return;
  const found = await risks(me);
  for (const key of found) tell(place, key);
  if (me.fleeting || found.includes("nearly-full")) return;
  await idle();
  if (!signal.aborted) await seekRoom().catch(() => tell(place, "nearly-full"));
}

function tell(place, key) {
  const note = document.createElement("p");
  note.className = "notice warning";
  note.textContent = say(key, place.querySelector("[data-care-words]"));
  place.append(note);
}

async function risks(me) {
  const found = [];
  if (kind() === "ios-tab") found.push("browser-tab");
  else if ((await navigator.storage?.persisted?.().catch(() => true)) === false && !(await navigator.storage.persist?.())) found.push("not-persistent");
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  if (quota && usage / quota > FULL) found.push("nearly-full");
  const first = await oldest(me).catch(() => undefined);
  if (first && Date.now() - first > LONG) found.push("waits-long");
  return found;
}

function idle() {
  return new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done));
}

// Chromium says what a site might use, not what the phone has: now and then, as much is written and thrown away again
// (docs/decisions/075). Rejects when there is no room; looked for once a day, so that nothing wears out.
async function seekRoom() {
  const db = await open();
  if (Math.abs(Date.now() - (await db.get("meta", LOOK))) < DAY) return;
  // Of all stores, so that nothing of ours is written in the moment in which there may be no room left.
  const write = db.transaction(db.objectStoreNames, "readwrite");
  write.objectStore("meta").put(new Blob(noise()), LOOK).catch(() => undefined);
  await write.done;
  // In its place: the blob, a file of its own, goes at once.
  await db.put("meta", Date.now(), LOOK);
}

// Nothing that could be kept smaller than it is.
function noise() {
  return Array.from({ length: ROOM / PIECE }, () => crypto.getRandomValues(new Uint8Array(PIECE)));
}

// When the entry that waits longest was written, or undefined.
async function oldest(me) {
  const waiting = await (await open()).getAllFromIndex("outbox", "order", ofEnrolment(me.id), 50);
  const first = waiting.find(({ refused }) => !refused);
  return first && (await outbox.read(me, first.id))?.at;
}
