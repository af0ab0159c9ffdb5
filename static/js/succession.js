// What an earlier enrolment of the same person keeps on this phone goes along with a new one.
import * as drafts from "../../service_worker/drafts.js";
import { STRICT, ofEnrolment, open } from "../../service_worker/store.js";
import * as vault from "../../service_worker/vault.js";

// Half-filled forms and copies go under the new vault, and with its copy goes an entry that waits here, refused or not: the copy
// may be all there is to read of it. Whatever stops this before its end has moved nothing but drafts, and those twice.
export async function takeOver(old, me) {
  for (const { draft, page, form, at } of await drafts.every(old)) await drafts.keep(me, draft, page, form, at);
  await move(old, me, await sealedAnew(old, me));
}

// Every copy that opens, and why its entry was refused: [{own, why}].
async function sealedAnew(old, me) {
  const anew = async (copy) => {
    const said = copy && (await vault.openWritten(old, copy).catch(() => undefined));
    return said && vault.seal(me, said);
  };
  const db = await open();
  // Behind those of another old enrolment: a number is one copy's.
  let seq = (await db.transaction("own").store.index("order").openKeyCursor(ofEnrolment(me.id), "prev"))?.key[1] ?? 0;
  const taken = [];
  for (const own of await db.getAllFromIndex("own", "order", ofEnrolment(old.id))) {
    const copy = await anew(own.copy);
    const why = await anew((await db.get("outbox", own.id))?.refused?.copy);
    if (copy) taken.push({ own: { ...own, enrolment: me.id, seq: seq += 1, copy }, why });
  }
  return taken;
}

async function move(old, me, taken) {
  const write = (await open()).transaction(["own", "outbox", "receipts", "meta"], "readwrite", STRICT);
  const [outbox, receipts] = ["outbox", "receipts"].map((name) => write.objectStore(name));
  for (const { own, why } of taken) {
    write.objectStore("own").put(own);
    const [entry, receipt] = await Promise.all([outbox.get(own.id), receipts.get(own.id)]);
    const refused = entry?.refused && { refused: { ...entry.refused, copy: why } };
    if (entry) outbox.put({ sealedOn: old.id, ...entry, enrolment: me.id, seq: own.seq, ...refused });
    if (receipt) receipts.put({ ...receipt, enrolment: me.id });
  }
  // The ward may have them: none is mended in place any more.
  if (taken.length) write.objectStore("meta").put(taken.at(-1).own.seq, `offered:${me.id}`);
  await write.done;
}
