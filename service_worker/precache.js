// The data-free shell: the lock screen, the page one leaves to, scripts, styles. All of one version, or nothing.
import { PREFIX, cacheName } from "./versions.js";

export async function install({ version, shells, files }) {
  const cache = await caches.open(cacheName(version));
  const [pages] = await Promise.all([
    Promise.all(shells.map((path) => fetchShell(path, version))),
    ...files.map(async (path) => cache.put(path, await file(path))),
  ]);
  // The lock screen is the last: by it a version is known to be whole (versions.js).
  for (const { path, response } of pages.reverse()) await cache.put(path, response);
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

// Old versions go once no copy of a page on this phone needs their scripts.
export async function prune(versions) {
  const needed = new Set([...versions].map(cacheName));
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !needed.has(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}
