// The bell in the title: whether anything is unread, on whichever device it came. Asked at each start and when a ring comes.
import { mark, onRing } from "../../service_worker/push.js";
import { current } from "./who.js";

// How long an app that is never closed goes without asking whether it is still rung.
const AGAIN = 86_400_000;
let checked = 0;

export function start() {
  look();
  onRing(look);
  document.body.addEventListener("enrolled", look);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}

async function look() {
  const bell = document.querySelector("[data-unread]");
  const me = await current();
  if (!me) return;
  bell.hidden = false;
  check(me).catch(() => undefined);
  const shown = await onScreen();
  const said = await fetch(`/notices/unread?shown=${shown?.data?.notice ?? ""}`, { headers: { Accept: "application/json" } }).then((response) => response.ok && response.json())
    .catch(() => undefined);
  if (typeof said?.unread !== "number") return;
  bell.classList.toggle("some", said.unread > 0);
  bell.setAttribute("aria-label", bell.dataset[said.unread ? "some" : "none"]);
  // Read on another device: what this one still shows has been dealt with.
  if (said.read) shown.close();
  if (!said.unread) mark(false);
}

// Whether this phone is still rung, at each start and on whichever page: a browser loses subscriptions without a word.
async function check(me) {
  if (globalThis.Notification?.permission !== "granted" || !("PushManager" in globalThis) || Date.now() - checked < AGAIN) return;
  checked = Date.now();
  const { repair } = await import("./subscription.js");
  // Without a network the next look asks again.
  if ((await repair(me)) === false) checked = 0;
}

// All rings of this phone share one place on its screen.
async function onScreen() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  const [shown] = (await registration?.getNotifications?.().catch(() => [])) ?? [];
  return shown;
}
