// What could cost this phone its notes is said early: storage the browser may clear, a full phone, notes that wait for days.
import * as outbox from "../../service_worker/outbox.js";
import { ofEnrolment, open } from "../../service_worker/store.js";
import { kind } from "./browser.js";
import { look } from "./room.js";
import { current } from "./who.js";
import { say } from "./words.js";

const DAY = 86_400_000;
const LONG = 3 * DAY;
const FULL = 0.9;

export async function start(signal) {
  const place = document.querySelector("[data-care]");
  const me = await current();
  if (!me) return;
  const found = await risks(me);
  for (const key of found) tell(place, key);
  if (me.fleeting || found.includes("nearly-full")) return;
  await look().catch(() => signal.aborted || tell(place, "nearly-full"));
}

function tell(place, key) {
  const note = document.createElement("p");
  note.className = "notice warning";
  note.textContent = say(key, place.querySelector("[data-care-words]"));
  place.append(note);
}

async function risks(me) {
  const found = [];
  if (kind() === "ios-tab") found.push("browser-tab");
  else if ((await navigator.storage?.persisted?.().catch(() => true)) === false && !(await navigator.storage.persist?.())) found.push("not-persistent");
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  if (quota && usage / quota > FULL) found.push("nearly-full");
  const first = await oldest(me).catch(() => undefined);
  if (first && Date.now() - first > LONG) found.push("waits-long");
  return found;
}

// When the entry that waits longest was written, or undefined.
async function oldest(me) {
  const waiting = await (await open()).getAllFromIndex("outbox", "order", ofEnrolment(me.id), 50);
  const first = waiting.find(({ refused }) => !refused);
  return first && (await outbox.read(me, first.id))?.at;
}
