// Bắt đầu: finishes only when the worker is active and everything needed without a network is on the phone.
import * as people from "../../service_worker/people.js";
import { open } from "../../service_worker/store.js";
import { active } from "./registration.js";
import { use } from "./who.js";
import { say, show } from "./words.js";

const IN_APP = /Zalo|FBAN|FBAV|FB_IAB|Instagram|Line\//;
const IOS = /iPhone|iPad|iPod/;

export function start() {
  const form = document.querySelector("[data-start]");
  if (!form) return;
  const code = location.hash.slice(1);
  const installed = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
  const inApp = IN_APP.test(navigator.userAgent);
  const mustInstall = IOS.test(navigator.userAgent) && !installed && !inApp;
  // The code leaves the address at once, so that it does not stay in the history; but where the page is only a
  // stop on the way to a real browser or to the home screen, the address is what is carried over.
  if (code && !inApp && !mustInstall) history.replaceState(null, "", "/start");
  form.elements.code.value = code;
  form.querySelector("[data-code-field]").hidden = Boolean(code);
  form.querySelector("[data-code-ready]").hidden = !code;
  form.hidden = inApp || mustInstall;
  document.querySelector("[data-in-app]").hidden = !inApp;
  document.querySelector("[data-ios]").hidden = !mustInstall;
  for (const place of document.querySelectorAll("[data-code-shown]")) place.textContent = code;
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
    await open().catch(() => { throw new Trouble("unsupported"); });
    await workerActive();
    const me = await spend(form);
    await keepOffline();
    await people.keep(me).catch(() => { throw new Trouble("unsupported"); });
    use(me.enrolment);
    navigator.storage?.persist?.();
    show(form.querySelector("[data-progress]"), say("ready", words));
    location.replace("/");
  } catch (trouble) {
    show(error, trouble.sentence ?? say(trouble.key ?? "offline", words));
    show(form.querySelector("[data-progress]"), "");
    form.querySelector("[data-code-field]").hidden = false;
    button.disabled = false;
  }
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

async function spend(form) {
  const response = await fetch("/start", { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const said = await response.json().catch(() => undefined);
  if (!said) throw new Trouble("offline");
  if (!response.ok) throw new Trouble("refused", said.error);
  return said;
}

// Through the worker, which keeps it.
async function keepOffline() {
  const response = await fetch("/directory/rows");
  if (!response.ok || !response.headers.has("Sotay-Ward")) throw new Trouble("offline");
}
