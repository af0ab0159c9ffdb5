// Whose book is open on this phone now.
import { wipeDelivered } from "../../service_worker/flush.js";
import * as pages from "../../service_worker/pages.js";
import { patience } from "../../service_worker/patience.js";
import * as people from "../../service_worker/people.js";

const RECORDERS = ["collaborator", "counsellor", "responder", "coordinator", "decider"];
const ASK_AGAIN = 10 * 60_000;
const PATIENCE = 8_000;
// Of whom the ward has not said yet, in seconds.
const IDLE = 300;

let known;
let id;

// The person whose book is open, or undefined.
export function current() {
  known ??= find();
  return known;
}

// Another page asks anew: the key may have changed, and the server is asked from time to time.
export function forget() {
  known = undefined;
}

async function find() {
  const stored = await people.all().catch(() => undefined);
  if (!stored) return fleeting();
  const me = await people.current();
  if (!me) return undefined;
  if (Date.now() - me.asked > ASK_AGAIN) recall(me.id).catch(() => undefined);
  return me;
}

// Where this phone may keep nothing, the person is whom the server's reading session names.
async function fleeting() {
  const said = await ask();
  if (!said) {
    // Nothing that stands on the screen goes for want of an answer, and whoever saves it asks anew.
    forget();
    return { idle: IDLE, fleeting: true };
  }
  return said.me?.role ? { ...said.me, id: said.me.enrolment, fleeting: true } : undefined;
}

// The key may have changed, the phone may have been revoked.
export async function recall(id) {
  const said = await ask({ "Sotay-Enrolment": id });
  if (said?.drop?.length) await pages.drop(said.drop);
  for (const revoked of said?.revoked ?? []) await wipeDelivered(revoked).catch(() => undefined);
  if (said?.me?.enrolment === id) await (await import("./enrolment.js")).keep(said.me);
  return said;
}

// What the ward says of this phone; undefined when it was not reached.
export async function ask(headers) {
  const response = await fetch("/me", { headers: { Accept: "application/json", ...headers }, signal: patience(PATIENCE) }).catch(() => undefined);
  return response?.ok && response.headers.has("Sotay") ? response.json().catch(() => undefined) : undefined;
}

export async function showWho() {
  const me = await current();
  if (!me?.id) return;
  id = me.id;
  document.addEventListener("htmx:config:request", asWho);
  document.body.classList.add(`is-${me.role}`, ...(RECORDERS.includes(me.role) ? ["is-recorder"] : []));
  for (const link of document.querySelectorAll(`[data-for-${me.role}]`)) link.href = link.getAttribute(`data-for-${me.role}`);
  globalThis.htmx.trigger(document.body, "enrolled");
}

// Whatever htmx asks for is asked as the person this page belongs to, whoever uses another tab.
function asWho({ detail }) {
  detail.ctx.request.headers["Sotay-Enrolment"] = id;
}
