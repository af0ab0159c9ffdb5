// Delivers what waits on this phone, whoever's it is, and plans the next try when it fails.
import { flush } from "../../service_worker/flush.js";
import { enrolmentsWaiting } from "../../service_worker/outbox.js";

let timer;
let told = () => undefined;

// From now on at every chance; `heard` hears {troubles, next} of every try.
export function watch(heard = told) {
  told = heard;
  addEventListener("online", sendNow);
  document.addEventListener("visibilitychange", sendSeen);
  send();
}

function sendNow() {
  send({ now: true });
}

function sendSeen() {
  if (document.visibilityState === "visible") send();
}

export async function send(options) {
  clearTimeout(timer);
  if ((await enrolmentsWaiting().catch(() => [])).length) await registerSync();
  const outcome = await flush(options).catch(() => ({}));
  if (outcome.next) timer = setTimeout(send, Math.max(500, outcome.next - Date.now()));
  told(outcome);
}

// Before the attempt, which may hang until the app is closed: the browser then comes back by itself.
async function registerSync() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  await registration?.sync?.register("outbox").catch(() => undefined);
}
