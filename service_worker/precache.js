// The data-free shell: the lock screen, the page one leaves to, scripts, styles. All of one version, or nothing.
const PREFIX = "shell-";

export function cacheName(version) {
  return PREFIX + version;
}

export async function install({ version, shells, files }) {
  const cache = await caches.open(cacheName(version));
  await Promise.all([...shells.map((path) => fetchShell(path, version)), ...files.map(fetchFile)].map(async (coming) => {
    const { path, response } = await coming;
    await cache.put(path, response);
  }));
}

async function fetchShell(path, version) {
  const response = await fetch(path, { cache: "reload", credentials: "same-origin", redirect: "error" });
  // A login page of a Wi-Fi, or a server that is already a version further, must not become our offline copy.
  if (!response.ok || response.headers.get("Sotay-Version") !== version) throw new Error("not this version");
  return { path, response };
}

async function fetchFile(path) {
  const response = await fetch(path, { credentials: "same-origin", redirect: "error" });
  if (!response.ok) throw new Error("missing file");
  return { path, response };
}

// Whether this phone has the scripts of a version.
export function has(version) {
  return caches.has(cacheName(version));
}

// Old versions go once no copy of a page on this phone needs their scripts.
export async function prune(versions) {
  const needed = new Set([...versions].map(cacheName));
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !needed.has(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}
