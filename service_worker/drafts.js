// Half-filled forms, sealed under the vault like own copies: they outlive a crash, a closed tab, an empty battery, an exit.
// In clear lies neither where a form stands nor when it was begun.
import { STRICT, open } from "./store.js";
import * as vault from "./vault.js";

export const keyOf = (me, draft) => `${me.id} ${draft}`;

// `draft` is an id made up for it, `page` where the form stands, address and fragment.
export async function keep(me, draft, page, form, at = Date.now()) {
  const row = { id: keyOf(me, draft), enrolment: me.id, copy: await vault.seal(me, { page, form, at }) };
  const write = (await open()).transaction("drafts", "readwrite", STRICT);
  write.store.put(row);
  await write.done;
}

// What cannot be dropped, on a full phone, is offered once more.
export async function drop(me, draft) {
  await open().then((db) => db.delete("drafts", keyOf(me, draft))).catch(() => undefined);
}

// The newest draft of every page: [{page, draft, at, form}].
export async function all(me) {
  return [...new Map((await every(me)).map((each) => [each.page, each])).values()];
}

// All that open, the oldest first.
export async function every(me) {
  const rows = await (await open()).getAll("drafts", IDBKeyRange.bound(`${me.id} `, `${me.id} \uffff`));
  const found = (await Promise.all(rows.map((row) => opened(me, row).catch(() => undefined)))).filter(Boolean);
  return found.sort((one, other) => one.at - other.at);
}

// Earlier versions wrote into the id when the form was begun and a digest of its address, the first ones the address itself.
async function opened(me, { id, at, copy }) {
  const draft = id.slice(me.id.length + 1);
  const said = { at, ...(await vault.openWritten(me, copy)) };
  if (!draft.includes(" ")) return { ...said, draft };
  const fresh = { page: draft.slice(0, draft.lastIndexOf(" ")), ...said, draft: crypto.randomUUID() };
  await keep(me, fresh.draft, fresh.page, fresh.form, fresh.at);
  await drop(me, draft);
  return fresh;
}
