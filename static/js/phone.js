// Máy này: the name on the lock screen, another PIN, and what waits as a file.
import * as keys from "../../service_worker/keys.js";
import * as people from "../../service_worker/people.js";
import { rewrap, unlock } from "../../service_worker/pin.js";
import * as session from "../../service_worker/session.js";
import { exported } from "./exported.js";
import { startFilling, stopFilling } from "./registration.js";
import { impossible, startSecrets, typed, typedAnew, weakness } from "./secret.js";
import { stretch } from "./stretch.js";
import * as tries from "./tries.js";
import { current } from "./who.js";
import { say, show } from "./words.js";

export async function start() {
  const place = document.querySelector("[data-phone]");
  const me = await current();
  if (!me || me.fleeting) return;
  place.hidden = false;
  startSecrets(place);
  const kind = me.secret ?? "pin";
  for (const hint of place.querySelectorAll("[data-hint]")) hint.hidden = hint.dataset.hint !== kind;
  for (const field of place.querySelectorAll(".secret input")) field.inputMode = kind === "pin" ? "numeric" : "text";
  const label = place.querySelector("[data-label-form]");
  label.elements.label.value = me.label;
  on(label, () => rename(me, label));
  const pins = place.querySelector("[data-pin-form]");
  // A PIN half changed is not thrown away for a new version: nobody would learn which of the two it is.
  pins.addEventListener("input", startFilling);
  on(pins, () => changePin(me, pins, kind));
  place.querySelector("[data-export]").addEventListener("click", () => save(me, place));
}

function on(form, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    const [error, done] = ["error", "done"].map((name) => form.querySelector(`[data-${name}]`));
    for (const place of [error, done]) show(place, "");
    button.disabled = true;
    const [wrong, known] = [await act(form).catch(() => "failed")].flat();
    button.disabled = false;
    if (wrong) show(error, say(wrong, words(), known));
    else show(done, say("done", words()));
  });
}

const words = () => document.querySelector("[data-phone-words]");

async function rename(me, form) {
  const label = form.elements.label.value.trim().slice(0, 12);
  if (!label) return "label-empty";
  // Two people are told apart by it.
  if ((await people.all()).some((row) => row.id !== me.id && row.label?.toLowerCase() === label.toLowerCase())) return "label-taken";
  await people.change(me.id, { label });
  return "";
}

// Whoever has the open phone in hand guesses here as on the lock screen, and no oftener.
async function changePin(me, form, kind) {
  const now = typed(form.elements.now, kind);
  const [fresh, again] = ["pin", "again"].map((name) => typedAnew(form.elements[name], kind));
  const weak = weakness(fresh, kind);
  if (weak) return `${kind}-${weak}`;
  if (fresh !== again) return "different";
  if (navigator.onLine === false) return "needs-network";
  if (impossible(now, kind)) return "now-wrong";
  const tried = await tries.count(me.id);
  const outcome = tried.failures > tries.MOST ? "now-wrong" : await exchange(me, now, fresh).catch(() => "not-tried");
  if (outcome === "now-wrong") return guessed(me, tries.MOST - tried.failures);
  if (outcome === "not-tried") return tries.forgive(me.id).then(() => "failed");
  await people.change(me.id, (row) => row.vault && { failures: 0 });
  return outcome || finish(form);
}

async function guessed(me, left) {
  if (left <= 0) await tries.wipe(me.id);
  return left > tries.MOST / 2 ? "now-wrong" : ["left", { n: left }];
}

// Both vaults are kept until the server has said which it knows: whichever PIN that is, one of them opens. "" when it is done.
async function exchange(me, now, fresh) {
  const before = await settle(me, now, fresh);
  if (before) return before === "taken" ? "" : before;
  const row = await people.get(me.id);
  // A ward that knows another PIN would count a try.
  if (people.isStrange(row)) return "unknown";
  const made = await rewrap(stretch, now, fresh, row.vault);
  if (!made) return "now-wrong";
  const next = { ...made.vault, made: Date.now() };
  // Another page is just changing it.
  if (row.next || !(await tries.settle(me.id, row, { next }))) return "failed";
  const answer = await session.changePin(made.old, made.verifier);
  if (answer?.status === 204) {
    await adopt(me, next, made.verifier);
    return "";
  }
  // Refused for certain: the old one stays. Not reached, or unknown: both stay.
  const refused = answer?.status < 500;
  if (refused) await tries.settle(me.id, { ...row, next }, { next: undefined });
  return refused ? "failed" : "unsure";
}

function finish(form) {
  form.reset();
  stopFilling();
  return "";
}

// A change that was cut off comes first: the ward is asked which of the two it knows. "taken" when it was this very one.
async function settle(me, now, fresh) {
  const { vault: one, next: other } = await people.get(me.id);
  if (!other) return "";
  for (const [pin, kept] of [[fresh, other], [fresh, one], [now, one], [now, other]]) {
    const { opened, verifier } = await unlock(stretch, pin, kept);
    const status = opened && (await session.begin(me.id, verifier))?.status;
    if (status === 200) {
      await adopt(me, kept, verifier);
      return pin === fresh ? "taken" : "";
    }
    if (opened && status !== 403) return "unsure";
  }
  return "now-wrong";
}

async function adopt(me, kept, verifier) {
  await people.change(me.id, (row) => row.vault && { vault: { ...kept, refused: false }, next: undefined });
  const book = keys.held();
  // Not where it was closed meanwhile.
  if (book) await keys.hold(me.id, { ...book, verifier }, me.idle, book.turn);
}

async function save(me, place) {
  const { bytes, count } = await exported(me);
  show(place.querySelector("[data-export-state]"), say(count ? "exported" : "nothing-waits", words(), { n: count }));
  if (!count) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = `so-tay-${new Date().toISOString().slice(0, 10)}.bin`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
