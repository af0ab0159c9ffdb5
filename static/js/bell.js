// Bật thông báo: asked from a tap, re-checked at each start.
import { report } from "../../service_worker/push.js";
import { fromBase64url } from "../../service_worker/envelope.js";
import { current } from "./who.js";
import { say, show } from "./words.js";

export async function start() {
  const card = document.querySelector("[data-bell]");
  const me = await current();
  if (!card || !me || ["leader", "admin"].includes(me.role)) return;
  card.hidden = false;
  const button = card.querySelector("[data-bell-on]");
  const tell = (key) => show(card.querySelector("[data-bell-state]"), say(key, card.querySelector("[data-bell-words]")));
  if (!("PushManager" in globalThis)) {
    tell(/iPhone|iPad/.test(navigator.userAgent) ? "install" : "none");
    button.hidden = true;
    return;
  }
  button.addEventListener("click", () => turnOn(me, button, tell));
  if (Notification.permission === "granted") await check(me, button, tell);
}

async function turnOn(me, button, tell) {
  if ((await Notification.requestPermission()) !== "granted") return tell("denied");
  button.disabled = true;
  try {
    const registration = await navigator.serviceWorker.ready;
    const subscription = (await registration.pushManager.getSubscription()) ?? (await subscribe(registration, me.vapid));
    if (!(await report(subscription))) throw new Error("not kept");
    tell("on");
    button.hidden = true;
  } catch {
    tell("failed");
  }
  button.disabled = false;
}

function subscribe(registration, vapid) {
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(vapid) });
}

// The browser may have renewed or lost the subscription since; the server may have dropped it.
async function check(me, button, tell) {
  const registration = await navigator.serviceWorker.ready;
  let subscription = await registration.pushManager.getSubscription();
  if (!subscription) return;
  const kept = await fetch("/push/subscription").then((response) => response.json()).catch(() => undefined);
  if (kept?.endpoint === null) {
    // The push service told the server that this address is gone, or the ward signs with another key now.
    await subscription.unsubscribe().catch(() => undefined);
    subscription = await subscribe(registration, kept.vapid).catch(() => undefined);
    if (!subscription) return tell("failed");
  }
  if (kept && kept.endpoint !== subscription.endpoint && !(await report(subscription).catch(() => false))) return tell("failed");
  tell("on");
  button.hidden = true;
}
