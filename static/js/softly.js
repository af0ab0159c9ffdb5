// From page to page of an open book only what differs is changed: most of what a page costs on a slow phone is leaving one
// and building the next. Whatever is not plainly such a change is left to the browser.
import * as keys from "../../service_worker/keys.js";
import { keepNow } from "./drafts.js";
import * as idle from "./idle.js";
import { isOutdated, moved, stopFilling, takenOver } from "./registration.js";
import { htmxURL, parse, trustHtmx } from "./trusted.js";
import { forget, showWho } from "./who.js";

// From when on a page that is awaited is shown to be leaving.
const SLOW = 300;
// Where a page of the history was left: its mark → how far down. In memory alone.
const places = new Map();
let begin;
// The mark of the page on the screen, in its entries of the history: more than one where the way led to a place within it.
let shown = history.state?.page ?? crypto.randomUUID();
let path = pathOf(location);
// The last tap counts, and it alone.
let asked = new AbortController();

const APP = new URL("app.js", import.meta.url).pathname;

// `start` starts what the page on the screen holds.
export function start(startPage) {
  begin = startPage;
  document.addEventListener("click", tapped);
  addEventListener("popstate", travelled);
}

async function tapped(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || !isPlain(event) || !leadsToAPage(link)) return;
  event.preventDefault();
  const address = link.href;
  if ((await change(address, () => go(address))) !== false) return;
  await takenOver();
  location.assign(address);
}

// The page that came as an answer, under the address it has.
export async function show(answer) {
  const fresh = await read(answer);
  stopFilling();
  if (!fresh) return location.assign(answer.redirected ? answer.url : location.href);
  if (answer.redirected) go(answer.url);
  path = pathOf(location);
  return put(fresh);
}

function isPlain(event) {
  return !event.defaultPrevented && !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

// The worker answers as it would answer the browser. A place within the page on the screen is the browser's.
function leadsToAPage(link) {
  const within = link.hash && pathOf(link) === path;
  return link.origin === location.origin && !link.target && !link.hasAttribute("download") && !within
    && Boolean(navigator.serviceWorker?.controller && keys.held());
}

function pathOf({ pathname, search }) {
  return pathname + search;
}

// Back and forward, or to a place within the page.
async function travelled({ state }) {
  const there = state?.page ?? (pathOf(location) === path ? shown : crypto.randomUUID());
  if (there === shown) return;
  places.set(shown, scrollY);
  const arrived = await change(location.href, () => { shown = there; });
  if (arrived === false) location.reload();
}

function go(address) {
  leave();
  const again = address === location.href;
  shown = crypto.randomUUID();
  history[again ? "replaceState" : "pushState"]({ page: shown }, "", address);
}

// The entry in the history gets its mark only now: whoever never leaves a page softly has a history like any other.
function leave() {
  history.replaceState({ page: shown }, "");
  history.scrollRestoration = "manual";
  places.set(shown, scrollY);
}

// True once the page of this address is on the screen, false when the browser must fetch it, undefined when the person
// or the lock was faster.
async function change(address, arrive) {
  if (idle.leaving) return undefined;
  asked.abort();
  const mine = asked = new AbortController();
  const main = document.querySelector("main");
  const slow = setTimeout(() => { main.setAttribute("aria-busy", "true"); }, SLOW);
  const fresh = await fetchPage(address, mine.signal).catch(() => undefined);
  clearTimeout(slow);
  main.removeAttribute("aria-busy");
  // What was being written is sealed, under the address it was written at.
  await keepNow();
  if (mine.signal.aborted || idle.leaving) return undefined;
  stopFilling();
  if (!fresh || !keys.held()) return false;
  moved();
  arrive();
  path = pathOf(location);
  put(fresh);
  return true;
}

// The lock screen, its book just opened, turns into the page behind it, which `start` starts; false when it stays what it is.
export async function enter(address, start, signal) {
  // Past the worker there is no copy, and no end to waiting for a network that is silent.
  if (!navigator.serviceWorker?.controller) return false;
  const whose = keys.held()?.id;
  const fresh = await fetchPage(address, signal).catch(() => undefined);
  // Also what was written while the page was on its way.
  await keepNow();
  const book = await keys.current();
  if (signal.aborted || idle.leaving || !fresh || !globalThis.htmx || !whose || book?.id !== whose) return false;
  stopFilling();
  moved();
  forget();
  if (address !== location.href) history.replaceState(null, "", address);
  shown = history.state?.page ?? crypto.randomUUID();
  path = pathOf(location);
  fresh.querySelector("main noscript")?.remove();
  document.documentElement.lang = fresh.documentElement.lang;
  takeAttributes(fresh);
  document.body.replaceChildren(...fresh.body.childNodes);
  globalThis.htmx.process(document.body);
  scrollTo(0, 0);
  listenTo(document.querySelector("main"));
  await start();
  return true;
}

// The lock screen comes without.
export function bringHtmx() {
  if (globalThis.htmx) return undefined;
  const script = Object.assign(document.createElement("script"), { src: htmxURL });
  return new Promise((done) => {
    script.onload = script.onerror = () => done(trustHtmx());
    document.head.append(script);
  });
}

// The page as a document; undefined for whatever is none, or one of another frame: the lock screen, another version.
async function fetchPage(address, signal) {
  if (isOutdated()) return undefined;
  const answer = await fetch(address, { headers: { "Sotay-Page": "1", "Sotay-Enrolment": keys.held()?.id }, redirect: "manual", signal });
  const isPage = answer.ok && answer.headers.has("Sotay") && answer.headers.get("Content-Type")?.startsWith("text/html");
  return isPage ? read(answer) : undefined;
}

async function read(answer) {
  const fresh = parse(await answer.text());
  const isOurs = fresh.querySelector("script[type=module]")?.getAttribute("src") === APP && fresh.querySelector("nav.tabs");
  if (!isOurs || !document.querySelector("nav.tabs, [data-locked]")) return undefined;
  await dress(fresh);
  return fresh;
}

// Styles and scripts that the pages before had no need of; without its styles no page is shown.
async function dress(fresh) {
  const here = new Set([...document.querySelectorAll("link")].map((link) => link.href));
  const more = [...fresh.querySelectorAll("link[rel=stylesheet], link[rel=modulepreload]")].filter((link) => !here.has(link.href));
  const coming = more.filter((link) => link.rel === "stylesheet").map((link) => new Promise((done, fail) => {
    link.onload = done;
    link.onerror = fail;
  }));
  document.head.append(...more);
  await Promise.all(coming);
}

function put(fresh) {
  const [before, main] = [document, fresh].map((each) => each.querySelector("main"));
  main.querySelector("noscript")?.remove();
  // What htmx listens to on behalf of the page that goes: processed anew and to be ignored, it is let go.
  before.setAttribute("hx-ignore", "");
  globalThis.htmx.process(before, true);
  before.replaceWith(main);
  takeAttributes(fresh);
  document.title = fresh.title;
  // Pages have the words they need.
  document.getElementById("words").replaceWith(fresh.getElementById("words"));
  globalThis.htmx.process(main);
  scrollTo(0, places.get(shown) ?? 0);
  listenTo(main);
  forget();
  return begin().then(showWho);
}

function takeAttributes({ body }) {
  for (const { name } of [...document.body.attributes]) if (name !== "class") document.body.removeAttribute(name);
  for (const { name, value } of body.attributes) document.body.setAttribute(name, value);
}

// The title says the same of every page: whoever listens to it hears the heading.
function listenTo(main) {
  const heading = main.querySelector("h1") ?? main;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
