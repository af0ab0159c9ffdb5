// Who uses this phone: one row per enrolment.
import { STRICT, open } from "./store.js";
import * as vault from "./vault.js";

export async function all() {
  return (await open()).getAll("enrolments");
}

// Keep what the server said of an enrolment; its vault key and its past stay.
export async function keep(said) {
  const fresh = await vault.newKey();
  const write = (await open()).transaction("enrolments", "readwrite", STRICT);
  // Read and written in one transaction: two tabs must not give one person two keys.
  const key = (await write.store.get(said.enrolment))?.vault ?? fresh;
  const row = { id: said.enrolment, person: said.person, role: said.role, unit: said.unit, initials: said.initials,
    key: said.key, vapid: said.vapid, state: "live", asked: Date.now(), vault: key };
  write.store.put(row);
  await write.done;
  return row;
}

export async function setState(id, state) {
  const db = await open();
  const write = db.transaction("enrolments", "readwrite", STRICT);
  const row = await write.store.get(id);
  if (row && row.state !== state) write.store.put({ ...row, state });
  await write.done;
}

// Forget a revoked enrolment: its key, own copies and receipts. Sealed entries the server could not take stay.
export async function wipe(id) {
  const db = await open();
  const write = db.transaction(["enrolments", "own", "receipts", "drafts"], "readwrite", STRICT);
  write.objectStore("enrolments").delete(id);
  for (const key of await write.objectStore("own").index("order").getAllKeys(IDBKeyRange.bound([id], [id, []]))) write.objectStore("own").delete(key);
  for (const key of await write.objectStore("receipts").index("enrolment").getAllKeys(id)) write.objectStore("receipts").delete(key);
  for (const { id: draft, enrolment } of await write.objectStore("drafts").getAll()) if (enrolment === id) write.objectStore("drafts").delete(draft);
  await write.done;
  if (!(await db.count("enrolments"))) {
    const subscription = await globalThis.registration?.pushManager?.getSubscription().catch(() => null)
      ?? await globalThis.navigator?.serviceWorker?.getRegistration().then((found) => found?.pushManager?.getSubscription()).catch(() => null);
    await subscription?.unsubscribe();
  }
}
