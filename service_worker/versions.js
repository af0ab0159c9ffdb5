// Versions of the app on this phone: one cache each, which precache.js fills.
export const PREFIX = "shell-";

export function cacheName(version) {
  return PREFIX + version;
}

// Whether all of a version is here: its lock screen is stored last.
export function has(version) {
  return isWhole(cacheName(version));
}

export async function isWhole(name) {
  return Boolean(await caches.match("/lock", { cacheName: name }));
}
