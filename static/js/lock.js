// The lock screen: a PIN opens the book, and with a network the server's reading session. It says nothing of what is inside.
import { hear } from "../../service_worker/channel.js";
import * as keys from "../../service_worker/keys.js";
import { pause } from "../../service_worker/patience.js";
import * as people from "../../service_worker/people.js";
import { unlock as openVault } from "../../service_worker/pin.js";
import * as session from "../../service_worker/session.js";
import * as enrolment from "./enrolment.js";
import { leaving } from "./idle.js";
import { impossible, typed } from "./secret.js";
import { stretch } from "./stretch.js";
import * as tries from "./tries.js";
import { recall } from "./who.js";
import { say, show } from "./words.js";

const { MOST } = tries;
const WARN_FROM = 5;
// The right PIN, of which the ward knows another, such as one restored from a backup: it is no try that wipes.
const MOST_REFUSED = 3;
const NETWORK_PATIENCE = 2_500;
const OPENING_PATIENCE = 10_000;
// Until this screen turns into a page.
export const standing = new AbortController();
let rows = [];
let entering = new AbortController();
let coming;
let beforeWipe;

// `saveHalf(id)` saves what this person has half written here.
export async function start(saveHalf) {
  beforeWipe = saveHalf;
  const form = document.querySelector("[data-unlock]");
  const stored = await people.all().catch(() => undefined);
  // An answer that was on its way while the book was closed may have brought it back.
  if (stored) session.dropHalf();
  rows = readable(stored);
  form.hidden = !rows.length;
  document.querySelector("[data-nobody]").hidden = rows.length > 0 || !stored;
  document.querySelector("[data-wiped]").hidden = rows.length > 0 || !stored?.some(({ state }) => state === "wiped");
  document.querySelector("[data-no-storage]").hidden = Boolean(stored);
  if (!rows.length) return;
  // An installed app has no place to type an address.
  document.querySelector("[data-invited]").hidden = false;
  offer(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    unlock(form);
  });
  // Whom a delivery has just wiped can open nothing here any more; but nobody's half-written words go for that.
  hear("wiped", async () => {
    const left = new Set(readable(await people.all()).map(({ id }) => id));
    if (!standing.signal.aborted && rows.some(({ id }) => !left.has(id)) && !isFilled()) location.reload();
  }, standing.signal);
  for (const row of rows) recall(row.id).catch(() => undefined);
}

// Rows from before the vault, and of those wiped, open nothing any more: their people need a new invitation.
function readable(stored = []) {
  return stored.filter((row) => row.vault?.salt);
}

// With several people on one phone, the one who opened it last stands first.
function offer(form) {
  const place = form.querySelector("[data-people]");
  place.hidden = rows.length < 2;
  const last = localLast();
  for (const row of rows) {
    const chip = document.getElementById("person").content.firstElementChild.cloneNode(true);
    chip.querySelector("input").value = row.id;
    chip.querySelector("input").checked = row.id === last || rows.length === 1;
    chip.querySelector("span").textContent = row.label;
    place.append(chip);
  }
  if (!form.querySelector("[name=person]:checked")) form.querySelector("[name=person]").checked = true;
  place.addEventListener("change", () => suit(form));
  suit(form);
}

const localLast = () => rows.reduce((last, row) => ((row.openedAt ?? 0) > (last?.openedAt ?? 0) ? row : last), rows[0])?.id;

export function chosen() {
  const id = document.querySelector("[data-unlock] [name=person]:checked")?.value;
  return rows.find((row) => row.id === id);
}

// Whether something stands in the fields of this screen.
export function isFilled() {
  return ["pin", "quick"].some((id) => document.getElementById(id).value);
}

function suit(form) {
  form.elements.pin.inputMode = chosen().secret === "passphrase" ? "text" : "numeric";
  form.elements.pin.value = "";
  show(form.querySelector("[data-error]"), "");
  document.querySelector("[data-unknown]").hidden = !people.isStrange(chosen());
}

async function unlock(form) {
  const { id, secret } = chosen();
  const pin = typed(form.elements.pin, secret);
  const error = form.querySelector("[data-error]");
  const button = form.querySelector("[type=submit]");
  show(error, "");
  const none = pin && impossible(pin, secret);
  if (none) show(error, say(`pin-${none}`));
  if (!pin || none) return form.elements.pin.focus();
  button.disabled = true;
  show(form.querySelector("[data-progress]"), say("opening"));
  // What an earlier try opened is not shown any more.
  entering.abort();
  entering = new AbortController();
  // The page is idle while the PIN is stretched.
  const page = behind();
  const outcome = await tryPin(id, pin).catch(whyNot);
  // Whoever has left meanwhile is on the way elsewhere.
  if (leaving) return undefined;
  // A network that is silent may keep the page that comes: whoever waits too long tries again.
  if (outcome === "open") await Promise.race([goOn(id, page, entering.signal), pause(OPENING_PATIENCE)]);
  else await closeOpened();
  form.elements.pin.value = "";
  if (standing.signal.aborted) return undefined;
  form.dispatchEvent(new Event("input", { bubbles: true }));
  button.disabled = false;
  show(form.querySelector("[data-progress]"), "");
  if (outcome === "open") return undefined;
  const left = MOST - ((await people.get(id).catch(() => undefined))?.failures ?? MOST);
  // Half a note of whoever was wiped elsewhere is saved here; where it cannot be, it stays.
  if (outcome === "wiped") return beforeWipe(id).then(() => showWiped(form, id), () => show(error, say("full")));
  show(error, outcome !== "wrong" ? say(outcome) : left <= MOST - WARN_FROM ? say("left", undefined, { n: left }) : say("wrong"));
  form.elements.pin.focus();
}

// A store that has opened before, and takes nothing more, is full: what cannot be counted is not tried.
function whyNot(error) {
  return error instanceof DOMException ? "full" : "failed";
}

// What the page behind needs and this screen does without; nothing when it could not be had.
function behind() {
  coming ??= bring().catch(() => { coming = undefined; });
  return coming;
}

async function bring() {
  const [softly, app] = await Promise.all([import("./softly.js"), import("./app.js")]);
  await softly.bringHtmx();
  return { softly, app };
}

// A book that an earlier try opened, and whose page never came, is not left open behind a screen that asks for the PIN.
async function closeOpened() {
  if (!keys.held() || (await keys.overtaken())) return;
  session.end();
  await keys.close();
}

// What stood here is only for whoever had the phone last; what a ring led to is for the one who was rung.
async function goOn(id, page, signal) {
  const theirs = (id === localLast() || location.pathname.startsWith("/n/")) && location.pathname !== "/lock";
  const { softly, app } = (await page) ?? {};
  if (signal.aborted) return;
  const begin = () => {
    standing.abort();
    return app.start();
  };
  // To a place within a page only the browser goes.
  const may = softly && !(theirs && location.hash);
  const entered = may && await softly.enter(theirs ? location.href : `${location.origin}/`, begin, signal).catch(() => false);
  if (entered || leaving || signal.aborted || isFilledAnew()) return;
  // Anew, not replaced by itself: where the address names an entry after #, that would open nothing.
  if (theirs) location.reload();
  else location.replace("/");
  await pause(OPENING_PATIENCE);
}

// Whoever has waited too long may write again.
function isFilledAnew() {
  const button = document.querySelector("[data-unlock] [type=submit]");
  return button && !button.disabled && isFilled();
}

// "open", "wrong", "wiped", "failed", or where a change of PIN was cut off, which of the two to use: "use-new", "use-old".
async function tryPin(id, pin) {
  const [turn, row] = await Promise.all([keys.turn(), tries.count(id)]);
  if (!row?.vault) return "wiped";
  if (row.failures > MOST) return wipe(id);
  const { verifier, opened, raised, vault: now, other } = await openEither(row, pin).catch((error) => notTried(id, error));
  if (leaving && opened) return tries.forgive(id);
  const offline = navigator.onLine === false;
  const enough = (other && now.refused) || (opened && now.refused >= MOST_REFUSED);
  const asked = offline || enough ? Promise.resolve() : session.begin(id, verifier);
  if (!opened) {
    const answer = await Promise.race([asked, pause(NETWORK_PATIENCE)]);
    return row.failures >= MOST || answer?.status === 410 ? wipe(id) : "wrong";
  }
  // Where two PINs may be right, nobody but this try asks which: it is waited for.
  const answer = await (other ? asked : Promise.race([asked, pause(NETWORK_PATIENCE)]));
  if (answer?.status === 410) return wipe(id);
  const known = answer?.status === 200;
  const refused = !known && (now.refused ?? 0) + (answer?.status === 403);
  const fresh = { failures: 0, openedAt: Date.now(), vault: { ...(raised ?? now), refused }, next: known ? undefined : other, ...(answer?.status === 401 && { state: "unknown" }) };
  // Wiped in another page while it was tried here, or given another PIN.
  if (!(await tries.settle(id, row, fresh))) return (await people.get(id))?.vault ? "failed" : "wiped";
  if (refused && other && !offline) return (now.made ?? 0) > (other.made ?? 0) ? "use-old" : "use-new";
  if (!(await keys.hold(id, { ...opened, verifier }, row.idle, turn))) {
    // Somebody has left, or opened another book, while this one was tried.
    session.end();
    return "failed";
  }
  if (known) await enrolment.keep(answer.said);
  return "open";
}

async function notTried(id, error) {
  await tries.forgive(id);
  throw error;
}

// A change of PIN whose answer was lost leaves two vaults of the same key, until the ward has said which it knows. One that
// stands alone and was made at a lower cost is raised to today's: a second stretching, once.
async function openEither(row, pin) {
  const first = { ...(await openVault(stretch, pin, row.vault, { raise: !row.next })), vault: row.vault, other: row.next };
  if (first.opened || !row.next) return first;
  const second = { ...(await openVault(stretch, pin, row.next)), vault: row.next, other: row.vault };
  return second.opened ? second : first;
}

async function wipe(id) {
  await beforeWipe(id);
  const before = rows;
  // This page says it itself.
  rows = rows.filter((row) => row.id !== id);
  await tries.wipe(id).catch((error) => {
    rows = before;
    throw error;
  });
  return "wiped";
}

function showWiped(form, id) {
  rows = rows.filter((row) => row.id !== id);
  form.hidden = !rows.length;
  if (rows.length) chooseAnother(form, id);
  else {
    document.querySelector("[data-quick-form]").hidden = !isFilled();
    document.querySelector("[data-invited] a").className = "button";
  }
  const note = document.querySelector("[data-wiped]");
  note.hidden = false;
  note.focus();
}

// Whoever else has a book here goes on: the screen is theirs, as if they had been chosen.
function chooseAnother(form, id) {
  const place = form.querySelector("[data-people]");
  place.querySelector(`[value="${id}"]`).closest("label").remove();
  place.hidden = rows.length < 2;
  place.querySelector("[name=person]").checked = true;
  place.dispatchEvent(new Event("change"));
}
