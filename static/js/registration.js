// The worker: registered once, updated only when no form is being filled anywhere on this phone.
import { workerURL } from "./trusted.js";
import { say, show } from "./words.js";

const FILLING = "sotay-filling";
const LOOK_AGAIN = 2_000;
// What a person does to a page. It comes anew only once nothing of it has happened for a while.
const TOUCHES = ["pointerdown", "keydown", "input", "click"];
const QUIET = 2_000;
const SETTLED = 100;
const LONGEST = 1_500;
let release;
let reloading = false;
let moving = false;
let touchedAt = 0;
let outdated = false;
for (const touch of TOUCHES) addEventListener(touch, touched, { capture: true, passive: true });

// Its modules stand under addresses that change with them, and the script that names them is always asked anew: a look for a
// new version is one request (docs/decisions/066).
function registered() {
  return navigator.serviceWorker.register(workerURL, { type: "module" });
}

export async function register() {
  if (!("serviceWorker" in navigator)) return undefined;
  const registration = await registered();
  registration.addEventListener("updatefound", () => watch(registration.installing, registration));
  if (registration.waiting) takeOver(registration);
  const hadController = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!hadController) return;
    outdated = true;
    setTimeout(comeAnew, QUIET);
  });
  return registration;
}

// The registration, once a worker is active and the newest one has all its files here; rejects when it could not be
// installed, and asked again tries again.
export async function active() {
  const registration = await registered();
  // Where an older worker goes on, the newer one waits; its files are what this page needs.
  if (registration.active) await registration.update();
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const enough = registration.active ? "installed" : "activated";
  await new Promise((done, fail) => {
    const look = () => ({ [enough]: done, activated: done, redundant: fail })[worker.state]?.();
    worker.addEventListener("statechange", look);
    look();
  });
  return registration;
}

// In the version that has just taken over. What is being written, asked, done, or just said to be saved stays; the next page
// brings it by itself.
function comeAnew() {
  if (release || moving || document.querySelector("dialog[open], .saved")) return;
  reloading = Date.now() - touchedAt > QUIET;
  if (reloading) location.reload();
  else setTimeout(comeAnew, QUIET);
}

// Whoever touches a page that is just leaving keeps it: a tap, or the first words, would be lost.
function touched({ type, target }) {
  touchedAt = Date.now();
  if (type === "click" && target.closest?.("a[href]")) moving = true;
  if (!reloading) return;
  stop();
  reloading = false;
  setTimeout(comeAnew, QUIET);
}

function watch(worker, registration) {
  worker.addEventListener("statechange", () => {
    if (worker.state === "installed" && navigator.serviceWorker.controller) takeOver(registration);
  });
}

// Asked again and again: a frozen page would keep its place in a queue for ever, and a browser whose old worker was just given
// something to do forgets that the new one was told to take over.
async function takeOver(registration) {
  const place = document.querySelector("[data-update]");
  if (!registration.waiting) return show(place, "");
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const filling = isFilling() || held.some((lock) => lock.name === FILLING);
  show(place, filling ? say("update") : "");
  if (!filling) registration.waiting?.postMessage({ type: "take-over" });
  setTimeout(takeOver, LOOK_AGAIN, registration);
}

// From the first change of a form, or a tap that does something, until that is saved or left, no update takes over.
export function startFilling() {
  if (release) return;
  const filled = new Promise((done) => { release = done; });
  navigator.locks?.request(FILLING, { mode: "shared" }, () => filled);
}

export function stopFilling() {
  release?.();
  release = undefined;
}

// A page that is asked for in the moment in which another worker takes over may never come: resolves once that is over.
export async function takenOver() {
  if (!(await navigator.serviceWorker.getRegistration())?.waiting) return;
  await new Promise((done) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => setTimeout(done, SETTLED), { once: true });
    setTimeout(done, LONGEST);
  });
}

// Whether another version has taken over since this page came: the next page is the browser's to open.
export function isOutdated() {
  return outdated;
}

// The next page is there (softly.js).
export function moved() {
  moving = false;
}

export function isFilling() {
  return Boolean(release);
}
