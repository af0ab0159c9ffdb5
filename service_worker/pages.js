// Sealed copies of pages: the server names them, this phone keeps them under the vault, and shows them without a network.
import { patience } from "./patience.js";
import * as people from "./people.js";
import * as session from "./session.js";
import { open } from "./store.js";
import * as vault from "./vault.js";
import { has } from "./versions.js";

const AT_ONCE = 6;
const PATIENCE = 15_000;
const LOCK = "sotay-pages";
// Where it is asked from need not be said: a sync that changes nothing should be small.
const HOW = { credentials: "same-origin", referrerPolicy: "no-referrer" };

// Fetch what changed, seal it, let go what is no longer named. Answers whether the phone has now all that is named;
// a sync that changes nothing is one request.
export async function refresh(me) {
  if (!navigator.locks) return complete(me);
  return (await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => lock && complete(me))) ?? false;
}

// When the copies were last as the server would send them; since it could not be asked, or some could not be had, nobody knows.
async function complete(me) {
  const whole = (await fill(me).catch(() => false)) && Date.now();
  await people.change(me.id, { whole });
  return whole;
}

async function fill(me) {
  const db = await open();
  const before = await manifest(me);
  const headers = { "Sotay-Enrolment": me.id, ...(before && { "If-None-Match": before.etag }) };
  // What is asked with a mark of its own goes past the browser's cache by itself, and without saying so.
  const ask = () => fetch("/pages", { ...HOW, headers, ...(!before && { cache: "no-store" }), signal: patience(PATIENCE) });
  let response = await ask();
  if (response.status === 401 && (await session.renew(me))) response = await ask();
  const ours = response.headers.has("Sotay");
  if (ours && [200, 304].includes(response.status)) await people.change(me.id, { asked: Date.now() });
  if (response.status === 304) return true;
  if (ours && response.status === 403) await letGo(me.id);
  // Pages of a version whose scripts are not here yet would be dead without a network: the worker comes first.
  const version = response.headers.get("Sotay-Version");
  if (!ours || response.status !== 200 || !(await has(version))) return false;
  const named = { etag: response.headers.get("ETag"), pages: (await response.json()).pages };
  const kept = new Map((await db.getAllFromIndex("pages", "enrolment", me.id)).map((row) => [row.id, row]));
  const wanted = named.pages.filter(({ id, etag }) => kept.get(id)?.etag !== etag);
  const missing = await fetchAll(me, wanted, version);
  const ids = new Set(named.pages.map(({ id }) => id));
  await drop([...kept.keys()].filter((id) => !ids.has(id)));
  // With something missing the list is kept without its mark, so that the next sync asks again.
  await keepNamed(me, "manifest", missing ? { ...named, etag: "" } : named);
  await keepNamed(me, "forms", { etag: "", pages: named.pages.filter(({ fixed }) => fixed) });
  return !missing;
}

async function keepNamed(me, what, named) {
  await (await open()).put("meta", { at: Date.now(), copy: await vault.seal(me, named) }, `${what}:${me.id}`);
}

// Several at a time; answers how many could not be had.
async function fetchAll(me, wanted, version) {
  const waiting = [...wanted];
  let missing = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let page = waiting.shift(); page; page = waiting.shift()) {
      if (!(await fetchOne(me, page, version).catch(() => false))) missing += 1;
    }
  }));
  return missing;
}

async function fetchOne(me, { id, etag, path, fixed }, version) {
  const response = await fetch(path, {
    ...HOW, headers: { "Sotay-Enrolment": me.id, "Sotay-Keep": "1" }, cache: "no-store", redirect: "error", signal: patience(PATIENCE),
  });
  // A server that was replaced meanwhile names its own pages at the next sync.
  if (!response.ok || response.headers.get("Sotay-Version") !== version) return false;
  const copy = await vault.seal(me, { headers: [...response.headers], html: await response.text() });
  await (await open()).put("pages", { id, enrolment: me.id, etag, version, fixed, at: Date.now(), copy });
  return true;
}

// What the server named last: {etag, pages: [{id, etag, path, title, fixed}]}; of a phone that has been out of reach for
// longer than the ward allows, the forms alone.
export async function manifest(me) {
  const db = await open();
  const row = (await db.get("meta", `manifest:${me.id}`)) ?? (await db.get("meta", `forms:${me.id}`));
  return row && vault.open(me, row.copy).catch(() => undefined);
}

// The copy of a path, opened: {at, html, headers, fixed}; undefined when this phone has none.
export async function find(me, path) {
  const named = (await manifest(me))?.pages.find((page) => page.path === path);
  const row = named && (await (await open()).get("pages", named.id));
  return row && { at: row.at, fixed: named.fixed, ...(await vault.open(me, row.copy)) };
}

// What is no longer named; the server says it also while the phone is locked.
export async function drop(ids) {
  const write = (await open()).transaction("pages", "readwrite");
  for (const id of ids) write.store.delete(id);
  await write.done;
}

// Of a phone that waits for approval: all it keeps, and the lists that name it. Approved, it fetches everything anew.
export async function letGo(id) {
  const write = (await open()).transaction(["pages", "meta"], "readwrite");
  await people.dropPages(write, id);
  await write.done;
}

// Versions of the app that copies on this phone were made with: their scripts must stay.
export async function versions() {
  return new Set((await (await open()).getAll("pages")).map(({ version }) => version));
}
