// Half-written forms of this page: offered one after the other, the newest first.
import * as kept from "../../service_worker/drafts.js";
import { FORMS, keep, pageOf, writing } from "./drafts.js";
import { clock, write } from "./row.js";
import { say } from "./words.js";

export function start(place, me, drafts, signal) {
  const form = (page) => [...document.querySelectorAll(FORMS)].find((each) => pageOf(each) === page);
  const waiting = drafts.filter(({ page }) => form(page));
  const show = () => {
    // Whose form became an entry is offered on the next page.
    while (waiting.length && !form(waiting.at(-1).page)) waiting.pop();
    const found = waiting.at(-1);
    if (found) place.querySelector("[data-draft-text]").textContent = say("draft", undefined, { time: clock(found.at) });
    place.hidden = !found;
  };
  show();
  document.addEventListener("saved", show, { signal });
  place.addEventListener("click", async ({ target }) => {
    const choice = target.closest("button");
    const found = choice && waiting.pop();
    if (!found) return;
    const full = choice.hasAttribute("data-draft-open") && (await reopen(form(found.page), found.form, waiting));
    // What could not be kept anew stays where it was.
    if (full) waiting.push(found);
    else await kept.drop(me, found.draft);
    show();
  }, { signal });
}

// What was written since gives way only once it is kept, and is offered next. Answers whether the phone was too full.
async function reopen(form, fields, waiting) {
  const newer = writing.get(form);
  if (await keep(form)) return true;
  if (newer) waiting.push({ ...newer, at: Date.now() });
  // Under another id: what was written since keeps its own.
  writing.delete(form);
  form.closest("details")?.setAttribute("open", "");
  write(form, new URLSearchParams(fields));
  form.dispatchEvent(new Event("input", { bubbles: true }));
  return keep(form);
}
