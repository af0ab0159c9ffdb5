// Private windows keep nothing: an entry is sealed in memory and sent at once; without an answer the words stay on the screen.
import { seal } from "../../service_worker/envelope.js";
import { patience } from "../../service_worker/patience.js";
import { say } from "./words.js";

const PATIENCE = 30_000;
// Of an entry that raises the alarm: the numbers to call come only for want of an answer.
const ALARMED = 8_000;
// What has been sent from a form and may or may not have arrived: [{ by, form, entry }], the oldest first.
const unanswered = new WeakMap();

export function warn() {
  const warning = document.createElement("p");
  warning.className = "notice warning";
  warning.setAttribute("role", "alert");
  warning.textContent = say("no-storage");
  document.querySelector("[data-entry-form]").before(warning);
}

// `page` is the form on screen: tapped again it offers what it sealed before, under the same id; what was changed meanwhile
// takes its place, so that the ward has it once whether or not the first had arrived.
export async function sendDirectly(me, kind, form, page) {
  const sent = (unanswered.get(page) ?? []).filter(({ by }) => by === me.id);
  const last = sent.at(-1);
  if (last?.form !== form) {
    const fields = new URLSearchParams(form);
    if (last && "mends" in page.dataset) fields.set("replaces", last.entry.id);
    else sent.length = 0;
    const id = crypto.randomUUID();
    const sealed = await seal(me, id, { seq: 0, at: Date.now(), kind, form: fields.toString() });
    sent.push({ by: me.id, form, entry: { id, key_id: me.key.key_id, sealed } });
    unanswered.set(page, sent);
  }
  const response = await fetch("/sync", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ enrolment: me.id, entries: sent.map(({ entry }) => entry) }),
    signal: patience(page.querySelector("[data-alarming]:checked") ? ALARMED : PATIENCE),
  });
  const { receipts } = await response.json();
  const { outcome } = receipts.find(({ id }) => id === sent.at(-1).entry.id);
  if (!["stored", "duplicate"].includes(outcome)) throw new Error("refused");
  unanswered.delete(page);
}
