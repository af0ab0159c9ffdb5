// What can be opened without a network: the pages this phone keeps for this person.
import * as pages from "../../service_worker/pages.js";
import { open } from "../../service_worker/store.js";
import { current } from "./who.js";

export async function start() {
  const place = document.querySelector("[data-available]");
  const me = await current();
  if (!me || me.fleeting) return;
  // Of what the server names, some may never have come.
  const here = new Set(await (await open()).getAllKeysFromIndex("pages", "enrolment", me.id));
  for (const { id, path, title } of (await pages.manifest(me))?.pages ?? []) {
    if (!title || !here.has(id)) continue;
    const link = document.createElement("a");
    link.className = "button quiet";
    link.href = path;
    link.textContent = title;
    place.append(link);
  }
}
