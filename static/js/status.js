// The bar under the title: what waits on this phone, and what stands in its way. What the server names for this person is
// kept for when there is no network.
import { listen } from "../../service_worker/channel.js";
import { count } from "../../service_worker/outbox.js";
import * as pages from "../../service_worker/pages.js";
import * as people from "../../service_worker/people.js";
import { send, watch } from "./deliver.js";
import { current } from "./who.js";
import { say } from "./words.js";

// One look at what the server names, once a delivery of many batches is over.
const QUIET = 400;
// What could not be had is asked for again, each time twice as late, until it is there.
const AGAIN = 2_500;
const NOTHING = { waiting: 0, refused: 0 };
const RINGS = new Set(["unknown", "captive"]);
// Of the app, as this page has it: its scripts lie under it.
const version = import.meta.url.split("/").at(-4);
// Of the last delivery: enrolment → what stands in its way.
let troubles;
// Whoever asks by hand is told also of a network that is not there.
let asked = false;
let keeping;
let pause = AGAIN;

export function watchOutbox() {
  watch((outcome) => {
    troubles = outcome.troubles;
    refresh();
    keepPagesSoon();
  });
  document.querySelector("[data-status] [data-sync-now]").addEventListener("click", () => {
    asked = true;
    send({ now: true });
  });
  listen(async ({ type }) => {
    // Another person of this phone is gone: nothing to me.
    if (type === "wiped") return (await stillHere()) || location.replace("/");
    refresh(type === "sending");
    if (type === "received") keepPagesSoon();
  });
  refresh();
}

function keepPagesSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keepPages, QUIET);
}

async function stillHere() {
  const me = await current();
  return Boolean(me && (me.fleeting || (await people.get(me.id))?.vault));
}

// Whatever keeps an entry from being delivered, copies may come all the same.
async function keepPages() {
  const me = await current();
  const asks = me && !me.fleeting && navigator.onLine !== false;
  const missing = asks && !(await pages.refresh(me).catch(() => false));
  navigator.serviceWorker?.controller?.postMessage({ type: "prune", version });
  // What is filled from a copy says from now on how old that is, or no longer.
  if (asks) document.body.dispatchEvent(new Event("asked"));
  if (missing) keeping = setTimeout(keepPages, pause *= 2);
  else pause = AGAIN;
}

async function waitingHere() {
  const me = await current();
  return me && !me.fleeting ? { strange: people.isStrange(me), trouble: troubles?.[me.id], ...(await count(me).catch(() => NOTHING)) } : NOTHING;
}

export async function refresh(sending = false) {
  const bar = document.querySelector("[data-status]");
  const { waiting, refused, strange, trouble } = await waitingHere();
  const words = document.getElementById("words");
  const lines = [];
  const why = strange ? "unknown" : waiting && trouble;
  if (RINGS.has(why) || (asked && !sending && why === "unreachable")) lines.push(say(why));
  if (waiting) lines.push(sending ? say("sending") : say("waiting", words, { n: waiting }));
  if (refused) lines.push(say("refused", words, { n: refused }));
  bar.hidden = !lines.length;
  bar.querySelector("[data-status-text]").textContent = lines.join(" ");
  bar.querySelector("[data-sync-now]").hidden = !waiting;
}
