// A form that this phone keeps once for all: the address says which one it is for, and that one's own page, which is kept
// too, says what stands there already.
import * as copies from "../../service_worker/copies.js";
import * as pages from "../../service_worker/pages.js";
import { parse } from "./trusted.js";
import { current } from "./who.js";
import { show } from "./words.js";

export async function start() {
  const [form, back] = ["[data-entry-form]", ".back a"].map((place) => document.querySelector(place));
  const [, address, id] = location.pathname.match(/^(.*\/([^/]+))\/[^/]+$/);
  if (form) form.elements.case.value = id;
  for (const place of [document, document.getElementById("saved").content]) {
    for (const link of place.querySelectorAll("[href$='/*']")) link.href = address;
  }
  const me = await current();
  const { title } = (await pages.manifest(me))?.pages.find(({ path }) => path === address) ?? {};
  if (title) back.textContent = `‹ ${title}`;
  if (form?.elements.over) followUnit(form, me, id, parse((await pages.find(me, address))?.html ?? ""));
}

// What was agreed for a unit before, and whether somebody there should not know.
function followUnit(form, me, id, page) {
  const { unit, over } = form.elements;
  const tell = async () => {
    const [before, tie] = ["consent-of", "tie"].map((name) => page.querySelector(`[data-${name}="${CSS.escape(unit.value)}"]`));
    show(document.querySelector("[data-standing]"), before && textOf(before.querySelector("[data-said]")));
    for (const warning of document.querySelectorAll("[data-warned]")) warning.hidden = !tie;
    over.value = (await lastOfMine(me, id, unit.value)) ?? before?.dataset.consent ?? "";
  };
  const asked = new URLSearchParams(location.search).get("unit") ?? "";
  // Never over what a quick hand has chosen meanwhile.
  unit.value ||= JSON.parse(over.dataset.codes)[asked] ?? asked;
  unit.addEventListener("change", tell);
  tell();
}

// In one line what stands there in two.
function textOf(said) {
  for (const end of said.querySelectorAll("br")) end.replaceWith(" – ");
  return said.textContent.replace(/\s+/g, " ").trim();
}

// What this person wrote for the same unit, and is still on its way: the next one has seen it.
async function lastOfMine(me, id, unit) {
  const { rows } = await copies.list(me);
  return rows.find(({ state, form }) => {
    const fields = new URLSearchParams(form);
    return state === "waiting" && fields.get("decision") && fields.get("case") === id && fields.get("unit") === unit;
  })?.id;
}
