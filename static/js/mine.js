// One own entry from its copy on this phone: what it says, where it stands.
import { listen } from "../../service_worker/channel.js";
import * as outbox from "../../service_worker/outbox.js";
import * as pages from "../../service_worker/pages.js";
import { raise } from "./alarm.js";
import { formAddress, offer } from "./own.js";
import { fill, goWith } from "./row.js";
import { parse } from "./trusted.js";
import { current } from "./who.js";
import { show } from "./words.js";

// The form this entry was written on, asked for once.
let form;

export function start(signal) {
  const page = document.querySelector("[data-mine]");
  form = undefined;
  draw(page, signal);
  listen(() => draw(page, signal), signal);
  // The ward's directory brings the names of units.
  document.addEventListener("htmx:after:swap", () => draw(page, signal), { signal });
  addEventListener("hashchange", () => location.reload(), { signal });
}

async function draw(page, signal) {
  const id = location.hash.slice(1);
  const me = await current();
  const own = me && !me.fleeting ? await outbox.read(me, id) : undefined;
  if (signal.aborted) return;
  page.hidden = !own;
  document.querySelector("[data-missing]").hidden = Boolean(own);
  if (!own) return;
  fill(page.querySelector(".row"), own).removeAttribute("href");
  await answers(page, me, own, signal);
  show(page.querySelector("[data-errors]"), own.errors.join(" "));
  const refer = page.querySelector("[data-refer]");
  goWith(refer, own.id);
  refer.hidden = own.kind !== "record";
  offer();
}

// Labels come from the form itself, so that no second list of words can drift.
async function answers(page, me, own, signal) {
  const fields = new URLSearchParams(own.form);
  const place = placeOf(page, fields);
  const address = formAddress(own) ?? page.querySelector(`[data-written-on="${CSS.escape(own.kind)}"]`)?.getAttribute("href") ?? place;
  if (!address) return;
  form ??= formOf(me, address, own.kind, fields.get("choice"));
  if (!(await form)) return;
  page.querySelector("[data-answers]").replaceChildren(...[...describe(await form, fields)].map(line));
  if (own.state === "waiting" && isAlarming(await form, fields)) raise(page.querySelector("[data-alarm]"), own, signal);
}

function line([label, text]) {
  const made = document.createElement("div");
  const name = document.createElement("dt");
  const value = document.createElement("dd");
  name.textContent = label;
  value.textContent = text;
  made.append(name, value);
  return made;
}

// Of several forms on a page, the one that makes this choice.
async function formOf(me, address, kind, choice) {
  const html = (await pages.find(me, address).catch(() => undefined))?.html ?? (await (await fetch(address)).text());
  const forms = [...parse(html).querySelectorAll("[data-entry-form]")].filter((each) => each.dataset.entryForm === kind);
  return forms.find((each) => !choice || each.elements.choice?.value === choice) ?? forms[0];
}

// What the entry was written about, with a link to it.
function placeOf(page, fields) {
  for (const link of page.querySelectorAll("[data-place]")) {
    const { place } = link.dataset;
    if (!fields.get(place)) continue;
    // Drawn again whenever something is heard: the id is put in once.
    if (link.hidden) link.href = link.getAttribute("href") + fields.get(place);
    link.hidden = false;
    return link.getAttribute("href");
  }
  return undefined;
}

function chosen(controls, values) {
  return controls.filter((chip) => values.includes(chip.value)).map((chip) => chip.nextElementSibling.textContent).join(", ");
}

function optionName({ options }, value) {
  return [...(options ?? [])].find((option) => option.value === value)?.textContent;
}

// A unit is chosen by its code; its name stands in the ward's directory.
function unitName(code) {
  return document.querySelector(`[data-unit="${CSS.escape(code)}"] b`)?.textContent;
}

function* describe(written, fields) {
  for (const name of new Set(fields.keys())) {
    const values = fields.getAll(name).filter(Boolean);
    const controls = [...written.querySelectorAll(`[name="${name}"]:not([type=hidden])`)];
    if (!values.length || !controls.length) continue;
    const group = controls[0].closest("[data-field]");
    const label = group ? group.getAttribute("aria-label") : written.querySelector(`label[for="${controls[0].id}"]`)?.textContent;
    if (!group && controls[0].type === "checkbox") yield [controls[0].nextElementSibling.textContent, "✓"];
    else yield [label ?? "", group ? chosen(controls, values) : optionName(controls[0], values[0]) ?? unitName(values[0]) ?? values[0]];
  }
}

function isAlarming(written, fields) {
  return [...written.querySelectorAll("[data-alarming]")].some((chip) => fields.getAll(chip.name).includes(chip.value));
}
