// Request → policy. What is not in this table goes to the network untouched.
import { patience } from "./patience.js";
import { cacheName } from "./precache.js";

const WARD = "ward";
const DIRECTORY = "/directory/rows";

export function policyFor(request, site) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return undefined;
  if (url.pathname.startsWith("/_/")) return immutable;
  if (url.pathname === DIRECTORY) return networkThenKept;
  if (site.shells.includes(url.pathname)) return shell;
  return request.mode === "navigate" ? online : undefined;
}

async function immutable(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function shell(request, { version }) {
  const cache = await caches.open(cacheName(version));
  return (await cache.match(new URL(request.url).pathname)) ?? fetch(request);
}

async function online(request, { version }) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(cacheName(version))).match("/offline")) ?? Response.error();
  }
}

// Units and numbers of the ward: fresh when there is a network, else as last seen.
async function networkThenKept(request) {
  const cache = await caches.open(WARD);
  try {
    const response = await fetch(request, { signal: patience(8_000) });
    const whole = response.ok && !response.redirected && response.headers.get("Content-Type")?.startsWith("text/html")
      && response.headers.has("Sotay-Ward");
    if (whole) await cache.put(DIRECTORY, response.clone());
    return whole ? response : (await cache.match(DIRECTORY)) ?? response;
  } catch {
    return (await cache.match(DIRECTORY)) ?? Response.error();
  }
}
