// What the server says of an enrolment, kept on this phone: new, or still the same.
import * as drafts from "../../service_worker/drafts.js";
import * as keys from "../../service_worker/keys.js";
import * as pages from "../../service_worker/pages.js";
import * as people from "../../service_worker/people.js";
import { STRICT, ofEnrolment, open } from "../../service_worker/store.js";
import * as vault from "../../service_worker/vault.js";

// A new one, as it stands on this phone from now on; `made` is its vault and what kind of secret opens it.
export async function begin(said, made) {
  const others = (await people.all()).filter((row) => row.person !== said.person);
  const fresh = {
    ...(await people.get(said.enrolment)), ...(await kept(said, made.opened, made.vault)),
    secret: made.secret, vault: made.vault, failures: 0, openedAt: Date.now(), label: freeLabel(said.initials, others),
  };
  await (await open()).put("enrolments", fresh);
  return fresh;
}

// The same person anew, perhaps after a forgotten PIN: what an old enrolment still has to deliver goes with this one, and what
// it kept, where `reopen` can open its vault. Copies from before there was a PIN lie under a key the browser keeps (format 1).
export async function succeed(fresh, { opened }, reopen) {
  for (const old of await people.all()) {
    if (old.person !== fresh.person || old.id === fresh.id) continue;
    const key = old.vault instanceof CryptoKey ? { old: old.vault } : old.vault && { opened: await reopen(old).catch(() => undefined) };
    if (key?.old || key?.opened) await takeOver({ ...old, ...key }, { ...fresh, opened });
    await people.giveUp(old.id);
  }
}

// One this phone has: what else stands in its row meanwhile stays, and what was wiped meanwhile does not come back.
export async function keep(said) {
  const opened = await keys.current();
  const before = await people.get(said.enrolment);
  if (!before?.vault) return;
  const known = await kept(said, opened?.id === before.id ? opened : undefined, before.vault);
  await people.change(said.enrolment, (row) => (row.vault ? known : {}));
  if (said.approved === false) await pages.letGo(said.enrolment);
}

// Who it is, and what proves that they wrote something, goes under the vault, and only while the book is open.
async function kept(said, opened, point) {
  const about = said.role && opened
    && (await vault.seal({ opened, vault: point }, { role: said.role, unit: said.unit, initials: said.initials, code: said.short_code, write: said.write }));
  return {
    id: said.enrolment, key: said.key, vapid: said.vapid, state: "live", asked: Date.now(), idle: said.idle, quick: said.quick,
    exit: said.exit, keepDays: said.keep_days, approved: said.approved, ...(said.person && { person: said.person }), ...(about && { about }),
  };
}

// Two people of one phone are told apart on its lock screen.
function freeLabel(initials, others) {
  const taken = new Set(others.map(({ label }) => label));
  let label = initials;
  for (let number = 2; taken.has(label); number += 1) label = `${initials} ${number}`;
  return label;
}

// Half-filled forms and copies of what the ward has go under the new vault. What still waits shows itself when the ward has it.
async function takeOver(old, me) {
  const db = await open();
  for (const { draft, page, form, at } of await drafts.every(old)) await drafts.keep(me, draft, page, form, at);
  const receipts = new Map((await db.getAllFromIndex("receipts", "enrolment", old.id)).map((receipt) => [receipt.id, receipt]));
  const last = await db.transaction("own").store.index("order").openKeyCursor(ofEnrolment(me.id), "prev");
  const taken = [];
  for (const own of await db.getAllFromIndex("own", "order", ofEnrolment(old.id))) {
    const said = receipts.has(own.id) && (await vault.openWritten(old, own.copy).catch(() => undefined));
    // Behind those of another old enrolment: a number is one copy's.
    const seq = (last?.key[1] ?? 0) + taken.length + 1;
    if (said) taken.push({ ...own, enrolment: me.id, seq, copy: await vault.seal(me, said) });
  }
  const write = db.transaction(["own", "receipts"], "readwrite", STRICT);
  for (const own of taken) {
    write.objectStore("own").put(own);
    write.objectStore("receipts").put({ ...receipts.get(own.id), enrolment: me.id });
  }
  await write.done;
}
