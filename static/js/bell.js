// Bật thông báo: says what it is, asks from the tap, and proves with a test that a ring arrives. Re-checked at each start.
import { onRing } from "../../service_worker/push.js";
import { kind } from "./browser.js";
import { repair, turnOn as subscribe } from "./subscription.js";
import { current } from "./who.js";
import { say, show } from "./words.js";

// How long a test may take before we say that it has not come.
const PATIENCE = 30_000;
// Here push cannot work, and asking would only be refused.
const ELSEWHERE = new Set(["in-app", "ios-tab"]);

export async function start() {
  const card = document.querySelector("[data-bell]");
  const me = await current();
  if (!card || !me) return;
  card.hidden = false;
  const bell = { me, on: card.querySelector("[data-bell-on]"), test: card.querySelector("[data-bell-test]"), tell: (key) => tell(card, key) };
  const browser = kind();
  if (ELSEWHERE.has(browser) || !("PushManager" in globalThis)) return impossible(bell, ELSEWHERE.has(browser) ? browser : "none");
  bell.on.addEventListener("click", () => turnOn(bell));
  bell.test.addEventListener("click", () => test(bell));
  if (Notification.permission === "granted") await check(bell);
  if (Notification.permission === "denied") bell.tell(`blocked-${browser}`);
}

function impossible(bell, why) {
  bell.on.hidden = true;
  bell.tell(why);
}

function tell(card, key) {
  const state = card.querySelector("[data-bell-state]");
  state.dataset.bellState = key;
  show(state, say(key, card.querySelector("[data-bell-words]")));
}

function isOn(bell) {
  bell.on.hidden = true;
  bell.test.hidden = false;
}

async function turnOn(bell) {
  if ((await Notification.requestPermission()) !== "granted") return bell.tell(`blocked-${kind()}`);
  bell.on.disabled = true;
  try {
    await subscribe(bell.me);
    isOn(bell);
    await test(bell);
  } catch {
    bell.tell("failed");
  }
  bell.on.disabled = false;
}

// Let the ward ring this phone, and say whether it came.
async function test(bell) {
  bell.tell("testing");
  bell.test.disabled = true;
  const came = new Promise((done) => { onRing(done); });
  const asked = await fetch("/push/test", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }).catch(() => undefined);
  const late = new Promise((done) => { setTimeout(done, PATIENCE, "late"); });
  if (!asked?.ok) bell.tell("failed");
  else bell.tell((await Promise.race([came, late])) === "late" ? "late" : "on");
  bell.test.disabled = false;
}

// The browser may have renewed or lost the subscription since; the server may have dropped it.
async function check(bell) {
  const rung = await repair(bell.me).catch(() => false);
  if (rung === undefined) return;
  bell.tell(rung ? "on" : "failed");
  if (rung) isOn(bell);
}
