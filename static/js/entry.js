// Entry forms: htmx posts them, and the outbox is its transport. The page seals and stores; nothing is sent from here.
import { listen } from "../../service_worker/channel.js";
import * as outbox from "../../service_worker/outbox.js";
import { open } from "../../service_worker/store.js";
import { callFirst, raise } from "./alarm.js";
import { send } from "./deliver.js";
import { units } from "./directory.js";
import * as drafts from "./drafts.js";
import { startFilling, stopFilling } from "./registration.js";
import { fill, goWith, write } from "./row.js";
import { current } from "./who.js";
import { say, show } from "./words.js";

const GREY = 150;
// Milliseconds in which the row gets on screen before its delivery begins.
const SHOWN = 50;
let page;
let hash;

// Listeners of the document stay when the page is left: added again they are still the same.
export function start(signal) {
  page = signal;
  hash = new URLSearchParams(location.hash.slice(1));
  document.addEventListener("htmx:config:request", carry);
  document.addEventListener("input", begun);
  document.addEventListener("click", takeBack);
  document.addEventListener("keydown", takeBackByKey);
  document.addEventListener("change", follow);
  document.addEventListener("htmx:after:swap", enable);
  prefill();
  warnWithoutStorage();
}

function carry({ detail: { ctx } }) {
  if (ctx.sourceElement.matches("[data-entry-form]")) ctx.fetch = (_address, request) => deposit(ctx.sourceElement, request.body.toString());
}

function begun({ target }) {
  if (target.closest("[data-entry-form]")) startFilling();
}

// An answer of our own making: nothing to swap, and no request has been made.
async function deposit(form, body) {
  const problem = wrong(form);
  show(form.querySelector("[data-error]"), problem);
  if (problem) form.querySelector("[data-error]").scrollIntoView({ block: "center" });
  else if (!frameOf(form).inert) {
    // A second tap keeps nothing twice. Greyed only when it takes long: a frame of its own would hold the row back.
    startFilling();
    const button = form.querySelector("[type=submit]");
    const grey = setTimeout(() => { button.disabled = true; }, GREY);
    const greyed = keep(form, body).finally(() => {
      clearTimeout(grey);
      button.disabled = false;
    });
    await drafts.held(frameOf(form), greyed).catch(async () => {
      // A store that has opened before, and takes nothing more, is full.
      const why = (await current().catch(() => undefined))?.fleeting ? say("not-sent-directly") : document.querySelector("[data-full]").textContent;
      show(form.querySelector("[data-error]"), why);
      if (isAlarming(form)) callFirst(form);
    });
  }
  return new Response(null, { status: 204, headers: { Sotay: "1" } });
}

async function keep(form, body) {
  const said = { kind: form.dataset.entryForm, form: body, summary: summarise(form), at: Date.now(), errors: [] };
  const { me, id } = await drafts.awaited(store(form, said));
  if (!me) show(form.querySelector("[data-error]"), say("not-enrolled"));
  else if (!id) await sendUnkept(form, me, said);
  else {
    showSaved(form, { ...said, id, state: "waiting" });
    setTimeout(send, SHOWN);
  }
}

// Answers who wrote it, and the entry's id; none where this phone can keep nothing.
async function store(form, { kind, form: body, summary }) {
  const mended = hash.get("mend");
  const draft = drafts.writing.get(form)?.draft;
  const me = await current();
  // What is mended has a place of its own, and waits for it.
  if (!me || me.fleeting || (!mended && !(await open().then(() => true, () => false)))) return { me };
  // A form may say itself which entry it settles: one that came second, or that is taken back.
  const settles = (form.elements.target ?? form.elements.replaces)?.value || undefined;
  const id = mended ? await outbox.mend(me, mended, kind, body, { summary, draft }) : await outbox.save(me, kind, body, { summary, settles, draft });
  return { me, id };
}

async function sendUnkept(form, me, said) {
  const { sendDirectly } = await import("./directly.js");
  await sendDirectly(me, said.kind, said.form, form);
  showSaved(form, { ...said, id: "", state: "stored" });
  show(document.querySelector("[data-still]"), say("sent-directly"));
}

// What the server would refuse anyway, said before it is sealed.
function wrong(form) {
  const names = form.dataset.oneOf.split(" ").filter(Boolean);
  const fields = new FormData(form);
  const given = !names.length || names.some((name) => fields.getAll(name).some((value) => value.trim()));
  if (!given) return form.dataset.oneOfMessage;
  const missing = [...form.querySelectorAll("[data-required]")].find((asked) => !fields.get(asked.dataset.field ?? asked.name));
  if (missing) return missing.dataset.required;
  // A step that needs a day: said by the form, unless it says there is no step.
  const { dated, datedUnless, datedMessage } = form.dataset;
  const isDated = !dated || fields.get(dated) === datedUnless || fields.get("due") || fields.get("on_date");
  if (!isDated) return datedMessage;
  const unit = form.elements.unit;
  const pressing = form.querySelector("[data-pressing]:checked");
  const direct = unit?.selectedOptions[0]?.dataset.direct !== undefined && !document.body.classList.contains("is-coordinator");
  return direct && !pressing ? unit.dataset.notDirect : "";
}

// A line for Sổ của tôi: what was chosen or happened, or the beginning of the words.
function summarise(form) {
  const labels = (name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((chip) => chip.nextElementSibling.textContent);
  const unit = form.elements.unit?.value && form.elements.unit.selectedOptions[0].textContent;
  const chosen = form.elements.choice && form.querySelector("[type=submit]").textContent;
  const chips = ["acts", "services", "decision"].map((name) => labels(name).join(", ")).find(Boolean);
  const text = [chosen, unit && `→ ${unit}`, chips || form.querySelector("textarea")?.value.trim()].filter(Boolean).join(": ");
  return text.length <= 80 ? text : `${text.slice(0, 79).trimEnd()}…`;
}

function isAlarming(form) {
  return Boolean(form.querySelector("[data-alarming]:checked"));
}

// What goes from the screen with this form once it is saved.
function frameOf(form) {
  return form.closest("[data-answers-form]") ?? form;
}

function showSaved(form, own) {
  const frame = frameOf(form);
  drafts.finish(frame);
  // The page was left while it was kept.
  if (!form.isConnected) return;
  const saved = document.getElementById("saved").content.cloneNode(true).firstElementChild;
  fill(saved.querySelector(".row"), own);
  const refer = saved.querySelector("[data-refer]");
  if (refer && own.id) goWith(refer, own.id);
  const alarming = isAlarming(form);
  frame.replaceWith(saved);
  document.dispatchEvent(new Event("saved"));
  document.querySelector("main > [data-alarm]")?.remove();
  if (!(alarming && raise(saved.querySelector("[data-alarm]"), own, page))) stopFilling();
  keepTrue(saved.querySelector(".row"), own);
  scrollTo(0, 0);
  saved.focus({ preventScroll: true });
}

// The row goes on telling the truth: sent, received, or sent back.
function keepTrue(row, own) {
  if (!own.id) return;
  listen(async ({ type }) => {
    const now = await outbox.read(await current(), own.id);
    if (now) fill(row, now, { sending: type === "sending" });
    show(document.querySelector("[data-still]"), now?.state === "waiting" ? say("still") : "");
  }, page);
}

async function warnWithoutStorage() {
  const me = await current();
  const stored = !me?.fleeting && (await open().then(() => true, () => false));
  if (!stored) (await import("./directly.js")).warn();
}

// #mend=<id>: the form as it was written. #record=<id>: a form that goes with that record.
async function prefill() {
  const me = await current();
  const form = document.querySelector("[data-entry-form]");
  if (me && !me.fleeting) outbox.ready(me).catch(() => undefined);
  if (me && !me.fleeting && hash.has("mend")) {
    const own = await outbox.read(me, hash.get("mend"));
    // Notes from the lock screen had a name of their own for it.
    if (own) write(form, new URLSearchParams(own.form.replace(/(^|&)call=/, "$1safe_contact=")));
  }
  const record = hash.get("record");
  if (record && form.elements.record) {
    form.elements.record.value = record;
    const own = me && (await outbox.read(me, record).catch(() => undefined));
    show(document.querySelector("[data-record-summary]"), own?.summary || say("record"));
    document.querySelector("[data-with-record]")?.removeAttribute("hidden");
  }
  enable();
}

// Until this script runs, a tap would leave the page and lose what was written; until the receivers are there, it would ask for one.
async function enable() {
  if (document.querySelector("[data-units=receivers]")) await units;
  for (const button of document.querySelectorAll("[data-entry-form] [type=submit]")) button.disabled = false;
}

// A second tap takes a chip back.
function takeBack(event) {
  const chip = event.target.closest(".chip input[type=radio]");
  if (!chip) return;
  if (chip.dataset.was) return leave(chip);
  for (const each of chip.form.querySelectorAll(`[name="${chip.name}"]`)) delete each.dataset.was;
  chip.dataset.was = "yes";
}

// The space bar makes no click on a chip that is already chosen.
function takeBackByKey(event) {
  const chip = event.target.closest(".chip input[type=radio]:checked");
  if (!chip || event.key !== " ") return;
  event.preventDefault();
  leave(chip);
}

function leave(chip) {
  chip.checked = false;
  delete chip.dataset.was;
  chip.dispatchEvent(new Event("change", { bubbles: true }));
}

// What one answer means for another.
function follow({ target }) {
  const form = target.closest?.("[data-entry-form]");
  if (!form) return;
  for (const chip of form.querySelectorAll("[data-unless]")) {
    const [name, ...values] = chip.dataset.unless.split(" ");
    const away = values.includes(form.querySelector(`[name="${name}"]:checked`)?.value);
    chip.closest(".chip").hidden = away;
    if (away) chip.checked = false;
  }
  if (target.checked && target.dataset.suggests) {
    const [name, value] = target.dataset.suggests.split(" ");
    // A suggestion, to be taken back by a tap.
    if (!form.querySelector(`[name="${name}"]:checked`)) form.querySelector(`[name="${name}"][value="${value}"]`).click();
  }
}
