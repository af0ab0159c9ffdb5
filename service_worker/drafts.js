// Half-filled forms, sealed under the vault like own copies: they outlive a crash, a closed tab, an empty battery, an exit.
import { base64url } from "./envelope.js";
import { STRICT, open } from "./store.js";
import * as vault from "./vault.js";

const text = new TextEncoder();

// `page` is where the form stands, address and fragment; `draft` the moment it was begun. In clear lies neither address nor word.
async function key(me, page, draft) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(`${me.id} ${page}`)));
  return `${me.id} ${base64url(digest.slice(0, 16))} ${draft}`;
}

export async function keep(me, page, draft, form, at = Date.now()) {
  const row = { id: await key(me, page, draft), enrolment: me.id, at, copy: await vault.seal(me, { page, form }) };
  const write = (await open()).transaction("drafts", "readwrite", STRICT);
  write.store.put(row);
  await write.done;
}

export async function drop(me, page, draft) {
  await (await open()).delete("drafts", await key(me, page, draft));
}

// The newest draft of every page, opened: [{page, draft, at, form}].
export async function all(me) {
  const rows = await (await open()).getAll("drafts", IDBKeyRange.bound(`${me.id} `, `${me.id} \uffff`));
  const found = (await Promise.all(rows.map((row) => opened(me, row).catch(() => undefined)))).filter(Boolean);
  found.sort((one, other) => one.at - other.at);
  return [...new Map(found.map((each) => [each.page, each])).values()];
}

async function opened(me, { id, at, copy }) {
  const said = await vault.open(me, copy);
  const [draft] = id.split(" ").slice(-1);
  if (said.page) return { ...said, draft, at };
  // Earlier versions wrote the address into the id.
  const page = id.slice(me.id.length + 1, id.lastIndexOf(" "));
  await keep(me, page, draft, said.form, at);
  await (await open()).delete("drafts", id);
  return { ...said, page, draft, at };
}
