// Request → policy. What is not in this table goes to the network untouched.
import { dropOldPages } from "./age.js";
import * as keys from "./keys.js";
import * as pages from "./pages.js";
import { patience } from "./patience.js";
import * as people from "./people.js";
import { file, keep } from "./precache.js";
import * as session from "./session.js";
import { cacheName, has } from "./versions.js";
import { somebodys } from "./windows.js";

const FRAGMENTS = ["/records/rows", "/directory/rows"];
export const INVITATION = "/start";
const PATIENCE = 6_000;
const LONGEST = 30_000;
// What has no copy is waited for until the network has said nothing for so long; longer, where a person asks once more.
const SILENCE = 15_000;
const SILENCE_ANEW = 60_000;
const ANEW = ["no-cache", "reload"];
// What the ward confirmed longer ago is old.
const LATELY = 600_000;
// A page that has just gone makes room for the next; later than this the app was closed.
const JUST_NOW = 1_000;
let leftAt = 0;

export function policyFor(request, site) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return undefined;
  if (url.pathname.startsWith("/_/")) return immutable;
  if (site.shells.includes(url.pathname)) return shell;
  if (isPage(request)) return url.pathname === INVITATION ? invitation : page;
  return FRAGMENTS.includes(url.pathname) && !request.headers.has("Sotay-Keep") ? fragment : undefined;
}

// Opened by the browser, or by an open page that changes into it (softly.js).
function isPage(request) {
  return request.mode === "navigate" || request.headers.has("Sotay-Page");
}

// A page says when it goes; on a busy phone the worker hears of it later.
export function left(at = Date.now()) {
  leftAt = at;
}

// What a silent network never brings is said to be missing: a script that is waited for says nothing.
function immutable({ url }) {
  return file(url, { signal: patience(LONGEST) }).catch(() => Response.error());
}

async function shell(request, { version }) {
  const cache = await caches.open(cacheName(version));
  return (await cache.match(new URL(request.url).pathname)) ?? (await fetchOurs(request)) ?? Response.error();
}

async function page(request, site) {
  if (!(await someoneIsHere())) keys.drop();
  const me = await reader(request);
  return me ? (await answer(request, me, site)) ?? lockScreen(site) : lockScreen(site);
}

// It belongs to nobody yet, and is never kept.
async function invitation(request, site) {
  if (!(await someoneIsHere())) keys.drop();
  const fresh = await fetchOurs(request);
  return fresh && (await hasItsFiles(fresh, site).catch(() => false)) ? fresh : unreachable(site);
}

async function fragment(request, site) {
  const me = await reader(request);
  return (me && (await answer(request, me, site))) ?? Response.error();
}

// The person whose book is open; nobody for the page of somebody else.
async function reader(request) {
  await dropOldPages().catch(() => undefined);
  // A key that opens nothing here is nobody's.
  const me = await people.current().catch(() => undefined);
  const named = request.headers.get("Sotay-Enrolment") ?? me?.id;
  return named === me?.id ? me : undefined;
}

// Opening the app asks for the PIN: the key of a closed app is of no use.
async function someoneIsHere() {
  return Date.now() - leftAt < JUST_NOW || (await somebodys()).length > 0;
}

function lockScreen(site) {
  return shell(new Request("/lock"), site);
}

// In clear, and the same for everyone: for a phone that has not even the page that lists what it has.
function unreachable(site) {
  return shell(new Request("/later"), site);
}

// Fresh when there is a network, else the sealed copy, else the page that says what can be opened. Pages that stay the
// same until the server names them anew come from the copy at once. Undefined when the server wants the PIN again.
async function answer(request, me, site) {
  const copy = await kept(me, new URL(request.url)).catch(() => undefined);
  // Of a whole page that stays the same there is nothing to say; of what fills it there is.
  if (copy?.fixed) return shown(copy, site, !isPage(request) && !isConfirmed(me) && copy.at);
  // A phone may say for a moment longer than it is true that it has no network: without a copy there is nothing to lose by trying.
  const asked = as(me, request);
  let fresh = copy && navigator.onLine === false ? undefined : await fetchOurs(asked, copy);
  if (fresh?.status === 401 && (await session.renew(me))) fresh = await fetchOurs(asked, copy);
  // Whoever the ward knows no more has still what this phone keeps.
  if (fresh?.status === 401 && people.isStrange(await people.get(me.id))) fresh = undefined;
  if (fresh?.status === 401) return isPage(request) ? undefined : fresh;
  if (fresh && (!isPage(request) || (await hasItsFiles(fresh, site, copy).catch(() => false)))) return fresh;
  if (copy) return shown(copy, site, copy.at);
  if (!isPage(request)) return Response.error();
  const offline = await pages.find(me, "/offline").catch(() => undefined);
  return offline ? shown(offline, site) : unreachable(site);
}

// The ward has said lately, and when it was last asked, that the copies are what it would send. That a phone believes in its
// network says nothing.
function isConfirmed({ whole }) {
  return whole && navigator.onLine !== false && Math.abs(Date.now() - whole) < LATELY;
}

// Whoever's reading session this phone has, what comes is this person's or nothing.
function as({ id }, request) {
  const headers = new Headers(request.headers);
  headers.set("Sotay-Enrolment", id);
  return new Request(request, { headers });
}

// A copy of a list is not the answer to a question: other rows, the next page. What stays the same is so whatever is asked.
async function kept(me, { pathname, search }) {
  const copy = await pages.find(me, pathname);
  if (copy) return search && !copy.fixed ? undefined : copy;
  return formOfAny(me, pathname, search);
}

// What may be written about one of many is kept once for all of them, under * in its place, and stands for those whose own
// page is kept. Which unit it is for, static/js/blank.js reads in the address; what else is asked only the server can answer.
async function formOfAny(me, path, search) {
  const [, parent, name] = /(.+)\/(.+)/.exec(path) ?? [];
  if (!parent || !/^(\?unit=[^&]*)?$/.test(search) || !(await pages.find(me, parent))) return undefined;
  return pages.find(me, parent.replace(/[^/]+$/, `*/${name}`));
}

// The server's own answer; the page of a Wi-Fi that wants a login is none.
async function fetchOurs(request, copy) {
  try {
    const response = await (copy ? fetch(request, { signal: patience(PATIENCE) }) : fetchWhole(request));
    return response.headers.has("Sotay") || response.type === "opaqueredirect" ? response : undefined;
  } catch {
    return undefined;
  }
}

// As long as the network goes on bringing some of it, however slowly; rejects once it has been silent for too long.
async function fetchWhole(request) {
  const control = new AbortController();
  let silence;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => control.abort(), ANEW.includes(request.cache) ? SILENCE_ANEW : SILENCE);
  };
  heard();
  try {
    const response = await fetch(request, { signal: control.signal });
    return isHTML(response) ? new Response(new Blob(await piecesOf(response.body, heard)), response) : response;
  } finally {
    clearTimeout(silence);
  }
}

function isHTML({ headers }) {
  return headers.get("Content-Type")?.startsWith("text/html");
}

async function piecesOf(body, heard) {
  const pieces = [];
  const reader = body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    heard();
    pieces.push(read.value);
  }
  return pieces;
}

// A page of another version than this worker's is shown once all it needs is on this phone: where the network fails or lies
// between a page and its scripts, it would stand without lock and exit.
async function hasItsFiles(page, site, copy) {
  const version = page.headers.get("Sotay");
  const isHere = !version || version === site.version || !isHTML(page);
  if (isHere || (await has(version))) return true;
  const named = (await page.clone().text()).matchAll(/"(\/_\/[^"]+\.(?:js|css))"/g);
  return keep(version, [...named].map(([, path]) => path), { signal: patience(copy ? PATIENCE : LONGEST) });
}

// `at`: when the copy was made, said on the page, also by the part that fills it. What may run on it the copy does not say.
function shown({ html, headers: kept }, { policy }, at) {
  const headers = new Headers(kept);
  headers.set("Content-Security-Policy", policy);
  if (!at) return new Response(html, { headers });
  headers.set("Sotay-Kept", at);
  return new Response(html.replace("<body", `<body data-kept="${at}"`), { headers });
}
