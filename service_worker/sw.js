// The worker's index: which event leads where. Policy sits in the modules; every waitUntil is called at once.
import { dropOldPages } from "./age.js";
import { flush } from "./flush.js";
import * as keys from "./keys.js";
import { versions } from "./pages.js";
import { install, prune } from "./precache.js";
import { INVITATION, left, policyFor } from "./routes.js";
import * as push from "./push.js";
import * as windows from "./windows.js";

// Called by /sw.js with {version, shells, policy, files}.
export function start(site) {
  windows.leaveOut([...site.shells, INVITATION]);
  keys.askIn(windows.somebodys);
  self.addEventListener("install", (event) => event.waitUntil(install(site)));
  // What the version before needs goes when a page of this one asks: its last page may just be loading, or still be in use.
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
  self.addEventListener("fetch", (event) => {
    const policy = policyFor(event.request, site);
    if (policy) event.respondWith(policy(event.request, site));
  });
  self.addEventListener("sync", (event) => event.waitUntil(flushOrAskAgain()));
  self.addEventListener("push", (event) => event.waitUntil(push.show(event)));
  self.addEventListener("notificationclick", (event) => event.waitUntil(push.open(event)));
  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(push.renew(event)));
  self.addEventListener("message", (event) => {
    if (!windows.heeded(event)) return;
    if (event.data?.type === "take-over") event.waitUntil(self.skipWaiting());
    else if (event.data?.type === "left") left(event.data.at);
    else if (event.data?.type === "prune") event.waitUntil(dropOldPages().then(() => event.data.version === site.version && tidy(site)));
    else event.waitUntil(keys.heard(event));
  });
}

async function tidy({ version }) {
  // A page may still speak to a worker whose successor has begun: its own version is no longer the one to keep.
  if (self.serviceWorker?.state === "redundant") return;
  // A version that waits for its turn has its scripts there already.
  if (self.registration.waiting || self.registration.installing) return;
  await prune([version, ...(await versions())]);
}

// A rejected promise makes the browser come back with the next network.
async function flushOrAskAgain() {
  const { troubles } = await flush({ now: true });
  if (Object.values(troubles).some((trouble) => trouble === "unreachable" || trouble === "captive")) throw new Error("later");
}
