// Sổ của tôi: own copies of this phone first, then what only the server has.
import { listen } from "../../service_worker/channel.js";
import * as copies from "../../service_worker/copies.js";
import { fill } from "./row.js";
import { current } from "./who.js";

const OVER = new Set(["replaced", "withdrawn"]);

export function start(page) {
  const book = document.querySelector("[data-book]");
  draw(book);
  listen(({ type }) => draw(book, type === "sending"), page);
  document.addEventListener("htmx:after:swap", () => {
    hideWhatStandsAbove(book);
    draw(book);
  }, { signal: page });
  document.addEventListener("htmx:error", () => {
    document.querySelector("[data-awaited]")?.remove();
    document.querySelector("[data-server-missing]").hidden = false;
  }, { signal: page });
}

// At once: opening the own copies takes a slow phone its time, and nothing is to stand there twice meanwhile.
function hideWhatStandsAbove(book) {
  const above = new Set([...book.children].map((row) => row.dataset.entry));
  for (const row of document.querySelectorAll("[data-server-rows] .row")) row.hidden = above.has(row.dataset.entry);
}

async function draw(book, sending = false) {
  const me = await current();
  const nothing = { rows: [], gone: new Set() };
  const { rows: own, gone } = me && !me.fleeting ? await copies.list(me).catch(() => nothing) : nothing;
  if (!book.isConnected) return;
  const blank = document.getElementById("row").content.querySelector(".row");
  const server = new Map([...document.querySelectorAll("[data-server-rows] .row")].map((row) => [row.dataset.entry, row]));
  const rows = own.map((each) => {
    const theirs = server.get(each.id);
    // The server knows more of what has reached it: who looked, who accepted.
    return theirs && each.state === "stored" ? theirs : fill(blank.cloneNode(true), each, { sending });
  });
  put(book, rows);
  const here = new Set(own.map((each) => each.id));
  // The server, or the copy of what it said, may not have heard yet that something has gone.
  for (const [id, row] of server) row.hidden = here.has(id) || (gone.has(id) && !OVER.has(row.querySelector("[data-slot=state]").dataset.state));
  document.querySelector("[data-empty]").hidden = rows.length + server.size > 0 || Boolean(document.querySelector("[data-awaited]"));
}

// Only what differs: a row that stays the same is not taken from under a thumb, nor from under the focus.
function put(book, rows) {
  for (const [at, row] of rows.entries()) {
    const [before, fresh] = [book.children[at], row.cloneNode(true)];
    // Its own place further down is hidden, once it stands here.
    fresh.hidden = false;
    if (!before) book.append(fresh);
    else if (!before.isEqualNode(fresh)) before.replaceWith(fresh);
  }
  while (book.children.length > rows.length) book.lastElementChild.remove();
}
