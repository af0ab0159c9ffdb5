// The page for want of a network: tries again, by a tap or when there is one.
import "./trusted.js";
import { hear } from "../../service_worker/channel.js";
import * as keys from "../../service_worker/keys.js";
import * as exit from "./exit.js";
import { leaving } from "./idle.js";

keys.answerWorker();
await keys.current().catch(() => undefined);
exit.start();
// A phone says that it has a network before anything can be had by it, and says it once.
const LOOK = 2_000;
const again = () => leaving || location.reload();
addEventListener("pagehide", () => navigator.serviceWorker?.controller?.postMessage({ type: "left" }));
for (const change of ["locked", "opened"]) {
  hear(change, () => {
    keys.drop();
    again();
  });
}
document.querySelector("[data-again]").addEventListener("click", again);
setTimeout(look, LOOK);

async function look() {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => undefined);
  if (answer?.ok && answer.headers.has("Sotay")) again();
  else setTimeout(look, LOOK);
}
