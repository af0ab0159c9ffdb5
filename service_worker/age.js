// Copies of pages of a phone that has been out of reach for longer than the ward allows.
import * as people from "./people.js";
import { open } from "./store.js";

const DAY = 86_400_000;

// They go unread. Forms and the directory stay: they are about nobody, and a phone far from any network must go on writing
// (docs/decisions/013).
export async function dropOldPages() {
  for (const row of await people.all()) if (Date.now() - row.asked > (row.keepDays ?? 7) * DAY) await dropPages(row.id);
}

async function dropPages(id) {
  const write = (await open()).transaction(["pages", "meta"], "readwrite");
  const [pages, meta] = ["pages", "meta"].map((name) => write.objectStore(name));
  if (await meta.getKey(`manifest:${id}`)) {
    const forms = await meta.getKey(`forms:${id}`);
    for (const page of await pages.index("enrolment").getAll(id)) if (!page.fixed || !forms) pages.delete(page.id);
    meta.delete(`manifest:${id}`);
  }
  await write.done;
}
