// Half-filled forms, sealed under the vault like own copies: they outlive a crash, a closed tab, an empty battery, an exit.
import { open } from "./store.js";
import * as vault from "./vault.js";

// `page` is where the form stands, address and fragment; `draft` the moment it was begun.
function key(me, page, draft) {
  return `${me.id} ${page} ${draft}`;
}

export async function keep(me, page, draft, form) {
  const row = { id: key(me, page, draft), enrolment: me.id, at: Date.now(), copy: await vault.seal(me, { form }) };
  await (await open()).put("drafts", row);
}

export async function drop(me, page, draft) {
  await (await open()).delete("drafts", key(me, page, draft));
}

// The newest draft of a page, opened: {draft, at, form}; undefined when there is none.
export async function newest(me, page) {
  const start = key(me, page, "");
  const rows = await (await open()).getAll("drafts", IDBKeyRange.bound(start, `${start}\uffff`));
  const row = rows.filter(({ id }) => /^\d+$/.test(id.slice(start.length))).at(-1);
  return row && { draft: row.id.slice(start.length), at: row.at, ...(await vault.open(me, row.copy)) };
}

// The newest draft of every page: [{page, at}].
export async function all(me) {
  const start = `${me.id} `;
  const rows = await (await open()).getAll("drafts", IDBKeyRange.bound(start, `${start}\uffff`));
  return [...new Map(rows.map(({ id, at }) => [id.slice(start.length, id.lastIndexOf(" ")), at]))].map(([page, at]) => ({ page, at }));
}
