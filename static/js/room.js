// Room for what is kept is found by writing to the disk; with it the browser begins a new log of the store, in place of one that a
// full disk may have broken (docs/decisions/075, 077).
import { ROOM, STRICT, open } from "../../service_worker/store.js";

const DAY = 86_400_000;
// What a notebook needs for weeks, and a new log.
const ENOUGH = 8 << 20;
// The most getRandomValues() gives at once.
const NOISE = 65_536;
// After four megabytes Chromium begins a new log. A value of 64 KB would become a file of its own, beside it.
const PIECES = 72;
const PIECE = 60_000;
const KEY = "room";
let looking;

// From now on also when somebody comes back from making room.
export function watch() {
  look().catch(() => undefined);
  document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => undefined));
}

// Rejects when there is no room. Once a day while nothing fails, so that nothing wears out.
export function look() {
  looking ??= idle().then(seek).finally(() => { looking = undefined; });
  return looking;
}

function idle() {
  return new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done));
}

async function seek() {
  const note = await caches.open(ROOM);
  const noted = Number(await (await note.match(ROOM))?.text());
  if (Math.abs(Date.now() - noted) < DAY) return;
  const db = await open();
  // Of all stores, so that nothing of ours is written in the moment in which there may be no room left.
  await write(db, db.objectStoreNames, (meta) => meta.put(new Blob(noise()), KEY));
  // In its place: the blob, a file of its own, goes at once.
  await write(db, "meta", (meta) => meta.put(0, KEY));
  const [piece, keys] = [new Uint8Array(PIECE), Array.from({ length: PIECES }, (_none, turn) => `${KEY} ${turn}`)];
  await write(db, "meta", (meta) => keys.map((key) => meta.put(piece, key)));
  await write(db, "meta", (meta) => [KEY, ...keys].map((key) => meta.delete(key)), STRICT);
  await note.put(ROOM, new Response(String(Date.now())));
}

async function write(db, stores, act, how) {
  const writing = db.transaction(stores, "readwrite", how);
  // What failed is said by the transaction.
  for (const request of [act(writing.objectStore("meta"))].flat()) request.catch(() => undefined);
  await writing.done;
}

// Nothing that could be kept smaller than it is.
function noise() {
  return Array.from({ length: ENOUGH / NOISE }, () => crypto.getRandomValues(new Uint8Array(NOISE)));
}
