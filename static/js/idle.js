// An open book does not stay open on an unattended screen: only gestures keep it so, here and on the server.
import { hear, tell } from "../../service_worker/channel.js";
import * as keys from "../../service_worker/keys.js";
import * as session from "../../service_worker/session.js";
import { keepNow } from "./drafts.js";

const LOOK = 2_000;
const TELL = 10_000;
const TOUCH = 60_000;
// What a person does. A page also scrolls by itself, when it changes or a script says so; and a script may say it was a tap.
const GESTURES = ["pointerdown", "keydown", "wheel", "touchmove", "input", "click"];
let told = 0;
let touched = Date.now();
export let leaving = false;
let last = Date.now();
let longest;

// `fleeting`: where this phone may keep nothing there is no key to hold, only the time since the last gesture, in seconds.
export function start(fleeting) {
  longest = fleeting && fleeting * 1000;
  for (const gesture of GESTURES) addEventListener(gesture, note, { passive: true, capture: true });
  setInterval(look, LOOK);
  document.addEventListener("visibilitychange", look);
  hear("gesture", keys.gesture);
  hear("locked", () => leave());
  // The second book closes the first; whose address this is, the other has no use for.
  hear("opened", (said) => keys.again(said) || leave("/"));
  for (const button of document.querySelectorAll("[data-lock]")) button.addEventListener("click", lock);
}

// From the first moment on: the back/forward cache would show the page again to whoever comes next.
export function cover() {
  addEventListener("pagehide", ({ persisted }) => {
    navigator.serviceWorker?.controller?.postMessage({ type: "left", at: Date.now() });
    if (persisted) document.querySelector("main")?.replaceChildren();
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function note({ isTrusted }) {
  if (!isTrusted) return;
  const now = Date.now();
  // A gesture that comes too late keeps nothing open.
  if (!isOpen()) return look();
  last = now;
  keys.gesture();
  if (now - told > TELL) {
    told = now;
    tell({ type: "gesture" });
    navigator.serviceWorker?.controller?.postMessage({ type: "gesture" });
  }
  if (now - touched > TOUCH) {
    touched = now;
    session.touch();
  }
}

// This page is already on its way out: nobody else sends it elsewhere.
export function going() {
  leaving = true;
}

function isOpen() {
  return longest ? Date.now() - last < longest : keys.held();
}

async function look() {
  if (leaving) return;
  // What another page has ended or begun is not this one's to end.
  if (await keys.overtaken()) leave();
  else if (!isOpen()) lock();
}

// Khóa lại: the open form is sealed first.
export async function lock() {
  if (leaving) return;
  leaving = true;
  await shelve();
  session.end();
  await keys.close();
  location.reload();
}

// Another page has locked the book, or opened another one.
async function leave(address) {
  if (leaving) return;
  leaving = true;
  keys.drop();
  await shelve();
  if (address) location.replace(address);
  else location.reload();
}

async function shelve() {
  const kept = keepNow();
  document.querySelector("main")?.replaceChildren();
  await kept;
}
