// Chưa ai biết việc này: stays until a receipt, or until the person says that they called.
import { listen } from "../../service_worker/channel.js";
import * as outbox from "../../service_worker/outbox.js";
import { startFilling, stopFilling } from "./registration.js";
import { send } from "./deliver.js";
import { current } from "./who.js";

// Answers whether it stands there now.
export function raise(panel, own, page) {
  if (!panel.hidden) return true;
  if (own.state === "stored" || new URLSearchParams(own.form).get("called_at")) return false;
  panel.hidden = false;
  showDuty(panel);
  // No new version of the app takes the numbers off the screen.
  startFilling();
  const called = panel.querySelector("[data-called]");
  called.addEventListener("click", async () => {
    called.disabled = true;
    const kept = await noteCall(own.id).then(() => true, () => false);
    called.disabled = false;
    panel.querySelector("[data-not-kept]")?.toggleAttribute("hidden", kept);
    // The numbers go once the time of the call is on disk: whoever sees them gone may leave the page.
    if (!kept) return;
    lower(panel);
    send();
  });
  listen(async () => {
    const now = await outbox.read(await current(), own.id);
    if (now?.state === "stored") lower(panel);
  }, page);
  return true;
}

// On the entry as it stands now: in another window it may have been mended since, or deleted.
async function noteCall(id) {
  const me = await current();
  const own = await outbox.newest(me, id);
  if (!own) return;
  const fields = new URLSearchParams(own.form);
  fields.set("called_at", String(Date.now()));
  await outbox.mend(me, own.id, own.kind, fields.toString(), { summary: own.summary });
}

function lower(panel) {
  panel.hidden = true;
  if (panel.isConnected) stopFilling();
}

// What could be neither kept nor sent is known to nobody either: the numbers stand before the form.
export function callFirst(form) {
  if (document.querySelector("main > [data-alarm]") || form.elements.called_at.value) return;
  const panel = document.getElementById("saved").content.querySelector("[data-alarm]").cloneNode(true);
  panel.hidden = false;
  showDuty(panel);
  panel.querySelector("[data-called]").addEventListener("click", () => {
    form.elements.called_at.value = String(Date.now());
    panel.remove();
  });
  form.before(panel);
  panel.scrollIntoView({ block: "center" });
}

// The ward's own number comes with its directory.
export function showDuty(root = document) {
  const number = document.querySelector("[data-duty-phone]")?.dataset.dutyPhone;
  const link = root.querySelector("[data-duty]");
  if (!number || !link) return;
  link.href = `tel:${number.replaceAll(" ", "")}`;
  link.querySelector("b").textContent = number;
  link.hidden = false;
}
