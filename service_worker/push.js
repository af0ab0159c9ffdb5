// Push is an untrusted edge: always the same neutral words, whatever came.
import { base64url } from "./envelope.js";
import { patience } from "./patience.js";

const TITLE = "Sổ tay";
const TAG = "sotay";
// Which of our own sentences; a push can choose among them, never bring one.
const WORDS = new Map([
  ["new", "Có mục mới. Mở sổ để xem."],
  ["reminder", "Sổ tay: còn việc chưa xem."],
  ["test", "Sổ tay: thông báo hoạt động."],
]);
const GENTLE = [120];
const STRONG = [400, 150, 400, 150, 400];
const ID = /^[0-9a-f-]{36}$/;
const PATIENCE = 10_000;

export async function show(event) {
  const said = read(event);
  const notice = ID.test(said.n) ? said.n : undefined;
  const ring = ID.test(said.d) ? said.d : undefined;
  // Rung again for what is still on the screen: it stays where it is, without a sound.
  const shown = await self.registration.getNotifications({ tag: TAG }).catch(() => []);
  const again = Boolean(notice) && shown.some(({ data }) => data?.notice === notice && data?.words === said.k);
  await self.registration.showNotification(TITLE, {
    body: WORDS.get(said.k) ?? WORDS.get("new"), tag: TAG, renotify: !again, silent: again, lang: "vi", icon: icon(), badge: icon(),
    ...(!again && { vibrate: said.u ? STRONG : GENTLE }),
    data: { path: notice ? `/n/${notice}` : "/notices", notice, ring, words: said.k },
  });
  await Promise.allSettled([ring && confirm(ring), mark(true)]);
  if (ring) bell().postMessage(ring);
}

// Pages hear that a ring came: {ring}. Apart from the channel of entries, whose messages swallow one another.
export function onRing(heard) {
  bell().addEventListener("message", ({ data }) => heard(data));
}

function bell() {
  return new BroadcastChannel("sotay-bell");
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

// A dot on the icon where the platform has one; never a number, which would tell how much there is.
export function mark(on) {
  const done = on ? navigator.setAppBadge?.() : navigator.clearAppBadge?.();
  return Promise.resolve(done).catch(() => undefined);
}

// Tell the server what this phone did with a ring, also while it is locked. Nothing personal travels either way.
async function confirm(ring, opened = false) {
  for (let tries = 0; tries < 2; tries += 1) {
    const response = await fetch("/notices/arrivals", {
      method: "POST", headers: { "Content-Type": "application/json" }, credentials: "same-origin", keepalive: true,
      body: JSON.stringify({ ring, opened }), signal: patience(PATIENCE),
    }).catch(() => undefined);
    if (response) return;
  }
}

export async function open(event) {
  event.notification.close();
  const { path = "/notices", ring } = event.notification.data ?? {};
  if (ring) confirm(ring, true);
  // A page with a half-filled form stays as it is; another window opens beside it.
  for (const client of (await isFilling()) ? [] : await self.clients.matchAll({ type: "window" })) {
    const moved = await client.navigate(path).catch(() => null);
    if (moved) return moved.focus();
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
