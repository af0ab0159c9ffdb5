// Chưa ai biết việc này: stays until a receipt, or until the person says that they called.
import { listen } from "../../service_worker/channel.js";
import * as outbox from "../../service_worker/outbox.js";
import { send } from "./status.js";
import { current } from "./who.js";

export function raise(panel, own) {
  if (own.state === "stored" || new URLSearchParams(own.form).get("called_at")) return;
  panel.hidden = false;
  showDuty(panel);
  panel.querySelector("[data-called]").addEventListener("click", async () => {
    panel.hidden = true;
    const me = await current();
    const fields = new URLSearchParams(own.form);
    fields.set("called_at", String(Date.now()));
    await outbox.mend(me, own.id, fields.toString(), { summary: own.summary });
    send();
  });
  listen(async () => {
    const now = await outbox.read(await current(), own.id);
    if (now?.state === "stored") panel.hidden = true;
  });
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
