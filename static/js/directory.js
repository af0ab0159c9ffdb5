// The ward's directory is one fragment; forms take their units from it.
import { showDuty } from "./alarm.js";
import { current } from "./who.js";

let settle;
// Settled once the units of this page are in their places, or cannot be had.
export let units;

export function start() {
  units = new Promise((done) => { settle = done; });
  document.addEventListener("htmx:after:swap", fillUnits);
  document.addEventListener("htmx:error", without);
}

function without({ target }) {
  if (!target.matches?.("[data-directory]")) return;
  settle();
  const missing = document.querySelector("[data-directory-missing]");
  if (missing && !document.querySelector("[data-unit]")) missing.hidden = false;
}

async function fillUnits() {
  const rows = [...document.querySelectorAll("[data-unit]")];
  if (!rows.length) return;
  showDuty();
  const me = await current();
  for (const select of document.querySelectorAll("select[data-units]")) {
    const chosen = select.dataset.wanted ?? select.value;
    const wanted = rows.filter((row) => CHOICES[select.dataset.units](row.dataset, me, select));
    if (select.dataset.units === "tdp") wanted.sort((a, b) => (b.dataset.unit === me?.unit) - (a.dataset.unit === me?.unit));
    select.replaceChildren(select.options[0], ...wanted.map(option));
    select.value = preset(select, me, chosen, wanted);
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }
  settle();
}

function option(row) {
  const made = new Option(row.querySelector("b").textContent, row.dataset.unit);
  if (row.dataset.direct !== undefined) made.dataset.direct = "";
  return made;
}

// Which units a select offers. The server decides the same: may_choose.
const CHOICES = {
  tdp: ({ kind }) => kind === "tdp",
  receivers: ({ unit, receives, direct }, me) => receives !== undefined
    && (me?.role === "coordinator" || unit === "vhxh" || direct !== undefined),
  onward: ({ unit, receives, through }, me, select) => receives !== undefined && unit !== select.dataset.except
    && (through === undefined || me?.role === "coordinator"),
};

// The person's own tổ, and the coordinators as receivers, until something else is chosen.
function preset(select, me, chosen, wanted) {
  if (chosen && wanted.some((row) => row.dataset.unit === chosen)) return chosen;
  if (select.dataset.units === "tdp" && !select.dataset.seen) {
    select.dataset.seen = "yes";
    return me?.unit ?? "";
  }
  return select.dataset.units === "receivers" ? "vhxh" : "";
}
