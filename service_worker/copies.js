// Own copies: all that this phone can still read of what a person wrote. Who asks for one alone asks the outbox.
import * as outbox from "./outbox.js";
import { ofEnrolment, open } from "./store.js";

const MOST = 300;

// {rows, gone}: every own copy of one person, newest first, opened; and the ids that have been replaced or taken back.
export async function list(me) {
  const db = await open();
  const [owns, entries, receipts] = await Promise.all([
    db.getAllFromIndex("own", "order", ofEnrolment(me.id)),
    db.getAllFromIndex("outbox", "order", ofEnrolment(me.id)),
    db.getAllFromIndex("receipts", "enrolment", me.id),
  ]);
  const waiting = new Map(entries.map((entry) => [entry.id, entry]));
  const received = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  const all = await Promise.all(owns.map(async (own) => ({
    ...(await outbox.opened(me, own)),
    ...(await outbox.standing(me, waiting.get(own.id), received.get(own.id), await outbox.refusedDeletion(me, entries, own.id))),
  })));
  await prune(all);
  // A deletion that was refused deletes nothing: what it named stays on the list, and says why.
  const settled = new Set(all.filter((own) => !waiting.get(own.id)?.refused).map((own) => own.settles));
  return { rows: all.filter((own) => own.kind !== "withdrawal" && !settled.has(own.id)).reverse(), gone: settled };
}

// Old copies of what the server has make room; what still waits never does.
async function prune(oldestFirst) {
  const old = oldestFirst.filter((own) => own.state === "stored").slice(0, -MOST);
  if (!old.length) return;
  const write = (await open()).transaction(["own", "receipts"], "readwrite");
  for (const { id } of old) {
    write.objectStore("own").delete(id);
    write.objectStore("receipts").delete(id);
  }
  await write.done;
}
