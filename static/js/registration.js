// The worker: registered once, updated only when no form is being filled anywhere on this phone.
import { workerURL } from "./trusted.js";
import { say, show } from "./words.js";

const FILLING = "sotay-filling";
const LOOK_AGAIN = 2_000;
let release;
let reloading = false;

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
    if (!hadController || reloading || release) return;
    reloading = true;
    location.reload();
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

function watch(worker, registration) {
  worker.addEventListener("statechange", () => {
    if (worker.state === "installed" && navigator.serviceWorker.controller) takeOver(registration);
  });
}

async function takeOver(registration) {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const filling = isFilling() || held.some((lock) => lock.name === FILLING);
  show(document.querySelector("[data-update]"), filling ? say("update") : "");
  // Asked again and again instead of queued: a frozen page would keep its place in a queue for ever.
  if (filling) setTimeout(takeOver, LOOK_AGAIN, registration);
  else registration.waiting?.postMessage({ type: "take-over" });
}

// From the first change of a form until it is saved or left, no update takes over; a page that was just about to come anew stays.
export function startFilling() {
  if (release) return;
  if (reloading) stop();
  reloading = false;
  const filled = new Promise((done) => { release = done; });
  navigator.locks?.request(FILLING, { mode: "shared" }, () => filled);
}

export function stopFilling() {
  release?.();
  release = undefined;
}

export function isFilling() {
  return Boolean(release);
}
