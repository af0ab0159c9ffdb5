// Who uses this phone: one row per enrolment. In clear stands what a locked phone needs, and nothing that says who it is.
import { tell } from "./channel.js";
import * as keys from "./keys.js";
import { STRICT, open, ofEnrolment } from "./store.js";
import * as vault from "./vault.js";

export const FORGET = "forget:";

export async function all() {
  return (await open()).getAll("enrolments");
}

export async function get(id) {
  return (await open()).get("enrolments", id);
}

// The person whose book is open, with what only they may know; undefined while the phone is locked.
export async function current() {
  const book = await keys.current();
  const row = book && (await get(book.id));
  return row?.vault && opened(row, book);
}

async function opened(row, book) {
  const me = { ...row, opened: book };
  return { ...me, ...(await vault.open(me, row.about)) };
}

// An enrolment as vault.seal() takes it, open or not; undefined when this phone has no vault for it.
export async function writer(id) {
  const row = await get(id);
  const book = keys.held();
  return row?.vault?.point && { ...row, opened: book?.id === id ? book : undefined };
}

// Change some fields of a row, if it is still there.
export async function change(id, fields) {
  const write = (await open()).transaction("enrolments", "readwrite", STRICT);
  const row = await write.store.get(id);
  const fresh = row && { ...row, ...(typeof fields === "function" ? fields(row) : fields) };
  if (fresh) write.store.put(fresh);
  await write.done;
  return fresh;
}

// Whom the ward does not know (any more), or by another PIN than the one that opens the book here, such as one restored from a
// backup: they read what this phone keeps, and need an invitation. Where two PINs may be right, a person's try is still to say.
export function isStrange({ state, vault: { refused } = {}, next } = {}) {
  return state === "unknown" || Boolean(refused && !next);
}

export function setState(id, state) {
  return change(id, { state });
}

// This phone does it by itself: that the ward must hear of it is noted before anything goes (flush.js).
export async function giveUp(id) {
  await (await open()).put("meta", true, FORGET + id);
  await wipe(id);
}

// Forget an enrolment: its vault, pages, own copies, drafts and receipts. Sealed entries stay, and are still delivered;
// until they are, it is remembered whose they are.
export async function wipe(id) {
  const isOpen = (await keys.current())?.id === id;
  const db = await open();
  const write = db.transaction(["enrolments", "outbox", "own", "receipts", "drafts", "pages", "meta"], "readwrite", STRICT);
  const waiting = (await write.objectStore("outbox").index("order").getAll(ofEnrolment(id))).some((entry) => !entry.refused);
  const rows = write.objectStore("enrolments");
  const { person } = (await rows.get(id)) ?? {};
  if (waiting && person) remember(rows, id, person);
  else rows.delete(id);
  for (const key of await write.objectStore("own").index("order").getAllKeys(ofEnrolment(id))) write.objectStore("own").delete(key);
  for (const key of await write.objectStore("receipts").index("enrolment").getAllKeys(id)) write.objectStore("receipts").delete(key);
  await dropPages(write, id);
  for (const { id: draft, enrolment } of await write.objectStore("drafts").getAll()) if (enrolment === id) write.objectStore("drafts").delete(draft);
  await write.done;
  // Now only: a page that hears of it goes, and this with it.
  tell({ type: "wiped" });
  if (isOpen) await keys.close();
  if (!(await all()).some(({ vault: kept }) => kept)) await unsubscribe();
}

// Of somebody wiped: no more than whose it is that still waits.
export function remember(rows, id, person) {
  rows.put({ id, person, state: "wiped" });
}

// All pages of an enrolment, and the lists that name them, in a transaction of both stores.
export async function dropPages(write, id) {
  for (const key of await write.objectStore("pages").index("enrolment").getAllKeys(id)) write.objectStore("pages").delete(key);
  for (const name of ["manifest", "forms"]) write.objectStore("meta").delete(`${name}:${id}`);
}

// Nor does what rang here last stay on the screen.
async function unsubscribe() {
  const registration = self.registration ?? (await navigator.serviceWorker?.getRegistration());
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null);
  await subscription?.unsubscribe();
  for (const shown of (await registration?.getNotifications?.().catch(() => [])) ?? []) shown.close();
  await navigator.clearAppBadge?.().catch(() => undefined);
}
