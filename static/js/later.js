// The page for want of a network: tries again, by a tap or when there is one.
import "./trusted.js";
import * as keys from "../../service_worker/keys.js";
import * as exit from "./exit.js";

keys.answerWorker();
await keys.current().catch(() => undefined);
exit.start();
const again = () => location.reload();
document.querySelector("[data-again]").addEventListener("click", again);
addEventListener("online", again);
