// A half-filled form is kept while it is written, and offered when its page is opened again; never forced.
import * as drafts from "../../service_worker/drafts.js";
import { current } from "./who.js";

// Those of entries, and of what is set online (setting.js).
export const FORMS = "form[method=post]:not([enctype])";
const PAUSE = 400;
// What is being written: form → {draft, page, who, form, full, timer, kept}.
export const writing = new Map();
// Entries on their way to the disk, and to nowhere farther: whoever locks or leaves waits for them, never for a network.
const saving = new Set();

// A part of the page may come anew, and its forms with it: whatever is heard is heard of the document.
export function start(signal) {
  for (const change of ["input", "change"]) document.addEventListener(change, note, { signal });
  // Also of somebody who comes back from making room.
  document.addEventListener("visibilitychange", keepNow);
  offer(document.querySelector("[data-draft]"), signal);
}

function note({ target, type }) {
  const form = target.closest(FORMS);
  // What a script has filled in (row.js), nobody has written yet.
  if (form && (target !== form || type === "input")) later(form, pageOf(form));
}

// Of several forms on one page each is kept by itself, and so is what mends one row or another.
export function pageOf(form) {
  const page = location.pathname + (/\bover=/.test(location.search) ? location.search : "") + location.hash;
  const { entryForm } = form.dataset;
  if (entryForm && !form.closest("[data-answers-form]")) return page;
  const told = form.querySelectorAll(`[type=hidden]${entryForm ? ":is([name=choice],[name=over])" : ":not([name=csrf_token])"}`);
  return `${page} ${entryForm ?? form.getAttribute("action")} ${[...told].map(({ value }) => value)}`;
}

export function later(form, page, who = current) {
  if (!writing.has(form)) writing.set(form, { draft: crypto.randomUUID(), page, who });
  // Also of somebody who writes without a pause.
  writing.get(form).timer ??= setTimeout(keep, PAUSE, form);
}

// One after the other, and awaited also when it has already begun. Answers whether the phone was too full.
export function keep(form) {
  const mine = writing.get(form);
  if (mine?.timer || mine?.full) {
    clearTimeout(mine.timer);
    mine.timer = undefined;
    mine.kept = Promise.resolve(mine.kept).then(() => seal(form, mine));
  }
  return mine?.kept;
}

async function seal(form, mine) {
  const fields = new URLSearchParams(new FormData(form));
  // The page has a token of its own.
  fields.delete("csrf_token");
  mine.form = fields.toString();
  const me = await mine.who();
  if (!me || me.fleeting) return false;
  mine.full = await drafts.keep(me, mine.draft, mine.page, mine.form).catch(() => true);
  // Meanwhile it became an entry.
  if (writing.get(form) !== mine) return drafts.drop(me, mine.draft);
  tell(mine.full);
  return mine.full;
}

// Under the title, where it is seen wherever one writes.
function tell(full) {
  document.querySelector("[data-full]")?.toggleAttribute("hidden", !full);
}

// Seal what is being written, before the book is closed.
export async function keepNow() {
  await Promise.allSettled([...saving, ...[...writing.keys()].map(keep)]);
}

export function awaited(save) {
  saving.add(save);
  return save.finally(() => saving.delete(save));
}

// Nobody writes into what is being saved: it would be lost. Where it stays, the one who wrote goes on in the same place.
export async function held(part, save) {
  const { activeElement } = document;
  part.inert = true;
  await save.finally(() => {
    part.inert = false;
    if (document.activeElement === document.body) activeElement.focus({ preventScroll: true });
  });
}

// A form of this part of the page became an entry.
export async function finish(part) {
  for (const [form, { draft, who, timer }] of [...writing]) {
    if (!part.contains(form)) continue;
    clearTimeout(timer);
    writing.delete(form);
    tell();
    const me = await who();
    if (me) await drafts.drop(me, draft);
  }
}

// What somebody left here half-written, if anything.
async function offer(place, signal) {
  const me = await current();
  const kept = me && !me.fleeting ? await drafts.all(me).catch(() => []) : [];
  if (kept.length) (await import("./offer.js")).start(place, me, kept, signal);
}
