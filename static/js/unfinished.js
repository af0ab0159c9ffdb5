// Half-filled forms of this person, wherever they stand: offered on the first page, never forced.
import * as drafts from "../../service_worker/drafts.js";
import { clock } from "./row.js";
import { current } from "./who.js";
import { say } from "./words.js";

export async function start() {
  const place = document.querySelector("[data-unfinished]");
  const me = await current();
  if (!me || me.fleeting) return;
  const blank = place.querySelector("template").content.firstElementChild;
  for (const { page, draft, at } of await drafts.all(me).catch(() => [])) {
    const row = blank.cloneNode(true);
    const [link, away] = row.children;
    [link.href] = page.split(" ");
    link.textContent = `${say("draft", undefined, { time: clock(at) })} ${say("draft-open")}`;
    // The one way for a form that its page no longer has: somebody else has answered meanwhile.
    away.addEventListener("click", async () => {
      await drafts.drop(me, page, draft);
      row.remove();
    });
    place.append(row);
  }
}
