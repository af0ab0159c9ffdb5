// Who uses this phone: one row per enrolment. In clear stands what a locked phone needs, and nothing that says who it is.
import * as keys from "./keys.js";
import { STRICT, open, ofEnrolment } from "./store.js";
import * as vault from "./vault.js";

const DAY = 86_400_000;

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
  return row && opened(row, book);
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

// Keep what the server said of an enrolment; `made` is its new vault when it was made just now.
export async function keep(said, made) {
  const before = await get(said.enrolment);
  const me = { id: said.enrolment, vault: made?.vault ?? before?.vault, opened: made?.opened ?? (await keys.current()) };
  const about = said.role && me.opened
    ? await vault.seal(me, { role: said.role, unit: said.unit, initials: said.initials, code: said.short_code }) : before?.about;
  const row = {
    ...before, id: said.enrolment, person: said.person ?? before?.person, label: before?.label ?? said.initials, secret: made?.secret ?? before?.secret,
    key: said.key, vapid: said.vapid, state: "live", asked: Date.now(), failures: made ? 0 : before?.failures ?? 0, vault: me.vault, about,
    idle: said.idle, quick: said.quick, exit: said.exit, keepDays: said.keep_days, approved: said.approved,
  };
  await (await open()).put("enrolments", row);
  // The same person anew, perhaps after a forgotten PIN: what the old enrolment kept opens no more, what it still has to
  // deliver goes with the new one.
  if (made) {
    for (const old of await all()) {
      if (old.person !== row.person || old.id === row.id) continue;
      if (old.vault instanceof CryptoKey) await takeOver(old, { ...row, opened: made.opened, old: old.vault });
      await wipe(old.id);
    }
  }
  return row;
}

// Copies from before there was a PIN lie under a key the browser keeps (format 1): what the ward has of them goes under
// the new vault. What still waits shows itself when the ward has it.
async function takeOver(old, me) {
  const db = await open();
  const receipts = new Map((await db.getAllFromIndex("receipts", "enrolment", old.id)).map((receipt) => [receipt.id, receipt]));
  const taken = [];
  for (const own of await db.getAllFromIndex("own", "order", ofEnrolment(old.id))) {
    const said = receipts.has(own.id) && (await vault.open(me, own.copy).catch(() => undefined));
    if (said) taken.push({ ...own, enrolment: me.id, copy: await vault.seal(me, said) });
  }
  const write = db.transaction(["own", "receipts"], "readwrite", STRICT);
  for (const own of taken) {
    write.objectStore("own").put(own);
    write.objectStore("receipts").put({ ...receipts.get(own.id), enrolment: me.id });
  }
  await write.done;
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

export function setState(id, state) {
  return change(id, { state });
}

// Copies of pages older than the ward allows without any contact go unread.
export async function dropOldPages() {
  for (const row of await all()) if (Date.now() - row.asked > (row.keepDays ?? 7) * DAY) await dropPages(row.id);
}

export async function dropPages(id) {
  const write = (await open()).transaction(["pages", "meta"], "readwrite");
  for (const key of await write.objectStore("pages").index("enrolment").getAllKeys(id)) write.objectStore("pages").delete(key);
  write.objectStore("meta").delete(`manifest:${id}`);
  await write.done;
}

// Forget an enrolment: its vault, pages, own copies, drafts and receipts. Sealed entries stay, and are still delivered;
// until they are, it is remembered whose they are.
export async function wipe(id) {
  if (keys.held()?.id === id) await keys.close();
  const db = await open();
  const write = db.transaction(["enrolments", "outbox", "own", "receipts", "drafts", "pages", "meta"], "readwrite", STRICT);
  const waiting = (await write.objectStore("outbox").index("order").getAll(ofEnrolment(id))).some((entry) => !entry.refused);
  const { person } = (await write.objectStore("enrolments").get(id)) ?? {};
  if (waiting && person) write.objectStore("enrolments").put({ id, person, state: "wiped" });
  else write.objectStore("enrolments").delete(id);
  for (const key of await write.objectStore("own").index("order").getAllKeys(ofEnrolment(id))) write.objectStore("own").delete(key);
  for (const name of ["receipts", "pages"]) {
    for (const key of await write.objectStore(name).index("enrolment").getAllKeys(id)) write.objectStore(name).delete(key);
  }
  for (const { id: draft, enrolment } of await write.objectStore("drafts").getAll()) if (enrolment === id) write.objectStore("drafts").delete(draft);
  write.objectStore("meta").delete(`manifest:${id}`);
  await write.done;
  if (!(await db.count("enrolments"))) await unsubscribe();
}

async function unsubscribe() {
  const registration = self.registration ?? (await navigator.serviceWorker?.getRegistration());
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null);
  await subscription?.unsubscribe();
}
