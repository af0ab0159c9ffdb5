// Every page starts here; each behaviour looks for its own place in the page.
import "./trusted.js";
import { listen } from "../../service_worker/channel.js";
import * as idle from "./idle.js";
import { isFilling, register } from "./registration.js";
import { watchOutbox } from "./status.js";
import { showWho } from "./who.js";

// What a page holds decides what it loads. Addresses stand here in full: the phone keeps every one of them.
const BEHAVIOURS = {
  "[data-start]": () => import("./start.js"),
  "[data-directory]": () => import("./directory.js"),
  "[data-draft]": () => import("./drafts.js"),
  "[data-entry-form]": () => import("./entry.js"),
  "[data-book]": () => import("./book.js"),
  "[data-mine]": () => import("./mine.js"),
  "[data-own-actions]": () => import("./own.js"),
  "[data-bell]": () => import("./bell.js"),
};

// The bell in the title is an enrolled phone's: whoever comes for the first time need not load it.
document.body.addEventListener("enrolled", () => import("./unread.js").then((bell) => bell.start()), { once: true });
const needed = Object.entries(BEHAVIOURS).filter(([place]) => document.querySelector(place)).map(([, load]) => load());
for (const behaviour of await Promise.all(needed)) behaviour.start();
showWho();
idle.start(Number(document.body.dataset.idle));
register().catch(() => undefined);
watchOutbox();
// Parts of a page the server renders ask for themselves again once something arrived there.
listen(({ type }) => type === "received" && !isFilling() && globalThis.htmx.trigger(document.body, "entry-received"));
for (const button of document.querySelectorAll("[data-reload]")) button.addEventListener("click", () => location.reload());
document.addEventListener("click", (event) => {
  const fill = event.target.closest("[data-fill]");
  if (fill) document.getElementById(fill.dataset.fill).value = fill.textContent;
});
