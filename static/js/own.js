// What can still be done with an own entry: mend, delete, or settle a conflict.
import * as outbox from "../../service_worker/outbox.js";
import * as entries from "../../service_worker/own.js";
import { send } from "./deliver.js";
import { startFilling, stopFilling } from "./registration.js";
import { current } from "./who.js";

// Where an own entry is written, or undefined for one that is not written on a form page. The page knows; no script that
// lies in clear on the phone names what is written there.
export function formAddress(own) {
  const name = new URLSearchParams(own.form).get("form_name") ?? own.kind;
  return document.getElementById("words").content.querySelector(`[data-form-of="${CSS.escape(name)}"]`)?.getAttribute("href");
}

export function start(signal) {
  offer();
  document.addEventListener("htmx:after:swap", () => offer(), { signal });
}

export async function offer() {
  const section = document.querySelector("[data-own-actions]");
  const me = section && (await current());
  if (!me || me.fleeting) return;
  const own = await outbox.read(me, section.dataset.ownActions || location.hash.slice(1)).catch(() => undefined);
  section.hidden = !own;
  if (!own) return;
  const address = formAddress(own);
  const [mend, again, other, remove] = ["mend", "send-again", "keep-other", "remove"].map((name) => section.querySelector(`[data-${name}]`));
  mend.hidden = !address;
  mend.href = `${address}#mend=${own.id}`;
  // Of a phone that nobody had approved yet, the ward takes once approved what it did not take then.
  again.hidden = own.state !== "forbidden";
  again.onclick = () => settle(section, () => entries.again(me, own.obstacle));
  // What has a form page of its own is its author's to take back, also after it was sent. Anything else has been read and
  // acted on: it goes only while it still lies here, or when the server did not take it.
  const mine = own.kind === "record" || Boolean(address);
  other.hidden = !own.obstacle || own.state === "invalid";
  // A record of the same id stays; of anything else the server lets go what it held, too.
  other.onclick = () => settle(section, () => (mine ? entries.drop(me, own.obstacle) : entries.remove(me, own.id)));
  remove.hidden = !mine && (own.obstacle ? !other.hidden : own.offered);
  remove.onclick = () => confirmed(section, () => settle(section, () => entries.remove(me, own.id, mine)));
  section.querySelector("[data-mend-hint]").hidden = !own.offered || !mine;
}

async function settle(section, change) {
  startFilling();
  const kept = await change().then(() => true, () => false);
  section.querySelector("[data-not-kept]")?.toggleAttribute("hidden", kept);
  if (!kept) return stopFilling();
  send();
  return location.replace("/records");
}

function confirmed(section, then) {
  const dialog = section.querySelector("[data-confirm]");
  // Not over everything else: the way out stays.
  dialog.show();
  dialog.scrollIntoView({ block: "nearest" });
  for (const button of dialog.querySelectorAll("button")) {
    button.onclick = () => {
      dialog.close();
      if (button.value === "yes") then();
    };
  }
}
