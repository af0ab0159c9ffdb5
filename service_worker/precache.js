// The data-free shell: the lock screen, the page one leaves to, scripts, styles. All of one version, or nothing.
import { PREFIX, cacheName, isWhole } from "./versions.js";

export async function install({ version, shells, files }) {
  const cache = await caches.open(cacheName(version));
  const [pages] = await Promise.all([
    Promise.all(shells.map((path) => fetchShell(path, version))),
    ...files.map(async (path) => cache.put(path, await file(path))),
  ]);
  // The lock screen is the last: by it a version is known to be whole (versions.js).
  for (const { path, response } of pages.reverse()) await cache.put(path, response);
  for (const name of await others([cacheName(version)])) if (!(await isWhole(name))) await caches.delete(name);
}

async function fetchShell(path, version) {
  const response = await fetch(path, { cache: "reload", credentials: "same-origin", redirect: "error" });
  // A login page of a Wi-Fi, or a server that is already a version further, must not become our offline copy.
  if (!response.ok || response.headers.get("Sotay-Version") !== version) throw new Error("not this version");
  return { path, response };
}

// A script, a style or an icon under its address that never changes; rejects when another answers for it.
export async function file(path, how) {
  return (await caches.match(path)) ?? fetchFile(path, { credentials: "same-origin", redirect: "error", ...how });
}

async function fetchFile(path, how) {
  let response = await fetch(path, how).catch(() => undefined);
  // What a Wi-Fi once said in its place the browser may have kept.
  if (!isOurs(response)) response = await fetch(path, { ...how, cache: "reload" });
  if (!isOurs(response)) throw new Error("not this file");
  return response;
}

// A Wi-Fi that wants a login answers 200 for scripts too.
function isOurs(response) {
  return response?.ok && response.headers.get("Cross-Origin-Resource-Policy") === "same-origin";
}

// Keep what a page of another version needs at once; answers whether all of it could be had. A full phone shows it all the same.
export async function keep(version, paths, how) {
  const cache = await caches.open(cacheName(version));
  const had = await Promise.allSettled(paths.map(async (path) => {
    const response = await file(path, how);
    await cache.put(path, response).catch(() => undefined);
  }));
  return had.every(({ status }) => status === "fulfilled");
}

// Old versions go once no copy of a page on this phone needs their scripts. One that is not whole belongs to a page on the
// screen that is further than this worker: it goes when the next version has come whole.
export async function prune(versions) {
  const old = await others([...versions].map(cacheName));
  await Promise.all(old.map(async (name) => (await isWhole(name)) && caches.delete(name)));
}

async function others(needed) {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !needed.includes(name));
}
