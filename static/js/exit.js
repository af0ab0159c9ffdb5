// Thoát nhanh: blank at once, the key dropped, the reading session ended, a neutral page in this one's place.
import * as keys from "../../service_worker/keys.js";
import { pause } from "../../service_worker/patience.js";
import * as session from "../../service_worker/session.js";
import { keepNow } from "./drafts.js";
import { going } from "./idle.js";

const AWAY = "/away";
// Milliseconds, with the screen blank already: for every page to let go of the key, and for a slow phone to seal what was being written.
const CLOSED = 400;
const KEPT = 2_000;
const THRICE = 1_500;

let shifts = [];
let address = () => undefined;

// `landing`: answers where this ward wants people to land, if not on our own neutral page.
export function start(landing = address) {
  address = landing;
  for (const button of document.querySelectorAll("[data-exit]")) button.addEventListener("click", leave);
  document.addEventListener("keydown", pressed);
}

function pressed({ key, repeat }) {
  if (repeat) return;
  shifts = key === "Shift" ? [...shifts, Date.now()].slice(-3) : [];
  if (shifts.length === 3 && shifts[2] - shifts[0] < THRICE) leave();
}

async function leave() {
  going();
  const kept = keepNow();
  // The lock screen asks the one who is chosen there.
  const landing = address();
  document.body.replaceChildren();
  session.end(true);
  await Promise.all([atMost(KEPT, kept), atMost(CLOSED, keys.close())]);
  // An answer that came before the book was closed everywhere may have brought it back.
  session.dropHalf();
  // To the page that is on this phone first, whatever the network: from there on to the ward's (away.js).
  try {
    sessionStorage.landing = landing ?? "";
  } catch { /* No storage: the calendar is all there is. */ }
  location.replace(AWAY);
}

function atMost(time, what) {
  return Promise.race([Promise.allSettled([what]), pause(time)]);
}
