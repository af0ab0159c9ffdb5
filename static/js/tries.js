// Ten wrong PINs wipe a book, wherever they are typed.
import { tell } from "../../service_worker/channel.js";
import * as people from "../../service_worker/people.js";
import * as session from "../../service_worker/session.js";
import { open } from "../../service_worker/store.js";

export const MOST = 10;

// Counted before it is tried, so that no battery taken out saves a try; answers the row.
export function count(id) {
  return people.change(id, ({ vault, failures = 0 }) => vault && { failures: failures + 1 });
}

// What this phone could not work out was no try.
export function forgive(id) {
  return people.change(id, ({ vault, failures }) => vault && { failures: failures - 1 });
}

// Which vaults stand in a row: what was tried on others says nothing of these.
export function salts({ vault, next }) {
  return String([vault?.salt, next?.salt]);
}

// Keys, pages, own copies and drafts go; what is sealed to the ward stays and is delivered. That the ward must hear of it is
// noted before anything goes.
export async function wipe(id) {
  const db = await open();
  await db.put("meta", true, `forget:${id}`);
  await people.wipe(id);
  tell({ type: "wiped" });
  if ((await session.forget(id))?.status === 204) await db.delete("meta", `forget:${id}`);
}
