// Write without unlocking, where the ward allows it: sealed at once, marked, and not to be read here until the PIN is given.
// Where this phone may keep nothing, it is the one way left, and the entry is sent directly.
import * as outbox from "../../service_worker/outbox.js";
import * as drafts from "./drafts.js";
import { sendDirectly } from "./directly.js";
import { send } from "./deliver.js";
import { chosen } from "./lock.js";
import { say, show } from "./words.js";

// The form in which it is offered.
const UNFINISHED = "/records/new";

export async function start() {
  const section = document.querySelector("[data-quick]");
  const bare = !document.querySelector("[data-no-storage]").hidden;
  const me = bare ? await ask() : undefined;
  const form = section.querySelector("form");
  const offer = () => { section.hidden = bare ? !me : !chosen()?.quick; };
  offer();
  if (!bare) {
    form.addEventListener("input", () => keepHalf(form));
    document.querySelector("[data-people]").addEventListener("change", () => {
      offer();
      // Whose note it is was said only now: it is not offered to who was chosen before.
      drafts.finish(form);
      keepHalf(form);
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(form, me);
  });
}

// Half a note is sealed too, and offered after unlocking.
function keepHalf(form) {
  const who = chosen();
  if (!form.elements.narrative.value) drafts.finish(form);
  else if (who) drafts.later(form, UNFINISHED, () => who);
}

async function ask() {
  const response = await fetch("/me", { headers: { Accept: "application/json" } }).catch(() => undefined);
  return response?.headers.has("Sotay") ? (await response.json().catch(() => ({}))).me : undefined;
}

async function keep(form, fleeting) {
  const error = form.querySelector("[data-quick-error]");
  const written = new FormData(form);
  if (!String(written.get("narrative")).trim()) return show(error, say("write"));
  const fields = new URLSearchParams(written);
  fields.set("form_name", "observation");
  fields.set("unverified", "yes");
  try {
    if (fleeting) await sendDirectly({ ...fleeting, id: fleeting.enrolment }, "record", fields.toString(), form);
    else await outbox.save(chosen(), "record", fields.toString(), { summary: String(written.get("narrative")).trim().slice(0, 80) });
  } catch {
    return show(error, say("not-saved"));
  }
  show(error, "");
  form.reset();
  form.dispatchEvent(new Event("input", { bubbles: true }));
  show(form.querySelector("[data-quick-saved]"), say(fleeting ? "sent-directly" : "saved"));
  if (!fleeting) send();
}
