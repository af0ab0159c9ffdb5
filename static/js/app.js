// Every page of an open book starts here; each behaviour looks for its own place in the page.
import { listen } from "../../service_worker/channel.js";
import * as keys from "../../service_worker/keys.js";
import { isStrange } from "../../service_worker/people.js";
import * as exit from "./exit.js";
import * as idle from "./idle.js";
import { isFilling, register } from "./registration.js";
import { clock } from "./row.js";
import { watchOutbox } from "./status.js";
import { trustHtmx } from "./trusted.js";
import { current, showWho } from "./who.js";
import { say, show } from "./words.js";

// What a page holds decides what it loads. Addresses stand here in full: the phone keeps every one of them.
const BEHAVIOURS = {
  "[data-start]": () => import("./start.js"),
  "[data-directory]": () => import("./directory.js"),
  "[data-draft]": () => import("./drafts.js"),
  "[data-entry-form]": () => import("./entry.js"),
  "form[method=post]:not([data-entry-form])": () => import("./setting.js"),
  "[data-book]": () => import("./book.js"),
  "[data-mine]": () => import("./mine.js"),
  "[data-own-actions]": () => import("./own.js"),
  "[data-copy]": () => import("./copy.js"),
  "[data-bell]": () => import("./bell.js"),
  "[data-care]": () => import("./care.js"),
  "[data-unfinished]": () => import("./unfinished.js"),
  "[data-available]": () => import("./available.js"),
  "[data-waits]": () => import("./waits.js"),
  "[data-phone]": () => import("./phone.js"),
};

let landing;
let page;

trustHtmx();

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  // A Wi-Fi that wants a login answers everything with its own page: that is not for us to show.
  const foreign = !ctx.response.headers.has("Sotay");
  const locked = ctx.response.status === 401;
  // What fills a page says how old it is; not what only fills the choices of a form.
  if (!foreign && ctx.response.status === 200 && !ctx.sourceElement.hidden) showKept(ctx.response.headers.get("Sotay-Kept"));
  if (!foreign && !locked) return;
  event.preventDefault();
  // Whom the ward knows no more reads on in what the phone keeps.
  if (locked && !isFilling()) current().then((me) => isStrange(me) || idle.lock());
  globalThis.htmx.trigger(ctx.sourceElement, "htmx:error", { ctx });
});

// The lock screen has another beginning, and registers by itself; once it has turned into a page (softly.js) it starts that.
if (!document.body.hasAttribute("data-locked")) {
  await start();
  register().catch(() => undefined);
}

export async function start() {
  // The page of an invitation belongs to nobody yet.
  const open = !document.body.hasAttribute("data-free");
  if (open) idle.cover();
  exit.start(() => landing);
  keys.answerWorker();
  if (open) await keys.current().catch(() => undefined);
  // The bell in the title is an enrolled phone's: whoever comes for the first time need not load it.
  document.body.addEventListener("enrolled", () => import("./unread.js").then((bell) => bell.start()), { once: true });
  await begin();
  if (open) {
    const me = await current();
    landing = me?.exit;
    idle.start(me?.fleeting && me.idle);
    showWho();
    watchOutbox();
    import("./softly.js").then((softly) => softly.start(begin));
    import("./room.js").then((room) => room.watch());
  }
  // Parts of a page the server renders ask for themselves again once something arrived there.
  listen(({ type }) => type === "received" && !isFilling() && globalThis.htmx?.trigger(document.body, "entry-received"));
  document.addEventListener("click", ({ target }) => {
    const fill = target.closest("[data-fill]");
    if (fill) document.getElementById(fill.dataset.fill).value = fill.textContent;
    if (target.closest("[data-reload]")) location.reload();
  });
}

// Start what stands on the screen, and stop what stood there before: each behaviour is told when its page is left.
async function begin() {
  page?.abort();
  page = new AbortController();
  const { signal } = page;
  showKept(document.body.dataset.kept);
  const needed = Object.entries(BEHAVIOURS).filter(([place]) => document.querySelector(place)).map(([, load]) => load().catch(() => undefined));
  // What could not be had keeps nothing else from starting.
  const behaviours = await Promise.all(needed);
  const begun = [...document.forms].filter(isBegun);
  for (const behaviour of behaviours) if (!signal.aborted) behaviour?.start(signal);
  // On a slow phone the first words may be older than the scripts that keep them.
  for (const form of begun) form.dispatchEvent(new Event("input", { bubbles: true }));
}

function isBegun({ elements }) {
  return [...elements].some((field) => field.checked !== field.defaultChecked || (field.defaultValue ?? field.value) !== field.value);
}

function showKept(at) {
  show(document.querySelector("[data-kept-at]"), at ? say("kept", undefined, { time: clock(Number(at)) }) : "");
}
