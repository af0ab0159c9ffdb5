// A row of a list from an own copy: the server's partial as a <template>, filled by text nodes.
import { say, state } from "./words.js";

const two = (number) => String(number).padStart(2, "0");

// As the server writes it: 24/11 08:05.
export function clock(at) {
  const moment = new Date(at);
  return `${two(moment.getDate())}/${two(moment.getMonth() + 1)} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

export function fill(row, own, { sending = false } = {}) {
  const code = sending && own.state === "waiting" ? "sending" : own.state;
  const { word, line } = state(code);
  row.href = `/records/mine#${own.id}`;
  row.dataset.entry = own.id;
  row.dataset.at = own.at;
  slot(row, "title", title(own));
  slot(row, "time", clock(own.at));
  slot(row, "summary", own.summary);
  slot(row, "state", word).dataset.state = code;
  slot(row, "line", own.errors?.length ? own.errors.join(" ") : line);
  return row;
}

function slot(row, name, text) {
  const element = row.querySelector(`[data-slot="${name}"]`);
  element.textContent = text;
  return element;
}

export function title({ kind, form }) {
  return say(new URLSearchParams(form).get("form_name") ?? kind) || say(kind);
}

// A link to a form that goes with this entry; the address itself stands in the page.
export function goWith(link, id) {
  link.setAttribute("href", `${link.getAttribute("href").split("#")[0]}#record=${id}`);
}

// Fill a form with what was posted before.
export function write(form, fields) {
  for (const control of form.elements) {
    if (!control.name) continue;
    const values = fields.getAll(control.name);
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (values.length) {
      control.value = values[0];
      // Options may arrive after this: directory.js looks here.
      control.dataset.wanted = values[0];
    }
  }
  const more = form.querySelector(".more");
  if (more?.querySelector(":checked, input[type=text]:not([value=''])")) more.open = true;
  form.dispatchEvent(new Event("change", { bubbles: true }));
}
