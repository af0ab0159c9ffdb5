// Write without unlocking, where the ward allows it: sealed at once, marked, and not to be read here until the PIN is given.
// Where this phone may keep nothing, the entry is sent directly; only where it is one person's alone, and nobody is taken for another.
import * as outbox from "../../service_worker/outbox.js";
import * as people from "../../service_worker/people.js";
import { STRICT, open } from "../../service_worker/store.js";
import * as drafts from "./drafts.js";
import { sendDirectly } from "./directly.js";
import { send } from "./deliver.js";
import { chosen } from "./lock.js";
import { ask } from "./who.js";
import { say, show } from "./words.js";

// The form in which it is offered.
const UNFINISHED = "/records/new";

// The longest that half a note stands here untouched, in seconds, where the ward has not said it yet.
const IDLE = 300;
// Whoever writes where this phone may keep nothing.
let fleeting;
let blank;

export async function start() {
  const section = document.querySelector("[data-quick]");
  const bare = !document.querySelector("[data-no-storage]").hidden;
  blank = form().cloneNode(true);
  begin(form());
  fleeting = bare ? sole((await ask())?.me) : undefined;
  const offer = () => { section.hidden = bare ? !fleeting : !chosen()?.quick; };
  offer();
  document.querySelector("[data-people]").addEventListener("change", () => {
    anew();
    offer();
  });
}

function form() {
  return document.querySelector("[data-quick-form]");
}

function begin(fresh) {
  fresh.addEventListener("input", () => keepHalf(fresh));
  fresh.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(fresh);
  });
}

// The next has a form of their own: what stands in this one is sealed for whoever wrote it, and is theirs alone to find again.
export function anew() {
  const left = form();
  const fresh = blank.cloneNode(true);
  begin(fresh);
  left.replaceWith(fresh);
  show(document.querySelector("[data-quick-saved]"), "");
  fresh.dispatchEvent(new Event("input", { bubbles: true }));
  letGo(left);
}

// What a full phone could not keep waits, off the screen, until there is room.
async function letGo(left) {
  if (await drafts.keep(left)) return document.addEventListener("visibilitychange", () => letGo(left), { once: true });
  drafts.writing.delete(left);
  return left.reset();
}

export function idle() {
  return (fleeting ?? chosen())?.idle ?? IDLE;
}

function sole(me) {
  return me?.alone && me.quick ? me : undefined;
}

// Half a note is sealed too, and offered after unlocking.
function keepHalf(form) {
  const who = chosen();
  if (!form.elements.narrative.value) drafts.finish(form);
  else if (who) drafts.later(form, UNFINISHED, () => who);
}

async function keep(form) {
  const error = form.querySelector("[data-quick-error]");
  if (!form.elements.narrative.value.trim()) return show(error, say("write"));
  // A second tap keeps nothing twice.
  if (form.inert) return;
  await drafts.held(form, save(form)).then(() => show(error, ""), () => show(error, say("not-saved")));
}

// Before whose tries are over is wiped, their drafts with the rest: half a note of theirs becomes an entry as it stands.
export async function saveHalf(id) {
  if (chosen()?.id === id && form().elements.narrative.value.trim()) await save(form());
}

async function save(form) {
  const fields = new URLSearchParams(new FormData(form));
  const summary = fields.get("narrative").trim().slice(0, 80);
  fields.set("form_name", "observation");
  fields.set("unverified", "yes");
  if (fleeting) await sendDirectly({ ...fleeting, id: fleeting.enrolment }, "record", fields.toString(), form);
  else await drafts.awaited(store(chosen(), fields.toString(), summary, drafts.writing.get(form)?.draft));
  form.reset();
  // Also one that was left meanwhile, and that nobody hears any more.
  drafts.finish(form);
  form.dispatchEvent(new Event("input", { bubbles: true }));
  show(document.querySelector("[data-quick-saved]"), say(fleeting ? "sent-directly" : "saved"));
  if (!fleeting) send();
}

async function store(who, fields, summary, draft) {
  const entry = await outbox.save(who, "record", fields, { summary, draft });
  await rememberWiped(who, entry).catch(() => undefined);
}

// Of somebody wiped while they wrote, it is remembered until it is delivered whose it is: else nothing would carry it (flush.js).
async function rememberWiped({ id, person }, entry) {
  const write = (await open()).transaction(["enrolments", "outbox"], "readwrite", STRICT);
  const rows = write.objectStore("enrolments");
  const waits = await write.objectStore("outbox").getKey(entry);
  if (waits && !(await rows.getKey(id))) people.remember(rows, id, person);
  await write.done;
}
