// What can still be done with an own entry: delete it, offer a refused one once more, or let that one go.
import { tell } from "./channel.js";
import * as outbox from "./outbox.js";
import { STRICT, open } from "./store.js";

// Delete an entry: in place until it was first offered, afterwards by a withdrawal. Nobody else's. Where it was mended
// after it had been offered, and is its author's to take back, what was offered is withdrawn in its stead.
export async function remove(me, id, takesBack = false) {
  const own = await (await open()).get("own", id);
  if (own?.enrolment !== me.id) return false;
  const { seq, settles } = await outbox.opened(me, own);
  const instead = settles && takesBack
    && (await outbox.prepare(me, { id: crypto.randomUUID(), kind: "withdrawal", seq, form: naming(settles), summary: "", settles }));
  const gone = await outbox.whileNotOffered(me, id, (write) => {
    write.objectStore("outbox").delete(id);
    write.objectStore("own").delete(id);
    if (!instead) return;
    write.objectStore("outbox").put(instead.entry);
    write.objectStore("own").put(instead.own);
  });
  if (!gone) await outbox.save(me, "withdrawal", naming(id), { settles: id });
  return gone;
}

function naming(target) {
  return new URLSearchParams({ target }).toString();
}

// Offer a refused entry once more as it is: what stood in its way may be gone.
export async function again(me, id) {
  const write = (await open()).transaction("outbox", "readwrite", STRICT);
  const { refused, ...entry } = (await write.store.get(id)) ?? {};
  if (refused && entry.enrolment === me.id) write.store.put(entry);
  await write.done;
  tell({ type: "outbox" });
}

// Let a refused copy go: the server holds it, and the person chose the other one.
export async function drop(me, id) {
  const db = await open();
  const write = db.transaction(["outbox", "own"], "readwrite", STRICT);
  const entry = await write.objectStore("outbox").get(id);
  if (entry?.enrolment === me.id && entry.refused) {
    write.objectStore("outbox").delete(id);
    write.objectStore("own").delete(id);
  }
  await write.done;
  tell({ type: "outbox" });
}
