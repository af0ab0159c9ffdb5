// Ten wrong PINs wipe a book, wherever they are typed.
import * as people from "../../service_worker/people.js";
import * as session from "../../service_worker/session.js";

export const MOST = 10;

// Counted before it is tried, so that no battery taken out saves a try; answers the row.
export function count(id) {
  return people.change(id, ({ vault, failures = 0 }) => vault && { failures: failures + 1 });
}

// What this phone could not work out was no try.
export function forgive(id) {
  return people.change(id, ({ vault, failures }) => vault && { failures: failures - 1 });
}

// Change a row whose vaults are still those that were tried, and answer whether they were: of another PIN, given meanwhile in
// another page, the try says nothing.
export async function settle(id, tried, fields) {
  let same = false;
  await people.change(id, (row) => (same = salts(row) === salts(tried)) && fields);
  return same;
}

function salts({ vault, next }) {
  return String([vault?.salt, next?.salt]);
}

// Keys, pages, own copies and drafts go; what is sealed to the ward stays and is delivered.
export async function wipe(id) {
  await people.giveUp(id);
  await session.forget(id);
}
