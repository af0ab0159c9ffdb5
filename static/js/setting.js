// What is set online (decision 16) is posted from here: a network that goes, or a book that is locked, takes nothing that was typed.
import { patience } from "../../service_worker/patience.js";
import { isStrange } from "../../service_worker/people.js";
import * as drafts from "./drafts.js";
import * as idle from "./idle.js";
import { startFilling } from "./registration.js";
import * as softly from "./softly.js";
import { parse } from "./trusted.js";
import { current } from "./who.js";
import { say } from "./words.js";

const PATIENCE = 15_000;
const sending = new WeakSet();

export function start(signal) {
  document.addEventListener("input", ({ target }) => theirs(target.form ?? target) && startFilling(), { signal });
  document.addEventListener("submit", submitted, { signal });
}

function theirs(form) {
  return form?.matches(drafts.FORMS) && !("entryForm" in form.dataset);
}

async function submitted(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !theirs(form)) return;
  event.preventDefault();
  // A second tap sets nothing twice.
  if (sending.has(form)) return;
  sending.add(form);
  startFilling();
  await send(form, submitter);
  sending.delete(form);
  if (submitter) submitter.disabled = false;
}

async function send(form, button) {
  const [body, page] = [new URLSearchParams(new FormData(form)), drafts.pageOf(form)];
  if (button?.name) body.append(button.name, button.value);
  if (button) button.disabled = true;
  await drafts.keepNow();
  const id = (await current())?.id;
  // What is wrong comes as a sentence, and not as the lock screen; and whoever unlocked last sets nothing by this page.
  const headers = { "HX-Request": "true", ...(id && { "Sotay-Enrolment": id }) };
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers, signal: patience(PATIENCE) })
    .catch(() => undefined);
  if (idle.leaving) return;
  if (!answer?.headers.has("Sotay")) tell(form, say("not-set"));
  else if (answer.status === 401) await shut(form);
  else if (answer.ok || answer.status === 422) await put(form, page, answer);
  else tell(form, parse(await answer.text()).body.textContent);
}

// Whom the ward knows no more is not let in by the PIN either.
async function shut(form) {
  if (isStrange(await current())) tell(form, say("unknown"));
  else await idle.lock();
}

async function put(form, page, answer) {
  if (answer.ok || form.isConnected) await drafts.finish(form);
  // Whoever has gone on meanwhile is not called back.
  if (!form.isConnected) return;
  await softly.show(answer);
  // Refused, it stands in the page that came: half-filled, as it was.
  const again = answer.ok ? undefined : [...document.querySelectorAll(drafts.FORMS)].find((each) => drafts.pageOf(each) === page);
  again?.dispatchEvent(new Event("input", { bubbles: true }));
  await drafts.keepNow();
}

function tell(form, sentence) {
  form.querySelector("[data-unset]")?.remove();
  const place = document.createElement("p");
  place.className = "error";
  place.dataset.unset = "";
  place.setAttribute("role", "alert");
  place.textContent = sentence;
  form.append(place);
  place.scrollIntoView({ block: "center" });
}
