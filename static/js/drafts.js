// A half-filled form is kept while it is written, and offered when its page is opened again; never forced.
import * as drafts from "../../service_worker/drafts.js";
import { clock, write } from "./row.js";
import { current } from "./who.js";
import { say } from "./words.js";

const PAUSE = 400;
let timer;
// What is written on this page: where, since when, and whether it became an entry.
let draft;
let keepOpen = () => undefined;

export function start() {
  const offer = document.querySelector("[data-draft]");
  if (!offer) return;
  const form = document.querySelector("[data-entry-form]");
  const mine = { page: location.pathname + location.hash, begun: String(Date.now()) };
  draft = mine;
  const keep = async () => {
    clearTimeout(timer);
    timer = undefined;
    const fields = written(form);
    const me = await current();
    if (me && !me.fleeting && !mine.done) await drafts.keep(me, mine.page, mine.begun, fields).catch(() => undefined);
  };
  keepOpen = () => timer && keep();
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  };
  for (const change of ["input", "change"]) form.addEventListener(change, later);
  document.addEventListener("visibilitychange", keepUnseen);
  show(offer, form, mine.page, keep);
}

// Seal what is being written, before the book is closed.
export async function keepNow() {
  await keepOpen();
}

// The form became an entry.
export async function finish() {
  if (!document.querySelector("[data-draft]")) return;
  draft.done = true;
  clearTimeout(timer);
  const { page, begun } = draft;
  await drafts.drop(await current(), page, begun);
}

function keepUnseen() {
  if (document.visibilityState === "hidden") keepOpen();
}

async function show(offer, form, page, keep) {
  const me = await current();
  const found = me && !me.fleeting && (await drafts.newest(me, page).catch(() => undefined));
  if (!found) return;
  offer.querySelector("[data-draft-text]").textContent = say("draft", document.getElementById("words"), { time: clock(found.at) });
  offer.hidden = false;
  offer.addEventListener("click", async ({ target }) => {
    const choice = target.closest("button");
    if (!choice) return;
    if (choice.hasAttribute("data-draft-open")) {
      write(form, new URLSearchParams(found.form));
      form.dispatchEvent(new Event("input", { bubbles: true }));
      await keep();
    }
    await drafts.drop(me, page, found.draft);
    offer.hidden = true;
  });
}

function written(form) {
  return new URLSearchParams(new FormData(form)).toString();
}
