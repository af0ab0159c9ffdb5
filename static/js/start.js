// Bắt đầu: finishes only when the worker is active and everything needed without a network is on the phone.
import * as keys from "../../service_worker/keys.js";
import * as pages from "../../service_worker/pages.js";
import { patience } from "../../service_worker/patience.js";
import * as people from "../../service_worker/people.js";
import { make, unlock } from "../../service_worker/pin.js";
import * as session from "../../service_worker/session.js";
import { open } from "../../service_worker/store.js";
import { kind } from "./browser.js";
import * as enrolment from "./enrolment.js";
import { leaving } from "./idle.js";
import { active, startFilling } from "./registration.js";
import { startSecrets, typedAnew, weakness } from "./secret.js";
import { stretch } from "./stretch.js";
import { say, show } from "./words.js";

const PATIENCE = 30_000;

export function start() {
  const form = document.querySelector("[data-start]");
  if (!form) return;
  const code = location.hash.slice(1);
  const browser = kind();
  const inApp = browser === "in-app";
  const mustInstall = browser === "ios-tab";
  // The code leaves the address at once, so that it does not stay in the history; but where the page is only a
  // stop on the way to a real browser or to the home screen, the address is what is carried over.
  if (code && !inApp && !mustInstall) history.replaceState(null, "", "/start");
  form.elements.code.value = code;
  askForCode(form, !code);
  form.hidden = inApp || mustInstall;
  document.querySelector("[data-in-app]").hidden = !inApp;
  document.querySelector("[data-ios]").hidden = !mustInstall;
  for (const place of document.querySelectorAll("[data-code-shown]")) place.textContent = code;
  startSecrets(form);
  if (code && !form.hidden) isHere(form).then((here) => here && location.replace("/")).catch(() => undefined);
  // Another invitation opened in this very page; and a page with a PIN half typed is not opened anew for a new version.
  addEventListener("hashchange", () => location.reload());
  form.addEventListener("input", startFilling);
  document.querySelector("[data-here]").addEventListener("click", () => { form.hidden = false; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(form);
  });
}

async function begin(form) {
  const words = document.querySelector("[data-start-words]");
  const error = form.querySelector("[data-error]");
  const button = form.querySelector("[data-begin]");
  show(error, "");
  if (!form.elements.code.value.trim()) return show(error, say("empty", words));
  button.disabled = true;
  show(form.querySelector("[data-progress]"), say("loading", words));
  try {
    await inTurn(async () => (await isHere(form)) || enrol(form));
    const me = await people.current();
    if (me?.approved && !(await pages.refresh(me))) throw new Trouble("offline");
    navigator.storage?.persist?.();
    show(form.querySelector("[data-progress]"), say("ready", words));
    if (!leaving) location.replace("/");
  } catch (trouble) {
    show(error, trouble.sentence ?? say(trouble.key ?? "offline", words));
    show(form.querySelector("[data-progress]"), "");
    if (trouble.key === "refused") askForCode(form, true);
    button.disabled = false;
  }
}

function askForCode(form, asks) {
  form.querySelector("[data-code-field]").hidden = !asks;
  form.querySelector("[data-code-ready]").hidden = asks;
}

// Two pages with the same invitation make one book.
function inTurn(work) {
  return navigator.locks ? navigator.locks.request("sotay-start", work) : work();
}

// Whether this invitation's book is on this phone: a link tapped once more, or in a second page. It is not made anew.
async function isHere(form) {
  const { given } = await look(form);
  return given && Boolean((await people.get(given).catch(() => undefined))?.vault);
}

async function enrol(form) {
  const pin = chosenSecret(form);
  await open().catch(() => { throw new Trouble("unsupported"); });
  await workerActive();
  const turn = await keys.turn();
  const made = await make(stretch, pin);
  const said = await post(form, "/start", { verifier: made.verifier, proves: 1 });
  const fresh = await enrolment.begin(said, { ...made, secret: form.dataset.secret }).catch(() => { throw new Trouble("unsupported"); });
  const isOpen = await keys.hold(fresh.id, { ...made.opened, verifier: made.verifier }, said.idle, turn);
  // An earlier book of this person, where the same PIN is set again; this page is given no other's key.
  const reopen = async ({ vault }) => (await unlock(stretch, pin, vault)).opened;
  await enrolment.succeed(fresh, made, reopen);
  // Left meanwhile, or another book was opened: this one is there, and asks for its PIN.
  if (!isOpen) session.end();
}

class Trouble extends Error {
  constructor(key, sentence) {
    super(key);
    this.key = key;
    this.sentence = sentence;
  }
}

// The worker is active only after its whole precache is there.
async function workerActive() {
  if (!("serviceWorker" in navigator)) throw new Trouble("unsupported");
  await active().catch(() => { throw new Trouble("offline"); });
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => {
      navigator.serviceWorker.addEventListener("controllerchange", done, { once: true });
      setTimeout(done, 3_000);
    });
  }
}

// What this invitation asks for, "pin" or "passphrase", and what it has given to this phone; it is not spent by asking.
async function look(form) {
  const said = await post(form, "/start/look");
  form.dataset.secret = said.secret;
  for (const hint of form.querySelectorAll("[data-hint]")) hint.hidden = hint.dataset.hint !== said.secret;
  for (const name of ["pin", "again"]) form.elements[name].inputMode = said.secret === "pin" ? "numeric" : "text";
  return said;
}

// A PIN that is long enough, not simple, and typed twice alike.
function chosenSecret(form) {
  const { secret } = form.dataset;
  const [pin, again] = ["pin", "again"].map((name) => typedAnew(form.elements[name], secret));
  const weak = weakness(pin, secret);
  const wrong = weak ? `${secret}-${weak}` : pin !== again ? "different" : "";
  if (wrong) throw new Trouble(wrong);
  return pin;
}

// The PIN itself never leaves the phone.
async function post(form, address, more = {}) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, code: form.elements.code.value, ...more });
  const response = await fetch(address, { method: "POST", body, signal: patience(PATIENCE) }).catch(() => undefined);
  const said = await response?.json().catch(() => undefined);
  if (!said) throw new Trouble("offline");
  if (!response.ok) throw new Trouble("refused", said.error);
  return said;
}
