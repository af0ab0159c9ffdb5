// Where this phone is rung: asked for once from a tap, and found or made anew at every start from then on.
import { fromBase64url } from "../../service_worker/envelope.js";
import * as people from "../../service_worker/people.js";
import { report } from "../../service_worker/push.js";

let going;

// Throws where the browser or the ward will not have it.
export async function turnOn(me) {
  const registration = await navigator.serviceWorker.ready;
  const subscription = (await registration.pushManager.getSubscription()) ?? (await subscribe(registration, me.vapid));
  if (!(await report(subscription))) throw new Error("not kept");
  await remember(me);
}

// True: this phone is rung; false: it should be, and cannot now; undefined: nobody has turned it on here.
export function repair(me) {
  going ??= attempt(me).finally(() => {
    going = undefined;
  });
  return going;
}

async function attempt(me) {
  const registration = await navigator.serviceWorker.ready;
  let subscription = await registration.pushManager.getSubscription();
  if (subscription) await remember(me);
  else if (!(await people.all()).some(({ rung }) => rung)) return undefined;
  const kept = await fetch("/push/subscription").then((response) => response.ok && response.json()).catch(() => undefined);
  if (!kept) return Boolean(subscription);
  if (kept.endpoint === null) {
    // The push service told the server that this address is gone, or the ward signs with another key now. A browser makes
    // no second one beside it: when the new one fails, the next start finds none and makes it.
    await subscription?.unsubscribe().catch(() => undefined);
    subscription = null;
  }
  subscription ??= await subscribe(registration, kept.vapid ?? me.vapid).catch(() => undefined);
  if (!subscription) return false;
  return kept.endpoint === subscription.endpoint || report(subscription).catch(() => false);
}

function subscribe(registration, vapid) {
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(vapid) });
}

// Permission alone says nothing: it may have been given to whoever had this phone before.
async function remember(me) {
  if (!me.rung && !me.fleeting) await people.change(me.id, { rung: true });
}
