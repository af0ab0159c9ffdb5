// The one open book of this phone: {id, data, pair, verifier, since, at, idle}. In memory alone: worker and pages hand it to each
// other, and when all of them are gone it is gone. Only a person's gesture keeps it open.
import { tell } from "./channel.js";
import { open as openStore } from "./store.js";

const PATIENCE = 400;
let book;
let asking;

// Open for this enrolment from now on; `idle` in seconds.
export function hold(id, opened, idle) {
  const now = Date.now();
  book = { id, ...opened, since: now, at: now, idle };
  tell({ type: "opened" });
  inWorker().then((worker) => worker?.postMessage({ type: "hold", book }));
}

// What another holder handed over.
export function take(found) {
  if (found && !(book && book.since >= found.since)) book = found;
}

export function gesture(at = Date.now()) {
  if (book && at > book.at) book.at = at;
}

// This holder's own copy, if it is still good.
export function held() {
  if (book && Date.now() - book.at > book.idle * 1000) book = undefined;
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
  await (await openStore()).put("meta", Date.now(), "closed").catch(() => undefined);
}

// The open book, or undefined; asked of the other holders when this one has just started. `but` is who need not be asked.
export async function current(but) {
  if (held()) return book;
  asking ??= askOthers(but).finally(() => { asking = undefined; });
  const found = await asking;
  if (!found || found.since <= ((await (await openStore()).get("meta", "closed")) ?? 0)) return undefined;
  take(found);
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

// What the others say of the key: {type: "key?" | "hold" | "drop" | "gesture"}.
export async function heard({ data, ports, source }) {
  if (data?.type === "hold") take(data.book);
  else if (data?.type === "drop") drop();
  else if (data?.type === "gesture") gesture(data.at);
  else if (data?.type === "key?") ports[0].postMessage(self.clients ? await current(source?.id) : held());
}
