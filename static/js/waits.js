// What was written here and is still on this phone, at the top of the page it belongs to; in a form kept for many, which
// one it is for.
import { listen } from "../../service_worker/channel.js";
import * as copies from "../../service_worker/copies.js";
import { fill } from "./row.js";
import { current } from "./who.js";

export function start(signal) {
  if (document.querySelector("[data-blank]")) return import("./blank.js").then((form) => form.start());
  draw(signal);
  // Not when something is saved: the row of that stands where the form was.
  listen(({ type }) => type === "received" && draw(signal), signal);
  document.addEventListener("htmx:after:swap", () => draw(signal), { signal });
  return undefined;
}

async function draw(signal) {
  const me = await current();
  const { rows } = me && !me.fleeting ? await copies.list(me) : { rows: [] };
  if (signal.aborted) return;
  const place = document.querySelector("[data-waits]");
  const blank = document.getElementById("saved").content.querySelector(".row");
  const { waits, of } = place.dataset;
  // Of what came second the page itself tells, with the choice.
  const told = document.querySelector(".second") ? ["stored", "conflict"] : ["stored"];
  const here = rows.filter((own) => !told.includes(own.state) && new URLSearchParams(own.form).get(of) === waits);
  place.replaceChildren(...here.map((own) => fill(blank.cloneNode(true), own)));
}
