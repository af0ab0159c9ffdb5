// The bar under the title: what waits on this phone, and what stands in its way.
import { listen } from "../../service_worker/channel.js";
import { flush } from "../../service_worker/flush.js";
import { count } from "../../service_worker/outbox.js";
import { current } from "./who.js";
import { say } from "./words.js";

const NOTHING = { waiting: 0, refused: 0 };
const RINGS = new Set(["unknown", "captive", "expired"]);
let trouble;
let timer;

export function watchOutbox() {
  const bar = document.querySelector("[data-status]");
  const button = bar.querySelector("[data-sync-now]");
  button.addEventListener("click", () => send({ now: true }));
  addEventListener("online", () => send({ now: true }));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  listen(({ type }) => {
    if (type === "wiped") location.replace("/");
    else refresh(type === "sending");
  });
  refresh();
  send();
}

// Try to deliver what waits; plan the next try when it fails.
export async function send(options) {
  clearTimeout(timer);
  if (await anything()) await registerSync();
  const outcome = await flush(options).catch(() => ({}));
  trouble = outcome.trouble;
  if (outcome.next) timer = setTimeout(send, Math.max(500, outcome.next - Date.now()));
  refresh();
}

// Before the attempt, which may hang until the app is closed: the browser then comes back by itself.
async function registerSync() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  await registration?.sync?.register("outbox").catch(() => undefined);
}

async function anything() {
  return (await waitingHere()).waiting > 0;
}

async function waitingHere() {
  const me = await current();
  return me && !me.fleeting ? count(me).catch(() => NOTHING) : NOTHING;
}

export async function refresh(sending = false) {
  const bar = document.querySelector("[data-status]");
  const { waiting, refused } = await waitingHere();
  const words = document.getElementById("words");
  const lines = [];
  if (waiting && RINGS.has(trouble)) lines.push(say(trouble));
  if (waiting) lines.push(sending ? say("sending") : say("waiting", words, { n: waiting }));
  if (refused) lines.push(say("refused", words, { n: refused }));
  bar.hidden = !lines.length;
  bar.querySelector("[data-status-text]").textContent = lines.join(" ");
  bar.querySelector("[data-sync-now]").hidden = !waiting;
}
