// The lock screen starts here.
import { dropOldPages } from "../../service_worker/age.js";
import * as keys from "../../service_worker/keys.js";
import { watch } from "./deliver.js";
import * as exit from "./exit.js";
import * as lock from "./lock.js";
import * as quick from "./quick.js";
import { register, startFilling, stopFilling } from "./registration.js";
import { startSecrets } from "./secret.js";
import { whenUnattended } from "./unattended.js";

keys.answerWorker();
dropOldPages().catch(() => undefined);
startSecrets();
exit.start(() => lock.chosen()?.exit);
await lock.start(quick.saveHalf);
quick.start();
whenUnattended(quick.idle, () => {
  document.getElementById("pin").value = "";
  quick.anew();
}, lock.standing.signal);
// Half a note, or half a PIN, is not thrown away for a new version.
document.addEventListener("input", () => (lock.isFilled() ? startFilling() : stopFilling()), { signal: lock.standing.signal });
register().catch(() => undefined);
// A locked phone still delivers what it holds.
watch();
// Who never opens the book writes on this disk too.
import("./room.js").then((room) => room.look()).catch(() => undefined);
