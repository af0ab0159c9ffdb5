// Entries of this phone: save, mend, read. An entry leaves the outbox only against the server's receipt.
import { tell } from "./channel.js";
import { keyOf } from "./drafts.js";
import { seal, warm } from "./envelope.js";
import { STRICT, ofEnrolment, open } from "./store.js";
import * as vault from "./vault.js";

const lastSeq = new Map();

// Seal an entry and store it in sequence, with a readable own copy; answers its id once both are on disk.
// `form` is the urlencoded string the HTML form would post; `settles` an entry this one replaces or withdraws; `draft` what
// was kept of it while it was written.
export async function save(me, kind, form, { summary = "", settles, draft } = {}) {
  if (!lastSeq.has(me.id)) await ready(me);
  for (;;) {
    const id = crypto.randomUUID();
    const seq = lastSeq.get(me.id) + 1;
    const rows = await prepare(me, { id, kind, seq, form, summary, settles });
    if (await store(me, seq, rows, draft)) {
      tell({ type: "outbox" });
      return id;
    }
  }
}

// What a save needs to know beforehand; asked for while the form is being filled.
export async function ready(me) {
  warm(me.key.public);
  const read = (await open()).transaction(["own", "meta"]);
  const [last, offered] = await Promise.all([
    read.objectStore("own").index("order").openKeyCursor(ofEnrolment(me.id), "prev"),
    read.objectStore("meta").get(`offered:${me.id}`),
  ]);
  lastSeq.set(me.id, Math.max(last?.key[1] ?? 0, offered ?? 0));
}

export async function prepare(me, { id, kind, seq, form, summary, settles }) {
  const at = Date.now();
  const [sealed, copy] = await Promise.all([
    seal(me, id, { seq, at, kind, form }),
    vault.seal(me, { kind, at, form, summary }),
  ]);
  const entry = { id, enrolment: me.id, seq, key_id: me.key.key_id, sealed };
  if (settles) entry.settles = settles;
  return { entry, own: { id, enrolment: me.id, seq, settles, copy } };
}

// False when another tab has taken this number, or this id, meanwhile: both are inside the seal, so seal again.
async function store(me, seq, { entry, own }, draft) {
  const write = (await open()).transaction(["own", "outbox", "drafts"], "readwrite", STRICT);
  let reason;
  const note = (error) => { reason ??= error; };
  // The index allows a number once per person, so that there is nothing to read first.
  write.objectStore("own").add(own).catch(note);
  write.objectStore("outbox").add(entry).catch(note);
  if (draft) write.objectStore("drafts").delete(keyOf(me, draft)).catch(note);
  write.commit?.();
  try {
    await write.done;
  } catch (error) {
    // `done` says only that the transaction was given up; the request says why.
    if (reason?.name !== "ConstraintError") throw reason ?? error;
    await ready(me);
    return false;
  }
  lastSeq.set(me.id, seq);
  return true;
}

// Change an entry: in place until it was first offered to a flush, afterwards by a new one that replaces it. Where there is
// none of this person, what they wrote is kept all the same, as a new one. `draft` as in save().
export async function mend(me, id, kind, form, { summary = "", draft } = {}) {
  const db = await open();
  const [waiting, own] = await Promise.all(["outbox", "own"].map((name) => db.get(name, id)));
  if (own?.enrolment !== me.id || (await opened(me, own)).kind !== kind) return save(me, kind, form, { summary, draft });
  if (waiting && !waiting.refused) {
    const kept = new URLSearchParams(form);
    if (waiting.settles) kept.set("replaces", waiting.settles);
    const rows = await prepare(me, { id, kind, seq: waiting.seq, form: kept.toString(), summary, settles: waiting.settles });
    if (await whileNotOffered(me, id, (write) => {
      write.objectStore("outbox").put(rows.entry);
      write.objectStore("own").put(rows.own);
      if (draft) write.objectStore("drafts").delete(keyOf(me, draft));
    })) return id;
  }
  const fields = new URLSearchParams(form);
  fields.set("replaces", id);
  return save(me, kind, fields.toString(), { summary, settles: id, draft });
}

// What goes to the ward of an entry that `by` delivers: those of the first format have their kind beside them, and one that was
// sealed on another enrolment says on which.
export function travelling({ id, kind, key_id, sealed, enrolment, sealedOn = enrolment }, by) {
  return { id, kind, key_id, sealed, ...(sealedOn !== by && { enrolment: sealedOn }) };
}

// Run `change` in one transaction if the entry has never been offered to the server; answers whether it ran.
export async function whileNotOffered(me, id, change) {
  const db = await open();
  const write = db.transaction(["outbox", "own", "meta", "drafts"], "readwrite", STRICT);
  const entry = await write.objectStore("outbox").get(id);
  const offered = (await write.objectStore("meta").get(`offered:${me.id}`)) ?? 0;
  const free = entry?.enrolment === me.id && !entry.refused && entry.seq > offered;
  if (free) change(write);
  await write.done;
  if (free) tell({ type: "outbox" });
  return free;
}

// One own copy, opened, with where it stands; undefined when this phone has none.
export async function read(me, id) {
  const db = await open();
  const own = await db.get("own", id);
  if (!own || own.enrolment !== me.id) return undefined;
  const [entries, receipt, offered] = await Promise.all([
    db.getAllFromIndex("outbox", "order", ofEnrolment(me.id)), db.get("receipts", id), db.get("meta", `offered:${me.id}`),
  ]);
  const entry = entries.find((each) => each.id === id);
  return {
    ...(await opened(me, own)), ...(await standing(me, entry, receipt, await refusedDeletion(me, entries, id))),
    offered: !entry || entry.seq <= (offered ?? 0),
  };
}

// The same of what stands in its place by now; undefined also when it was taken back.
export async function newest(me, id) {
  const owns = await (await open()).getAllFromIndex("own", "order", ofEnrolment(me.id));
  const last = owns.reduce((now, own) => (own.settles === now ? own.id : now), id);
  const own = await read(me, last);
  return own?.kind === "withdrawal" ? undefined : own;
}

// An own copy with all it says: {id, seq, kind, at, form, summary, settles}. Earlier versions wrote kind and time beside it,
// in clear. One that no longer opens must not hide the others.
export async function opened(me, own) {
  const said = await vault.openWritten(me, own.copy).catch(() => ({ kind: "record", at: 0, form: "", summary: "" }));
  return { ...said, ...own };
}

// What would have deleted this entry, had it not been refused.
export async function refusedDeletion(me, entries, id) {
  for (const entry of entries) {
    const own = entry.settles === id && entry.refused && (await (await open()).get("own", entry.id));
    if (own && (await opened(me, own)).kind === "withdrawal") return entry;
  }
  return undefined;
}

// `obstacle`: the entry that was refused, this one or its deletion; what drop() of own.js lets go.
export async function standing(me, entry, receipt, deletion) {
  const obstacle = entry?.refused ? entry : deletion;
  if (obstacle) return { state: obstacle.refused.outcome, errors: await errorsOf(me, obstacle.refused), obstacle: obstacle.id };
  if (!entry) return { state: receipt?.outcome ?? "stored", errors: [] };
  return { state: "waiting", errors: [] };
}

async function errorsOf(me, { copy }) {
  const said = copy && (await vault.openWritten(me, copy).catch(() => undefined));
  return said?.errors ?? [];
}

// {waiting, refused}: how many entries of this person are still on this phone.
export async function count(me) {
  const index = (await open()).transaction("outbox").store.index("refused");
  const [all, refused] = await Promise.all([index.objectStore.index("order").count(ofEnrolment(me.id)), index.count(ofEnrolment(me.id))]);
  return { waiting: all - refused, refused };
}

// Ids of the enrolments of which something is in the outbox.
export async function enrolmentsWaiting() {
  const found = [];
  let cursor = await (await open()).transaction("outbox").store.index("order").openKeyCursor();
  while (cursor) {
    const [id] = cursor.key;
    found.push(id);
    // On to the next enrolment, past all the entries of this one.
    cursor = await cursor.continue([id, []]);
  }
  return found;
}
