// Half-filled forms of this person, wherever they stand: offered on the first page, never forced.
import * as drafts from "../../service_worker/drafts.js";
import { clock } from "./row.js";
import { current } from "./who.js";
import { say } from "./words.js";

export async function start() {
  const place = document.querySelector("[data-unfinished]");
  const me = await current();
  if (!me || me.fleeting) return;
  for (const { page, at } of await drafts.all(me).catch(() => [])) {
    const link = document.createElement("a");
    link.className = "button quiet";
    [link.href] = page.split(" ");
    link.textContent = `${say("draft", undefined, { time: clock(at) })} ${say("draft-open")}`;
    place.append(link);
  }
}
