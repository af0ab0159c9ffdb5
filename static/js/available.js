// What can be opened without a network: the pages this phone keeps for this person.
import * as pages from "../../service_worker/pages.js";
import { current } from "./who.js";

export async function start() {
  const place = document.querySelector("[data-available]");
  const me = await current();
  for (const { path, title } of (me && !me.fleeting && (await pages.manifest(me)))?.pages ?? []) {
    if (!title) continue;
    const link = document.createElement("a");
    link.className = "button quiet";
    link.href = path;
    link.textContent = title;
    place.append(link);
  }
}
