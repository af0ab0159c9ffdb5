// The phone's database: schema and upgrades, nothing else. All that says anything lies in it sealed; what stands in clear,
// and why, is docs/decisions/044.
//   enrolments  one person on this phone: {id, person, label, secret, key, vapid, state, asked, whole, failures, vault, about, …}
//   outbox      sealed entries on their way: {enrolment, seq, id, key_id, sealed, settles?, sealedOn?, refused?: {outcome, copy}};
//               sealedOn: the enrolment it was written on, where a new invitation has taken it along
//   own         readable own copies under the vault: {id, enrolment, seq, settles?, copy}
//   drafts      half-filled forms under the vault: {id, enrolment, copy}
//   receipts    what the server said of an entry: {id, enrolment, outcome}
//   pages       sealed copies of pages: {id, enrolment, etag, version, fixed, at, copy}
//   meta        small things: offered:<enrolment>, retry:…, manifest:… and forms:… (what the server named, sealed), forget:…, turn,
//               room (what is written to find out whether there is room)
import { openDB } from "../static/vendor/idb.js";

const NAME = "sotay";
const VERSION = 2;
export const STRICT = { durability: "strict" };
// A cache, and the one address in it, where it stands when this phone last had room (static/js/room.js).
export const ROOM = "/room";

let opening;

export function open() {
  opening ??= connect().catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

// Async, because where storage is forbidden some browsers throw at once instead of failing later.
async function connect() {
  return openDB(NAME, VERSION, { upgrade, blocking: forget, terminated: lose });
}

function upgrade(db, from) {
  if (from < 1) first(db);
  if (from < 2) db.createObjectStore("pages", { keyPath: "id" }).createIndex("enrolment", "enrolment");
}

function first(db) {
  db.createObjectStore("enrolments", { keyPath: "id" });
  const outbox = db.createObjectStore("outbox", { keyPath: "id" });
  outbox.createIndex("order", ["enrolment", "seq"]);
  outbox.createIndex("refused", ["enrolment", "refused.outcome"]);
  const own = db.createObjectStore("own", { keyPath: "id" });
  own.createIndex("order", ["enrolment", "seq"], { unique: true });
  const receipts = db.createObjectStore("receipts", { keyPath: "id" });
  receipts.createIndex("enrolment", "enrolment");
  db.createObjectStore("drafts", { keyPath: "id" });
  db.createObjectStore("meta");
}

// A newer version waits for this connection: let go, and open anew when asked.
async function forget() {
  const db = await opening?.catch(() => undefined);
  opening = undefined;
  db?.close();
}

// The system closed it, mostly for want of room, and what it wrote last may be broken: to take a note away needs no room.
async function lose() {
  await forget();
  await (await globalThis.caches?.open(ROOM))?.delete(ROOM);
}

export function ofEnrolment(enrolment) {
  return IDBKeyRange.bound([enrolment], [enrolment, []]);
}
