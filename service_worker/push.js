// Push is an untrusted edge: always the same neutral words, whatever came.
import { base64url } from "./envelope.js";

const WORDS = { title: "Sổ tay", body: "Có mục mới. Mở sổ để xem." };
const GENTLE = [120];
const STRONG = [400, 150, 400, 150, 400];
const NOTICE = /^[0-9a-f-]{36}$/;

export function show(event) {
  const said = read(event);
  return self.registration.showNotification(WORDS.title, {
    body: WORDS.body, tag: "sotay", renotify: true, lang: "vi", icon: icon(), badge: icon(),
    vibrate: said.u ? STRONG : GENTLE, data: { path: NOTICE.test(said.n) ? `/n/${said.n}` : "/todo" },
  });
}

function read(event) {
  try {
    return event.data?.json() ?? {};
  } catch {
    return {};
  }
}

function icon() {
  return new URL("../static/icons/icon-192.png", import.meta.url).href;
}

export async function open(event) {
  event.notification.close();
  const path = event.notification.data?.path ?? "/todo";
  for (const client of await self.clients.matchAll({ type: "window" })) {
    // A page with a half-filled form stays as it is; another window opens beside it.
    if (!(await isFilling())) {
      const moved = await client.navigate(path).catch(() => null);
      if (moved) return moved.focus();
    }
  }
  return self.clients.openWindow(path);
}

async function isFilling() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some((lock) => lock.name === "sotay-filling");
}

// The browser changed the subscription by itself: tell the server where this phone is rung from now on.
export async function renew(event) {
  const options = event.oldSubscription?.options;
  const subscription = event.newSubscription ?? (options && (await self.registration.pushManager.subscribe(options)));
  if (subscription) await report(subscription);
}

export async function report(subscription) {
  const key = subscription.options?.applicationServerKey;
  const vapid = key ? base64url(new Uint8Array(key)) : undefined;
  const response = await fetch("/push/subscription", {
    method: "POST", headers: { "Content-Type": "application/json" }, credentials: "same-origin",
    body: JSON.stringify({ ...subscription.toJSON(), vapid }),
  });
  return response.status === 201;
}
