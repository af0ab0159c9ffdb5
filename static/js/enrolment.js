// What the server says of an enrolment, kept on this phone: new, or still the same.
import * as keys from "../../service_worker/keys.js";
import * as pages from "../../service_worker/pages.js";
import * as people from "../../service_worker/people.js";
import { open } from "../../service_worker/store.js";
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
    if (key?.old || key?.opened) await (await import("./succession.js")).takeOver({ ...old, ...key }, { ...fresh, opened });
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
