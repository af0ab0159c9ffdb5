// The one open book of this phone: {id, data, pair, verifier, idle, turn, at}. In memory alone: worker and pages hand it to
// each other, and when all of them are gone it is gone. Only a person's gesture keeps it open. What travels is the age of
// the last gesture, not its time: clocks are set while a book is open.
import { tell } from "./channel.js";
import { open as openStore } from "./store.js";

const PATIENCE = 400;
// How often books were closed on this phone: a key from before the last time opens nothing.
const TURN = "turn";
let book;
let asking;

// Open for this enrolment from now on; `idle` in seconds.
export async function hold(id, opened, idle) {
  book = { ...opened, id, idle, turn: await turn(), at: Date.now() };
  tell({ type: "opened" });
  (await inWorker())?.postMessage({ type: "hold", book: sent() });
}

async function turn() {
  return (await (await openStore()).get("meta", TURN).catch(() => undefined)) ?? 0;
}

function sent() {
  const { at, ...rest } = book;
  return { ...rest, age: Date.now() - at };
}

function take({ age, ...found }) {
  book = { ...found, at: Date.now() - age };
}

export function gesture() {
  if (held()) book.at = Date.now();
}

// This holder's own copy, if it is still good; a clock that was set back is no reason to stay open.
export function held() {
  const age = book && Date.now() - book.at;
  if (book && (age > book.idle * 1000 || age < -1000)) book = undefined;
  return book;
}

// Close the book here; close() closes it everywhere.
export function drop() {
  book = undefined;
}

export async function close() {
  drop();
  tell({ type: "locked" });
  (await inWorker())?.postMessage({ type: "drop" });
  // A page that the browser had frozen must not bring the key back.
  const write = (await openStore()).transaction("meta", "readwrite");
  await write.store.put(((await write.store.get(TURN)) ?? 0) + 1, TURN);
  await write.done;
}

// The open book, or undefined; asked of the other holders when this one has just started. `but` is who need not be asked.
export async function current(but) {
  if (held()) return book;
  asking ??= askOthers(but).finally(() => { asking = undefined; });
  const found = await asking;
  if (!found || found.turn !== (await turn().catch(() => found.turn))) return undefined;
  if (!held()) take(found);
  return held();
}

async function askOthers(but) {
  const others = self.clients
    ? (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).filter(({ id }) => id !== but)
    : [await inWorker()].filter(Boolean);
  return new Promise((done) => {
    setTimeout(done, PATIENCE);
    Promise.all(others.map((other) => ask(other).then((found) => found && done(found)))).then(() => done());
  });
}

function ask(other) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    setTimeout(done, PATIENCE);
    other.postMessage({ type: "key?" }, [port2]);
  }).finally(() => port1.close());
}

// A page that was loaded past the worker has no controller, but the worker is there all the same.
async function inWorker() {
  if (self.clients) return undefined;
  return navigator.serviceWorker?.controller ?? (await navigator.serviceWorker?.getRegistration().catch(() => undefined))?.active;
}

// A page answers the worker, which may have been stopped and started meanwhile.
export function answerWorker() {
  navigator.serviceWorker?.addEventListener("message", heard);
  navigator.serviceWorker?.startMessages();
}

// What the others say of the key: {type: "key?" | "hold" | "drop" | "gesture"}.
export async function heard({ data, ports, source }) {
  if (data?.type === "hold") take(data.book);
  else if (data?.type === "drop") drop();
  else if (data?.type === "gesture") gesture();
  else if (data?.type === "key?") ports[0].postMessage((self.clients ? await current(source?.id) : held()) && sent());
}
