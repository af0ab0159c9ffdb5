// The one open book of this phone: {id, data, pair, verifier, idle, turn, at}. In memory alone: worker and pages hand it to
// each other, and when all of them are gone it is gone. Only a person's gesture keeps it open. What travels is the age of
// the last gesture, not its time: clocks are set while a book is open.
// Opening a book and closing one each raise the turn on disk, and a key is good in its own turn alone: of two books the
// second closes the first, wherever that is held (docs/decisions/048).
import { tell } from "./channel.js";
import { open as openStore } from "./store.js";

const PATIENCE = 400;
const TURN = "turn";
let book;
let asking;
// Whose key this holder has had, and of which turn. A page is one person's until it is left.
let whose;
let had;
// The turn it has let go: a full disk may not have taken that it is over.
let over;
// In the worker: answers the windows that may hold a key (windows.js).
let windows;

// Open for this enrolment from now on, `idle` in seconds; false when a book was opened or closed since turn `before`.
export async function hold(id, opened, idle, before) {
  const now = await raise(before);
  if (!now) return false;
  take({ ...opened, id, idle, turn: now, age: 0 });
  const told = { type: "hold", book: sent() };
  tell({ type: "opened", id, turn: now, verifier: opened.verifier });
  (await inWorker())?.postMessage(told);
  return true;
}

export async function turn() {
  return (await (await openStore()).get("meta", TURN)) ?? 0;
}

// The new turn; nothing when it is no longer `before`.
async function raise(before) {
  const write = (await openStore()).transaction("meta", "readwrite");
  const now = ((await write.store.get(TURN)) ?? 0) + 1;
  const may = before === undefined || before === now - 1;
  if (may) write.store.put(now, TURN);
  await write.done;
  return may && now;
}

// Whether a book was opened or closed elsewhere since this holder had its key.
export async function overtaken() {
  const now = await turn().catch(() => had);
  // Looked at after the disk: what this holder has itself done meanwhile is not done elsewhere.
  return had !== undefined && had !== now;
}

// What another page said when it opened a book: true when it is the one that is open here.
export function again({ id, turn: now, verifier }) {
  if (held()?.id !== id) return false;
  Object.assign(book, { turn: now, verifier });
  had = now;
  return true;
}

function sent() {
  const { at, ...rest } = book;
  return { ...rest, age: Date.now() - at };
}

function take({ age, ...found }) {
  book = { ...found, at: Date.now() - age };
  whose = book.id;
  had = book.turn;
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
  over = had;
}

export async function close() {
  drop();
  // First, so that whoever asks once they are told reads the new turn; but nobody waits for the disk to be told.
  const raised = raise().catch(() => undefined);
  (await inWorker())?.postMessage({ type: "drop" });
  tell({ type: "locked" });
  await raised;
}

// The open book, or undefined; asked of the other holders when this one has just started. `but` is who need not be asked.
export async function current(but) {
  const now = await turn().catch(() => undefined);
  if (held()?.turn === now) return book;
  asking ??= askOthers(now, but).finally(() => { asking = undefined; });
  const found = await asking;
  if (!found || found.turn === over || found.turn !== (await turn().catch(() => now)) || (!self.clients && whose && whose !== found.id)) return undefined;
  if (held()?.turn !== found.turn) take(found);
  return held();
}

export function askIn(somebodys) {
  windows = somebodys;
}

// Those that were frozen meanwhile may still hold the key of a turn that is over.
async function askOthers(now, but) {
  const others = windows ? (await windows()).filter(({ id }) => id !== but) : [await inWorker()].filter(Boolean);
  return new Promise((done) => {
    setTimeout(done, PATIENCE);
    Promise.all(others.map((other) => ask(other).then((found) => found?.turn === now && done(found)))).then(() => done());
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
